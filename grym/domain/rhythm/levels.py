"""Which of several pulses is the beat: evidence of each, weighed by what was learned from scores.

Half, double and a third of the tempo fit a piece almost as well as the tempo itself. What tells them apart is how the
sound is organised around each: whether whole patterns return after one, two, three and four beats, whether halves or
thirds of a beat are used (and not both), how many notes a beat carries, and how fast music usually goes.

References: Klapuri, Eronen and Astola (2006), "Analysis of the meter of acoustic musical signals", section II-E (levels
weighed together); McFadden (1974), "Conditional logit analysis of qualitative choice behavior", equation 12.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import maximum_filter1d, uniform_filter1d

from grym.domain.chroma import Chroma
from grym.domain.rhythm.bars import bar_evidence
from grym.domain.rhythm.chains import Chain
from grym.domain.rhythm.curves import Curves
from grym.domain.rhythm.periods import at_lag

PARTS = 24
"""A beat is looked at in 24 parts: halves, thirds, quarters and sixths lie on them."""

HALF = (12,)
THIRDS = (8, 16)
SIXTHS = (4, 20)

AGAIN = {"again_quarter": 0.25, "again_1": 1.0, "again_2": 2.0, "again_3": 3.0, "again_8": 8.0}
CLOSE_FRAMES = 5
"""What begins within two frames of a part of a beat begins on it."""

USUAL_BPM, SLOW_BPM, FAST_BPM = 100.0, 60.0, 160.0
EVENT_AROUND_S = 0.035
EVENT_MEAN_S = 0.3
EVENT_FACTOR = 1.2
EVENT_LEAST = 0.3
"""An event is a local maximum of the rise that lies a fifth above its mean and 0.3 above what is usual."""

LOWEST = -8.0
LEAST_COMPARED = 3
CLEAR_CHANGE = 0.1
"""Cosine distance of what sounds before and after from which harmony changes."""

WEIGHTS = {
    "again_quarter": 3.37,
    "again_1": 2.46,
    "again_2": -3.35,
    "again_3": 1.53,
    "again_8": 6.18,
    "collected": 6.91,
    "collected_a_beat": 1.12,
    "bars": 3.07,
    "halves_or_thirds": 1.9,
    "sixths": -1.46,
    "like_next": 3.1,
    "like_third": 1.51,
    "bass_on_beats": 0.564,
    "stress_on_beats": 0.527,
    "every_third": -1.01,
    "density": 0.427,
    "density_squared": -0.685,
    "harmony": -0.935,
    "harmony_squared": -0.221,
    "octaves": 0.526,
    "octaves_squared": 1.67,
    "slow": -11.2,
    "fast": -9.5,
}
"""Of the evidence in the choice, after ``python -m benchmarks.hearing.fitting beat``."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scene:
    """What all pulses of a sound are held against.

    Parameters
    ----------
    curves, salience
        Reasons for beats and their sum, by frame.
    similarity
        By lag.
    events, marked
        Frames where something begins, and 1 in those among zeros, by frame.
    pitch
        Pitch classes.
    changes_per_s
        How often the harmony changes.
    """

    curves: Curves
    salience: np.ndarray
    similarity: np.ndarray
    events: np.ndarray
    marked: np.ndarray
    pitch: Chroma
    changes_per_s: float


def scene_of(curves: Curves, similarity: np.ndarray, pitch: Chroma) -> Scene:
    """Prepare what all pulses are held against."""
    full, rate_hz = curves.full, curves.frame_rate_hz
    highest = maximum_filter1d(full, 2 * round(EVENT_AROUND_S * rate_hz) + 1)
    mean = uniform_filter1d(full, 2 * round(EVENT_MEAN_S * rate_hz) + 1)
    events = np.flatnonzero((full >= highest) & (full > EVENT_FACTOR * mean + EVENT_LEAST))
    salience = np.maximum(maximum_filter1d(curves.salience(), 3), LOWEST)
    marked = np.zeros(len(full), dtype=np.float32)
    marked[events] = 1.0
    return Scene(
        curves=curves,
        salience=salience,
        similarity=similarity,
        events=events,
        marked=marked,
        pitch=pitch,
        changes_per_s=_changes(pitch) * rate_hz / max(len(full), 1),
    )


def _changes(pitch: Chroma) -> int:
    """Return how many times the harmony changes: clear local maxima of its change."""
    change = pitch.change()
    tops = (change[1:-1] > change[:-2]) & (change[1:-1] >= change[2:]) & (change[1:-1] > CLEAR_CHANGE)
    return int(tops.sum())


def evidence_of(chain: Chain, scene: Scene) -> dict[str, float]:
    """Return what speaks for and against a pulse, by name.

    Parameters
    ----------
    chain
        Its beats.
    scene
        What it is held against.
    """
    grid = _grid(chain.frames, len(scene.salience))
    begins = maximum_filter1d(scene.marked, CLOSE_FRAMES)[grid] > 0.0
    return (
        _periodicity(chain, scene) | _parts(grid, begins, scene) | _accents(grid, begins, scene) | _pace(chain, scene)
    )


