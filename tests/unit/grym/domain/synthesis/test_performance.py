"""Written time in seconds."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from grym.domain.composing.holding import held, hold_ticks
from grym.domain.composing.midi import played_span
from grym.domain.composing.score import TICKS_PER_QUARTER, Note, Part, Score
from grym.domain.synthesis.performance import MIN_NOTE_S, SHORTEST_TAIL_S, perform

SECONDS_PER_TICK = 0.5 / TICKS_PER_QUARTER
ScoreOf = Callable[..., Score]
PartOf = Callable[..., Part]
NoteAt = Callable[..., Note]


def test_a_quarter_at_120_lasts_half_a_second(score_of: ScoreOf, part_of: PartOf, note_at: NoteAt) -> None:
    """The second beat at 120 bpm starts after half a second and lasts as long."""
    (part,) = perform(score_of(part_of(note_at(beat=1)))).parts
    assert part.notes[0].onset_s == pytest.approx(0.5)
    assert part.notes[0].duration_s == pytest.approx(0.5)


@pytest.mark.parametrize(("shift", "ring"), [(0, 0), (24, 0), (-24, 0), (0, 240), (-30, 100), (30, -120)])
def test_notes_sound_exactly_as_in_the_midi_file(
    shift: int, ring: int, score_of: ScoreOf, part_of: PartOf, note_at: NoteAt
) -> None:
    """Onset and end agree with the span the MIDI writer uses."""
    note = replace(note_at(beat=2), onset_shift_ticks=shift, ring_ticks=ring)
    (part,) = perform(score_of(part_of(note))).parts
    start_ticks, end_ticks = played_span(note)
    assert part.notes[0].onset_s == pytest.approx(start_ticks * SECONDS_PER_TICK)
    assert part.notes[0].onset_s + part.notes[0].duration_s == pytest.approx(end_ticks * SECONDS_PER_TICK)


def test_what_rings_is_left_to_ring(score_of: ScoreOf, part_of: PartOf, note_at: NoteAt) -> None:
    """The last note of a piano is held up to the shortest tail; a drum and an earlier note are not touched."""
    last, earlier = note_at(beat=7), note_at(beat=6)
    performance = perform(score_of(part_of(earlier, last), part_of(last, percussion=True)))
    piano, drums = performance.parts
    assert piano.notes[0].duration_s == pytest.approx(0.5)
    assert piano.notes[1].onset_s + piano.notes[1].duration_s == pytest.approx(performance.duration_s - SHORTEST_TAIL_S)
    assert drums.notes[0].duration_s == pytest.approx(0.5)


def test_what_is_held_is_let_go_in_time(score_of: ScoreOf, part_of: PartOf, note_at: NoteAt) -> None:
    """A string note over the whole piece of 20 s ends 0.9 s (4.5 %) before the end of the rendering."""
    performance = perform(score_of(part_of(note_at(beats=40), program=48), bars=10))
    (note,) = performance.parts[0].notes
    assert performance.duration_s == pytest.approx(20.0 * 1.015)
    assert note.duration_s == pytest.approx(performance.duration_s - 0.9)


def test_a_short_note_at_the_end_keeps_half_its_length(score_of: ScoreOf, part_of: PartOf, note_at: NoteAt) -> None:
    """A string note that begins after the others were let go is not swallowed."""
    (part,) = perform(score_of(part_of(note_at(beat=7.5, beats=0.5), program=48))).parts
    assert part.notes[0].duration_s == pytest.approx(0.125)


def test_nothing_sounds_before_the_start(score_of: ScoreOf, part_of: PartOf, note_at: NoteAt) -> None:
    """A note pulled forward at the very beginning starts at zero."""
    (part,) = perform(score_of(part_of(replace(note_at(), onset_shift_ticks=-50)))).parts
    assert part.notes[0].onset_s == 0.0


def test_a_note_without_length_still_sounds(score_of: ScoreOf, part_of: PartOf, note_at: NoteAt) -> None:
    """A note cut to nothing keeps the shortest audible length."""
    (part,) = perform(score_of(part_of(replace(note_at(), ring_ticks=-480)))).parts
    assert part.notes[0].duration_s == MIN_NOTE_S


@pytest.mark.parametrize(("bars", "overhang_s"), [(2, SHORTEST_TAIL_S), (15, 0.015 * 30), (60, 0.015 * 120)])
def test_a_rendering_ends_shortly_after_what_is_written(
    bars: int, overhang_s: float, score_of: ScoreOf, part_of: PartOf, note_at: NoteAt
) -> None:
    """The length is that of the score and 1.5 %, at least a quarter of a second."""
    score = score_of(part_of(note_at(beat=bars * 4 - 1)), bars=bars)
    assert perform(score).duration_s == pytest.approx(score.duration_s + overhang_s)


def test_a_note_beyond_the_end_is_not_lost(score_of: ScoreOf, part_of: PartOf, note_at: NoteAt) -> None:
    """A note pushed past the final bar line makes the rendering longer."""
    late = replace(note_at(beat=7.9, beats=0.1), onset_shift_ticks=480)
    performance = perform(score_of(part_of(late)))
    assert performance.duration_s > performance.parts[0].notes[0].onset_s + SHORTEST_TAIL_S


def test_notes_come_sorted_by_onset(score_of: ScoreOf, part_of: PartOf, note_at: NoteAt) -> None:
    """Shifts may swap notes; the performance is in order of sound."""
    late, early = replace(note_at(beat=1), onset_shift_ticks=60), replace(note_at(beat=1.1), onset_shift_ticks=-20)
    (part,) = perform(score_of(part_of(late, early))).parts
    assert [note.onset_s for note in part.notes] == sorted(note.onset_s for note in part.notes)


def test_a_score_without_parts_has_its_written_length(score_of: ScoreOf) -> None:
    """Nothing to play is no error."""
    performance = perform(score_of())
    assert performance.parts == ()
    assert performance.duration_s == pytest.approx(4.0 + SHORTEST_TAIL_S)


def test_a_held_end_sounds_as_long_as_it_is_held(score_of: ScoreOf, part_of: PartOf, note_at: NoteAt) -> None:
    """The room after the last note begins where holding ends, and what rings lasts until then."""
    plain = score_of(part_of(note_at(beat=7)))
    extra_ticks = hold_ticks(2.0, plain.tempo_bpm)
    parts = held(plain.parts, end_ticks=plain.length_ticks, extra_ticks=extra_ticks)
    longer = perform(replace(plain, parts=parts, hold_ticks=extra_ticks))
    assert longer.duration_s == pytest.approx(perform(plain).duration_s + 2.0, abs=0.1)
    (note,) = longer.parts[0].notes
    assert note.onset_s + note.duration_s > plain.duration_s + 1.5
