"""Results drawn for people hold what a person looks for."""

import io
from typing import Any

from rich.console import Console, RenderableType

from grym.cli.panels import outcome_panel, piece_panel, steps_table

CHECK = {"name": "loudness", "value": -14.0, "required": "-15 to -13", "unit": "LUFS", "passed": True, "advice": ""}
FAILED = {
    "name": "ending",
    "value": None,
    "required": ">= 1",
    "unit": "",
    "passed": False,
    "advice": "end on a cadence",
}


def _drawn(renderable: RenderableType) -> str:
    console = Console(file=io.StringIO(), width=120)
    console.print(renderable)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def _piece(**more: Any) -> dict[str, Any]:
    plan = {
        "title": "Evening Song",
        "style": "nocturne",
        "mood": "calm",
        "tempo_bpm": 70.0,
        "metre": {"beats": 6, "unit": 8},
        "tonality": {"tonic": 3, "mode": "major"},
        "sections": [{"name": "A", "bars": 8}],
        "instruments": [{"name": "piano"}],
        "notes": ["No style named: took nocturne."],
    }
    return {
        "request_id": "r1",
        "outcome": "completed",
        "plan": plan,
        "quality": {"checks": [CHECK, FAILED]},
        "duration_s": 30.5,
        "backend": "soundfont",
        "provenance": {"soundfont": "FluidR3_GM"},
        "seed": 7,
        "attempts": 3,
        "audio": "out/piece.wav",
        "midi": "out/piece.mid",
        "score": "out/piece.musicxml",
        "pages": ["out/page-1.svg"],
        "stems": ["out/stems/piano.wav"],
        "patterns": [],
        **more,
    }


def test_a_piece_shows_what_it_took_of_its_source() -> None:
    """What was taken, how sure that was, how like the piece is, and what was left out."""
    taken = {
        "verb": "reference",
        "made_of": "sound",
        "source_sha256": "ab" * 32,
        "taken": {"tempo": "92 BPM, sure 0.95", "style": "made from the recording on the ground of funk, sure 0.4"},
        "reasons": ["by ear: funk 40%"],
        "warnings": ["Repeats are not played out."],
        "likeness": 0.05,
        "likeness_limit": 0.3,
        "longest_run": 4,
        "unlike": True,
        "kept_bars": [],
    }
    drawn = _drawn(piece_panel(_piece(reference=taken)))
    words = (
        "92 BPM",
        "ground of funk",
        "5% of its turns",
        "at most 30%",
        "4 notes in a row",
        "Repeats",
        "abababababab",
    )
    assert all(word in drawn for word in words)
    assert "kept bars" not in drawn
    assert "made from" not in _drawn(piece_panel(_piece(reference=None)))


def test_a_piece_shows_what_it_was_built_on() -> None:
    """Each pattern with where it sounds, and one that found no place says so; ids of older results are passed over."""
    use = {"pattern_id": "p", "part": "flute", "start_s": 1.5, "end_s": 3.0}
    lent = {"pattern_id": "p", "name": "theme", "why": "asked for", "uses": [use] * 6}
    shown = _drawn(piece_panel(_piece(patterns=[lent, {**lent, "name": "", "uses": []}, "old"])))
    assert "theme (asked for): flute 1.5 s" in shown
    assert "and 2 more" in shown
    assert "p (asked for): nowhere" in shown


def test_a_piece_shows_facts_files_and_notes() -> None:
    """Title, key, metre, failed checks with advice, files and the planner's notes are told."""
    text = _drawn(piece_panel(_piece()))
    for words in (
        "Evening Song",
        "70 bpm, 6/8",
        "Eb major",
        "A(8)",
        "1 of 2 checks passed: ending (end on a cadence)",
        "out/piece.wav",
        "1 in out/stems",
        "No style named",
        "grym rate r1 5",
    ):
        assert words in text, words


def test_an_end_that_is_no_completion_says_why_and_what_to_do() -> None:
    """Fault, hint, letter and reason are told; a pending request names the command that goes on."""
    fault = {"code": "artifact.missing", "message": "it has gone", "hint": "send it again"}
    dead = _drawn(outcome_panel({"request_id": "r1", "outcome": "dead_lettered", "fault": fault, "letter_id": "L1"}))
    pending = _drawn(piece_panel({"request_id": "r2", "outcome": "pending"}))
    assert all(words in dead for words in ("dead lettered", "it has gone", "send it again", "grym dlq show L1"))
    assert "grym status r2" in pending


def test_steps_have_marks() -> None:
    """Each step is a line with its state."""
    steps = [{"name": "plan", "state": "waiting", "started_at": None, "ended_at": None}]
    request_id = "01a1fd31-b5a8-73c4-8bd0-7deb60ed16cc"
    told = {"request_id": request_id, "kind": "compose", "state": "running", "run": 2, "steps": steps}
    text = _drawn(steps_table(told))
    assert f"{request_id}  compose  running  run 2" in text
    assert "(imported)" not in text
    assert "run 2  (imported)" in _drawn(steps_table(told | {"imported": True}))
    assert "plan" in text


def test_the_word_on_rating_names_who_asked() -> None:
    """Only who asked for a piece may rate it, so the command that is offered says for whom; nobody is not named."""
    assert "--user 'rosa b'" in _drawn(piece_panel(_piece(), user="rosa b"))
    assert "--user" not in _drawn(piece_panel(_piece(), user="anonymous"))
