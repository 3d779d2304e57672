"""Results under every outcome, and the exit code of many."""

from datetime import UTC, datetime

import pytest

from grym.cli.results import (
    ANALYSIS_KEYS,
    COMPOSITION_KEYS,
    exit_code_of_outcomes,
    one_or_many,
    pending_json,
    result_json,
    status_json,
)
from producers.status import RequestStatus, StepStatus
from schemas.body import Fault

AT = datetime(2026, 1, 1, tzinfo=UTC)


def test_every_key_is_there_whatever_happened() -> None:
    """A rejected request has all keys of its command, its fault, and nothing invented."""
    fault = Fault(code="audio.empty", message="nothing there", hint="record again")
    status = RequestStatus(request_id="r1", kind="analyze", state="rejected", fault=fault)
    told = result_json(status, file="a.wav")
    assert told.keys() >= ANALYSIS_KEYS.keys()
    assert (told["outcome"], told["file"], told["tempo_bpm"]) == ("rejected", "a.wav", None)
    assert told["fault"] == {"code": "audio.empty", "message": "nothing there", "hint": "record again"}


def test_a_dead_letter_is_named() -> None:
    """A dead-lettered request names its letter, a cancelled one its reason."""
    dead = RequestStatus(request_id="r1", kind="compose", state="dead_lettered", letter_id="L1")
    ended = RequestStatus(request_id="r1", kind="compose", state="cancelled", reason="deadline")
    assert result_json(dead)["letter_id"] == "L1"
    assert result_json(ended)["reason"] == "deadline"


def test_a_result_is_laid_over_the_keys() -> None:
    """What the run told wins over the empty values, and paths win over references."""
    status = RequestStatus(request_id="r1", kind="compose", state="completed", result={"seed": 7, "midi": {"uri": "x"}})
    told = result_json(status, midi="piece.mid")
    assert (told["seed"], told["midi"], told["audio"]) == (7, "piece.mid", None)


def test_status_tells_state_and_steps() -> None:
    """Status adds kind, state, instants and steps."""
    steps = (StepStatus(name="plan", state="running", started_at=AT),)
    told = status_json(RequestStatus(request_id="r1", kind="compose", state="running", created_at=AT, steps=steps))
    assert (told["state"], told["outcome"], told["created_at"]) == ("running", "pending", AT)
    assert told["steps"] == [{"name": "plan", "state": "running", "started_at": AT, "ended_at": None}]


def test_a_request_that_is_not_waited_for_has_every_key() -> None:
    """The object of `--no-wait` has the shape of a result."""
    told = pending_json("r1", "compose")
    assert told.keys() >= COMPOSITION_KEYS.keys()
    assert told["outcome"] == "pending"


@pytest.mark.parametrize(
    ("outcomes", "waited", "code"),
    [
        (["completed", "completed"], True, 0),
        (["completed", "cancelled"], True, 3),
        (["rejected", "pending"], True, 3),
        (["dead_lettered"], True, 3),
        (["completed", "pending"], True, 5),
        (["pending"], False, 0),
        (["unknown"], False, 5),
    ],
)
def test_the_worst_outcome_decides(outcomes: list[str], waited: bool, code: int) -> None:
    """Ended otherwise is 3, given up or unknown is 5, stored without waiting is 0."""
    assert exit_code_of_outcomes([{"outcome": outcome} for outcome in outcomes], waited=waited) == code


def test_one_result_stands_alone() -> None:
    """One result is the object itself, several lie under `results`."""
    assert one_or_many([{"a": 1}]) == {"a": 1}
    assert one_or_many([{"a": 1}, {"a": 2}]) == {"results": [{"a": 1}, {"a": 2}]}
