"""Notes averaged over stretches between beats: what chords and keys are judged by.

References: Bello and Pickens (2005), "A robust mid-level representation for harmonic content in music signals"
(averaging between beats).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grym.domain.chroma import Chroma
from grym.domain.harmony.partials import LOWEST_NOTE, NOTES
from grym.domain.signal import FloatArray

Floats = NDArray[np.float64]

STRETCH_S = 0.2
"""Without beats: between a quaver at 150 and one at 130 BPM."""

PARTS_OF_A_BEAT = 2
LEAST_BEATS = 4
LEAST_STRETCH_S = 0.05

SOFTENING = 0.8
"""Strengths enter to this power, so that one loud voice does not speak for all."""

TREBLE_MIDI = (43, 55)
TOP_MIDI = (84, 96)
"""Below G3 notes say less about the quality of a chord, above C6 there are mostly overtones that were left over."""

BASS_MIDI = (52, 64)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stretches:
    """Pitch classes of each stretch: all notes and bass as unit rows (zeros where silent), and how much sounds."""

    treble: Floats
    bass: Floats
    level: Floats


def edges_of(duration_s: float, beats_s: FloatArray | None) -> Floats:
    """Return ascending borders of stretches from 0 to the end: half beats, or an even grid without beats."""
    if beats_s is None or len(beats_s) < LEAST_BEATS:
        return np.linspace(0.0, duration_s, max(1, round(duration_s / STRETCH_S)) + 1)
    beats = np.asarray(beats_s, dtype=np.float64)
    inner = _carried_on(beats, duration_s)
    inner = inner[(inner > LEAST_STRETCH_S) & (inner < duration_s - LEAST_STRETCH_S)]
    return np.concatenate([[0.0], inner, [duration_s]])


def _carried_on(beats: Floats, duration_s: float) -> Floats:
    """Return half beats over the whole sound: beats go on before the first and after the last as they began or end."""
    first, last = beats[1] - beats[0], beats[-1] - beats[-2]
    before = beats[0] - first * np.arange(1 + int(beats[0] / first), 0, -1)
    after = beats[-1] + last * np.arange(1, 2 + int((duration_s - beats[-1]) / last))
    whole = np.concatenate([before, beats, after])
    places = np.arange(0.0, len(whole) - 1 + 1e-9, 1.0 / PARTS_OF_A_BEAT)
    halves: Floats = np.interp(places, np.arange(len(whole)), whole)
    return halves


def averages(chroma: Chroma, edges: Floats) -> Stretches:
    """Average the notes of each stretch and fold them to pitch classes.

    Parameters
    ----------
    chroma
        Notes over time.
    edges
        Ascending borders of the stretches in seconds.
    """
    level = _means(chroma.notes.sum(axis=1, keepdims=True), edges, chroma.frame_rate_hz)[:, 0]
    notes = _means(chroma.notes**SOFTENING, edges, chroma.frame_rate_hz)
    treble, bass = _note_weights()
    return Stretches(treble=_unit(_folded(notes * treble)), bass=_unit(_folded(notes * bass)), level=level)


def _note_weights() -> tuple[Floats, Floats]:
    """Return how much each note counts for the chord and for its bass, each shape (68,), 0 to 1."""
    pitch = LOWEST_NOTE + np.arange(NOTES, dtype=np.float64)
    low, full = TREBLE_MIDI
    begin, end = TOP_MIDI
    treble = np.clip((pitch - low) / (full - low), 0.3, 1.0) * np.clip((end - pitch) / (end - begin), 0.0, 1.0)
    full_bass, no_bass = BASS_MIDI
    bass = np.clip((no_bass - pitch) / (no_bass - full_bass), 0.0, 1.0)
    return treble, bass


def _means(frames: NDArray[np.floating], edges: Floats, frame_rate_hz: float) -> Floats:
    """Return the mean over each stretch of frames that count from half a hop before to half a hop after their time."""
    sums = np.vstack([np.zeros((1, frames.shape[1])), np.cumsum(frames, axis=0, dtype=np.float64)])
    places = np.clip(edges * frame_rate_hz + 0.5, 0.0, len(frames))
    whole = np.minimum(places.astype(np.int64), len(frames) - 1)
    reached = sums[whole] + (places - whole)[:, None] * frames[whole]
    means: Floats = np.diff(reached, axis=0) / np.maximum(np.diff(places), 1e-6)[:, None]
    return means


def _folded(notes: Floats) -> Floats:
    padded = np.pad(notes, ((0, 0), (LOWEST_NOTE % 12, -(LOWEST_NOTE + NOTES) % 12)))
    folded: Floats = padded.reshape(len(notes), padded.shape[1] // 12, 12).sum(axis=1)
    return folded


def _unit(rows: Floats) -> Floats:
    unit: Floats = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    return unit
