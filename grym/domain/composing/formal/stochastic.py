"""Stochastic laws: values drawn from distributions that are truncated to 0 to 1, and clouds of events.

Each law is inverted between the ends of its range, so a value never falls outside and none piles up at an end, as
clipping would make it. Only `Generator.random` is drawn.

References
----------
Xenakis 1992, ch. I (free stochastic music: density of events, Poisson's law, the linear law of intervals) and IX
(hyperbolic cosine and Cauchy laws). Devroye 1986, Non-Uniform Random Variate Generation, ch. II.2.1 (inversion and
truncation).
"""

import math
from collections.abc import Callable, Mapping
from statistics import NormalDist
from typing import Final

import numpy as np

from grym.errors import InvariantError

_GAUSS: Final = NormalDist(0.5, 1 / 6)
_CAUCHY_SCALE: Final = 0.1
_EXPONENTIAL_RATE: Final = 4.0
_POISSON_MEAN: Final = 4.0
_POISSON_MOST: Final = 12
_LONGEST_CLOUD: Final = 100_000


def _uniform(point: float) -> float:
    """Spread values evenly."""
    return point


def _linear(point: float) -> float:
    """Favour small values by the density 2 (1 − x), Xenakis's law of intervals."""
    return 1.0 - math.sqrt(1.0 - point)


def _gaussian(point: float) -> float:
    """Gather values around the middle, a sixth of the range as deviation."""
    low, high = _GAUSS.cdf(0.0), _GAUSS.cdf(1.0)
    return _GAUSS.inv_cdf(low + point * (high - low))


def _exponential(point: float) -> float:
    """Let values fall off from 0 by the density e^(−4x)."""
    return -math.log1p(-point * -math.expm1(-_EXPONENTIAL_RATE)) / _EXPONENTIAL_RATE


def _cauchy(point: float) -> float:
    """Gather values closely around the middle with far outliers, a tenth of the range as scale."""
    edge = math.atan(0.5 / _CAUCHY_SCALE)
    return 0.5 + _CAUCHY_SCALE * math.tan((2.0 * point - 1.0) * edge)


def _poisson(point: float) -> float:
    """Count rare events, four a step on average and twelve at most, as a share of the most."""
    weights = [_POISSON_MEAN**count / math.factorial(count) for count in range(_POISSON_MOST + 1)]
    left = point * math.fsum(weights)
    for count, weight in enumerate(weights):
        left -= weight
        if left < 0:
            return count / _POISSON_MOST
    return 1.0


LAWS: Final[Mapping[str, Callable[[float], float]]] = {
    "uniform": _uniform,
    "linear": _linear,
    "gaussian": _gaussian,
    "exponential": _exponential,
    "cauchy": _cauchy,
    "poisson": _poisson,
}


def values(law: str, count: int, *, rng: np.random.Generator) -> tuple[float, ...]:
    """Draw `count` values 0 to 1 of a law in `LAWS`."""
    invert = LAWS[law]
    return tuple(min(1.0, max(0.0, invert(float(rng.random())))) for _ in range(count))


def cloud(density_hz: float, duration_s: float, *, rng: np.random.Generator) -> tuple[float, ...]:
    """Place events in time by Poisson's process: independent waits of exponential length.

    Parameters
    ----------
    density_hz
        Events a second on average, > 0.
    duration_s
        Length of the cloud, ≥ 0.

    Returns
    -------
    tuple of float
        Times in seconds, rising, in [0, `duration_s`).

    Raises
    ------
    InvariantError
        When the density is not positive or the cloud would hold more than 100,000 events.
    """
    if not density_hz > 0 or density_hz * duration_s > _LONGEST_CLOUD:
        raise InvariantError(f"A cloud of {density_hz:g} events a second for {duration_s:g} s cannot be made.")
    found: list[float] = []
    time_s = 0.0
    while True:
        time_s += -math.log1p(-float(rng.random())) / density_hz
        if time_s >= duration_s:
            return tuple(found)
        found.append(time_s)
