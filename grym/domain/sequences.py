"""Intervals that survive peeking: confidence sequences of means of bounded values.

A usual confidence interval is right once, at a size fixed beforehand; whoever looks after every rating and stops when
it suits him will be wrong far more often. A confidence sequence holds at all sizes at once with the same probability,
so a report may be read at any time.

The predictable plug-in empirical-Bernstein sequence is used: values 0–1, nothing assumed but that their mean given the
past does not change (Waudby-Smith & Ramdas 2024, "Estimating means of bounded random variables by betting", JRSS B 86,
theorem 2; after Howard, Ramdas, McAuliffe & Sekhon 2021, Annals of Statistics 49).
"""

import math
from collections.abc import Sequence

from grym.errors import InvalidRequestError

ALPHA = 0.05
_BOLDEST = 0.5
"""Largest bet on a single value; the theorem allows up to 1, and one half is what its authors advise."""
_PRIOR_MEAN, _PRIOR_VARIANCE = 0.5, 0.25


def mean_interval(values: Sequence[float], *, alpha: float = ALPHA) -> tuple[float, float]:
    """Return the lower and upper end, within 0–1, of what the mean of values 0–1 may be.

    Parameters
    ----------
    values
        In the order in which they came; none leaves everything open.
    alpha
        How likely the truth is ever outside, at whichever size one looks.

    Raises
    ------
    InvalidRequestError
        ``statistics.range`` for a value outside 0–1 or an `alpha` not between 0 and 1.
    """
    if not 0.0 < alpha < 1.0 or any(not 0.0 <= value <= 1.0 for value in values):
        raise InvalidRequestError(
            "confidence sequences need values 0–1 and a chance of error between 0 and 1",
            code="statistics.range",
            hint="Turn stars into utilities first.",
        )
    total, squares = 0.0, 0.0
    bets, won, doubt = 0.0, 0.0, math.log(2 / alpha)
    low, high = 0.0, 1.0
    for number, value in enumerate(values, start=1):
        mean = (_PRIOR_MEAN + total) / number  # of the values before this one, as is the variance
        variance = (_PRIOR_VARIANCE + squares) / number
        bet = min(_BOLDEST, math.sqrt(2 * math.log(2 / alpha) / (variance * number * math.log(1 + number))))
        doubt += 4 * (value - mean) ** 2 * (-math.log(1 - bet) - bet) / 4
        bets, won, total = bets + bet, won + bet * value, total + value
        squares += (value - (_PRIOR_MEAN + total) / (number + 1)) ** 2
        low, high = max(low, (won - doubt) / bets), min(high, (won + doubt) / bets)
    return max(0.0, min(low, high)), min(1.0, max(low, high))


def difference_interval(ours: Sequence[float], theirs: Sequence[float], *, alpha: float = ALPHA) -> tuple[float, float]:
    """Return the ends, within −1–1, of how much greater the mean of `ours` may be than that of `theirs`.

    Each of the two sequences may be wrong half as often (Bonferroni), so both together are right as often as asked.
    """
    (our_low, our_high), (low, high) = (mean_interval(values, alpha=alpha / 2) for values in (ours, theirs))
    return our_low - high, our_high - low
