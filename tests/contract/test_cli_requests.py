"""`grym status`, `cancel`, `ls`, `up` and `rate` keep the contract."""

import socket
from pathlib import Path

import pytest

from tests.contract.cli_world import QUICK, CommandLine


def test_the_list_has_every_key(grym: CommandLine) -> None:
    """Each request is listed with id, kind, state, run and instant."""
    name = grym.piece["request_id"]
    listed = grym("ls", "--limit", "1000", "--json").ok().told["requests"]
    row = next(row for row in listed if row["request_id"] == name)
    assert row.keys() >= {"request_id", "kind", "state", "run", "created_at"}
    assert (row["kind"], row["state"], row["run"]) == ("compose", "completed", 1)


def test_status_is_the_full_result(grym: CommandLine, tmp_path: Path) -> None:
    """Status repeats what compose printed, adds state and steps, and writes the files again where asked."""
    told = grym("status", grym.piece["request_id"], "--out", str(tmp_path), "--json").ok().told
    assert {key: told[key] for key in ("plan", "seed", "quality", "parameters")} == {
        key: grym.piece[key] for key in ("plan", "seed", "quality", "parameters")
    }
    assert told["state"] == "completed"
    assert {step["name"]: step["state"] for step in told["steps"]}["study"] == "skipped"
    assert {step["state"] for step in told["steps"] if step["name"] != "study"} == {"done"}
    assert Path(told["midi"]).read_bytes() == Path(grym.piece["midi"]).read_bytes()


def test_status_without_a_folder_names_the_stored_files(grym: CommandLine) -> None:
    """Without `--out` the paths are those of the artifact store."""
    told = grym("status", grym.piece["request_id"], "--json").ok().told
    assert Path(told["audio"]).read_bytes() == Path(grym.piece["audio"]).read_bytes()


def test_a_stored_request_is_accepted(grym: CommandLine) -> None:
    """Before anybody works on it a request is listed as accepted."""
    name = grym("compose", "a fresh tune", *QUICK, "--no-wait", "--json").ok().told["request_id"]
    assert grym("status", name, "--json").ok().told["state"] == "accepted"
    assert name in {row["request_id"] for row in grym("ls", "--json").told["requests"]}


def test_cancelling_ends_a_request(grym: CommandLine) -> None:
    """A request that waits is cancelled with its reason; asking again changes nothing."""
    name = grym("compose", "never heard", *QUICK, "--no-wait", "--json").ok().told["request_id"]
    first = grym("cancel", name, "--reason", "tired", "--json").ok().told
    second = grym("cancel", name, "--json").ok().told
    assert (first["state"], first["reason"]) == ("cancelled", "tired")
    assert second["reason"] == "tired"


def test_a_cancel_ahead_ends_the_request_as_it_arrives(grym: CommandLine) -> None:
    """With `--ahead` the cancel is remembered, and the request ends with exit 3."""
    grym("cancel", "future-1", "--ahead", "--json").ok()
    told = grym("compose", "too late", *QUICK, "--request-id", "future-1", "--json").ok(3).told
    assert told["outcome"] == "cancelled"


@pytest.mark.parametrize("words", [("status", "nobody"), ("cancel", "nobody"), ("events", "show", "nobody")])
def test_an_unknown_request_is_bad_input(grym: CommandLine, words: tuple[str, ...]) -> None:
    """An id that nobody used is exit 2."""
    assert grym(*words, "--json").ok(2).told["error"]["code"] == "request.unknown"


def test_ids_of_others_are_shown_as_they_are(grym: CommandLine) -> None:
    """Neither markup nor a long id breaks a table, or hides what stands beside it."""
    odd, endless = "[/x] :warning: [red]", "y" * 500
    for name in (odd, endless):
        grym("compose", "a tune", *QUICK, "--request-id", name, "--no-wait", "--json").ok()
    listed = grym("ls").ok().out
    assert next(line.split() for line in listed.splitlines() if odd in line)[-4] == "accepted"
    assert next(line.split() for line in listed.splitlines() if "yyy" in line)[2] == "accepted"
    assert odd in grym("status", odd).ok().out


def test_up_until_idle_ends_every_request(grym: CommandLine) -> None:
    """Requests that were only stored are completed by `grym up --until-idle`."""
    names = [
        grym("compose", f"tune number {number}", *QUICK, "--no-wait", "--json").ok().told["request_id"]
        for number in range(3)
    ]
    told = grym("up", "--until-idle", "--json").ok().told
    assert told["stopped"] == "idle"
    assert [grym("status", name, "--json").told["state"] for name in names] == ["completed"] * 3


def test_up_runs_only_processors_that_exist(grym: CommandLine) -> None:
    """A misspelt processor is refused, by `up` and by `worker`."""
    for words in (("up", "--only", "featurs"), ("worker", "featurs")):
        assert grym(*words, "--json").ok(2).told["error"]["code"] == "runtime.unknown_processor"


def test_a_port_that_is_taken_is_told(grym: CommandLine) -> None:
    """Health and metrics that cannot be served end the command, and say which option helps."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        error = grym("worker", "learning", "--port", str(taken.getsockname()[1]), "--json").ok(4).told["error"]
    assert (error["code"], "--port" in error["hint"]) == ("health.port", True)


def test_a_rating_changes_the_next_piece(grym: CommandLine, tmp_path: Path) -> None:
    """After one star the next piece is another one for sure, and says that it was learned, and why."""
    told = grym("rate", grym.piece["request_id"], "1", "--aspect", "melody=2", "--user", "ada", "--json").ok().told
    assert told["accepted"] is True
    assert told["event_id"]
    call = ("compose", "a calm piano nocturne in D minor, 70 bpm", *QUICK, "--seed", "7", "--user", "ada")
    piece = grym(*call, "--out", str(tmp_path), "--json").ok().told
    after = piece["parameters"]
    assert piece["learning"]["arm"] == "trial"
    learned = {name for name, value in after.items() if value["source"] == "learned"}
    before = grym.piece["parameters"]
    assert learned
    assert any(after[name]["value"] != before[name]["value"] for name in learned)
    assert all("1 rating" in after[name]["why"] for name in learned)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("9",), "feedback.range"),
        ((), "feedback.empty"),
        (("3", "--aspect", "melody"), "feedback.aspect"),
        (("3", "--prefer", "nobody"), "feedback.not_ratable"),
    ],
)
def test_an_impossible_rating_is_refused(grym: CommandLine, words: tuple[str, ...], code: str) -> None:
    """Exit 2 before anything is published."""
    assert grym("rate", grym.piece["request_id"], *words, "--json").ok(2).told["error"]["code"] == code
