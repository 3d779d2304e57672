"""`grym describe` keeps the contract: text, model, facts; by a server where one is set, else from the facts."""

from pathlib import Path

import pytest

from tests.contract.cli_world import CommandLine
from tests.contract.test_cli_analyze import clicks
from tests.support.describing import FakeServer, describing_server

WALTZ = {"model": "listener-7b", "choices": [{"message": {"content": "A metronome."}}]}


def test_facts_become_words_that_say_who_wrote_them(grym: CommandLine, tmp_path: Path) -> None:
    """Without a server the description rests on the facts, which are told beside it."""
    told = grym("describe", str(clicks(tmp_path / "clicks.wav")), "--json").ok().told
    assert (told["outcome"], told["model"], told["fallback"]) == ("completed", "grym/facts", None)
    assert "120 beats a minute" in told["text"]
    assert told["facts"]["tempo_bpm"] == pytest.approx(120.0, rel=0.01)


def test_a_server_is_asked_with_the_facts(grym: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A configured server gets sound, facts and question; its words and its model are the answer."""
    with describing_server(FakeServer(answer=WALTZ)) as server:
        monkeypatch.setenv("GRYM_DESCRIBER", f"{server.url}/v1")
        words = ("describe", str(clicks(tmp_path / "clicks.wav")), "--question", "What is it?", "--json")
        told = grym(*words).ok().told
    assert (told["text"], told["model"], told["question"]) == ("A metronome.", "listener-7b", "What is it?")
    assert "tempo_bpm" in str(server.asked[0][2]["messages"])


def test_a_server_that_fails_is_named_and_the_facts_answer(
    grym: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer comes from the facts, is labelled so, and says why."""
    with describing_server(FakeServer(status=503, answer={})) as server:
        monkeypatch.setenv("GRYM_DESCRIBER", f"{server.url}/v1")
        told = grym("describe", str(clicks(tmp_path / "clicks.wav")), "--json").ok().told
    assert told["model"] == "grym/facts"
    assert told["fallback"]["error"]["code"] == "describer.failed"


def test_what_cannot_be_described_is_refused(grym: CommandLine, tmp_path: Path) -> None:
    """No sound file, and a question without end."""
    assert grym("describe", str(tmp_path / "none.wav"), "--json").ok(2).told["error"]["code"].startswith("audio.")
    file = str(clicks(tmp_path / "clicks.wav"))
    assert grym("describe", file, "--question", "x" * 3_000, "--json").ok(2).told["error"]["code"] == "request.question"


def test_a_model_that_is_not_here_is_refused_before_anything_is_published(grym: CommandLine, tmp_path: Path) -> None:
    """`--embedding` names a saved model; one that is not there is refused with what is."""
    file = str(clicks(tmp_path / "clicks.wav"))
    assert grym("analyze", file, "--embedding", "base", "--json").ok(2).told["error"]["code"] == "model.unknown"
