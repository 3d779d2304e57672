"""A second listener, of another shape: kept for the last examination and never used while anything is tuned.

What differs from `benchmarks.learning.listener`: round what pleases most lies a plateau on which nothing matters;
beyond it pleasure falls in a straight line, and too much falls faster than too little; two values belong together, so
that one is judged by the other; every value matters, by weights that fall off; a style may have a second, lower hill.
Stars are given in five steps of pleasure that differ between persons, chance grows toward the middle, one rating of
twenty is a slip of the finger, and people rate what moved them sooner than what did not, four of ten on the whole.
"""

from dataclasses import dataclass, field

import numpy as np

from benchmarks.learning.world import MOODS, PARAMETERS, STYLES, FloatArray, Request, Values, default_of

PLATEAU = 0.06
SLOPE_BELOW = 0.9
SLOPE_ABOVE = 1.35
WEIGHT_DECAY = 0.72
"""Each value matters so much as the one before it, in an order drawn for the person."""

TOGETHER = (("density", "pace"), ("brightness", "dynamics"))
TOGETHERNESS = 0.35
SECOND_HILL = 0.6
SECOND_CHANCE = 0.5
STYLE_DEVIATION = 0.22
MOOD_DEVIATION = 0.08
SLIP_SHARE = 0.05
NOISE = 0.16


@dataclass(frozen=True, slots=True, kw_only=True)
class PlateauListener:
    """The listener of this module; parameters as those of `BellListener`."""

    seed: int
    person: str
    taste: int = 0
    weights: FloatArray = field(init=False)
    steps: FloatArray = field(init=False)
    hills: dict[tuple[str, str], tuple[FloatArray, ...]] = field(init=False)

    def __post_init__(self) -> None:
        chance = np.random.default_rng([self.seed, 6, self.taste, *self.person.encode()])
        weights = WEIGHT_DECAY ** chance.permutation(len(PARAMETERS)).astype(np.float64)
        weights[PARAMETERS.index("minor")] *= 0.3
        object.__setattr__(self, "weights", weights)
        object.__setattr__(self, "steps", np.array([0.2, 0.4, 0.6, 0.8]) + chance.uniform(-0.06, 0.06, size=4))
        object.__setattr__(self, "hills", _hills(chance))

    def utility(self, request: Request, values: Values) -> float:
        """Return how much a piece of these realised values pleases, 0–1."""
        point = np.array([values[name] for name in PARAMETERS])
        hills = self.hills[request.style, request.mood]
        heights = (1.0, SECOND_HILL)[: len(hills)]
        return max(height * self._pleasure(point, hill) for height, hill in zip(heights, hills, strict=True))

    def best(self, request: Request) -> dict[str, float]:
        """Return the values to propose that please most."""
        return dict(zip(PARAMETERS, self.hills[request.style, request.mood][0].tolist(), strict=True))

    def stars(self, request: Request, values: Values) -> int | None:
        """Return the stars 1–5 given for it; None when it is not rated."""
        chance = np.random.default_rng([self.seed, 7, request.number, *self.person.encode()])
        utility = self.utility(request, values)
        draw, noise, slip, any_star = chance.random(), chance.standard_normal(), chance.random(), chance.integers(1, 6)
        if draw >= 0.34 + 0.4 * abs(utility - 0.5):
            return None
        felt = utility + NOISE * (1.0 - abs(2.0 * utility - 1.0) * 0.6) * noise
        return int(any_star) if slip < SLIP_SHARE else 1 + int(np.searchsorted(self.steps, felt))

    def _pleasure(self, point: FloatArray, hill: FloatArray) -> float:
        """Return the pleasure 0–1 of a point that stands on a hill or beside it."""
        away = point - hill
        for one, other in TOGETHER:
            first, second = PARAMETERS.index(one), PARAMETERS.index(other)
            away[first] += TOGETHERNESS * away[second]
        below = SLOPE_BELOW * np.maximum(0.0, -away - PLATEAU)
        above = SLOPE_ABOVE * np.maximum(0.0, away - PLATEAU)
        return float(np.clip(1.0 - np.sum(self.weights * (below + above)), 0.0, 1.0))


def _hills(chance: np.random.Generator) -> dict[tuple[str, str], tuple[FloatArray, ...]]:
    """Return the points that please most, by style and mood: one hill, or a second one elsewhere."""
    moods = {mood: MOOD_DEVIATION * chance.standard_normal(len(PARAMETERS)) for mood in MOODS}
    hills: dict[tuple[str, str], tuple[FloatArray, ...]] = {}
    for style in STYLES:
        default = np.array([default_of(style)[name] for name in PARAMETERS])
        first = default + STYLE_DEVIATION * chance.standard_normal(len(PARAMETERS))
        second = default + 1.5 * STYLE_DEVIATION * chance.standard_normal(len(PARAMETERS))
        both = (first, second) if chance.random() < SECOND_CHANCE else (first,)
        hills |= {(style, mood): tuple(_playable(hill + moods[mood]) for hill in both) for mood in MOODS}
    return hills


def _playable(point: FloatArray) -> FloatArray:
    """Return a point within bounds, in one mode or the other."""
    within = np.clip(point, 0.0, 1.0)
    mode = PARAMETERS.index("minor")
    within[mode] = float(within[mode] > 0.5)
    return within
