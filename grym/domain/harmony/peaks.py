"""Spectral peaks: what has pitch in a spectrum, between bins, and how it is tuned.

A peak must stand far out of the median around it, so noise and drums have none.

References: Smith and Serra (1987), "PARSHL: an analysis/synthesis program for non-harmonic sounds based on a sinusoidal
representation" (parabola through the log power); Ellis (2007), "Chroma feature analysis and synthesis" (tuning from
peaks).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from grym.domain.harmony.partials import LOWEST_SEMITONE, SEMITONES
from grym.domain.signal import FloatArray
from grym.domain.stft import Framing

LOWEST_HZ = 36.0
HIGHEST_HZ = 4_200.0
"""From below the lowest string of a double bass to the top of a piano: above it there are mostly overtones."""

PEAK_RANGE_DB = 50.0
"""Peaks further below the frame's strongest one are side lobes and noise."""

FLOOR_BINS = 128
FLOOR_EXCESS = 20.0
"""A peak must have twenty times the median power of the 345 Hz around it (13 dB). The power of white noise is spread
exponentially, so one of its bins in a million does; half of the bins between the partials of music do not."""

SILENCE_DB = -60.0
"""Of an unscaled spectrum: 130 dB below full scale."""

CONCERT_PITCH_HZ = 440.0
A4_MIDI = 69


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Peaks:
    """Spectral peaks of some frames.

    Parameters
    ----------
    frames
        How many frames there are.
    frame, pitch, magnitude
        Shape (peaks,): number of the frame, MIDI pitch with fraction at a = 440 Hz, amplitude.
    """

    frames: int
    frame: np.ndarray
    pitch: np.ndarray
    magnitude: np.ndarray

    def direction(self) -> complex:
        """Return where the pitches point on the circle of a semitone, and how strongly."""
        return complex(np.dot(self.magnitude, np.exp(2j * np.pi * self.pitch)))

    def on_semitones(self, tuning_cents: float) -> FloatArray:
        """Add up the peaks on each semitone, the less the further they lie from it: cos² over one semitone.

        Returns
        -------
        FloatArray
            Shape (frames, 84) from MIDI pitch 24 upwards.
        """
        pitch = self.pitch - tuning_cents / 100.0
        nearest = np.round(pitch)
        column = nearest.astype(np.int64) - LOWEST_SEMITONE
        strength = self.magnitude * np.cos(np.pi * (pitch - nearest)) ** 2
        inside = (column >= 0) & (column < SEMITONES)
        cell = (self.frame * SEMITONES + column)[inside]
        added = np.bincount(cell, weights=strength[inside], minlength=self.frames * SEMITONES)
        return added.reshape(self.frames, SEMITONES).astype(np.float32)

    def split(self, counts: Sequence[int]) -> list["Peaks"]:
        """Return the peaks of consecutive stretches of so many frames each, as `joined` took them."""
        starts = np.cumsum([0, *counts])
        places = np.searchsorted(self.frame, starts)
        return [
            Peaks(
                frames=counts[number],
                frame=self.frame[low:high] - starts[number],
                pitch=self.pitch[low:high],
                magnitude=self.magnitude[low:high],
            )
            for number, (low, high) in enumerate(pairwise(places.tolist()))
        ]


def spectral_peaks(power: FloatArray, framing: Framing) -> Peaks:
    """Find the peaks between 36 and 4,200 Hz.

    Parameters
    ----------
    power
        Shape (frames, bins) of the long window.
    framing
        Its framing.
    """
    low = int(LOWEST_HZ / framing.bin_hz)
    high = min(framing.n_fft // 2 - 1, int(HIGHEST_HZ / framing.bin_hz))
    band = power[:, low - 1 : high + 2]
    middle = band[:, 1:-1]
    frame, bin_ = _standing_out(middle, (middle > band[:, :-2]) & (middle >= band[:, 2:]))
    around = band[frame[:, None], bin_[:, None] + np.arange(3)]
    left, centre, right = np.log(np.maximum(around, np.float32(1e-30))).T
    curvature = left - 2.0 * centre + right
    offset = np.where(curvature < 0.0, 0.5 * (left - right) / np.minimum(curvature, -1e-9), 0.0)
    hz = (low + bin_ + offset) * framing.bin_hz
    return Peaks(
        frames=len(power),
        frame=frame,
        pitch=A4_MIDI + 12.0 * np.log2(hz / CONCERT_PITCH_HZ),
        magnitude=np.sqrt(around[:, 1]),
    )


def joined(parts: Iterable[Peaks]) -> Peaks:
    """Return the peaks of consecutive blocks of frames as one."""
    blocks = list(parts)
    starts = np.cumsum([0, *(block.frames for block in blocks)])
    return Peaks(
        frames=int(starts[-1]),
        frame=np.concatenate([block.frame + start for block, start in zip(blocks, starts, strict=False)]),
        pitch=np.concatenate([block.pitch for block in blocks]),
        magnitude=np.concatenate([block.magnitude for block in blocks]),
    )


def cents_of(direction: complex, weight: float) -> float:
    """Return the deviation from equal temperament that a direction on the circle of a semitone means, −50 to 50.

    Parameters
    ----------
    direction
        Sum of unit vectors times weights.
    weight
        Sum of the weights; 0 is returned where nothing is left of them.
    """
    if abs(direction) <= 1e-9 * weight:
        return 0.0
    return float(np.angle(direction) / (2.0 * np.pi) * 100.0)


def _standing_out(power: FloatArray, tops: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return frame and bin of the local maxima that exceed what the frame's loudest bin and their band ask for.

    Parameters
    ----------
    power
        Shape (frames, bins), at least one band of bins.
    tops
        Shape (frames, bins), where the local maxima are.
    """
    loudest = np.maximum.reduce(power, axis=1, keepdims=True)
    least = np.maximum(loudest * np.float32(10.0 ** (-PEAK_RANGE_DB / 10.0)), np.float32(10.0 ** (SILENCE_DB / 10.0)))
    frame, bin_ = np.divmod(np.flatnonzero(tops & (power > least)), power.shape[1])
    floors = _medians(power) * np.float32(FLOOR_EXCESS)
    band = np.minimum(bin_ // FLOOR_BINS, floors.shape[1] - 1)
    kept = power[frame, bin_] > floors[frame, band]
    return frame[kept], bin_[kept]


def _medians(power: FloatArray) -> FloatArray:
    """Return the median power of each whole band, shape (frames, bands)."""
    frames, bins = power.shape
    bands = bins // FLOOR_BINS
    by_band = power[:, : bands * FLOOR_BINS].reshape(frames, bands, FLOOR_BINS)
    medians: FloatArray = np.partition(by_band, FLOOR_BINS // 2, axis=2)[:, :, FLOOR_BINS // 2]
    return medians
