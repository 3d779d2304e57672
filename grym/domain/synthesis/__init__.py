"""The built-in synthesiser: a score becomes one stereo stem per part with nothing but numpy.

It serves where no SoundFont is installed and is named so in the result. Every pitched sound is a sum of partials
below the Nyquist frequency, or frequency modulation kept below it, so nothing aliases; every sound starts and ends
at zero, so nothing clicks; chance comes from the given seed only.
"""
