"""Playing repeats: in which order the bars of a score sound, from its repeat signs and endings."""

from collections.abc import Collection, Mapping, Sequence

MOST_TIMES = 4
"""A passage is played at most so often, whatever a damaged score says."""


def played_order(
    count: int, *, begins: Collection[int], ends: Collection[int], endings: Mapping[int, Sequence[int]] | None = None
) -> list[int]:
    """Return the places of bars in the order in which they are played.

    Parameters
    ----------
    count
        Number of written bars.
    begins, ends
        Bars that carry a sign to repeat from or to repeat; without a beginning the repeat starts after the last one.
    endings
        For each bar below a bracket the times at which it is played (``1``, ``2``).
    """
    brackets = endings or {}
    order: list[int] = []
    at, start, turn = 0, 0, 1
    while at < count and len(order) < MOST_TIMES * count:
        if at in begins and at > start:
            start, turn = at, 1
        if at in brackets and turn not in brackets[at]:
            at += 1
            continue
        order.append(at)
        if at in ends and turn < _times(at, brackets):
            at, turn = start, turn + 1
            continue
        if at in ends:
            start, turn = at + 1, 1
        at += 1
    return order


def _times(at: int, brackets: Mapping[int, Sequence[int]]) -> int:
    """Return how often a passage is played: once more than the highest number of the bracket that says to repeat."""
    return min(MOST_TIMES, max(brackets[at]) + 1) if at in brackets else 2
