"""The tune of a score."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from grym.domain.composing.reworking.tune import ideas_of, lead_of, on_grid, skyline, tune_of
from grym.domain.composing.score import Note, Score


def note(start: int, pitch: int, length: int = 480) -> Note:
    """Return a note in ticks."""
    return Note(start_ticks=start, duration_ticks=length, midi_pitch=pitch, velocity=80)


def test_the_tune_is_the_part_that_carries_it(piece: Score) -> None:
    """The melody of a piece of grym, note by note, and not its drums or chords."""
    lead = lead_of(piece)
    assert lead is not None
    assert lead.role == "melody"
    assert {one.midi_pitch for one in tune_of(piece)} <= {one.midi_pitch for one in lead.notes}


def test_the_skyline_is_the_highest_note_of_every_onset() -> None:
    """Chords give their top, a note is cut where the next begins, and inner voices below a held one are left out."""
    line = skyline([note(0, 60, 960), note(0, 64, 960), note(480, 67), note(960, 40), note(960, 72)])
    assert [(one.start_ticks, one.midi_pitch) for one in line] == [(0, 64), (480, 67), (960, 72)]
    assert line[0].duration_ticks == 480


@given(st.lists(st.tuples(st.integers(0, 4000), st.integers(30, 90), st.integers(1, 2000)), min_size=1, max_size=40))
def test_a_tune_has_one_note_at_a_time(rows: list[tuple[int, int, int]]) -> None:
    """Whatever sounds, neither the skyline nor the line on the grid overlaps itself, and both ascend."""
    line = skyline([note(start, pitch, length) for start, pitch, length in rows])
    assert all(a.end_ticks <= b.start_ticks for a, b in itertools.pairwise(line))
    steps = on_grid(line)
    assert all(a.start_steps + a.length_steps <= b.start_steps for a, b in itertools.pairwise(steps))
    assert all(one.length_steps >= 1 for one in steps)


def test_what_returns_is_remembered_first() -> None:
    """Of a tune whose first bar comes three times, that bar is the idea."""
    bar = [(0, 60), (480, 62), (960, 64), (1440, 65)]
    other = [(0, 72), (960, 59), (1440, 71)]
    bars = [bar, other, bar, bar]
    notes = [note(at * 1920 + start, pitch) for at, one in enumerate(bars) for start, pitch in one]
    first = ideas_of(notes, bar_ticks=1920, limit=1)[0]
    assert first.intervals[:3] == (2, 2, 1)
