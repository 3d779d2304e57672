"""The likeliest beats around a period: a hidden Markov model over tempo and position, solved from beat to beat.

It is the bar-pointer model without bars: a pointer runs through each beat at a steady tempo, and only where a beat
begins may the tempo change, at a price. Since nothing is decided between beats, the frames there need not be walked:
the state is (frame of a beat, interval that led to it). No beat can follow sooner than the shortest interval, so all
frames of such a stretch are solved at once.

References: Whiteley, Cemgil and Godsill (2006), "Bayesian modelling of temporal structure in musical audio"; Krebs,
Böck and Widmer (2015), "An efficient state-space model for joint tempo and meter tracking", section 3 (tempo changes at
beats only, with probability exp(−λ·|ratio − 1|)).
"""

from dataclasses import dataclass

import numpy as np

SPREAD = 0.25
"""Tempo may drift by a quarter to both sides of the period: strong rubato."""

INTERVALS = 25
"""Intervals tried within that range, 1.8 % apart."""

CHANGE_PRICE = 12.0
"""Price of the logarithm of a change of tempo: 10 % between two beats costs 1.2, a tenth of a clear beat's evidence.
Krebs et al. use λ = 100 for pop music; rubato asks for less."""

SALIENCE_OFFSET = 3.3
LOWEST_SALIENCE, HIGHEST_SALIENCE = -3.0, 6.0
"""Log odds are counted from the base rate of beats among frames (e^−3.3), and no frame may decide alone."""

LEAST_BEATS = 2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Chain:
    """Beats around a period.

    Parameters
    ----------
    period_frames
        Around which they were sought.
    frames
        Frame numbers of the beats, ascending, shape (beats,).
    evidence
        Sum of the salience on them, less what changes of tempo cost.
    """

    period_frames: float
    frames: np.ndarray
    evidence: float


def best_chain(salience: np.ndarray, period_frames: float) -> Chain | None:
    """Find the beats that collect most evidence; None where there are not two.

    Parameters
    ----------
    salience
        Log odds of a beat per frame, shape (frames,).
    period_frames
        Period around which beats are sought.
    """
    evidence = np.clip(salience.astype(np.float64) + SALIENCE_OFFSET, LOWEST_SALIENCE, HIGHEST_SALIENCE)
    intervals = _intervals(period_frames)
    score, came_by = _solved(evidence, intervals)
    frames, total = _traced(score, came_by, intervals)
    if len(frames) < LEAST_BEATS:
        return None
    return Chain(period_frames=period_frames, frames=frames, evidence=total)


def _intervals(period_frames: float) -> np.ndarray:
    """Return the intervals tried, whole frames, ascending."""
    octaves = np.linspace(-np.log2(1.0 + SPREAD), np.log2(1.0 + SPREAD), INTERVALS)
    intervals: np.ndarray = np.unique(np.round(period_frames * 2.0**octaves).astype(np.intp))
    return intervals[intervals >= LEAST_BEATS]


def _solved(evidence: np.ndarray, intervals: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the best score of a beat at each of the last frames by the interval that led to it, and all steps back.

    Scores have shape (longest interval or fewer, intervals) and end with the last frame. The steps, shape (frames,
    intervals), are the interval before that; −1 where a chain begins.
    """
    frames, count = len(evidence), len(intervals)
    shortest, longest = int(intervals[0]), int(intervals[-1])
    price = CHANGE_PRICE * np.abs(np.log(intervals)[:, None] - np.log(intervals)[None, :])
    held = longest + shortest
    score, onward = np.zeros((held, count)), np.zeros((held, count))
    onward_by = np.zeros((held, count), dtype=np.int8)
    came_by = np.full((frames, count), -1, dtype=np.int8)
    every = np.arange(count)
    for start in range(0, frames, shortest):
        end = min(frames, start + shortest)
        at = np.arange(start, end)
        before = (at[:, None] - intervals) % held
        led = onward[before, every]
        came_by[start:end] = np.where(led > 0.0, onward_by[before, every], -1)
        now = at % held
        score[now] = evidence[start:end, None] + np.maximum(led, 0.0)
        reached = score[now, None, :] - price
        chosen = reached.argmax(axis=2)
        onward_by[now] = chosen
        onward[now] = np.take_along_axis(reached, chosen[..., None], axis=2)[..., 0]
    return score[np.arange(max(0, frames - longest), frames) % held], came_by


def _traced(score: np.ndarray, came_by: np.ndarray, intervals: np.ndarray) -> tuple[np.ndarray, float]:
    """Follow the chain back from the best end within the last interval."""
    place, interval = np.unravel_index(int(score.argmax()), score.shape)
    frame, led = len(came_by) - len(score) + int(place), int(interval)
    total, chain = float(score[place, interval]), [frame]
    while came_by[frame, led] >= 0:
        before = int(came_by[frame, led])
        frame, led = frame - int(intervals[led]), before
        chain.append(frame)
    return np.array(chain[::-1], dtype=np.intp), total