def _periodicity(chain: Chain, scene: Scene) -> dict[str, float]:
    """Return how alike the sound is after parts and multiples of a beat, and what salience the beats collect."""
    again = {name: at_lag(scene.similarity, share * chain.period_frames) for name, share in AGAIN.items()}
    collected, count = chain.evidence / len(scene.salience) * 10.0, len(chain.frames)
    bars = bar_evidence(chain.frames.astype(np.float64), scene.curves, scene.pitch)
    return again | {"collected": collected, "collected_a_beat": chain.evidence / count, "bars": bars}


def _parts(grid: np.ndarray, begins: np.ndarray, scene: Scene) -> dict[str, float]:
    """Return which parts of a beat are used, and how alike the patterns of beats are."""
    filled = begins.mean(axis=0)
    rises = maximum_filter1d(scene.curves.full, 3)[grid]
    return {
        "halves_or_thirds": abs(float(filled[HALF[0]]) - float(filled[list(THIRDS)].mean())),
        "sixths": float(scene.salience[grid].mean(axis=0)[list(SIXTHS)].mean()),
        "like_next": _likeness(rises, 1),
        "like_third": _likeness(rises, 3),
    }


def _accents(grid: np.ndarray, begins: np.ndarray, scene: Scene) -> dict[str, float]:
    """Return how much lower, stronger and newer beats are than what lies half-way between them, and every third beat.

    Differences are counted in standard deviations over all parts of beats.
    """
    bass, stress, full = (
        maximum_filter1d(getattr(scene.curves, name), CLOSE_FRAMES)[grid] for name in ("bass", "stress", "full")
    )
    struck = [stress[:, part][begins[:, part]] for part in (0, HALF[0])]
    alone = min(map(len, struck)) < LEAST_COMPARED  # beats stand out of silence as far as any accent
    lead = np.inf if alone else float(struck[0].mean() - struck[1].mean())
    return {
        "bass_on_beats": float(bass[:, 0].mean() - bass[:, HALF[0]].mean()) / _deviation(bass),
        "stress_on_beats": float(np.clip(lead / _deviation(stress), -1.0, 1.0)),
        "every_third": _lead_of_thirds(full[:, 0], begins[:, 0]),
    }


def _pace(chain: Chain, scene: Scene) -> dict[str, float]:
    """Return how fast a pulse is and how many notes and harmonies a beat carries, as logarithms and their squares."""
    frames, rate_hz = chain.frames, scene.curves.frame_rate_hz
    inside = (scene.events >= frames[0]) & (scene.events < frames[-1])
    density = float(np.log2(float(inside.sum()) / (len(frames) - 1) + 0.1))
    octaves = float(np.log2(60.0 * rate_hz / chain.period_frames / USUAL_BPM))
    harmony = float(np.log2(scene.changes_per_s * chain.period_frames / rate_hz + 0.1))
    return {
        "density": density,
        "density_squared": density**2,
        "harmony": harmony,
        "harmony_squared": harmony**2,
        "octaves": octaves,
        "octaves_squared": octaves**2,
        "slow": max(0.0, float(np.log2(SLOW_BPM / USUAL_BPM)) - octaves),
        "fast": max(0.0, octaves - float(np.log2(FAST_BPM / USUAL_BPM))),
    }


def probabilities(evidence: Sequence[dict[str, float]]) -> np.ndarray:
    """Return how likely each of several pulses is the beat, sum 1, shape (pulses,)."""
    scores = np.array([sum(weight * one[name] for name, weight in WEIGHTS.items()) for one in evidence])
    odds = np.exp(scores - scores.max())
    return np.asarray(odds / odds.sum())


def division_of(chain: Chain, scene: Scene) -> int:
    """Return whether a beat has two parts or three: which of them more often begin something."""
    filled = maximum_filter1d(scene.marked, CLOSE_FRAMES)[_grid(chain.frames, len(scene.marked))].mean(axis=0)
    return 3 if float(filled[list(THIRDS)].mean()) > float(filled[HALF[0]]) else 2


def _grid(frames: np.ndarray, count: int) -> np.ndarray:
    """Return the frames of the 24 parts of every beat but the last, shape (beats − 1, 24)."""
    parts = frames[:-1, None] + np.diff(frames)[:, None] * (np.arange(PARTS) / PARTS)
    return np.clip(np.round(parts).astype(np.intp), 0, count - 1)


def _deviation(values: np.ndarray) -> float:
    return float(values.std()) + 1e-6


def _lead_of_thirds(values: np.ndarray, struck: np.ndarray) -> float:
    """Return how far every third beat, of the best phase, lies above the mean, in deviations of all beats."""
    usual = float(values[struck].mean()) if struck.any() else 0.0
    phases = [values[phase::3][struck[phase::3]] for phase in range(3)]
    means = [float(phase.mean()) if len(phase) >= LEAST_COMPARED else usual for phase in phases]
    return (max(means) - float(np.mean(means))) / _deviation(values)


def _likeness(patterns: np.ndarray, apart: int) -> float:
    """Return how alike the patterns of beats so far apart are, −1 to 1."""
    if len(patterns) <= apart + 1:
        return 0.0
    centred = patterns - patterns.mean()
    first, second = centred[:-apart], centred[apart:]
    lengths = float(np.sqrt(np.square(first).sum() * np.square(second).sum()))
    return float((first * second).sum() / lengths) if lengths > 1e-9 else 0.0  # noqa: PLR2004 (rounding)
