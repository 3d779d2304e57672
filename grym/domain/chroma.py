"""Pitch classes of a sound: spectral peaks of a long window, tuned, explained by notes and folded to twelve.

Columns are pitch classes, C = 0. A window of 0.37 s tells semitones apart from 60 Hz up; its frames are 93 ms apart.
Peaks, not bins, carry the weight, and only those that stand far out of what lies around them: noise and drums have
none. Peaks are explained by notes with overtones, so an overtone counts for its note.

References: Gómez (2006), "Tonal description of music audio signals", chapter 3 (spectral peaks and pitch classes);
Ellis (2007), "Chroma feature analysis and synthesis" (tuning from the histogram of peaks); Mauch and Dixon (2010),
"Approximate note transcription for the improved identification of difficult chords" (notes before pitch classes).
"""

from dataclasses import dataclass

import numpy as np

from grym.domain.decimation import decimated, reduced
from grym.domain.harmony.partials import LOWEST_NOTE, NOTES, notes_of_partials
from grym.domain.harmony.peaks import cents_of, joined, spectral_peaks
from grym.domain.signal import FloatArray
from grym.domain.stft import Framing, framing_for, power_blocks

LONG_WINDOW = 8
CHANGE_REACH_S = 0.75
"""Harmony is compared over three quarters of a second each way: about a beat and a half."""

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


def chroma(mono: FloatArray, sample_rate_hz: int) -> Chroma:
    """Compute the pitch class profile of a sound.

    Parameters
    ----------
    mono
        Shape (samples,).
    sample_rate_hz
        Samples per second.
    """
    framing = long_framing(sample_rate_hz)
    thinned = decimated(mono, sample_rate_hz) if len(mono) else mono
    found = joined(spectral_peaks(power, framing) for power in power_blocks(thinned, framing))
    tuning = tuning_cents(found.pitch, found.magnitude)
    notes = notes_of_partials(found.on_semitones(tuning))
    return chroma_of_notes(notes, tuning_cents=tuning, frame_rate_hz=framing.frame_rate_hz)


def long_framing(sample_rate_hz: int) -> Framing:
    """Return the window of 0.37 s and its hop, for the sound at its reduced rate."""
    return reduced(framing_for(sample_rate_hz, stretch=LONG_WINDOW))


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
    return cents_of(complex(np.dot(weight, np.exp(2j * np.pi * pitch))), float(np.sum(weight)))


def _folded(notes: FloatArray) -> FloatArray:
    """Add up notes an octave apart, shape (frames, 12)."""
    first = LOWEST_NOTE % 12
    padded = np.zeros((len(notes), first + NOTES + -(LOWEST_NOTE + NOTES) % 12), dtype=np.float32)
    padded[:, first : first + NOTES] = notes
    classes: FloatArray = padded.reshape(len(notes), padded.shape[1] // 12, 12).sum(axis=1)
    return classes
