"""MusicXML, read back by music21 and verovio."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree as ET

import music21
import pytest
import verovio

from grym.domain.composing.compose import compose
from grym.domain.composing.musicxml import players_of, score_to_musicxml
from grym.domain.composing.plan import Plan
from grym.domain.composing.score import ChordSpan, Note, Score, Tonality

Planned = Callable[..., Plan]
WISHES = [
    ("a nocturne in D minor", None),
    ("folk song with drums", "6/8"),
    ("jazz in Bb major", "4/4"),
    ("techno in F# minor", None),
    ("chorale in Eb major", None),
    ("rock in G minor", "7/8"),
    ("bossa in A major", "5/4"),
    ("waltz in E minor", None),
]


@pytest.mark.parametrize(("prompt", "metre"), WISHES)
def test_other_programs_read_full_bars(planned: Planned, prompt: str, metre: str | None) -> None:
    """music21 finds every voice of every bar full, verovio engraves without a word."""
    score = compose(planned(prompt, metre=metre), seed=7)
    text = score_to_musicxml(score)
    read: Any = music21.converter.parse(text, format="musicxml")
    assert len(read.parts) == sum(min(2, len(player)) for player in players_of(score))
    for part in read.parts:
        for measure in part.getElementsByClass("Measure"):
            for voice in list(measure.voices) or [measure]:
                sounding = [one for one in voice.notesAndRests if not isinstance(one, music21.harmony.Harmony)]
                assert sum(one.quarterLength for one in sounding) == pytest.approx(measure.barDuration.quarterLength)
    engraver = verovio.toolkit()
    assert engraver.loadData(text)
    assert engraver.getPageCount() >= 1
    assert "<svg" in engraver.renderToSVG(1)
    assert engraver.getLog() == ""


def test_pitches_survive(planned: Planned) -> None:
    """music21 reads the melody's pitches and onsets as composed."""
    score = compose(planned("a nocturne in D minor", metre="4/4"), seed=7)
    parsed: Any = music21.converter.parse(score_to_musicxml(score), format="musicxml")
    read = parsed.parts[0].stripTies()
    found = [
        (float(n.getOffsetInHierarchy(read)), p.midi)
        for n in read.recurse().notes
        for p in n.pitches
        if not isinstance(n, music21.harmony.Harmony)
    ]
    assert sorted(found) == [(note.start_ticks / 480, note.midi_pitch) for note in score.parts[0].notes]


def test_key_time_tempo_and_symbols(scale_score: Score) -> None:
    """Signature, metre, tempo, section mark, chord symbols and clefs are written."""
    root = ET.fromstring(score_to_musicxml(scale_score).partition('dtd">\n')[2])
    assert root.findtext(".//key/fifths") == "0"
    assert (root.findtext(".//time/beats"), root.findtext(".//time/beat-type")) == ("4", "4")
    assert root.find(".//sound").attrib["tempo"] == "120"  # type: ignore[union-attr]
    assert root.findtext(".//rehearsal") == "A"
    assert [harmony.findtext("root/root-step") for harmony in root.iter("harmony")] == ["C", "G", "C"]
    assert [clef.text for clef in root.findall(".//clef/sign")] == ["G", "F"]


def test_violas_read_the_alto_clef(scale_score: Score) -> None:
    """Whatever they play: their players read no other by choice."""
    violas = tuple(replace(part, program=41) for part in scale_score.parts)
    root = ET.fromstring(score_to_musicxml(replace(scale_score, parts=violas)).partition('dtd">\n')[2])
    assert {(clef.findtext("sign"), clef.findtext("line")) for clef in root.iter("clef")} == {("C", "3")}


def _accidentals(score: Score) -> list[tuple[str, str | None, str | None]]:
    root = ET.fromstring(score_to_musicxml(score).partition('dtd">\n')[2])
    return [
        (note.findtext("pitch/step", ""), note.findtext("pitch/alter"), note.findtext("accidental"))
        for note in root.iter("note")
        if note.find("pitch") is not None
    ]


