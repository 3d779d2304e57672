"""The examination in learning: simulated listeners rate what the real learner serves, rivals in the same run.

``benchmarks.learning.listener`` is the listener to look at while something is tuned, ``benchmarks.learning.held_out``
the one that is not.
"""
