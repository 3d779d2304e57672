"""How learning from verdicts goes: accuracy by what people verified and nothing else, its curve, and the pace.

Nothing here is made of how sure recognition is of itself: a match counts as right where a person said so, and what
nobody judged does not count at all.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import exp

from grym.domain.patterns.values import Verdict

FIRST_RATE, LEAST_RATE, MOST_RATE = 0.1, 0.05, 0.3
FASTER, SLOWER = 1.2, 0.9
POOR, GOOD = 0.5, 0.8
STEADY = 3
"""The pace of spreading, as F81 has it: a tenth at first; after three verdicts each further one makes it faster where
less than half of the told matches are right, slower where more than four in five are."""

RELEVANT_S = 90 * 24 * 3600.0
"""Older verdicts say nothing of the pace."""

STRETCH = 20
"""Verdicts in one point of the curve."""

TOLD = 0.5
"""Confidence from which a match is told (see `grym.domain.recognition.recognising`)."""

SAME_PLACE_S = 0.5
"""How far a place may be from the one that was told and still be the same for a listener."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What the verdicts of a collection say of recognition there; shares are None where nobody said anything.

    Parameters
    ----------
    verdicts, people
        How many said something of a match, and how many people they are.
    spread
        How many verdicts came to a pattern from a similar one.
    told, told_right
        Matches that were told and judged, and how many of them were right.
    missed
        What came closest, was not told, and was right.
    accuracy
        Share of judged answers that were right: told and right, or kept back and wrong.
    accuracy_before
        The same, had nothing been learned by then.
    categories, places
        Share of those judged whose category was right, and of the ranges given that began where it was told.
    curve
        Accuracy of each `STRETCH` verdicts in order.
    rate
        How much of a verdict spreads to a pattern that is just like it.
    """

    verdicts: int = 0
    people: int = 0
    spread: int = 0
    told: int = 0
    told_right: int = 0
    missed: int = 0
    accuracy: float | None = None
    accuracy_before: float | None = None
    categories: float | None = None
    places: float | None = None
    curve: tuple[float, ...] = ()
    rate: float = FIRST_RATE

    @property
    def corrections(self) -> int:
        """How many answers were not as they should be."""
        return self.told - self.told_right + self.missed

    @property
    def improvement(self) -> float | None:
        """Share of the errors that learning took away; negative where it made more."""
        if self.accuracy is None or self.accuracy_before is None or self.accuracy_before == 1.0:
            return None
        return 1.0 - (1.0 - self.accuracy) / (1.0 - self.accuracy_before)


def progress_of(verdicts: Iterable[Verdict], *, now_s: float) -> Progress:
    """Return what verdicts say, by Unix time of the log's clock."""
    everything = sorted(verdicts, key=lambda one: (one.seq, one.event_id))
    said = [one for one in everything if not one.spread_from]
    sure = [one for one in said if one.confidence is not None]
    told = [one for one in sure if _is_told(one)]
    right = [_is_as_it_should(one) for one in sure]
    return Progress(
        verdicts=len(said),
        people=len({one.who for one in said}),
        spread=len(everything) - len(said),
        told=len(told),
        told_right=sum(one.right for one in told),
        missed=sum(one.right and not _is_told(one) for one in sure),
        accuracy=_share(right),
        accuracy_before=_share([_was_as_it_should(one) for one in sure]),
        categories=_share([not one.category for one in said]),
        places=_share([_is_in_place(one) for one in said if one.start_s is not None and one.told_s is not None]),
        curve=tuple(
            round(sum(right[start : start + STRETCH]) / len(right[start : start + STRETCH]), 4)
            for start in range(0, len(right), STRETCH)
        ),
        rate=learning_rate(said, now_s=now_s),
    )


def learning_rate(verdicts: Iterable[Verdict], *, now_s: float) -> float:
    """Return how much of a verdict spreads to a pattern that is just like it, 0.05–0.3."""
    recent = [one for one in verdicts if not one.spread_from and now_s - one.said_s <= RELEVANT_S]
    rate, right = FIRST_RATE, 0
    for count, one in enumerate(sorted(recent, key=lambda one: (one.seq, one.event_id)), start=1):
        right += one.right
        if count > STEADY:
            pace = FASTER if right / count < POOR else SLOWER if right / count > GOOD else 1.0
            rate = min(max(rate * pace, LEAST_RATE), MOST_RATE)
    return round(rate, 6)


def _is_told(verdict: Verdict) -> bool:
    return (verdict.confidence or 0.0) >= TOLD


def _is_as_it_should(verdict: Verdict) -> bool:
    return _is_told(verdict) == verdict.right


def _was_as_it_should(verdict: Verdict) -> bool:
    """Tell whether the answer had been right without what was learned."""
    if verdict.odds is None:
        return _is_as_it_should(verdict)
    return (1.0 / (1.0 + exp(-verdict.odds)) >= TOLD) == verdict.right


def _is_in_place(verdict: Verdict) -> bool:
    return abs((verdict.start_s or 0.0) - (verdict.told_s or 0.0)) <= SAME_PLACE_S


def _share(right: Sequence[bool]) -> float | None:
    return round(sum(right) / len(right), 4) if right else None
