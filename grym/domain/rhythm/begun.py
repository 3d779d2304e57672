"""What begins in each frame, by range of pitch, and how stressed it is: the only curves that look at every band.

A sound is walked in blocks of frames, each with its neighbours, so that memory beside the bands themselves does not
grow with them.

References: Böck and Widmer (2013), "Maximum filter vibrato suppression for onset detection" (rise of bands).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.ndimage import maximum_filter1d

from grym.domain.onset import compressed, rises
from grym.domain.signal import FloatArray
from grym.domain.spectral import bands_below
from grym.domain.stft import Framing

BASS_BELOW_HZ = 200.0
LOW_BELOW_HZ = 1_000.0
HIGH_ABOVE_HZ = 4_000.0

STRESS_FRAMES = 9
STRESS_RANGE = 1e-7
LEAST_CLEAR_RISE = 0.15
"""A band begins a note where it rises by 0.15 decades or more; its level is the highest of nine frames (0.1 s)."""

BLOCK_FRAMES = 2_048
MARGIN_FRAMES = 16
"""A block's neighbours: more than the nine frames of a level and the two or three across which a rise is measured."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Begun:
    """What begins, each of shape (frames,).

    Parameters
    ----------
    full, bass, low, high
        Mean rise of all bands, of those below 200 Hz, from there to 1 kHz, above 4 kHz; ≥ 0, in decades.
    stress
        How much louder than usual the bands sound that rise, in units of 6 dB; below 0 where softer.
    """

    full: FloatArray
    bass: FloatArray
    low: FloatArray
    high: FloatArray
    stress: FloatArray


def begun(mel_power: FloatArray, framing: Framing) -> Begun:
    """Find what begins in each frame.

    Each band's stress is held against its own mean over all notes it begins, so high notes and other instruments do not
    pass for accents.

    Parameters
    ----------
    mel_power
        Shape (frames, bands), power.
    framing
        Of those frames.
    """
    ranges = _ranges(framing, mel_power.shape[1])
    means: list[FloatArray] = []
    clear: list[sparse.csr_array] = []
    reached: list[FloatArray] = []
    weights, levels = np.zeros(mel_power.shape[1]), np.zeros(mel_power.shape[1])
    for rise, coming in _blocks(mel_power, framing.frame_rate_hz):
        means.append(np.stack([rise[:, bands].mean(axis=1) for bands in ranges], axis=1))
        squared = np.where(rise > LEAST_CLEAR_RISE, np.square(rise), np.float32(0.0))
        weighed = squared * coming
        weights += squared.sum(axis=0, dtype=np.float64)
        levels += weighed.sum(axis=0, dtype=np.float64)
        clear.append(sparse.csr_array(squared))
        reached.append(weighed.sum(axis=1))
    usual = (levels / np.maximum(weights, 1e-9)).astype(np.float32)
    stress = [
        (sums - bands @ usual) / (bands.sum(axis=1) + np.float32(1e-3))
        for bands, sums in zip(clear, reached, strict=True)
    ]
    full, bass, low, high = np.concatenate(means).T if means else np.zeros((4, 0), dtype=np.float32)
    together = np.concatenate(stress).astype(np.float32) if stress else np.zeros(0, dtype=np.float32)
    return Begun(full=full, bass=bass, low=low, high=high, stress=together)


def _ranges(framing: Framing, bands: int) -> tuple[slice, ...]:
    """Return all bands, those of the bass, the low ones above it, and the high ones."""
    bass, low, high = (
        bands_below(hz, sample_rate_hz=framing.sample_rate_hz, bands=bands)
        for hz in (BASS_BELOW_HZ, LOW_BELOW_HZ, min(HIGH_ABOVE_HZ, framing.sample_rate_hz / 4.0))
    )
    return slice(None), slice(0, bass), slice(bass, max(low, bass + 1)), slice(high, None)


def _blocks(mel_power: FloatArray, rate_hz: float) -> Iterator[tuple[FloatArray, FloatArray]]:
    """Yield the rise of each band in units of decades, and the level it reaches in units of 6 dB, block by block."""
    loudest = float(mel_power.max(initial=0.0))
    floor = np.float32(STRESS_RANGE * max(loudest, 1e-12))
    for start in range(0, len(mel_power), BLOCK_FRAMES):
        first = max(0, start - MARGIN_FRAMES)
        around = mel_power[first : start + BLOCK_FRAMES + MARGIN_FRAMES]
        inner = slice(start - first, start - first + min(BLOCK_FRAMES, len(mel_power) - start))
        rise = rises(compressed(around, loudest=loudest), frame_rate_hz=rate_hz)
        levels = np.log2(around + floor) / np.float32(2.0)
        coming = maximum_filter1d(levels, STRESS_FRAMES, axis=0, origin=-(STRESS_FRAMES // 2))
        yield rise[inner], coming[inner]
