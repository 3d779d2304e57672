"""The account of performance: success, satisfaction, cost and the trend of each measure, with their uncertainty.

Shares have the score interval of Wilson (1927), which holds for few attempts and never leaves 0–1. A trend is the slope
of least squares over the attempts in order, with Student's interval; below five attempts none is told. Means of stars
have Student's interval from two ratings on. All intervals are of 95 %.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from scipy.special import stdtrit

from grym.domain.sessions.folding import account_name
from grym.domain.sessions.values import Account, Attempt, Session

LEVEL = 0.95
WILSON_Z = 1.959964
TREND_FROM = 5
DIGITS = 4

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Least, mean, greatest and latest value of something over attempts."""

    mean: float
    least: float
    greatest: float
    latest: float
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """How much a measure changes from one attempt to the next, and between which bounds that lies."""

    slope: float
    interval: Interval
    count: int

    @property
    def direction(self) -> str:
        """``rising``, ``falling``, or ``level`` where the interval holds zero."""
        low, high = self.interval
        return "rising" if low > 0.0 else "falling" if high < 0.0 else "level"


@dataclass(frozen=True, slots=True, kw_only=True)
class Performance:
    """How attempts of one kind went.

    Parameters
    ----------
    attempts, successes
        Those included that are no longer kept one by one.
    success_interval
        Of the share of successes.
    rated, stars, stars_interval
        Satisfaction; None without ratings, the interval without two of them.
    wall_s, cpu_s
        Mean seconds an attempt took; `cpu_s` over those where it was measured, None without any.
    rounds
        Mean number of times the music was made.
    """

    style: str
    backend: str
    model: str
    attempts: int
    successes: int
    success_interval: Interval
    rated: int
    stars: float | None
    stars_interval: Interval | None
    wall_s: float
    cpu_s: float | None
    rounds: float | None


def performances(session: Session) -> tuple[Performance, ...]:
    """Return the account of each style, backend and model, the most used first."""
    kept: dict[str, list[Attempt]] = {}
    for attempt in session.attempts:
        kept.setdefault(account_name(attempt), []).append(attempt)
    names = sorted({*kept, *session.past})
    found = [_performance(name, kept.get(name, []), session.past.get(name, Account())) for name in names]
    return tuple(sorted(found, key=lambda one: -one.attempts))


def _performance(name: str, kept: Sequence[Attempt], past: Account) -> Performance:
    style, backend, model = name.split("|", 2)
    attempts = len(kept) + past.attempts
    successes = sum(attempt.succeeded for attempt in kept) + past.successes
    stars = [attempt.stars for attempt in kept if attempt.stars is not None]
    rated = len(stars) + past.rated
    spent_s = [attempt.cpu_s for attempt in kept if attempt.cpu_s is not None]
    return Performance(
        style=style,
        backend=backend,
        model=model,
        attempts=attempts,
        successes=successes,
        success_interval=wilson(successes, attempts),
        rated=rated,
        stars=(sum(stars) + past.stars) / rated if rated else None,
        stars_interval=mean_interval(stars),
        wall_s=(sum(attempt.wall_s for attempt in kept) + past.wall_s) / attempts,
        cpu_s=sum(spent_s) / len(spent_s) if spent_s else None,
        rounds=sum(attempt.rounds for attempt in kept) / len(kept) if kept else None,
    )


def wilson(successes: int, attempts: int) -> Interval:
    """Return the score interval of a share; 0 to 1 without attempts.

    References
    ----------
    Wilson (1927), "Probable inference, the law of succession, and statistical inference".
    """
    if attempts == 0:
        return 0.0, 1.0
    share, z2 = successes / attempts, WILSON_Z**2
    centre = (share + z2 / (2 * attempts)) / (1 + z2 / attempts)
    reach = WILSON_Z / (1 + z2 / attempts) * math.sqrt(share * (1 - share) / attempts + z2 / (4 * attempts**2))
    return max(0.0, centre - reach), min(1.0, centre + reach)


def mean_interval(values: Sequence[float]) -> Interval | None:
    """Return Student's interval of a mean; None below two values."""
    count = len(values)
    if count < 2:  # noqa: PLR2004 (one value has no spread)
        return None
    mean = sum(values) / count
    variance = sum((value - mean) ** 2 for value in values) / (count - 1)
    reach = float(stdtrit(count - 1, 0.5 + LEVEL / 2)) * math.sqrt(variance / count)
    return mean - reach, mean + reach


def trend(values: Sequence[float]) -> Trend | None:
    """Return the trend of values in order; None below five of them."""
    count = len(values)
    if count < TREND_FROM:
        return None
    middle, mean = (count - 1) / 2, sum(values) / count
    spread = sum((place - middle) ** 2 for place in range(count))
    slope = sum((place - middle) * (value - mean) for place, value in enumerate(values)) / spread
    rest = sum((value - mean - slope * (place - middle)) ** 2 for place, value in enumerate(values))
    reach = float(stdtrit(count - 2, 0.5 + LEVEL / 2)) * math.sqrt(rest / (count - 2) / spread)
    return Trend(slope=slope, interval=(slope - reach, slope + reach), count=count)


def spreads(attempts: Iterable[Attempt]) -> dict[str, Spread]:
    """Return mean, bounds and latest value of each measure, of stars and of cost, over attempts in order."""
    return {name: _spread(values) for name, values in _series(attempts).items()}


def trends(attempts: Iterable[Attempt]) -> dict[str, Trend]:
    """Return the trend of each measure that was taken often enough."""
    found = {name: trend(values) for name, values in _series(attempts).items()}
    return {name: one for name, one in found.items() if one is not None}


def _spread(values: Sequence[float]) -> Spread:
    return Spread(
        mean=sum(values) / len(values),
        least=min(values),
        greatest=max(values),
        latest=values[-1],
        count=len(values),
    )


_OWN: Mapping[str, Callable[[Attempt], float | None]] = {
    "stars": lambda attempt: attempt.stars,
    "wall_s": lambda attempt: attempt.wall_s,
    "cpu_s": lambda attempt: attempt.cpu_s,
}


def _series(attempts: Iterable[Attempt]) -> dict[str, list[float]]:
    series: dict[str, list[float]] = {}
    for attempt in attempts:
        own = {name: value for name, of in _OWN.items() if (value := of(attempt)) is not None}
        for name, value in {**attempt.metrics, **own}.items():
            series.setdefault(name, []).append(value)
    return dict(sorted(series.items()))
