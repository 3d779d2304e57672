"""Pitch classes of a sound: spectral peaks of a long window, tuned and folded to twelve.

Columns are pitch classes, C = 0. A window of 0.37 s tells semitones apart from 60 Hz up; its frames are 93 ms apart.
Peaks, not bins, carry the weight, so noise and drums count little. Every peak also supports the fundamentals it may
be an overtone of.

References: Gómez (2006), "Tonal description of music audio signals", chapter 3 (harmonic pitch class profile);
Ellis (2007), "Chroma feature analysis and synthesis" (tuning from the histogram of peaks).
"""

from dataclasses import dataclass

import numpy as np

from grym.domain.signal import FloatArray
from grym.domain.stft import Framing, framing_for, power_blocks

LONG_WINDOW = 8
LOWEST_HZ = 55.0
HIGHEST_HZ = 4_200.0
"""From the A of the great octave to the top of a piano: above it there are mostly overtones."""

PEAK_RANGE_DB = 50.0
"""Peaks further below the frame's strongest one are side lobes and noise."""

HARMONICS = 4
HARMONIC_DECAY = 0.6
"""A peak supports f, f/2, f/3 and f/4 by 1, 0.6, 0.36 and 0.22 (Gómez 2006 uses 8 at 0.6; more blur the bass)."""

SILENCE_DB = -60.0
CHANGE_REACH_S = 0.75
"""Harmony is compared over three quarters of a second each way: about a beat and a half."""

CONCERT_PITCH_HZ = 440.0
A4_MIDI = 69
MIDDLE_C_MIDI = 60


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Chroma:
    """Pitch class weights by frame.

    Parameters
    ----------
    weights
        Shape (frames, 12), ≥ 0; magnitudes, so loud frames weigh more.
    bass
        Shape (frames, 12): the same of fundamentals below 262 Hz.
    tuning_cents
        How far the recording lies above a = 440 Hz, −50 to 50.
    frame_rate_hz
        Frames per second.
    """

    weights: FloatArray
    bass: FloatArray
    tuning_cents: float
    frame_rate_hz: float

    def mean(self) -> FloatArray:
        """Return the share of each pitch class in the whole, shape (12,), sum 1; zeros where nothing has pitch."""
        total = self.weights.sum(axis=0)
        share: FloatArray = total / max(float(total.sum()), 1e-12)
        return share

    def change(self) -> FloatArray:
        """Return how much the harmony changes across each frame, 0 to 1: cosine distance of what is left and right."""
        count = len(self.weights)
        sums = np.vstack([np.zeros((1, 12)), np.cumsum(np.sqrt(self.weights), axis=0, dtype=np.float64)])
        reach = max(1, round(CHANGE_REACH_S * self.frame_rate_hz))
        at = np.arange(count)
        before = sums[at] - sums[np.maximum(0, at - reach)]
        after = sums[np.minimum(count, at + 1 + reach)] - sums[at + 1]
        lengths = np.linalg.norm(before, axis=1) * np.linalg.norm(after, axis=1)
        alike = (before * after).sum(axis=1) / np.maximum(lengths, 1e-9)
        change: FloatArray = np.where(lengths > 1e-9, 1.0 - alike, 0.0).astype(np.float32)  # noqa: PLR2004 (rounding)
        return change


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Peaks:
    """Spectral peaks of all frames: frame number, MIDI pitch with fraction, magnitude."""

    frame: np.ndarray
    pitch: np.ndarray
    magnitude: np.ndarray


