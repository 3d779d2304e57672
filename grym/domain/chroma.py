"""Pitch classes of a sound: spectral peaks of a long window, tuned, explained by notes and folded to twelve.

Columns are pitch classes, C = 0. A window of 0.37 s tells semitones apart from 60 Hz up; its frames are 93 ms apart.
Peaks, not bins, carry the weight, and only those that stand far out of what lies around them: noise and drums have
none. Peaks are explained by notes with overtones, so an overtone counts for its note.

References: Gómez (2006), "Tonal description of music audio signals", chapter 3 (spectral peaks and pitch classes);
Ellis (2007), "Chroma feature analysis and synthesis" (tuning from the histogram of peaks); Mauch and Dixon (2010),
"Approximate note transcription for the improved identification of difficult chords" (notes before pitch classes).
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from grym.domain.harmony.partials import LOWEST_NOTE, LOWEST_SEMITONE, NOTES, SEMITONES, notes_of_partials
from grym.domain.signal import FloatArray
from grym.domain.stft import Framing, framing_for, power_blocks

LONG_WINDOW = 8
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
CHANGE_REACH_S = 0.75
"""Harmony is compared over three quarters of a second each way: about a beat and a half."""

CONCERT_PITCH_HZ = 440.0
A4_MIDI = 69

BASS_MIDI = (52, 64)
"""A note counts as bass in full up to E below middle C and not at all from the E above it on."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Chroma:
    """Pitch class weights by frame.

    Parameters
    ----------
    weights
        Shape (frames, 12), ≥ 0; square roots of amplitudes, so loud frames weigh more.
    bass
        Shape (frames, 12): the same of low notes, up to E4 with falling weight.
    notes
        Shape (frames, 68): what both were folded from, from MIDI pitch 28 upwards.
    tuning_cents
        How far the recording lies above a = 440 Hz, −50 to 50.
    frame_rate_hz
        Frames per second; frame k is centred on k / frame_rate_hz.
    """

    weights: FloatArray
    bass: FloatArray
    notes: FloatArray
    tuning_cents: float
    frame_rate_hz: float

    def mean(self) -> FloatArray:
        """Return the share of each pitch class in the whole, shape (12,), sum 1; zeros where nothing has pitch."""
        total = self.weights.sum(axis=0)
        share: FloatArray = total / max(float(total.sum()), 1e-12)
        return share

    @staticmethod
    def folded(notes: FloatArray) -> FloatArray:
        """Add up notes an octave apart: shape (frames, 68) as `notes` in, (frames, 12) out."""
        return _folded(notes)

    def change(self) -> FloatArray:
        """Return how much the harmony changes across each frame, 0 to 1: cosine distance of what is left and right."""
        count = len(self.weights)
        sums = np.vstack([np.zeros((1, 12)), np.cumsum(self.weights, axis=0, dtype=np.float64)])
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
    partials = _on_semitones(found, tuning, framing.frame_count(len(mono)))
    return chroma_of_notes(notes_of_partials(partials), tuning_cents=tuning, frame_rate_hz=framing.frame_rate_hz)


def chroma_of_notes(notes: FloatArray, *, tuning_cents: float, frame_rate_hz: float) -> Chroma:
    """Fold the strength of notes, shape (frames, 68) from MIDI pitch 28 upwards, to pitch classes."""
    low, high = BASS_MIDI
    lowness = np.clip((high - (LOWEST_NOTE + np.arange(NOTES))) / (high - low), 0.0, 1.0).astype(np.float32)
    return Chroma(
        weights=_folded(notes),
        bass=_folded(notes * lowness),
        notes=notes,
        tuning_cents=tuning_cents,
        frame_rate_hz=frame_rate_hz,
    )


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
    """Collect the spectral peaks between 36 and 4,200 Hz of all frames."""
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
    middle = band[:, 1:-1]
    threshold = np.maximum(loudest * np.float32(10.0 ** (-PEAK_RANGE_DB / 10.0)), _above_floor(middle))
    threshold = np.maximum(threshold, silence)
    frame, bin_ = np.nonzero((middle > band[:, :-2]) & (middle >= band[:, 2:]) & (middle > threshold))
    left, centre, right = (
        np.log(np.maximum(band[frame, bin_ + shift], np.finfo(np.float32).tiny)) for shift in (0, 1, 2)
    )
    curvature = left - 2.0 * centre + right
    offset = np.where(curvature < 0.0, 0.5 * (left - right) / np.minimum(curvature, -1e-9), 0.0)
    hz = (first_bin + 1 + bin_ + offset) * bin_hz
    pitch = A4_MIDI + 12.0 * np.log2(hz / CONCERT_PITCH_HZ)
    return frame, pitch, np.sqrt(band[frame, bin_ + 1])


def _above_floor(band: FloatArray) -> FloatArray:
    """Return the power a peak must exceed to be no noise, shape (frames, 1 or bins): by bands, joined by steps."""
    bins = band.shape[1]
    edges = np.linspace(0, bins, max(1, bins // FLOOR_BINS) + 1).astype(int)
    floors = np.stack([np.median(band[:, a:b], axis=1) for a, b in pairwise(edges)], axis=1)
    spread: FloatArray = np.repeat(floors * np.float32(FLOOR_EXCESS), np.diff(edges), axis=1)
    return spread


def _on_semitones(peaks: _Peaks, tuning: float, count: int) -> FloatArray:
    """Add up the peaks of each frame on each semitone, the less the further they lie from it: cos² over one."""
    pitch = peaks.pitch - tuning / 100.0
    nearest = np.round(pitch)
    column = nearest.astype(np.int64) - LOWEST_SEMITONE
    inside = (column >= 0) & (column < SEMITONES)
    strength = peaks.magnitude * np.cos(np.pi * (pitch - nearest)) ** 2
    cell = peaks.frame * SEMITONES + column
    added = np.bincount(cell[inside], weights=strength[inside], minlength=count * SEMITONES)
    return added.reshape(count, SEMITONES).astype(np.float32)


def _folded(notes: FloatArray) -> FloatArray:
    """Add up notes an octave apart, shape (frames, 12)."""
    padded = np.pad(notes, ((0, 0), (LOWEST_NOTE % 12, -(LOWEST_NOTE + NOTES) % 12)))
    classes: FloatArray = padded.reshape(len(notes), -1, 12).sum(axis=1)
    return classes
