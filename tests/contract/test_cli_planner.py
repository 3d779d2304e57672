"""`grym compose` with a language model: its plan is followed; without it the piece still comes, and says so."""

import json
from collections.abc import Callable

import pytest

from tests.contract.cli_world import QUICK, CommandLine
from tests.support.describing import FakeServer, describing_server
from tests.support.language import PLAN, completion, shapes

SENTENCE = "what a wet sunday sounds like"


@pytest.fixture(autouse=True)
def apart(another_home: Callable[[], None]) -> None:
    """Work on a home of its own: an audit without the model would plan by rules what the model was asked for."""
    another_home()


def test_the_plan_of_a_model_is_followed(grym: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Plan, score and provenance tell of it, and the log holds the plan as a fact."""
    with describing_server(FakeServer(answer=shapes()["inline thoughts and a fence"])) as server:
        monkeypatch.setenv("GRYM_LLM", f"{server.url}/v1")
        told = grym("compose", SENTENCE, "--seed", "3", "--json", *QUICK).ok().told
    plan = told["plan"]
    assert (told["outcome"], plan["planner"], told["provenance"]["planner"]) == (
        "completed",
        "llm/deepseek-r1:14b",
        "llm/deepseek-r1:14b",
    )
    assert (plan["style"], plan["tempo_bpm"], plan["title"]) == ("nocturne", 72.0, "Tin Roof")
    assert (plan["tonality"], plan["metre"]) == ({"tonic": 4, "mode": "minor"}, {"beats": 3, "unit": 4})
    events = grym("events", "show", told["request_id"], "--json").ok().lines
    (made,) = [event for event in events if event["type"] == "grym.plan.made.v1"]
    assert made["source"] == "grym/planning"
    assert made["data"]["plan"]["planner"] == "llm/deepseek-r1:14b"
    assert any(event["data"].get("stage") == "planning" for event in events)
    assert SENTENCE not in json.dumps([event for event in events if event["topic"] != "grym.requests.v1"])


def test_a_piece_comes_without_the_model_and_says_so(grym: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rules plan what they would have planned without any server."""
    words = ("compose", SENTENCE, "--seed", "3", "--json", *QUICK)
    usual = grym(*words).ok().told
    monkeypatch.setenv("GRYM_LLM", "http://127.0.0.1:9/v1")
    told = grym(*words).ok().told
    assert told["plan"]["planner"].startswith("rules/")
    assert told["plan"]["planner"].endswith("; llm.unreachable")
    assert any("llm.unreachable" in note for note in told["plan"]["notes"])
    for name in ("style", "tempo_bpm", "tonality", "sections", "instruments"):
        assert told["plan"][name] == usual["plan"][name]


def test_what_the_request_says_wins_over_the_model(grym: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer that tries to be more than data changes nothing else."""
    hostile = PLAN | {"seconds": 9_999, "title": "\x1b[31m<script>", "tools": ["shell"], "tempo_bpm": 240}
    with describing_server(FakeServer(answer=completion(json.dumps(hostile)))) as server:
        monkeypatch.setenv("GRYM_LLM", f"{server.url}/v1")
        told = grym("compose", SENTENCE, "--bpm", "90", "--key", "D minor", "--json", *QUICK).ok().told
    assert (told["plan"]["tempo_bpm"], told["plan"]["tonality"]) == (90.0, {"tonic": 2, "mode": "minor"})
    assert told["duration_s"] < 8
    assert "\x1b" not in told["plan"]["title"]


def test_doctor_tells_whether_the_model_answers(grym: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is optional: nothing fails where it is away."""

    def check() -> dict[str, object]:
        checks = grym("doctor", "--json").told["checks"]
        return next(one for one in checks if one["name"] == "llm")

    with describing_server(FakeServer()) as server:
        monkeypatch.setenv("GRYM_LLM", f"{server.url}/v1")
        assert (check()["ok"], "listener-7b" in str(check()["detail"])) == (True, True)
        monkeypatch.setenv("GRYM_LLM_MODEL", "absent-1b")
        assert (check()["ok"], "listener-7b" in str(check()["detail"])) == (False, True)
    assert (check()["ok"], "GRYM_LLM" in str(check()["remedy"])) == (False, True)


def test_a_deadline_ends_a_question_that_nobody_answers(grym: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The request is cancelled though the model has an hour, and the program ends without waiting for it."""
    with describing_server(FakeServer(hangs=True)) as server:
        monkeypatch.setenv("GRYM_LLM", f"{server.url}/v1")
        monkeypatch.setenv("GRYM_LLM_TIMEOUT_S", "3600")
        told = grym("compose", SENTENCE, "--deadline-s", "3", "--json", *QUICK).ok(3).told
        assert (told["outcome"], told["reason"]) == ("cancelled", "deadline")
        assert len(server.asked) <= 1
