"""Notation."""

import pytest

from grym.domain.composing.notation import VALUES, Value, bars_of
from grym.domain.composing.score import Metre, Note

FOUR_FOUR = Metre(beats=4, unit=4)


def _note(start: int, duration: int, pitch: int = 60) -> Note:
    return Note(start_ticks=start, duration_ticks=duration, midi_pitch=pitch, velocity=80)


def _written(
    notes: list[Note], *, bars: int = 1, metre: Metre = FOUR_FOUR, percussion: bool = False
) -> list[list[list[Value]]]:
    return bars_of(notes, metre, length_ticks=bars * metre.bar_ticks, percussion=percussion)


def _lengths(voice: list[Value]) -> list[tuple[int, bool]]:
    return [(value.length, bool(value.pitches)) for value in voice]


def test_silence_is_a_bar_rest() -> None:
    """A part without notes has one rest a bar."""
    assert _written([], bars=2) == [[[Value(start=0, length=48, pitches=())]]] * 2


def test_quarters_and_rests() -> None:
    """A quarter on beat two stands between a quarter rest and a half rest."""
    ((voice,),) = _written([_note(480, 480)])
    assert _lengths(voice) == [(12, False), (12, True), (24, False)]


def test_notes_over_the_bar_line_are_tied() -> None:
    """A half note on beat four becomes two tied quarters."""
    first, second = _written([_note(1440, 960)], bars=2)
    assert (first[0][-1].length, first[0][-1].tied_to, first[0][-1].tied_from) == (12, True, False)
    assert (second[0][0].length, second[0][0].tied_to, second[0][0].tied_from) == (12, False, True)


def test_equal_notes_are_a_chord() -> None:
    """Notes of one start and length share a stem."""
    ((voice,),) = _written([_note(0, 1920, pitch) for pitch in (67, 60, 64)])
    assert [value.pitches for value in voice] == [(60, 64, 67)]


def test_overlaps_get_a_voice_of_their_own() -> None:
    """A held bass under moving notes is a second voice."""
    (voices,) = _written([_note(0, 1920, 48), _note(480, 480, 60), _note(960, 480, 62)])
    assert len(voices) == 2
    assert all(sum(value.length for value in voice) == 48 for voice in voices)


def test_five_overlaps_still_fit_four_voices() -> None:
    """Past four voices notes are cut, none of the bars overflows."""
    (voices,) = _written([_note(120 * at, 1920 - 120 * at, 60 + at) for at in range(6)])
    assert len(voices) == 4
    assert all(sum(value.length for value in voice) == 48 for voice in voices)


def test_triplets() -> None:
    """Three notes in a beat are triplet eighths, beamed together."""
    ((voice,),) = _written([_note(160 * at, 160) for at in range(3)])
    assert _lengths(voice)[:3] == [(4, True)] * 3
    assert [value.beams for value in voice[:3]] == [("begin",), ("continue",), ("end",)]
    assert VALUES[4] == ("eighth", 0, True)


def test_humanised_times_are_rounded() -> None:
    """A note 30 ticks late is written on the beat."""
    ((voice,),) = _written([_note(510, 455)])
    assert _lengths(voice) == [(12, False), (12, True), (24, False)]


def test_off_beat_lengths_are_cut_at_the_beat() -> None:
    """Three eighths from an off-beat are an eighth tied to a quarter; a lone off-beat quarter stays whole."""
    ((voice,),) = _written([_note(240, 720)])
    assert _lengths(voice)[:3] == [(6, False), (6, True), (12, True)]
    ((voice,),) = _written([_note(240, 480)])
    assert _lengths(voice)[1] == (12, True)


def test_beams_of_mixed_values() -> None:
    """Eighth and two sixteenths: one beam over all, a second over the sixteenths."""
    ((voice,),) = _written([_note(0, 240), _note(240, 120), _note(360, 120)])
    assert [value.beams for value in voice[:3]] == [("begin",), ("continue", "begin"), ("end", "end")]


def test_lone_sixteenth_has_a_hook() -> None:
    """After a dotted eighth the sixteenth's second beam is a hook."""
    ((voice,),) = _written([_note(0, 360), _note(360, 120)])
    assert voice[1].beams == ("end", "backward hook")


def test_drum_strokes_last_to_the_next() -> None:
    """A stroke on each beat is a quarter, whatever was written; alone it lasts to the end of its beat."""
    ((voice,),) = _written([_note(480 * at, 120, 38) for at in range(3)], percussion=True)
    assert _lengths(voice) == [(12, True)] * 3 + [(12, False)]


@pytest.mark.parametrize(("beats", "unit"), [(3, 4), (6, 8), (5, 4), (7, 8), (12, 8), (2, 2)])
def test_bars_of_every_metre_are_full(beats: int, unit: int) -> None:
    """Values and rests sum to the bar in every voice."""
    metre = Metre(beats=beats, unit=unit)
    notes = [_note(240 * at, 360, 60 + at % 5) for at in range(3 * metre.bar_ticks // 240)]
    for voices in _written(notes, bars=3, metre=metre):
        assert all(sum(value.length for value in voice) * 40 == metre.bar_ticks for voice in voices)
