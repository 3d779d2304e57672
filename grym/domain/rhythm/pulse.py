"""What can be said of a pulse: tempo, beats, bars and metre, and how sure that is."""

from dataclasses import dataclass

import numpy as np

from grym.domain.signal import FloatArray

COMPOUND = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Metre:
    """How a bar is counted.

    Sound does not tell what value a beat is written as, so the name is the usual writing: quarters for beats in two
    parts, dotted quarters for beats in three.

    Parameters
    ----------
    beats
        Beats in a bar: 2, 3 or 4.
    division
        Parts of a beat: 2 in simple metres, 3 in compound ones.
    """

    beats: int
    division: int

    @property
    def name(self) -> str:
        """As a time signature: 2/4, 3/4, 4/4, 6/8, 9/8 or 12/8."""
        return f"{self.beats * COMPOUND}/8" if self.division == COMPOUND else f"{self.beats}/4"


@dataclass(frozen=True, slots=True, kw_only=True)
class TempoHypothesis:
    """A tempo and how well it fits: `periodicity` 0–1 from the sound alone, `score` with what music usually does."""

    tempo_bpm: float
    periodicity: float
    score: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pulse:
    """Tempo, beats and bars.

    Parameters
    ----------
    tempo_bpm
        Beats per minute, 30 to 260; None without a steady pulse.
    confidence
        0–1: how periodic the onsets are and how far the best hypothesis leads.
    hypotheses
        All tempi considered, best first.
    beats_s, downbeats_s
        Ascending times in seconds.
    beats_per_bar
        2, 3 or 4; 0 without beats.
    metre
        How a bar is counted; None without beats.
    """

    tempo_bpm: float | None
    confidence: float
    hypotheses: tuple[TempoHypothesis, ...]
    beats_s: FloatArray
    downbeats_s: FloatArray
    beats_per_bar: int
    metre: Metre | None

    @property
    def local_tempo_bpm(self) -> FloatArray:
        """Tempo at each beat, from the beats on both sides of it, shape (beats,); empty with fewer than two."""
        if len(self.beats_s) < 2:  # noqa: PLR2004 (one beat has no tempo)
            return np.empty(0, dtype=np.float32)
        bpm: FloatArray = (60.0 / np.gradient(self.beats_s.astype(np.float64))).astype(np.float32)
        return bpm


def no_pulse(hypotheses: tuple[TempoHypothesis, ...] = ()) -> Pulse:
    """Return what is said of a sound without a steady pulse."""
    empty = np.empty(0, dtype=np.float32)
    return Pulse(
        tempo_bpm=None,
        confidence=0.0,
        hypotheses=hypotheses,
        beats_s=empty,
        downbeats_s=empty,
        beats_per_bar=0,
        metre=None,
    )
