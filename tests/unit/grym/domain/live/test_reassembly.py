"""Putting frames in their places: each kind of disorder by itself, at 1,000 samples a second for short numbers."""

from collections.abc import Iterable, Sequence

import numpy as np
import pytest

from grym.domain.live.frame import Frame
from grym.domain.live.reassembly import Arrival, Jumped, Late, Missing, Notice, Reassembly, Sound

RATE_HZ = 1_000
LENGTH = 100


def frame(number: int, *, first: int | None = None, length: int = LENGTH, sequence: int | None = None) -> Frame:
    """Frame `number` of a stream of 0.1 s each; its samples count on from its place."""
    first = number * LENGTH if first is None else first
    samples = np.arange(first, first + length, dtype=np.float32)[None]
    return Frame(
        sequence=number if sequence is None else sequence, first_sample=first, sample_rate_hz=RATE_HZ, samples=samples
    )


def taken(frames: Iterable[Frame], reassembly: Reassembly | None = None) -> list[Arrival]:
    """What follows from frames and the end of the stream."""
    reassembly = reassembly or Reassembly(RATE_HZ)
    return [*(arrival for one in frames for arrival in reassembly.take(one)), *reassembly.finish()]


def sound(arrivals: Sequence[Arrival]) -> list[float]:
    """The samples handed on, −1 for each missing one."""
    values: list[float] = []
    for arrival in arrivals:
        if isinstance(arrival, Sound):
            values += arrival.frame.samples[0].tolist()
        elif isinstance(arrival, Missing):
            values += [-1.0] * (arrival.end_sample - arrival.first_sample)
    return values


def notices(arrivals: Sequence[Arrival]) -> list[tuple[str, int]]:
    """Names and amounts of what was noticed."""
    return [(arrival.name, arrival.amount) for arrival in arrivals if isinstance(arrival, Notice)]


def test_frames_in_order_are_handed_on_at_once() -> None:
    """Nothing waits and nothing is noticed."""
    reassembly = Reassembly(RATE_HZ)
    for number in range(5):
        (arrival,) = reassembly.take(frame(number))
        assert isinstance(arrival, Sound)
    assert reassembly.position == 500


def test_neighbours_out_of_order_are_put_in_their_places() -> None:
    """Frames 2 1 0 give 0 1 2, and two were reordered."""
    arrivals = taken([frame(2), frame(1), frame(0), frame(3)])
    assert sound(arrivals) == list(range(400))
    assert notices(arrivals) == [("reordered", 1)] * 2


def test_a_hole_is_given_up_after_half_a_second() -> None:
    """What lies after a hole waits until it reaches more than 0.5 s beyond, then silence stands for the hole."""
    reassembly = Reassembly(RATE_HZ)
    reassembly.take(frame(0))
    for number in range(2, 6):
        assert reassembly.take(frame(number)) == []
    arrivals = reassembly.take(frame(6))
    assert sound(arrivals) == [*[-1.0] * 100, *range(200, 700)]
    assert notices(arrivals) == [("gap", 1)]


def test_what_comes_for_a_gap_is_late_and_only_once() -> None:
    """A frame for a hole that was given up is late; its repeat is a duplicate."""
    reassembly = Reassembly(RATE_HZ)
    for number in (0, 2, 3, 4, 5, 6):
        reassembly.take(frame(number))
    noticed, late = reassembly.take(frame(1))
    assert isinstance(late, Late)
    assert late.parts == ((100, 200),)
    assert notices([noticed]) == [("late", 1)]
    assert notices(reassembly.take(frame(1))) == [("duplicate", 1)]


def test_a_repeat_is_a_duplicate_before_and_after_its_turn() -> None:
    """Repeats of waiting frames and of those handed on are dropped and counted."""
    arrivals = taken([frame(0), frame(0), frame(2), frame(2), frame(1)])
    assert sound(arrivals) == list(range(300))
    assert notices(arrivals).count(("duplicate", 1)) == 2


def test_where_frames_overlap_the_first_counts() -> None:
    """Only what is new of an overlapping frame is handed on."""
    arrivals = taken([frame(0), frame(1, first=60), frame(2, first=160)])
    assert sound(arrivals) == list(range(260))
    assert ("overlap", 1) in notices(arrivals)


def test_a_frame_within_others_brings_nothing() -> None:
    """A waiting frame that lies wholly within the one before it is only counted."""
    arrivals = taken([frame(1, length=300), frame(2, first=200, length=50), frame(0)])
    assert sound(arrivals) == list(range(400))
    assert ("overlap", 1) in notices(arrivals)


