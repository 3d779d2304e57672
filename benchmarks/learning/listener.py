"""The simulated listener, written down before anything was tuned to it.

For every style and mood there is a point that pleases most. Its distance from the style's default is drawn: some of it
for the person, more for the style, a little for the mood. Five of the nine values matter to a person, the rest hardly;
pleasure falls off as a bell round the point. A mode is minor or it is not, so its point is one or the other, and it
counts less than its distance of 1 would have it. Four stars lie between nothing and all of it, half a star of chance is
added, and the sum is rounded. Four pieces of ten are rated, whether they pleased or not.

Width and distances were set so that the fixed default pleases about 0.47 and values at random about 0.18, as they do
in the study that this learner goes back to (four styles, five values, regret of 530 and 823 in a thousand requests).
"""

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from benchmarks.learning.world import MOODS, PARAMETERS, STYLES, FloatArray, Request, Values, default_of

RATED_SHARE = 0.4
STAR_NOISE = 0.5
MATTERING = 5
HARDLY = 0.05
MODE_WEIGHT = 0.3
WIDTH = 0.42
PERSON_DEVIATION = 0.14
STYLE_DEVIATION = 0.19
MOOD_DEVIATION = 0.06


class Listener(Protocol):
    """Somebody who likes some pieces more than others, and sometimes says so."""

    def utility(self, request: Request, values: Values) -> float:
        """Return how much a piece of these realised values pleases, 0–1."""
        ...

    def best(self, request: Request) -> dict[str, float]:
        """Return the values to propose that please most."""
        ...

    def stars(self, request: Request, values: Values) -> int | None:
        """Return the stars 1–5 given for it; None when it is not rated."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class BellListener:
    """The listener of this module.

    Parameters
    ----------
    seed
        The run's; persons of one run differ by `person`.
    taste
        A person of another number has another taste: what a change of taste is.
    """

    seed: int
    person: str
    taste: int = 0
    weights: FloatArray = field(init=False)
    points: dict[tuple[str, str], FloatArray] = field(init=False)

    def __post_init__(self) -> None:
        chance = np.random.default_rng([self.seed, 4, self.taste, *self.person.encode()])
        weights = np.full(len(PARAMETERS), HARDLY)
        weights[chance.permutation(len(PARAMETERS))[:MATTERING]] = 1.0
        weights[PARAMETERS.index("minor")] *= MODE_WEIGHT
        object.__setattr__(self, "weights", weights)
        object.__setattr__(self, "points", _points(chance))

    def utility(self, request: Request, values: Values) -> float:
        """Return how much a piece of these realised values pleases, 0–1."""
        away = np.array([values[name] for name in PARAMETERS]) - self.points[request.style, request.mood]
        return float(np.exp(-0.5 * np.sum(self.weights * np.square(away / WIDTH))))

    def best(self, request: Request) -> dict[str, float]:
        """Return the values to propose that please most."""
        return dict(zip(PARAMETERS, self.points[request.style, request.mood].tolist(), strict=True))

    def stars(self, request: Request, values: Values) -> int | None:
        """Return the stars 1–5 given for it; None when it is not rated."""
        chance = np.random.default_rng([self.seed, 5, request.number, *self.person.encode()])
        rated, noise = chance.random() < RATED_SHARE, STAR_NOISE * chance.standard_normal()
        stars = round(1.0 + 4.0 * self.utility(request, values) + noise)
        return min(5, max(1, stars)) if rated else None


def _points(chance: np.random.Generator) -> dict[tuple[str, str], FloatArray]:
    """Return the point that pleases most, by style and mood."""
    size = len(PARAMETERS)
    person = PERSON_DEVIATION * chance.standard_normal(size)
    styles = {style: STYLE_DEVIATION * chance.standard_normal(size) for style in STYLES}
    moods = {mood: MOOD_DEVIATION * chance.standard_normal(size) for mood in MOODS}
    return {
        (style, mood): _playable(_default(style) + person + styles[style] + moods[mood])
        for style in STYLES
        for mood in MOODS
    }


def _playable(point: FloatArray) -> FloatArray:
    """Return a point within bounds, in one mode or the other."""
    within = np.clip(point, 0.0, 1.0)
    mode = PARAMETERS.index("minor")
    within[mode] = float(within[mode] > 0.5)
    return within


def _default(style: str) -> FloatArray:
    default = default_of(style)
    return np.array([default[name] for name in PARAMETERS])
