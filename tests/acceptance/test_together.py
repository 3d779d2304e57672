"""Several processes on one home: they share the work, and nothing is done twice."""

import time
from collections.abc import Callable

import pytest

from tests.acceptance.conftest import Measured
from tests.acceptance.harness import Grym, Started, terminals

pytestmark = [pytest.mark.slow]

MANY = 50
WITH_SOUND = 10
AT_ONCE = 4
COMPLETED = "grym.request.completed.v1"


def test_two_terminals_at_once_on_an_empty_home(new_grym: Callable[[str], Grym], measured: Measured) -> None:
    """Two commands that begin together, before there is a database, both complete."""
    grym = new_grym("two-terminals")
    options = ("--seconds", "10", "--json")
    first = grym.start("compose", "a merry march", *options, "--request-id", "left", "--out", "left")
    second = grym.start("compose", "a slow waltz", *options, "--request-id", "right", "--out", "right")
    calls = [started.finish(timeout_s=180).require() for started in (first, second)]
    measured("two terminals on an empty home", ", ".join(f"{call.wall_s:.1f} s" for call in calls), "both complete")
    assert [call.told["outcome"] for call in calls] == ["completed", "completed"]
    events = grym.all_events()
    assert [len(terminals(events, name)) for name in ("left", "right")] == [1, 1]


def test_a_helper_with_one_processor(new_grym: Callable[[str], Grym], measured: Measured) -> None:
    """`up --only features` in one terminal and a piece in another: the piece completes, the helper stops when asked."""
    grym = new_grym("only-features")
    helper = grym.start("up", "--only", "features")
    try:
        _require_running(grym, helper)
        told = grym.compose("a calm tune for flute", "--seconds", "8", "--request-id", "helped")
    finally:
        call = helper.stop()
    call.require()
    measured("compose beside `up --only features`", f"{told['timings_s']['total']:.1f} s in the log", "completes")
    assert told["outcome"] == "completed"


def _require_running(grym: Grym, helper: Started) -> None:
    """Wait until the helper's database answers."""
    ends_s = time.monotonic() + 60
    while time.monotonic() < ends_s:
        if (grym.home / "postgres" / "data" / "postmaster.pid").exists():
            return
        assert helper.process.poll() is None, helper.stderr.read_text()
        time.sleep(0.1)  # nothing outside tells when it is ready
    raise AssertionError("the helper did not start its database")


def test_fifty_requests_then_up(new_grym: Callable[[str], Grym], measured: Measured) -> None:
    """50 requests left with `--no-wait` have 50 ends after `up --until-idle`, each exactly once."""
    grym = new_grym("fifty")
    waiting: list[Started] = []
    began_s = time.monotonic()
    for number in range(MANY):
        sound = () if number < WITH_SOUND else ("--backend", "score")
        options = ("--seconds", "6", *sound, "--request-id", f"many-{number}", "--no-wait", "--json")
        waiting.append(grym.start("compose", f"tune number {number}", *options))
        if len(waiting) == AT_ONCE:
            assert waiting.pop(0).finish(timeout_s=120).require().told["outcome"] == "pending"
    for started in waiting:
        started.finish(timeout_s=120).require()
    asked_s = time.monotonic() - began_s
    up = grym.call("up", "--until-idle", timeout_s=900).require()
    measured("50 requests with --no-wait", f"{asked_s:.0f} s to ask, {up.wall_s:.0f} s to do", "50 ends")
    events = grym.all_events()
    ends = {number: [event["type"] for event in terminals(events, f"many-{number}")] for number in range(MANY)}
    assert ends == {number: [COMPLETED] for number in range(MANY)}


def test_a_repeated_call_is_harmless(new_grym: Callable[[str], Grym]) -> None:
    """The same wish under the same id gives the same piece; another wish under it is refused."""
    grym = new_grym("repeated")
    wish = ("a tune", "--seconds", "6", "--backend", "score", "--request-id", "twice")
    first, second = grym.compose(*wish, "--out", "one"), grym.compose(*wish, "--out", "two")
    assert (grym.work / first["midi"]).read_bytes() == (grym.work / second["midi"]).read_bytes()
    assert len(terminals(grym.all_events(), "twice")) == 1
    other = grym.tell("compose", "something else", "--request-id", "twice", code=2)
    assert other["error"]["code"] == "request.id_taken"


def test_giving_up_cancelling_and_deadlines(new_grym: Callable[[str], Grym]) -> None:
    """Giving up leaves the request open, a cancel ends it, a deadline ends it by itself."""
    grym = new_grym("endings")
    left = grym.compose("a tune", "--seconds", "6", "--backend", "score", "--no-wait", "--request-id", "left")
    assert left["outcome"] == "pending"
    given_up = grym.tell(
        "compose", "a long tune", "--seconds", "120", "--timeout-s", "0.05", "--request-id", "g", code=5
    )
    assert given_up["outcome"] == "pending"
    assert grym.tell("cancel", "left")["state"] == "cancelled"
    late = grym.tell("compose", "a tune", "--seconds", "60", "--deadline-s", "0.2", "--request-id", "late", code=3)
    assert (late["outcome"], late["reason"]) == ("cancelled", "deadline")
    grym.call("up", "--until-idle", timeout_s=300).require()
    events = grym.all_events()
    assert {name: len(terminals(events, name)) for name in ("left", "g", "late")} == {"left": 1, "g": 1, "late": 1}
    assert {row["request_id"]: row["state"] for row in grym.tell("ls")["requests"]} == {
        "left": "cancelled",
        "g": "completed",
        "late": "cancelled",
    }
