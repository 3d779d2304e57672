"""The line below which everything is done."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.watermark import Watermark
from grym.errors import InvariantError


def test_line_stays_below_the_lowest_unfinished() -> None:
    """Finishing 2 and 3 before 1 moves nothing; finishing 1 moves all."""
    mark = Watermark(0)
    for position in (1, 2, 3):
        mark.take(position)
    mark.finish(2)
    mark.finish(3)
    assert (mark.line, mark.dirty) == (0, False)
    mark.finish(1)
    assert (mark.line, mark.dirty) == (3, True)


def test_gaps_in_positions_are_passed() -> None:
    """Positions of a compacted topic have gaps; the line lies at the highest position taken."""
    mark = Watermark(10)
    mark.take(14)
    mark.take(20)
    mark.finish(14)
    assert mark.line == 19
    mark.finish(20)
    assert mark.line == 20


def test_line_after_looks_ahead_without_changing_anything() -> None:
    """The line that finishing a position would give is known before it is finished."""
    mark = Watermark(0)
    for position in (1, 2, 3):
        mark.take(position)
    mark.finish(2)
    assert mark.line_after(1) == 2
    assert mark.line_after(3) == 0
    assert mark.line == 0


def test_commit_never_moves_backwards() -> None:
    """A late answer of an older commit changes nothing."""
    mark = Watermark(5)
    mark.commit(3)
    assert mark.committed == 5
    mark.commit(7)
    assert mark.committed == 7


def test_position_is_taken_once() -> None:
    """Taking a position again, or a lower one, is our own fault."""
    mark = Watermark(4)
    mark.take(5)
    with pytest.raises(InvariantError):
        mark.take(5)
    with pytest.raises(InvariantError):
        mark.take(4)


def test_finishing_what_is_not_in_hand_is_no_error() -> None:
    """A position finished twice counts once."""
    mark = Watermark(0)
    mark.take(1)
    mark.finish(1)
    mark.finish(1)
    assert mark.line == 1


@given(gaps=st.lists(st.integers(1, 3), min_size=1, max_size=40), data=st.data())
def test_committed_is_below_everything_in_flight(gaps: list[int], data: st.DataObject) -> None:
    """Whatever the order of finishing: committed < min(in flight), and all of it is committed in the end."""
    mark = Watermark(0)
    waiting = [sum(gaps[: n + 1]) for n in range(len(gaps))]
    in_flight: list[int] = []
    last = waiting[-1]
    while waiting or in_flight:
        if waiting and (not in_flight or data.draw(st.booleans())):
            in_flight.append(waiting[0])
            mark.take(waiting.pop(0))
        else:
            position = data.draw(st.sampled_from(in_flight))
            ahead = mark.line_after(position)
            mark.finish(position)
            in_flight.remove(position)
            assert ahead == mark.line
            mark.commit(mark.line)
        assert mark.committed < min(in_flight, default=last + 1)
    assert mark.committed == last


def test_passing_over_leaves_what_is_in_hand() -> None:
    """Positions that hold nothing count as read; the line still waits for what is in flight, and never falls."""
    mark = Watermark(0)
    mark.take(2)
    mark.pass_over(9)
    assert (mark.taken, mark.line) == (9, 1)
    mark.finish(2)
    mark.pass_over(4)
    assert (mark.taken, mark.line) == (9, 9)
