"""`grym replay` keeps the contract: unchanged code decides the same, and nothing live is touched."""

from pathlib import Path
from typing import Any

import pytest

from grym.settings import read_settings
from tests.contract.cli_world import CommandLine

KEYS = {"read", "replayed", "same", "missing", "extra", "changed", "partial", "equal", "skipped", "differences"}


def _replay(grym: CommandLine, *words: str) -> dict[str, Any]:
    return grym("replay", "--from", "1h", "--to", "now", *words, "--json").ok().told


def test_a_piece_is_decided_the_same(grym: CommandLine) -> None:
    """Every output of coordinator, pattern memory and learner is what it was; facts were read from the log."""
    assert grym.piece["outcome"] == "completed"
    told = _replay(grym)
    assert told.keys() >= KEYS
    assert told["equal"], told["differences"]
    assert (told["missing"], told["extra"], told["changed"]) == (0, 0, 0)
    assert told["processors"]["coordinator"]["same"] > 10
    assert told["facts"] > 0


def test_an_audit_makes_plans_and_answers_again(grym: CommandLine) -> None:
    """What the planner, the memory and the learner said is said again."""
    assert grym.piece["outcome"] == "completed"
    told = _replay(grym, "--audit")
    assert told["equal"], told["differences"]
    assert told["processors"].keys() >= {"coordinator", "generation", "patterns", "learning"}


def test_an_analysis_is_made_again_where_it_is_asked_for(grym: CommandLine) -> None:
    """Features and ratings of the same sound are the same numbers."""
    assert grym.piece["outcome"] == "completed"
    told = _replay(grym, "--audit", "--processors", "features,quality")
    assert told["equal"], told["differences"]
    assert told["processors"].keys() == {"features", "quality"}


def test_nothing_live_is_touched(grym: CommandLine, tmp_path: Path) -> None:
    """The log holds after a replay what it held before, and no request has moved."""
    assert grym.piece["outcome"] == "completed"

    def everything(name: str) -> tuple[str, dict[str, Any]]:
        file = tmp_path / name
        grym("events", "export", "--out", str(file)).ok()
        return file.read_text(), grym("status", grym.piece["request_id"], "--json").ok().told

    before = everything("before")
    _replay(grym)
    assert everything("after") == before


def test_outputs_can_be_kept(grym: CommandLine) -> None:
    """A named shadow is an archive of its own, whose topics no import takes for live ones."""
    assert grym.piece["outcome"] == "completed"
    told = _replay(grym, "--into", "first", "--topics", "grym.outcomes.v1")
    assert told["into"] == str(read_settings().home / "shadow" / "first.grym")
    refused = grym("events", "import", told["into"], "--json").ok(2).told["error"]
    assert refused["code"] == "archive.topic"
    again = grym("replay", "--from", "1h", "--into", "first", "--json").ok(2).told["error"]
    assert again["code"] == "archive.exists"


def test_people_see_a_verdict(grym: CommandLine) -> None:
    """Without `--json` the counts stand by processor, and a sentence says what they mean."""
    assert grym.piece["outcome"] == "completed"
    out = grym("replay", "--from", "1h").ok().out
    assert "coordinator" in out
    assert "today's code decides the same" in out


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--from", "1h", "--to", "2h"), "replay.span"),
        (("--from", "yesterday"), "usage.instant"),
        (("--from", "1h", "--speed", "warp"), "replay.speed"),
        (("--from", "1h", "--speed", "0x"), "replay.speed"),
        (("--from", "1h", "--topics", "nothing"), "log.topic"),
        (("--from", "1h", "--processors", "nobody"), "runtime.unknown_processor"),
        (("--from", "1h", "--processors", "features"), "replay.facts"),
        (("--from", "1h", "--into", "../up"), "replay.name"),
        ((), "usage.invalid"),
    ],
    ids=" ".join,
)
def test_bad_input_is_refused(grym: CommandLine, words: tuple[str, ...], code: str) -> None:
    """Spans, speeds, names and topics that do not exist are exit 2."""
    assert grym("replay", *words, "--json").ok(2).told["error"]["code"] == code
