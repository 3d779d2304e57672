"""What a law may change in a score, as numbers."""

from collections.abc import Sequence

import numpy as np

from grym.domain.composing.metrics import beat_steps
from grym.domain.composing.score import TICKS_PER_QUARTER, Note, Score
from grym.domain.composing.theory import scale_of


def measured(score: Score) -> dict[str, float]:
    """Return measures of a score: pitches in semitones, rates a second, lengths in quarter notes, shares 0 to 1."""
    pitched = [note for part in score.parts if not part.percussion for note in part.notes]
    lead = next(part.notes for part in score.parts if part.role == "melody")
    everything = [note for part in score.parts for note in part.notes]
    scale = set(scale_of(score.tonality))
    beat = beat_steps(score.metre) * TICKS_PER_QUARTER // 4
    sounding = np.array([max(1, note.duration_ticks + note.ring_ticks) for note in pitched])
    written = np.array([note.duration_ticks for note in pitched])
    velocities = np.array([note.velocity for note in everything])
    return {
        "melody's pitch": float(np.mean([note.midi_pitch for note in lead])),
        "spread of pitch": float(np.std([note.midi_pitch for note in pitched])),
        "melody's mean interval": _interval(lead),
        "notes in the scale": float(np.mean([note.midi_pitch % 12 in scale for note in pitched])),
        "notes a second": len(everything) / score.duration_s,
        "onsets on the beat": float(np.mean([note.start_ticks % beat == 0 for note in everything])),
        "melody's onsets on the beat": float(np.mean([note.start_ticks % beat == 0 for note in lead])),
        "sounding length": float(np.mean(sounding) / TICKS_PER_QUARTER),
        "legato": float(np.median(sounding / written)),
        "loudness": float(np.mean(velocities)),
        "spread of loudness": float(np.std(velocities)),
        "players a bar": _players(score),
    }


def _interval(lead: Sequence[Note]) -> float:
    """Return the mean size of the melody's intervals in semitones."""
    return float(np.mean(np.abs(np.diff([note.midi_pitch for note in lead])))) if len(lead) > 1 else 0.0


def _players(score: Score) -> float:
    """Return how many parts begin a note in a bar, on average, as a share of all."""
    bar = score.metre.bar_ticks
    bars = max(1, score.length_ticks // bar)
    return sum(len({note.start_ticks // bar for note in part.notes}) for part in score.parts) / bars / len(score.parts)
