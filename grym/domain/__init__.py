"""Sound and music as pure functions and frozen values: no input or output, no clock, no unseeded randomness."""
