"""Where something is struck, blown or sung anew, on the 10 ms grid of the fundamentals.

References
----------
Böck and Widmer (2013), "Maximum filter vibrato suppression for onset detection", equations 2 to 4, on mel bands.
"""

import numpy as np
from scipy.ndimage import maximum_filter1d

from grym.domain.pitch.yin import HOP_S, WORKING_RATE_HZ
from grym.domain.signal import FloatArray
from grym.domain.spectral import mel_filterbank
from grym.domain.stft import Framing, power_spectrogram

FRAMING = Framing(n_fft=512, hop_length=round(HOP_S * WORKING_RATE_HZ), sample_rate_hz=WORKING_RATE_HZ)
"""Windows of 32 ms: two notes of one pitch 20 ms apart still show a dip."""

BANDS = 64
COMPRESSION = 1_000.0
"""Magnitudes are compressed as log(1 + 1000·m) against the loudest band of the sound: linear below −60 dB."""

LAG_FRAMES = 2
VIBRATO_BANDS = 3


def band_levels(sound: FloatArray) -> FloatArray:
    """Return compressed magnitudes in 64 mel bands, in decades, shape (frames, 64)."""
    power = power_spectrogram(sound, FRAMING) @ mel_filterbank(WORKING_RATE_HZ, FRAMING.n_fft, BANDS)
    loudest = np.float32(max(float(power.max(initial=0.0)), np.finfo(np.float32).tiny))
    levels: FloatArray = np.log10(1.0 + COMPRESSION * np.sqrt(power / loudest)).astype(np.float32)
    return levels


def attack_strength(levels: FloatArray) -> FloatArray:
    """Return how much appears in each frame against 20 ms before, mean over bands in decades, shape (frames,)."""
    earlier = np.zeros_like(levels)
    earlier[LAG_FRAMES:] = maximum_filter1d(levels, VIBRATO_BANDS, axis=1)[:-LAG_FRAMES]
    rise: FloatArray = np.maximum(levels - earlier, 0.0).mean(axis=1)
    return rise
