"""What is expected of settings nobody heard yet, and how sure that is (Rasmussen and Williams 2006, alg. 2.1).

Sure of *more than the default*: the deviation is that of the difference of the two, whose common part nobody need know.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from grym.domain.learning.fitting import centred, factor_of
from grym.domain.learning.kernel import Coding, Floats, Hyper, Points, compared, covariance, points_of, variance
from grym.domain.learning.observing import MIDDLE, Observations

_SMALLEST = 1e-10
"""Least variance of a difference: that of the default from itself is 0, which rounding may take below."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outlook:
    """What is expected of candidates beside the default.

    Parameters
    ----------
    means
        (n,) expected utility of each.
    default
        Expected utility of the default.
    deviations
        (n,) standard deviation of each one's difference from the default.
    """

    means: Floats
    default: float
    deviations: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Posterior:
    """Everything that was heard, solved once for all questions."""

    observations: Observations
    hyper: Hyper
    coding: Coding
    points: Points
    factor: Floats
    weights: Floats

    def outlook(self, candidates: Floats, default: Floats, *, style: str, mood: str) -> Outlook:
        """Return what is expected of candidates (n, d) of a style and mood whose default (d,) is given."""
        asked = self._asked(np.vstack([candidates, default]), default, style=style, mood=mood)
        across = self._across(asked)
        means = MIDDLE + across @ self.weights
        whitened = np.linalg.solve(self.factor, across.T)
        last = _only_last(asked)
        variances = variance(self.hyper) - np.square(whitened).sum(axis=0)
        shared = covariance(asked, last, self.hyper)[:, 0] - whitened.T @ whitened[:, -1]
        differences = variances[:-1] + variances[-1] - 2.0 * shared[:-1]
        return Outlook(
            means=means[:-1], default=float(means[-1]), deviations=np.sqrt(np.maximum(differences, _SMALLEST))
        )

    def places(self, default: Floats) -> Floats:
        """Return (n, d) what was heard so far as settings beside another default, as the kernel sees it."""
        return default + self.points.away if self.hyper.relative else self.points.settings

    def _asked(self, settings: Floats, default: Floats, *, style: str, mood: str) -> Points:
        size = len(settings)
        return Points(
            settings=settings,
            away=settings - default,
            styles=np.full(size, self.coding.style(style), dtype=np.int64),
            moods=np.full(size, self.coding.mood(mood), dtype=np.int64),
            ages=np.zeros(size),
        )

    def _across(self, asked: Points) -> Floats:
        """Return the covariance of what is asked and what was observed."""
        rows = covariance(asked, self.points, self.hyper)
        first = np.array(self.observations.first, dtype=np.int64)
        second = np.array(self.observations.second, dtype=np.int64)
        across: Floats = rows[:, first] - np.where(second >= 0, rows[:, second], 0.0)
        return across


@lru_cache(maxsize=64)
def posterior(observations: Observations, hyper: Hyper) -> Posterior:
    """Return what follows from at least one observation under a kernel; the same for the same."""
    coding = Coding(observations.rows)
    points = points_of(observations.rows, coding)
    first = np.array(observations.first, dtype=np.int64)
    second = np.array(observations.second, dtype=np.int64)
    factor = factor_of(compared(covariance(points, points, hyper), first, second), hyper.noise)
    values = centred(observations.values, second)
    weights = np.linalg.solve(factor.T, np.linalg.solve(factor, values))
    return Posterior(
        observations=observations, hyper=hyper, coding=coding, points=points, factor=factor, weights=weights
    )


def aligned(hyper: Hyper, *, names: Sequence[str], wanted: Sequence[str]) -> Hyper:
    """Return a kernel for other names: what it was not shaped for matters."""
    known: Mapping[str, float] = dict(zip(names, hyper.matters, strict=True))
    return replace(hyper, matters=tuple(known.get(name, 1.0) for name in wanted))


def _only_last(points: Points) -> Points:
    return Points(
        settings=points.settings[-1:],
        away=points.away[-1:],
        styles=points.styles[-1:],
        moods=points.moods[-1:],
        ages=points.ages[-1:],
    )
