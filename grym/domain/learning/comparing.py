"""Comparisons of two sides whose report may be read at any time, and as often as anybody likes.

An interval for a fixed number of listeners is wrong once somebody looks earlier and stops when it suits. A *confidence
sequence* holds at all times at once. For values 0–1 it is the empirical Bernstein sequence of Waudby-Smith and Ramdas
(2024, "Estimating means of bounded random variables by betting", theorem 2, λ by eq. 15); that of a difference puts two
of half the error together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np

from grym.errors import InvalidRequestError

_LARGEST_BET = 0.5
_PRIOR_MEAN, _PRIOR_VARIANCE = 0.5, 0.25
SIDES = ("a", "b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A mean with bounds that hold at all times at once.

    Parameters
    ----------
    value
        Mean of what was seen; the middle of the bounds where nothing was.
    n
        How many values were seen; the smaller number for a difference.
    """

    value: float
    low: float
    high: float
    n: int


def side_of(user: str, experiment: str, sides: Sequence[str] = SIDES) -> str:
    """Return the side of a comparison that a user is on: the same for ever, and independent between experiments."""
    digest = sha256(f"{experiment}\n{user}".encode(errors="surrogatepass")).digest()
    return sides[int.from_bytes(digest[:8], "big") % len(sides)]


def mean_sequence(values: Sequence[float], *, error: float = 0.05) -> Interval:
    """Return the mean of values 0–1 in the order they came, with bounds that are wrong at any time with chance `error`.

    Raises
    ------
    InvalidRequestError
        ``learning.range`` for a value outside 0–1.
    """
    seen = np.array(values, dtype=np.float64)
    if not bool(np.all((seen >= 0.0) & (seen <= 1.0))):
        raise InvalidRequestError("compared values lie between 0 and 1", code="learning.range")
    if not len(seen):
        return Interval(value=_PRIOR_MEAN, low=0.0, high=1.0, n=0)
    times = np.arange(1, len(seen) + 1, dtype=np.float64)
    means = (_PRIOR_MEAN + np.cumsum(seen)) / (times + 1.0)
    variances = (_PRIOR_VARIANCE + np.cumsum(np.square(seen - means))) / (times + 1.0)
    before_mean = np.concatenate([[_PRIOR_MEAN], means[:-1]])
    before_variance = np.concatenate([[_PRIOR_VARIANCE], variances[:-1]])
    bets = np.minimum(np.sqrt(2.0 * np.log(2.0 / error) / (before_variance * times * np.log1p(times))), _LARGEST_BET)
    surprise = np.square(seen - before_mean) * (-np.log1p(-bets) - bets)
    staked = np.cumsum(bets)
    centres = np.cumsum(bets * seen) / staked
    reach = (np.log(2.0 / error) + np.cumsum(surprise)) / staked
    # What was excluded once stays excluded: the bounds hold at all times at once.
    low, high = float(np.max(centres - reach)), float(np.min(centres + reach))
    return Interval(value=float(seen.mean()), low=max(0.0, low), high=min(1.0, high), n=len(seen))


def difference_sequence(first: Sequence[float], second: Sequence[float], *, error: float = 0.05) -> Interval:
    """Return how much higher the mean of the first values 0–1 is than that of the second; bounds as `mean_sequence`."""
    a, b = mean_sequence(first, error=error / 2.0), mean_sequence(second, error=error / 2.0)
    return Interval(value=a.value - b.value, low=a.low - b.high, high=a.high - b.low, n=min(a.n, b.n))
