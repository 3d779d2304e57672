"""Sound shapes: how sounds begin, go on and end, how their spectra move, what they are made of."""
