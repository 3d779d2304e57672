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
from grym.domain.stft import Framing, power_blocks

FRAMING = Framing(n_fft=512, hop_length=round(HOP_S * WORKING_RATE_HZ), sample_rate_hz=WORKING_RATE_HZ)
"""Windows of 32 ms: two notes of one pitch 20 ms apart still show a dip."""

BANDS = 64
COMPRESSION = 1_000.0
"""Magnitudes are compressed as log(1 + 1000·m) against the loudest band of the sound: linear below −60 dB."""

PARTIALS = 8
RISEN_SHARE = 0.15
"""A note begins where its partials reach 15 % of their rise: of blown and bowed notes 30 ms after they are played, of
struck ones 10 (measured on folk songs; at 30 % bowed notes come 50 ms late)."""

ATTACKS_APART_FRAMES = 4
LEAST_ATTACK = 0.015
ATTACK_SHARE = 0.1
"""Attacks reach a tenth of the strongest tenth: 98 % of a piano's onsets are found so, 99 % of what is found are."""

STRUCK_RATIO = 10.0
"""The loudest fiftieth of attacks over their median: 30 to 130 for piano and guitar, 2 to 4 for organ and strings."""

FOOT_SHARE = 0.3
LONGEST_FOOT_FRAMES = 4
"""An attack begins where its strength last was below 30 % of the peak, at most 40 ms before."""

LAG_FRAMES = 2
BLOCK_FRAMES = 4_096
VIBRATO_BANDS = 3


def short_spectrum(sound: FloatArray) -> FloatArray:
    """Return the power of a sound at 16 kHz in bins of 31 Hz every 10 ms, shape (frames, 257)."""
    spectrum = np.empty((FRAMING.frame_count(len(sound)), FRAMING.n_fft // 2 + 1), dtype=np.float32)
    start = 0
    for block in power_blocks(sound, FRAMING):
        spectrum[start : start + len(block)] = block
        start += len(block)
    return spectrum


def band_levels(spectrum: FloatArray) -> FloatArray:
    """Return compressed magnitudes of a `short_spectrum` in 64 mel bands, in decades, shape (frames, 64)."""
    power: FloatArray = spectrum @ mel_filterbank(WORKING_RATE_HZ, FRAMING.n_fft, BANDS)
    loudest = np.float32(max(float(power.max(initial=0.0)), 1e-30))
    power /= loudest  # and so on in its place: the bands of an hour fill 92 MB
    levels: FloatArray = np.sqrt(power, out=power)
    levels *= np.float32(COMPRESSION)
    levels += np.float32(1.0)
    return np.log10(levels, out=levels)


def attack_strength(levels: FloatArray) -> FloatArray:
    """Return how much appears in each frame against 20 ms before, mean over bands in decades, shape (frames,)."""
    rise: FloatArray = np.empty(len(levels), dtype=np.float32)
    for first in range(0, len(levels), BLOCK_FRAMES):
        now = levels[first : first + BLOCK_FRAMES]
        before = levels[max(0, first - LAG_FRAMES) : max(0, first - LAG_FRAMES + len(now))]
        earlier = np.zeros_like(now)
        earlier[len(now) - len(before) :] = maximum_filter1d(before, VIBRATO_BANDS, axis=1)
        rise[first : first + len(now)] = np.maximum(now - earlier, 0.0).mean(axis=1)
    return rise


def attack_foot(attack: FloatArray, at: int, earliest: int) -> int:
    """Return the frame, at least `earliest`, where the rise to the attack at frame `at` begins."""
    earliest = max(earliest, at - LONGEST_FOOT_FRAMES)
    peak = attack[at]
    while at > earliest and attack[at - 1] > FOOT_SHARE * peak:
        at -= 1
    return at


def is_struck(attack: FloatArray) -> bool:
    """Tell whether notes are struck or plucked rather than bowed or blown."""
    return float(np.quantile(attack, 0.98)) >= STRUCK_RATIO * max(float(np.median(attack)), 1e-6)


def attack_times(attack: FloatArray) -> np.ndarray:
    """Return where attacks begin in seconds, ascending."""
    highest = maximum_filter1d(attack, 2 * ATTACKS_APART_FRAMES + 1)
    peaks = np.flatnonzero((attack >= highest) & (attack > LEAST_ATTACK))
    if not len(peaks):
        return np.empty(0)
    strong = peaks[attack[peaks] > ATTACK_SHARE * np.quantile(attack[peaks], 0.9)]
    return np.unique([attack_foot(attack, int(peak), 0) for peak in strong]) * HOP_S


def partials_rise(spectrum: FloatArray, *, pitch: float, first: int, heard: int, after: int) -> int:
    """Return the frame between `first` and `after` where the partials of a note begin to sound.

    Parameters
    ----------
    spectrum
        Result of `short_spectrum`.
    pitch
        MIDI pitch with fraction.
    first, heard, after
        Frames to look at: the earliest that is possible, one where the note is heard, one past its first steady part.
    """
    hz = 440.0 * 2.0 ** ((pitch - 69.0) / 12.0)
    bins = np.rint(hz * np.arange(1, PARTIALS + 1) / FRAMING.bin_hz).astype(np.intp)
    magnitude = np.sqrt(spectrum[first:after, bins[bins < spectrum.shape[1]]].sum(axis=1))
    loudest = heard - first + int(magnitude[heard - first :].argmax())
    least = float(magnitude[: loudest + 1].min())
    below = np.flatnonzero(magnitude[:loudest] <= least + RISEN_SHARE * (float(magnitude[loudest]) - least))
    return first + (int(below[-1]) + 1 if len(below) else loudest)
