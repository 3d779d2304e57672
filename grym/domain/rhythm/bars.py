"""Which beats begin a bar, and how many beats a bar has.

Each beat is described by what marks downbeats: bass, stress, length and new harmony, on it and on its neighbours. From
that follow the odds that it begins a bar, and the metre and phase are those under which all odds together are best.
A piece may change its phase, at a price, for bars that were left out or added.

References: Klapuri, Eronen and Astola (2006), "Analysis of the meter of acoustic musical signals", section II-F; Böck,
Krebs and Widmer (2016), "Joint beat and downbeat tracking with recurrent neural networks" (bars decided on beats).
"""

import numpy as np
from scipy.ndimage import maximum_filter1d

from grym.domain.chroma import Chroma
from grym.domain.rhythm.curves import Curves

METRES = (2, 3, 4)
MARKS = ("full", "bass", "low", "strength", "following", "stress", "change")
AROUND_FRAMES = 5
CHANGE_PRICE = 8.0
"""Moving a bar line costs the odds of e^8 against one: some five clear downbeats must ask for it."""

WEIGHTS = {
    "full": (-0.23, 0.46, -0.37),
    "bass": (-0.47, 0.61, -0.48),
    "low": (0.50, -0.48, 0.33),
    "strength": (-0.42, 0.39, -0.16),
    "following": (-0.04, 0.14, -0.10),
    "stress": (-0.21, 0.40, -0.26),
    "change": (-0.07, 0.08, -0.20),
    "change_of_beat": (-0.14, 0.22, -0.11),
    "change_of_two": (-0.09, 0.09, -0.05),
}
"""Of each mark on the beat before, the beat itself and the one after, in standard deviations; a logistic regression of
the notated downbeats of dev works."""

BIAS = -0.75


def bar_positions(beats: np.ndarray, curves: Curves, pitch: Chroma) -> tuple[int, np.ndarray]:
    """Return the beats per bar, and of each beat its place in the bar from 0.

    Parameters
    ----------
    beats
        Frames of the beats, fractions allowed, ascending, shape (beats,), at least two.
    curves
        What marks beats, by frame.
    pitch
        Pitch classes of the same sound.
    """
    odds = downbeat_odds(beats, curves, pitch)
    yes, no = -np.logaddexp(0.0, -odds), -np.logaddexp(0.0, odds)
    solved = {metre: _walked(yes, no, metre) for metre in METRES if len(beats) >= 2 * metre or metre == METRES[0]}
    best = max(solved, key=lambda metre: solved[metre][0])
    return best, solved[best][1]


def downbeat_odds(beats: np.ndarray, curves: Curves, pitch: Chroma) -> np.ndarray:
    """Return the logarithm of the odds that each beat begins a bar, shape (beats,)."""
    at = np.clip(np.round(beats).astype(np.intp), 0, len(curves.full) - 1)
    marks = {name: maximum_filter1d(getattr(curves, name), AROUND_FRAMES)[at] for name in MARKS}
    seconds = beats / curves.frame_rate_hz
    marks |= {"change_of_beat": _changes(seconds, pitch, 1), "change_of_two": _changes(seconds, pitch, 2)}
    odds = np.full(len(beats), BIAS)
    for name, (before, here, after) in WEIGHTS.items():
        values = _standardised(marks[name])
        odds += here * values
        odds[1:] += before * values[:-1]
        odds[:-1] += after * values[1:]
    return odds


def _standardised(values: np.ndarray) -> np.ndarray:
    """Return the values with mean 0 and deviation 1; zeros where they are constant."""
    centred: np.ndarray = values.astype(np.float64) - float(values.mean())
    deviation = float(centred.std())
    return centred / deviation if deviation > 1e-6 else np.zeros(len(values))  # noqa: PLR2004 (rounding)


def _changes(beats_s: np.ndarray, pitch: Chroma, span: int) -> np.ndarray:
    """Return the cosine distance of the pitch classes of the next and the last `span` beats, at each beat."""
    interval = float(np.median(np.diff(beats_s)))
    outside = interval * np.arange(1, span + 1)
    borders = np.concatenate([beats_s[0] - outside[::-1], beats_s, beats_s[-1] + outside])
    sums = np.vstack([np.zeros((1, 12)), np.cumsum(np.sqrt(np.maximum(pitch.weights, 0.0)), axis=0, dtype=np.float64)])
    edges = np.clip(np.round(borders * pitch.frame_rate_hz + 0.5).astype(np.intp), 0, len(pitch.weights))
    held = sums[edges[span:]] - sums[edges[:-span]]
    held /= np.linalg.norm(held, axis=1, keepdims=True) + 1e-9
    distance: np.ndarray = 1.0 - (held[span:] * held[:-span]).sum(axis=1)
    return distance


def _walked(yes: np.ndarray, no: np.ndarray, metre: int) -> tuple[float, np.ndarray]:
    """Return the best total of the odds for a metre, and the place of each beat in the bar (Viterbi).

    A place follows the one before it; any other follows at the price of a moved bar line.
    """
    beats = len(yes)
    gain = np.repeat(no[:, None], metre, axis=1)
    gain[:, 0] = yes
    score, came_from = gain[0].copy(), np.zeros((beats, metre), dtype=np.intp)
    regular = (np.arange(metre) - 1) % metre
    for beat in range(1, beats):
        best = int(score.argmax())
        moved = score[best] - CHANGE_PRICE
        stays = score[regular] >= moved
        came_from[beat] = np.where(stays, regular, best)
        score = np.where(stays, score[regular], moved) + gain[beat]
    places = np.empty(beats, dtype=np.intp)
    places[-1] = int(score.argmax())
    for beat in range(beats - 1, 0, -1):
        places[beat - 1] = came_from[beat, places[beat]]
    return float(score.max()), places
