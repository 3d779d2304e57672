"""What a listener likes: a bounded, seeded search for parameters, as a pure fold over opinions.

A taste is the list of what one user thought of pieces of one style. The next proposal is the best of a handful of
candidates around the best-liked point so far, judged by a kernel-weighted mean of the opinions nearby plus a bonus
for the unknown. Without opinions there is no proposal, so the composer's own defaults stand. One opinion per piece
counts: the last one. Nothing is hidden: the seed comes from the opinions themselves, so a replay proposes the same.

The kernel mean is the Nadaraya–Watson estimator (Nadaraya 1964; Watson 1964); mean plus bonus is an upper confidence
bound (Auer 2002); candidates stay in a trust region round the best point, since unguarded learners are worse than the
default at first.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Point = NDArray[np.float64]

ASPECTS = ("melody", "harmony", "rhythm", "form", "sound", "mood")
MIN_STARS = 1.0
MAX_STARS = 5.0
NEUTRAL_STARS = 3.0
KEPT_OPINIONS = 200  # tastes drift: older opinions are forgotten
CANDIDATES = 64
KERNEL_WIDTH = 0.25  # a quarter of a parameter's range is heard as another setting
BONUS_STARS = 0.35  # how many stars complete ignorance is worth
SMALLEST_STEP = 0.06
LARGEST_STEP = 0.35  # after one star; a third of the range is clearly audible, yet stays in the style


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """What a listener thought of one piece: stars 1–5 for these parameters (each 0–1 by name)."""

    piece_id: str
    parameters: Mapping[str, float]
    stars: float


def overall_stars(stars: int | None, aspects: Mapping[str, int]) -> float | None:
    """Return one number 1–5 for stars and aspects (7 : 3); None when neither was given."""
    if not aspects:
        return None if stars is None else float(stars)
    mean = sum(aspects.values()) / len(aspects)
    return mean if stars is None else 0.7 * stars + 0.3 * mean


def with_opinion(opinions: tuple[Opinion, ...], opinion: Opinion) -> tuple[Opinion, ...]:
    """Return the opinions with a new one at the end; an earlier one of the same piece is replaced."""
    others = tuple(known for known in opinions if known.piece_id != opinion.piece_id)
    return (*others, opinion)[-KEPT_OPINIONS:]


def propose(opinions: tuple[Opinion, ...]) -> dict[str, float]:
    """Return the parameters for the next piece, each 0–1 rounded to three digits; empty without opinions."""
    if not opinions:
        return {}
    names = sorted({name for opinion in opinions for name in opinion.parameters})
    if not names:
        return {}
    points = np.array([[opinion.parameters.get(name, 0.5) for name in names] for opinion in opinions])
    stars = np.array([opinion.stars for opinion in opinions])
    best = points[_best_index(points, stars)]
    step = _step(_expected_stars(best[np.newaxis], points, stars)[0])
    candidates = _candidates(best, step, _seed(opinions), len(names))
    chosen = candidates[int(np.argmax(_promise(candidates, points, stars)))]
    return {name: round(float(value), 3) for name, value in zip(names, chosen, strict=True)}


def _best_index(points: Point, stars: Point) -> int:
    """Return the latest of the points that are expected to please most."""
    expected = np.round(_expected_stars(points, points, stars), 9)
    return len(stars) - 1 - int(np.argmax(expected[::-1]))


def _step(expected_stars: float) -> float:
    """Return how far to look: near when the best is liked, far when even the best is not."""
    dissatisfaction = (MAX_STARS - expected_stars) / (MAX_STARS - MIN_STARS)
    return SMALLEST_STEP + (LARGEST_STEP - SMALLEST_STEP) * float(np.clip(dissatisfaction, 0.0, 1.0))


def _candidates(best: Point, step: float, seed: int, size: int) -> Point:
    """Return points around the best one, half to a whole `step` away in every parameter, within 0–1.

    A parameter at exactly 0 is switched off by its style (a nocturne does not swing) and stays off.
    """
    generator = np.random.default_rng(seed)
    directions = generator.choice((-1.0, 1.0), size=(CANDIDATES, size))
    lengths = step * generator.uniform(0.5, 1.0, size=(CANDIDATES, size))
    jittered = best + directions * lengths
    reflected: Point = np.where((jittered < 0) | (jittered > 1), best - directions * lengths, jittered)
    kept_off: Point = np.where(best == 0.0, 0.0, np.clip(reflected, 0.0, 1.0))
    return kept_off


def _promise(candidates: Point, points: Point, stars: Point) -> Point:
    unknown = 1.0 / (1.0 + _weights(candidates, points).sum(axis=1))
    promise: Point = _expected_stars(candidates, points, stars) + BONUS_STARS * unknown
    return promise


def _expected_stars(at: Point, points: Point, stars: Point) -> Point:
    """Return the kernel mean of the stars, drawn to neutral where no opinion is near (one neutral opinion's worth)."""
    weights = _weights(at, points)
    mean: Point = (weights @ stars + NEUTRAL_STARS) / (weights.sum(axis=1) + 1.0)
    return mean


def _weights(at: Point, points: Point) -> Point:
    distances = np.square(at[:, np.newaxis, :] - points[np.newaxis, :, :]).mean(axis=2)
    weights: Point = np.exp(-distances / (2 * KERNEL_WIDTH**2))
    return weights


def _seed(opinions: tuple[Opinion, ...]) -> int:
    text = "\n".join(f"{opinion.piece_id} {opinion.stars:.3f}" for opinion in opinions)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