def test_accidentals_hold_for_their_bar(scale_score: Score) -> None:
    """In D minor a C sharp over A7 gets its sharp once, and the C after it a natural."""
    pitches = (61, 61, 60, 70)
    notes = tuple(
        Note(start_ticks=480 * at, duration_ticks=480, midi_pitch=pitch, velocity=80)
        for at, pitch in enumerate(pitches)
    )
    chord = ChordSpan(start_ticks=0, duration_ticks=1920, symbol="A7", numeral="V7", pitch_classes=(9, 1, 4, 7))
    score = replace(
        scale_score,
        tonality=Tonality(tonic=2, mode="minor"),
        parts=(replace(scale_score.parts[0], notes=notes),),
        chords=(chord,),
        length_ticks=1920,
    )
    assert _accidentals(score) == [("C", "1", "sharp"), ("C", "1", None), ("C", None, "natural"), ("B", "-1", None)]


def test_chord_tones_are_spelled_by_thirds(scale_score: Score) -> None:
    """The third of E7 in C major is G sharp, not A flat."""
    note = Note(start_ticks=0, duration_ticks=1920, midi_pitch=68, velocity=80)
    chord = ChordSpan(start_ticks=0, duration_ticks=1920, symbol="E7", numeral="V7/vi", pitch_classes=(4, 8, 11, 2))
    part = replace(scale_score.parts[0], notes=(note,))
    score = replace(scale_score, parts=(part,), chords=(chord,), length_ticks=1920)
    assert _accidentals(score) == [("G", "1", "sharp")]


def test_titles_are_escaped(scale_score: Score) -> None:
    """A title with signs of XML stays text."""
    text = score_to_musicxml(replace(scale_score, title='<Night> & "Day"\x00'))
    assert "&lt;Night&gt; &amp; &quot;Day&quot;</work-title>" in text


def test_percussion_is_unpitched(planned: Planned) -> None:
    """Drum strokes are unpitched notes with instruments of their own on channel 10."""
    score = compose(planned("rock", metre="4/4"), seed=1)
    text = score_to_musicxml(score)
    drums = text[text.rindex("<part id=") :]
    assert "<unpitched>" in drums
    assert "<pitch>" not in drums
    named = set(re.findall(r'<score-instrument id="([^"]+)"', text))
    assert set(re.findall(r'<instrument id="([^"]+)"', drums)) <= named


def test_two_hands_are_one_system(planned: Planned) -> None:
    """A piano's melody and accompaniment are one part of two staves, treble and bass, and no note is lost."""
    score = compose(planned("a calm piano nocturne in D minor"), seed=1)
    assert [part.hand for part in score.parts] == ["right", "left"]
    text = score_to_musicxml(score)
    assert text.count("<score-part ") == 1
    assert "<staves>2</staves>" in text
    assert text.count("<staff>1</staff>") >= len(score.parts[0].notes)
    assert text.count("<staff>2</staff>") >= len(score.parts[1].notes)
    read: Any = music21.converter.parse(text, format="musicxml")
    for part, written in zip(score.parts, read.parts, strict=True):
        pitches = {pitch.midi for note in written.flatten().notes for pitch in getattr(note, "pitches", ())}
        assert {note.midi_pitch for note in part.notes} <= pitches


def test_a_player_alone_has_one_staff(scale_score: Score) -> None:
    """Parts without hands are players of their own; a hand without the other is too."""
    assert [len(player) for player in players_of(scale_score)] == [1, 1]
    lone = replace(scale_score.parts[0], hand="right")
    assert [len(player) for player in players_of(replace(scale_score, parts=(lone,)))] == [1]


def test_loudness_is_marked(scale_score: Score) -> None:
    """Velocity 80 is mezzo forte, marked once."""
    assert score_to_musicxml(scale_score).count("<dynamics><mf/></dynamics>") == 1
