"""Comparing melodies by their turns."""

from hypothesis import given
from hypothesis import strategies as st

from grym.domain.composing.reworking.likeness import TURN, likeness, longest_run
from grym.domain.composing.score import Note

PITCHES = st.lists(st.integers(40, 80), min_size=TURN + 2, max_size=30)


def line(pitches: list[int]) -> tuple[Note, ...]:
    """Return a line of quarters."""
    return tuple(
        Note(start_ticks=480 * at, duration_ticks=480, midi_pitch=pitch, velocity=80)
        for at, pitch in enumerate(pitches)
    )


@given(PITCHES, st.integers(-12, 12))
def test_a_transposed_copy_is_a_copy(pitches: list[int], by: int) -> None:
    """All of its turns and all of its notes are shared."""
    copy = line([pitch + by for pitch in pitches])
    assert likeness(copy, line(pitches)) == 1.0
    assert longest_run(copy, line(pitches)) == len(pitches)


def test_lines_without_a_common_turn_are_unlike() -> None:
    """A scale upwards and one downwards share nothing."""
    up, down = line(list(range(60, 75))), line(list(range(75, 60, -1)))
    assert (likeness(up, down), longest_run(up, down)) == (0.0, 0)


def test_a_quotation_counts_by_its_share() -> None:
    """Six notes out of twelve are one turn of seven."""
    own = [60, 67, 61, 70, 62, 75, 60, 62, 64, 65, 67, 69]
    assert 0 < likeness(line(own), line([48, 50, 52, 53, 55, 57])) < 0.5
    assert longest_run(line(own), line([48, 50, 52, 53, 55, 57])) == 6


def test_too_few_notes_have_no_turns() -> None:
    """A line of two notes is like nothing."""
    assert likeness(line([60, 62]), line([60, 62, 64])) == 0.0
