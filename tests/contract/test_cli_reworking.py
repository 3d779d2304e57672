"""`grym compose --reference` and `grym continue|vary|harmonise|arrange`: pieces made from files."""

from pathlib import Path

import pytest

from grym.domain.composing.compose import compose
from grym.domain.composing.midi import score_to_midi
from grym.domain.composing.musicxml import score_to_musicxml
from grym.domain.composing.plan import Wish
from grym.domain.composing.planner import plan
from grym.domain.composing.reworking.midi_reading import read_midi
from tests.contract.cli_world import CommandLine

SILENT = ("--backend", "score", "--seed", "5", "--json")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a short waltz as MIDI and as MusicXML."""
    folder = tmp_path_factory.mktemp("scores")
    score = compose(plan(Wish(prompt="a waltz in G minor, 150 bpm, 10 seconds"), seed=3), seed=3)
    (folder / "waltz.mid").write_bytes(score_to_midi(score))
    (folder / "waltz.musicxml").write_text(score_to_musicxml(score))
    return folder


def test_a_piece_after_a_reference_says_what_it_took(grym: CommandLine, files: Path, tmp_path: Path) -> None:
    """Tempo, key, metre and style are the reference's, and it is no copy."""
    words = ("compose", "music", "--seconds", "12", "--reference", str(files / "waltz.mid"), "--out", str(tmp_path))
    told = grym(*words, *SILENT).ok().told
    taken = told["reference"]
    assert (taken["verb"], taken["made_of"], taken["unlike"]) == ("reference", "midi", True)
    assert told["plan"]["tempo_bpm"] == pytest.approx(150.0, rel=0.001)
    assert (told["plan"]["style"], told["plan"]["tonality"]) == ("waltz", {"tonic": 7, "mode": "minor"})
    assert told["provenance"]["source_sha256"] == taken["source_sha256"]


def test_the_sound_of_a_piece_is_a_reference(grym: CommandLine, tmp_path: Path) -> None:
    """The tempo of what was heard is that of the new piece, to two percent (an octave aside), and its key too."""
    heard = grym.piece
    words = ("compose", "music", "--seconds", "8", "--reference", heard["audio"], "--out", str(tmp_path))
    told = grym(*words, *SILENT).ok().told
    ratio = told["plan"]["tempo_bpm"] / heard["plan"]["tempo_bpm"]
    assert min(abs(ratio / octave - 1) for octave in (0.5, 1.0, 1.5, 2.0)) < 0.02
    assert told["plan"]["tonality"]["tonic"] in {2, 5}
    assert told["reference"]["made_of"] == "sound"
    assert 0 < told["reference"]["sure"]["tempo"] <= 1


def test_bars_made_anew_leave_all_others_in_the_file(grym: CommandLine, files: Path, tmp_path: Path) -> None:
    """What is written into the MIDI file of the result is what stood in the one that was given."""
    words = ("vary", str(files / "waltz.mid"), "--bars", "3-4", "--out", str(tmp_path))
    told = grym(*words, *SILENT).ok().told
    assert told["reference"]["kept_bars"][0] == [1, 2]
    before, after = (read_midi(Path(path).read_bytes()) for path in (files / "waltz.mid", told["midi"]))
    bar = before.metre.bar_ticks
    found = [
        sorted((n.start_ticks, n.midi_pitch) for p in one.parts for n in p.notes if not bar < n.start_ticks < 5 * bar)
        for one in (before, after)
    ]
    assert found[0] == found[1]


@pytest.mark.parametrize(
    "words",
    [
        ("continue", "waltz.musicxml", "--seconds", "6", "--only-new"),
        ("harmonise", "waltz.musicxml", "--style", "chorale"),
        ("arrange", "waltz.mid", "--instruments", "flute,harp,cello"),
        ("arrange", "waltz.mid", "--as-is", "--quantise", "1/16", "--humanise", "0.3", "--arpeggiate", "up"),
    ],
)
def test_every_verb_makes_a_piece(grym: CommandLine, files: Path, tmp_path: Path, words: tuple[str, ...]) -> None:
    """Completed, written down, and it says what was taken."""
    verb, name, *more = words
    told = grym(verb, str(files / name), *more, "--out", str(tmp_path), *SILENT).ok().told
    assert (told["outcome"], told["reference"]["verb"]) == ("completed", verb)
    assert Path(told["midi"]).stat().st_size > 100
    assert "key" in told["reference"]["taken"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("vary", "waltz.mid", "--bars", "4-2"), "request.bars"),
        (("vary", "waltz.mid", "--bars", "all"), "request.bars"),
        (("arrange", "waltz.mid", "--quantise", "1/7"), "request.quantise"),
        (("arrange", "waltz.mid", "--arpeggiate", "sideways"), "request.arpeggiate"),
        (("arrange", "waltz.mid", "--humanise", "7"), "request.humanise"),
        (("arrange", "waltz.mid", "--as-is", "--style", "waltz"), "request.as_is"),
        (("harmonise", "missing.mid"), "score.missing"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_published(
    grym: CommandLine, files: Path, words: tuple[str, ...], code: str
) -> None:
    """By code, with exit 2."""
    verb, name, *more = words
    answer = grym(verb, str(files / name), *more, *SILENT)
    assert (answer.code, answer.told["error"]["code"]) == (2, code)


@pytest.mark.parametrize(
    ("data", "asked"),
    [
        (b"MThd broken", "vary -> score.unreadable"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><score-partwise/>', "continue -> score.entities"),
        (None, "vary --bars 90-99 -> request.bars"),
        (None, "arrange --instruments flute,kazoo -> request.instruments"),
    ],
)
def test_what_cannot_be_made_is_rejected_once(
    grym: CommandLine, files: Path, tmp_path: Path, data: bytes | None, asked: str
) -> None:
    """The request ends with the fault of its source, exit 3, and nothing is written."""
    words, code = asked.split(" -> ")
    verb, *more = words.split()
    path = files / "waltz.mid"
    if data is not None:
        path = tmp_path / "given"
        path.write_bytes(data)
    answer = grym(verb, str(path), *more, "--out", str(tmp_path / "out"), *SILENT)
    assert answer.code == 3
    assert (answer.told["outcome"], answer.told["fault"]["code"]) == ("rejected", code)
    assert not list((tmp_path / "out").glob("*"))
