"""Reading MusicXML: grym's own and music21's come back note by note, hostile ones are refused."""

import io
import zipfile
from typing import Any

import music21
import pytest

from grym.domain.composing.compose import compose
from grym.domain.composing.musicxml import score_to_musicxml
from grym.domain.composing.plan import Wish
from grym.domain.composing.planner import plan
from grym.domain.composing.reworking.musicxml_reading import read_musicxml
from grym.domain.composing.score import Metre, Part, Score, Tonality
from grym.errors import ContractError

Sounding = list[tuple[int, int, int]]


def sounding(parts: tuple[Part, ...]) -> Sounding:
    """Return every note of all parts as start, length and pitch."""
    return sorted((n.start_ticks, n.duration_ticks, n.midi_pitch) for part in parts for n in part.notes)


def packed(name: str, text: str, *, container: str | None = None) -> bytes:
    """Return a compressed score."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(name, text)
        if container:
            file.writestr("META-INF/container.xml", container)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "prompt", ["a calm piano nocturne in F minor", "a waltz in D major", "a chorale in C major", "irish jig"]
)
def test_a_score_of_grym_comes_back(prompt: str) -> None:
    """Every pitched note stands where it was written, with its length; tempo, metre and key too."""
    score = compose(plan(Wish(prompt=prompt + ", 15 seconds"), seed=3), seed=3)
    read = read_musicxml(score_to_musicxml(score).encode())
    pitched = tuple(part for part in read.parts if not part.percussion)
    assert {(a, c) for a, _, c in sounding(pitched)} == {
        (a, c) for a, _, c in sounding(tuple(part for part in score.parts if not part.percussion))
    }
    assert read.tempo_bpm == pytest.approx(score.tempo_bpm, abs=0.01)
    assert read.metre == score.metre
    assert read.tonality == score.tonality
    assert read.length_ticks == score.length_ticks


def test_what_music21_writes_is_read_as_it_sounds() -> None:
    """An upbeat, a tie over the bar, a chord, a triplet and a clarinet in B flat."""
    foreign: Any = music21
    part = foreign.stream.Part()
    part.append(foreign.instrument.Clarinet())
    part.append(music21.meter.TimeSignature("3/4"))
    part.append(music21.key.Key("D"))
    part.append(music21.tempo.MetronomeMark(number=90))
    for name, length in (("E4", 1.0), ("G4", 4.0), ("A4", 1.0)):
        part.append(music21.note.Note(name, quarterLength=length))
    for _ in range(3):
        part.append(music21.note.Note("B4", quarterLength=1 / 3))
    part.append(music21.chord.Chord(["C4", "E4", "G4"], quarterLength=2.0))
    written: Any = part.makeNotation()
    path = written.write("musicxml")
    read = read_musicxml(path.read_bytes())
    notes = read.parts[0].notes
    assert (read.metre, read.tempo_bpm) == (Metre(beats=3, unit=4), 90.0)
    by_pitch = {n.midi_pitch for n in notes}
    assert {60, 64, 67} <= by_pitch or {58, 62, 65} <= by_pitch
    long = [n for n in notes if n.duration_ticks == 4 * 480]
    assert len(long) == 1, "a tie over the bar is one note"
    assert sum(n.duration_ticks == 160 for n in notes) == 3


def test_a_compressed_score_is_read(scale_score: Score) -> None:
    """By its container, or by its name where there is none."""
    text = score_to_musicxml(scale_score)
    container = '<container><rootfiles><rootfile full-path="deep/score.xml"/></rootfiles></container>'
    for data in (packed("score.musicxml", text), packed("deep/score.xml", text, container=container)):
        assert sounding(read_musicxml(data).parts) == sounding(scale_score.parts)


def test_an_upbeat_fills_the_end_of_its_bar() -> None:
    """A first measure of one quarter in 4/4 begins on the fourth."""
    note = "<note><pitch><step>C</step><octave>4</octave></pitch><duration>{}</duration></note>"
    text = (
        '<score-partwise><part-list><score-part id="P1"><part-name>x</part-name></score-part></part-list>'
        '<part id="P1"><measure number="0"><attributes><divisions>1</divisions><key><fifths>-3</fifths>'
        "<mode>minor</mode></key><time><beats>4</beats><beat-type>4</beat-type></time></attributes>"
        f'{note.format(1)}</measure><measure number="1">{note.format(4)}</measure></part></score-partwise>'
    )
    read = read_musicxml(text.encode())
    assert [(n.start_ticks, n.duration_ticks) for n in read.parts[0].notes] == [(3 * 480, 480), (4 * 480, 4 * 480)]
    assert read.tonality == Tonality(tonic=0, mode="minor")


BOMB = '<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;">]><score-partwise>&c;</score-partwise>'
OUTSIDE = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><score-partwise>&b;</score-partwise>'
DEEP = "<a>" * 60 + "</a>" * 60


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "score.empty"),
        (b"<score-partwise>", "score.unreadable"),
        (b"<html></html>", "score.unreadable"),
        (BOMB.encode(), "score.entities"),
        (OUTSIDE.encode(), "score.entities"),
        (DEEP.encode(), "score.too_large"),
        (b"<score-partwise></score-partwise>", "score.empty"),
        (b"PK\x03\x04broken", "score.unreadable"),
        (packed("readme.txt", "nothing"), "score.unreadable"),
        (packed("score.xml", " " * (17 * 1024 * 1024)), "score.too_large"),
    ],
)
def test_what_is_hostile_is_refused_by_code(data: bytes, code: str) -> None:
    """Entities, depth, packed bombs, other documents, nothing at all."""
    with pytest.raises(ContractError) as caught:
        read_musicxml(data)
    assert caught.value.code == code


@pytest.mark.parametrize("duration", ["1e308", "-4", "many", "nan", "999999999999"])
def test_durations_that_no_bar_has_are_refused(duration: str) -> None:
    """Numbers are bounded before they are added."""
    text = (
        '<score-partwise><part-list><score-part id="P"/></part-list><part id="P"><measure><note><pitch>'
        f"<step>C</step><octave>4</octave></pitch><duration>{duration}</duration></note></measure></part>"
        "</score-partwise>"
    )
    with pytest.raises(ContractError):
        read_musicxml(text.encode())
