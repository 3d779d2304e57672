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

from grym.domain.rhythm.chains import Chain
from grym.domain.rhythm.curves import Curves
from grym.domain.rhythm.periods import at_lag

PARTS = 24
"""A beat is looked at in 24 parts: halves, thirds, quarters and sixths lie on them."""

HALF = (12,)
THIRDS = (8, 16)
SIXTHS = (4, 20)
BETWEEN = slice(4, 21)

USUAL_BPM = 100.0
SLOW_BPM = 60.0
EVENT_AROUND_S = 0.035
EVENT_MEAN_S = 0.3
EVENT_FACTOR = 1.2
EVENT_LEAST = 0.3
"""An event is a local maximum of the rise that lies a fifth above its mean and 0.3 above what is usual."""

LOWEST = -8.0
LEAST_COMPARED = 3
MOST_ERRORS = 6.0

WEIGHTS = {
    "again_1": 3.33,
    "again_2": 2.43,
    "again_3": 2.68,
    "again_4": 2.31,
    "collected": 4.76,
    "halves_or_thirds": 1.6,
    "thirds": 1.39,
    "sixths": -0.484,
    "above_between": 0.146,
    "like_next": 1.67,
    "bass_on_beats": 0.177,
    "density": -0.319,
    "unusual": -0.448,
    "slow": -3.18,
    "fast": -2.27,
}
"""Of the evidence in the choice: a conditional logit between the pulses of each dev work, fitted to the notated one."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scene:
    """What all pulses of a sound are held against.

    Parameters
    ----------
    curves, salience
        Reasons for beats and their sum, by frame.
    similarity
        By lag.
    events
        Frames where something begins.
    """

    curves: Curves
    salience: np.ndarray
    similarity: np.ndarray
    events: np.ndarray


def scene_of(curves: Curves, similarity: np.ndarray) -> Scene:
    """Prepare what all pulses are held against."""
    full, rate_hz = curves.full, curves.frame_rate_hz
    highest = maximum_filter1d(full, 2 * round(EVENT_AROUND_S * rate_hz) + 1)
    mean = uniform_filter1d(full, 2 * round(EVENT_MEAN_S * rate_hz) + 1)
    events = np.flatnonzero((full >= highest) & (full > EVENT_FACTOR * mean + EVENT_LEAST))
    salience = np.maximum(maximum_filter1d(curves.salience(), 3), LOWEST)
    return Scene(curves=curves, salience=salience, similarity=similarity, events=events)


def evidence_of(chain: Chain, scene: Scene) -> dict[str, float]:
    """Return what speaks for and against a pulse, by name.

    Parameters
    ----------
    chain
        Its beats.
    scene
        What it is held against.
    """
    frames = chain.frames
    grid = _grid(frames, len(scene.salience))
    profile = scene.salience[grid].mean(axis=0)
    marked = np.zeros(len(scene.salience))
    marked[scene.events] = 1.0
    filled = maximum_filter1d(marked, 5)[grid].mean(axis=0)
    rises = maximum_filter1d(scene.curves.full, 3)[grid]
    thirds, half = float(filled[list(THIRDS)].mean()), float(filled[12])
    inside = (scene.events >= frames[0]) & (scene.events < frames[-1])
    density = np.log2(float(inside.sum()) / (len(frames) - 1) + 0.1)
    octaves = float(np.log2(60.0 * scene.curves.frame_rate_hz / chain.period_frames / USUAL_BPM))
    again = {f"again_{k}": at_lag(scene.similarity, k * chain.period_frames) for k in (1, 2, 3, 4)}
    return again | {
        "collected": chain.evidence / len(scene.salience) * 10.0,
        "halves_or_thirds": abs(half - thirds),
        "thirds": thirds,
        "sixths": float(profile[list(SIXTHS)].mean()),
        "above_between": float(profile[0] - profile[BETWEEN].max()),
        "like_next": _likeness(rises, 1),
        "bass_on_beats": _contrast(scene.curves.bass, grid, marked),
        "density": density**2,
        "unusual": octaves**2,
        "slow": max(0.0, float(np.log2(SLOW_BPM / USUAL_BPM)) - octaves),
        "fast": max(0.0, octaves - float(np.log2(160.0 / USUAL_BPM))),
    }


def probabilities(evidence: Sequence[dict[str, float]]) -> np.ndarray:
    """Return how likely each of several pulses is the beat, sum 1, shape (pulses,)."""
    scores = np.array([sum(WEIGHTS[name] * value for name, value in one.items()) for one in evidence])
    odds = np.exp(scores - scores.max())
    return np.asarray(odds / odds.sum())


def division_of(chain: Chain, scene: Scene) -> int:
    """Return whether a beat has two parts or three: which of them more often begin something."""
    marked = np.zeros(len(scene.salience))
    marked[scene.events] = 1.0
    filled = maximum_filter1d(marked, 5)[_grid(chain.frames, len(marked))].mean(axis=0)
    return 3 if float(filled[list(THIRDS)].mean()) > float(filled[HALF[0]]) else 2


def _grid(frames: np.ndarray, count: int) -> np.ndarray:
    """Return the frames of the 24 parts of every beat but the last, shape (beats − 1, 24)."""
    parts = frames[:-1, None] + np.diff(frames)[:, None] * (np.arange(PARTS) / PARTS)
    return np.clip(np.round(parts).astype(np.intp), 0, count - 1)


def _contrast(curve: np.ndarray, grid: np.ndarray, marked: np.ndarray) -> float:
    """Return by how many standard errors a curve is higher on beats than half-way between, where something begins."""
    values, begins = maximum_filter1d(curve, 5)[grid], maximum_filter1d(marked, 5)[grid] > 0.0
    on, off = (values[:, part][begins[:, part]].astype(np.float64) for part in (0, HALF[0]))
    if min(len(on), len(off)) < LEAST_COMPARED:
        return 0.0
    error = np.sqrt(on.var() / len(on) + off.var() / len(off) + 1e-3)
    return float(np.clip((on.mean() - off.mean()) / error, -MOST_ERRORS, MOST_ERRORS))


def _likeness(patterns: np.ndarray, apart: int) -> float:
    """Return how alike the patterns of beats so far apart are, −1 to 1."""
    if len(patterns) <= apart + 1:
        return 0.0
    centred = patterns - patterns.mean()
    first, second = centred[:-apart], centred[apart:]
    lengths = float(np.sqrt(np.square(first).sum() * np.square(second).sum()))
    return float((first * second).sum() / lengths) if lengths > 1e-9 else 0.0  # noqa: PLR2004 (rounding)
