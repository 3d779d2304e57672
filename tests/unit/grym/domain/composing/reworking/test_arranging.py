"""Other players, the same melody; chords under a tune."""

from collections.abc import Callable, Sequence

import pytest

from grym.domain.composing.plan import Plan
from grym.domain.composing.reworking.arranging import arranged, octaves, transposed
from grym.domain.composing.reworking.source import Read, Rework, Source
from grym.domain.composing.reworking.studying import study
from grym.domain.composing.reworking.tune import tune_of
from grym.domain.composing.score import ChordSpan, Metre, Note, Part, Score, Tonality

Planned = Callable[..., Plan]
THREE = Metre(beats=3, unit=4)
OPEN_AND_CLOSED = (
    (64, 1), (65, 1), (67, 1), (67, 2), (65, 1), (64, 1), (62, 1), (60, 1), (62, 3),
    (64, 1), (65, 1), (67, 1), (69, 2), (67, 1), (65, 1), (64, 1), (62, 1), (60, 3),
    (67, 1), (69, 1), (71, 1), (72, 2), (71, 1), (69, 1), (71, 1), (69, 1), (67, 3),
    (64, 1), (65, 1), (67, 1), (67, 2), (65, 1), (64, 1), (62, 2), (60, 3),
)  # fmt: skip
"""Sixteen bars in three, C major; phrases of four that rest on 2, 1, 5 and 1."""


def tune(notes: Sequence[tuple[int, int]], metre: Metre = THREE) -> Source:
    """Return a source that is a tune alone: pitches and quarters."""
    at, found = 0, []
    for pitch, quarters in notes:
        found.append(Note(start_ticks=at, duration_ticks=quarters * 480, midi_pitch=pitch, velocity=80))
        at += quarters * 480
    part = Part(name="piano", role="melody", program=0, notes=tuple(found))
    read = Read(
        made_of="midi", title="", tempo_bpm=100.0, metre=metre, tonality=Tonality(tonic=0, mode="major"),
        parts=(part,), length_ticks=at, stated=frozenset({"tempo", "metre", "key"}),
    )  # fmt: skip
    return study(read)


def chord_at(score: Score, ticks: int) -> ChordSpan:
    """Return the chord that sounds at a place."""
    return next(one for one in score.chords if one.start_ticks <= ticks < one.start_ticks + one.duration_ticks)


@pytest.mark.parametrize("style", ["chorale", "waltz", "folk"])
def test_a_tune_in_three_is_harmonised_by_the_bar_and_closes_as_it_rests(planned_for: Planned, style: str) -> None:
    """Half closes where the tune rests on 2 and 5, full ones on 1; at most one chord a bar."""
    source = tune(OPEN_AND_CLOSED)
    score = arranged(source, planned_for(source, Rework(verb="harmonise"), style=style), seed=1, anew=True)
    assert all(one.start_ticks % THREE.bar_ticks == 0 for one in score.chords)
    roots = [chord_at(score, bar * THREE.bar_ticks).pitch_classes[0] for bar in (3, 7, 11, 15)]
    assert roots == [7, 0, 7, 0]


@pytest.mark.parametrize("style", ["chorale", "waltz", "folk", "march"])
def test_no_note_rests_outside_its_chord(planned_for: Planned, style: str) -> None:
    """A long note that is not left by step belongs to the chord under it: no ninth stays unresolved."""
    leaping = [(62, 2), (67, 1), (62, 2), (69, 1), (65, 2), (60, 1), (74, 3), (67, 2), (62, 1), (69, 2), (74, 1)]
    source = tune([*leaping, (65, 2), (71, 1), (72, 3)])
    score = arranged(source, planned_for(source, Rework(verb="harmonise"), style=style), seed=1, anew=True)
    for note, following in zip(source.score.parts[0].notes, source.score.parts[0].notes[1:], strict=False):
        if note.duration_ticks >= 960 and abs(following.midi_pitch - note.midi_pitch) > 2:
            assert note.midi_pitch % 12 in chord_at(score, note.start_ticks).pitch_classes


def test_the_tune_stays_note_by_note(waltz: Source, planned_for: Planned) -> None:
    """In another style and key, by the same intervals and at the same places."""
    plan = planned_for(waltz, Rework(verb="arrange"), style="jazz", key="A minor")
    given, played = tune_of(waltz.score), tune_of(arranged(waltz, plan, seed=2, anew=False))
    assert [one.start_ticks for one in played] == [one.start_ticks for one in given]
    shifts = {b.midi_pitch - a.midi_pitch for a, b in zip(given, played, strict=True)}
    assert len(shifts) == 1
    assert shifts.pop() % 12 == 2


def test_transposing_goes_the_shorter_way(piece: Score) -> None:
    """From G up to A is two semitones and not ten down; drums stay."""
    up = transposed(piece, to=9)
    for before, after in zip(piece.parts, up.parts, strict=True):
        shift = 0 if before.percussion else 2
        assert all(b.midi_pitch - a.midi_pitch == shift for a, b in zip(before.notes, after.notes, strict=True))


def test_a_tune_is_moved_by_octaves_into_the_range_of_its_player() -> None:
    """And not at all where it lies there."""
    low = [Note(start_ticks=0, duration_ticks=1, midi_pitch=pitch, velocity=80) for pitch in (48, 50, 52)]
    assert octaves(low, low=60, high=84) == 12
    assert octaves(low, low=40, high=70) == 0