def chroma(mono: FloatArray, sample_rate_hz: int) -> Chroma:
    """Compute the pitch class profile of a sound.

    Parameters
    ----------
    mono
        Shape (samples,).
    sample_rate_hz
        Samples per second.
    """
    framing = framing_for(sample_rate_hz, stretch=LONG_WINDOW)
    found = _all_peaks(mono, framing)
    tuning = tuning_cents(found.pitch, found.magnitude)
    count = framing.frame_count(len(mono))
    weights = np.zeros((count, 12), dtype=np.float32)
    bass = np.zeros((count, 12), dtype=np.float32)
    for harmonic in range(1, HARMONICS + 1):
        pitch = found.pitch - 12.0 * np.log2(harmonic) - tuning / 100.0
        strength = found.magnitude * HARMONIC_DECAY ** (harmonic - 1)
        weights += _fold(found.frame, pitch, strength, count)
        if harmonic == 1:
            low = pitch < MIDDLE_C_MIDI
            bass += _fold(found.frame[low], pitch[low], strength[low], count)
    return Chroma(weights=weights, bass=bass, tuning_cents=tuning, frame_rate_hz=framing.frame_rate_hz)


def tuning_cents(pitch: np.ndarray, weight: np.ndarray) -> float:
    """Estimate the deviation from equal temperament at a = 440 Hz in cents, −50 to 50, as a circular mean.

    Parameters
    ----------
    pitch
        MIDI pitch with fraction, shape (peaks,).
    weight
        Strength of each peak, shape (peaks,).
    """
    if not len(pitch):
        return 0.0
    direction = complex(np.sum(weight * np.exp(2j * np.pi * pitch)))
    if abs(direction) <= 1e-9 * float(np.sum(weight)):
        return 0.0
    return float(np.angle(direction) / (2.0 * np.pi) * 100.0)


def _all_peaks(mono: FloatArray, framing: Framing) -> _Peaks:
    """Collect the spectral peaks between 55 and 4,200 Hz of all frames."""
    low = int(LOWEST_HZ / framing.bin_hz)
    high = min(framing.n_fft // 2 - 1, int(HIGHEST_HZ / framing.bin_hz))
    frames, pitches, magnitudes, start = [], [], [], 0
    for power in power_blocks(mono, framing):
        band = power[:, low - 1 : high + 2]
        frame, pitch, magnitude = _peaks_of_block(band, first_bin=low - 1, bin_hz=framing.bin_hz)
        frames.append(frame + start)
        pitches.append(pitch)
        magnitudes.append(magnitude)
        start += len(power)
    return _Peaks(frame=np.concatenate(frames), pitch=np.concatenate(pitches), magnitude=np.concatenate(magnitudes))


def _peaks_of_block(band: FloatArray, *, first_bin: int, bin_hz: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Find local maxima along frequency and place them by a parabola through the log power (Smith and Serra 1987)."""
    loudest = band.max(axis=1, keepdims=True)
    silence = np.float32(10.0 ** (SILENCE_DB / 10.0))
    threshold = np.maximum(loudest * np.float32(10.0 ** (-PEAK_RANGE_DB / 10.0)), silence)
    middle = band[:, 1:-1]
    frame, bin_ = np.nonzero((middle > band[:, :-2]) & (middle >= band[:, 2:]) & (middle > threshold))
    left, centre, right = (
        np.log(np.maximum(band[frame, bin_ + shift], np.finfo(np.float32).tiny)) for shift in (0, 1, 2)
    )
    curvature = left - 2.0 * centre + right
    offset = np.where(curvature < 0.0, 0.5 * (left - right) / np.minimum(curvature, -1e-9), 0.0)
    hz = (first_bin + 1 + bin_ + offset) * bin_hz
    pitch = A4_MIDI + 12.0 * np.log2(hz / CONCERT_PITCH_HZ)
    return frame, pitch, np.sqrt(band[frame, bin_ + 1])


def _fold(frame: np.ndarray, pitch: np.ndarray, strength: np.ndarray, count: int) -> FloatArray:
    """Add peaks to their pitch class, less the further they lie from it: cos² over one semitone."""
    nearest = np.round(pitch)
    closeness = np.cos(np.pi * (pitch - nearest)) ** 2
    cell = frame * 12 + nearest.astype(np.int64) % 12
    folded = np.bincount(cell, weights=strength * closeness, minlength=count * 12)
    return folded.reshape(count, 12).astype(np.float32)
