"""Quality: whether a sound is fit for its purpose, how far it is from a reference, and what would help.

``gate`` measures a sound once and judges the measures by a profile (``profiles``); ``waveform``, ``spectrum``,
``defects`` and ``hum`` hold the measures. ``piece`` asks whether a sound keeps what its plan promised, ``ranking``
which of several takes is best. ``comparing`` sets a sound beside a reference, ``distances`` a set of sounds beside
another.
"""
