"""When the loop of making, measuring and changing should stop, and how hard it may pull.

A plan is changed by what failed and composed anew. Where the same checks fail again by the same measure, changing it
moves nothing any more, and another round would cost as much as the last one for nothing: a model whose sound ends at
8 kHz ends there in every round. Where a change goes back on the one before, it is halved, so that the loop does not
swing between too much and too little (bisection, as a controller's gain is lowered when it oscillates).
"""

from collections.abc import Iterable, Mapping

from grym.domain.composing.adapt import FailedCheck

SETTLED = 0.05
"""Share by which a measure must move for the change to count as one."""


def settled(before: Iterable[FailedCheck], now: Iterable[FailedCheck]) -> bool:
    """Tell whether the same checks failed twice, each within 5 % of the same value."""
    earlier, later = (sorted(checks, key=lambda check: check.name) for checks in (before, now))
    return [check.name for check in earlier] == [check.name for check in later] and all(
        _alike(one.value, other.value) for one, other in zip(earlier, later, strict=True)
    )


def damped(before: Mapping[str, float], now: Mapping[str, float], wanted: Mapping[str, float]) -> dict[str, float]:
    """Return the wanted parameters with every change halved that goes back on the last one.

    Parameters
    ----------
    before, now, wanted
        Parameters 0–1 by name: of the round before, of this one, and as the next one would have them.

    >>> damped({"density": 0.5}, {"density": 0.7}, {"density": 0.5})
    {'density': 0.6}
    """
    return {name: _damped(before.get(name), now.get(name), value) for name, value in wanted.items()}


def _damped(before: float | None, now: float | None, wanted: float) -> float:
    if before is None or now is None or (wanted - now) * (now - before) >= 0:
        return wanted
    return round((now + wanted) / 2, 4)


def _alike(before: float | None, now: float | None) -> bool:
    if before is None or now is None:
        return before is now
    return abs(now - before) <= SETTLED * max(abs(before), abs(now))
