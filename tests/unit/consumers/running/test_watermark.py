"""The line below which everything is done, and what is done above it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.running.watermark import Watermark
from grym.errors import InvariantError
from grym.ports.feed import Mark


def test_line_stays_below_the_lowest_unfinished() -> None:
    """Finishing 2 and 3 before 1 moves nothing but is told beside the line; finishing 1 moves all."""
    mark = Watermark()
    for position in (1, 2, 3):
        assert mark.take(position)
    mark.finish(2)
    mark.finish(3)
    assert mark.mark == Mark(position=0, beyond=(2, 3))
    mark.finish(1)
    assert mark.mark == Mark(position=3)


def test_gaps_in_positions_are_passed() -> None:
    """Positions of a compacted topic have gaps; the line lies at the highest position taken."""
    mark = Watermark(Mark(position=10))
    mark.take(14)
    mark.take(20)
    mark.finish(14)
    assert mark.line == 19
    mark.finish(20)
    assert mark.line == 20


def test_commit_never_moves_backwards() -> None:
    """A late answer of an older commit changes nothing."""
    mark = Watermark(Mark(position=5))
    mark.commit(Mark(position=3))
    assert mark.committed == Mark(position=5)
    mark.commit(Mark(position=7, beyond=(9,)))
    assert mark.committed == Mark(position=7, beyond=(9,))


def test_position_is_taken_once() -> None:
    """Taking a position again, or a lower one, is our own fault."""
    mark = Watermark(Mark(position=4))
    mark.take(5)
    with pytest.raises(InvariantError):
        mark.take(5)
    with pytest.raises(InvariantError):
        mark.take(4)


def test_finishing_what_is_not_in_hand_is_no_error() -> None:
    """A position finished twice counts once, below and above the line."""
    mark = Watermark()
    for position in (1, 2, 3):
        mark.take(position)
    for position in (1, 1, 3, 3):
        mark.finish(position)
    assert (mark.line, mark.unfinished, mark.span) == (1, 1, 2)


def test_what_was_finished_before_is_not_taken_again() -> None:
    """After a restart the positions beside the mark need nothing, and the line passes them."""
    mark = Watermark(Mark(position=2, beyond=(4, 5)))
    assert [mark.take(position) for position in (3, 4, 5, 6)] == [True, False, False, True]
    assert mark.mark == Mark(position=2, beyond=(4, 5))
    mark.finish(3)
    assert mark.mark == Mark(position=5)
    mark.finish(6)
    assert mark.mark == Mark(position=6)


def test_what_was_finished_before_passes_with_nothing_in_hand() -> None:
    """With nothing in flight the line goes over what was finished before."""
    mark = Watermark(Mark(position=2, beyond=(4,)))
    mark.take(3)
    mark.finish(3)
    assert not mark.take(4)
    assert mark.mark == Mark(position=4)


def test_passing_over_leaves_what_is_in_hand() -> None:
    """Positions that hold nothing count as read; the line still waits for what is in flight, and never falls."""
    mark = Watermark()
    mark.take(2)
    mark.pass_over(9)
    assert (mark.taken, mark.line) == (9, 1)
    mark.finish(2)
    mark.pass_over(4)
    assert (mark.taken, mark.line) == (9, 9)


STEPS = st.lists(st.tuples(st.sampled_from(["take", "finish", "commit", "die"]), st.integers(0, 99)), max_size=120)


@given(gaps=st.lists(st.integers(1, 3), min_size=1, max_size=40), steps=STEPS)
def test_nothing_is_lost_and_only_what_was_in_hand_is_repeated(gaps: list[int], steps: list[tuple[str, int]]) -> None:
    """Whatever the order of finishing, and however often the owner dies between commits.

    Committed lies below everything in flight; a successor takes exactly what had not finished at the last commit; in
    the end all is committed.
    """
    positions = [sum(gaps[: n + 1]) for n in range(len(gaps))]
    mark, committed = Watermark(), Mark()
    unread, in_flight = list(positions), list[int]()
    finished, at_commit = set[int](), set[int]()
    for step, choice in [*steps, *[("take", 0)] * len(gaps), *[("finish", 0)] * len(gaps)]:
        if step == "take" and unread:
            position = unread.pop(0)
            assert mark.take(position) == (position not in at_commit)
            if position not in at_commit:
                in_flight.append(position)
        elif step == "finish" and in_flight:
            position = in_flight.pop(choice % len(in_flight))
            mark.finish(position)
            finished.add(position)
        elif step == "commit":
            committed, at_commit = mark.mark, set(finished)
            mark.commit(committed)
        elif step == "die":
            mark, finished, in_flight = Watermark(committed), set(at_commit), []
            unread = [position for position in positions if position > committed.position]
        assert committed.position < min(in_flight, default=positions[-1] + 1)
        assert set(positions) <= finished | set(in_flight) | set(unread)
        assert mark.unfinished == len(in_flight)
    assert mark.mark == Mark(position=positions[-1])


def test_what_is_finished_before_it_is_read_was_never_in_hand() -> None:
    """A parked record may be done before its partition is read that far again; the count of what is in hand holds."""
    mark = Watermark(Mark(position=5))
    assert mark.take(6)
    mark.finish(9)
    assert mark.unfinished == 1
    assert not mark.take(9)
    mark.finish(6)
    assert mark.unfinished == 0
    assert mark.mark == Mark(position=9)