@pytest.mark.parametrize("sequences", [(0, 1, 5, 6), (3, 2, 1, 0)])
def test_numbers_that_do_not_follow_are_noticed(sequences: Sequence[int]) -> None:
    """The samples join, so nothing is lost, but the numbering is wrong."""
    arrivals = taken(frame(index, sequence=number) for index, number in enumerate(sequences))
    assert sound(arrivals) == list(range(400))
    assert {name for name, _ in notices(arrivals)} == {"sequence"}


def test_parts_of_a_frame_carry_its_number_again() -> None:
    """A frame in parts is no fault."""
    parts = [part for number in range(3) for part in frame(number).parts(most_samples=30)]
    arrivals = taken(parts)
    assert sound(arrivals) == list(range(300))
    assert notices(arrivals) == []


def test_one_broken_position_does_not_move_the_stream() -> None:
    """A frame far ahead that nobody follows is refused by name; the stream goes on where it was."""
    arrivals = taken([frame(0), frame(1, first=10**15), *(frame(number) for number in range(1, 8))])
    assert sound(arrivals) == list(range(800))
    assert notices(arrivals) == [("jump", 1)]


def test_an_outage_of_seconds_is_a_gap() -> None:
    """Three frames in a row 5 s ahead are believed, and none of them is lost."""
    arrivals = taken([frame(0), *(frame(number) for number in range(50, 54))])
    assert sound(arrivals) == [*range(100), *[-1.0] * 4_900, *range(5_000, 5_400)]
    assert notices(arrivals) == [("gap", 1)]


def test_further_than_ten_seconds_the_stream_jumps() -> None:
    """Frames that follow on from each other an hour later are gone on with, without an hour of silence."""
    ahead = 36_000
    arrivals = taken([frame(0), *(frame(number) for number in range(ahead, ahead + 4)), frame(1)])
    assert sound(arrivals) == [*range(100), *range(100 * ahead, 100 * ahead + 400)]
    assert Jumped(to_sample=100 * ahead) in arrivals
    assert notices(arrivals) == [("jump", 1), ("too_late", 1)]


def test_large_frames_are_believed_sooner() -> None:
    """Two frames of a second each follow on from each other: no accident."""
    arrivals = taken([frame(0, length=1_000), *(frame(1, first=first, length=1_000) for first in (3_000, 4_000))])
    assert len(sound(arrivals)) == 5_000


def test_what_waits_is_bounded_by_bytes() -> None:
    """A hole is given up when more than 1 MiB waits, however short the sound."""
    reassembly = Reassembly(192_000)
    samples = np.zeros((8, 9_600), dtype=np.float32)
    arrivals: list[Arrival] = []
    for number in range(1, 6):
        one = Frame(sequence=number, first_sample=9_600 * number, sample_rate_hz=192_000, samples=samples)
        arrivals += reassembly.take(one)
    assert ("gap", 1) in notices(arrivals)


def test_the_end_gives_up_every_hole() -> None:
    """What still waits at the end is handed on, silence before it."""
    arrivals = taken([frame(0), frame(2)])
    assert sound(arrivals) == [*range(100), *[-1.0] * 100, *range(200, 300)]


def test_frames_from_afar_at_the_end_count_within_ten_seconds() -> None:
    """Unconfirmed frames at the end are taken over a gap, but not over a jump."""
    assert len(sound(taken([frame(0), frame(30)]))) == 3_100
    assert notices(taken([frame(0), frame(300)])) == [("jump", 1)]


def test_an_empty_frame_is_nothing() -> None:
    """A frame without samples changes nothing."""
    assert Reassembly(RATE_HZ).take(frame(0, length=0)) == []


def test_the_state_holds_what_waits() -> None:
    """A reassembly restored with frames waiting near and far goes on as if nothing had been."""
    frames = [frame(0), frame(2), frame(40), frame(41), frame(1), frame(42), frame(43), frame(3)]
    for cut in range(len(frames)):
        before = Reassembly(RATE_HZ)
        arrivals = [arrival for one in frames[:cut] for arrival in before.take(one)]
        arrivals += taken(frames[cut:], Reassembly.restored(RATE_HZ, before.state()))
        assert sound(arrivals) == sound(taken(frames))
        assert notices(arrivals) == notices(taken(frames))


def test_a_far_frame_that_the_stream_reaches_is_not_lost() -> None:
    """Frame 15 comes first of all; when the stream has passed its place by a gap, it is late, not gone."""
    arrivals = taken([frame(15), frame(9), frame(18), *(frame(number) for number in (10, 11, 19, 20, 21, 22))])
    late = [part for arrival in arrivals if isinstance(arrival, Late) for part in arrival.parts]
    heard = len([value for value in sound(arrivals) if value >= 0.0]) + sum(end - first for first, end in late)
    assert heard == 900
