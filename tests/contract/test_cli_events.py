"""`grym events` keeps the contract: keys of a line, causal order, export and tail."""

import json
from pathlib import Path

from tests.contract.cli_world import CommandLine

KEYS = {
    "id",
    "type",
    "source",
    "subject",
    "time",
    "correlation_id",
    "causation_id",
    "topic",
    "partition",
    "position",
    "data",
}


def test_every_event_comes_after_its_cause(grym: CommandLine) -> None:
    """The story of a request is one tree: it begins with the request and every other event has its cause before it."""
    lines = grym("events", "show", grym.piece["request_id"], "--json").ok().lines
    known: set[str] = set()
    for line in lines:
        assert line.keys() >= KEYS
        assert line["causation_id"] in known or not known, line
        known.add(line["id"])
    types = [line["type"] for line in lines]
    assert types[0] == "grym.composition.request.v1"
    assert types.count("grym.request.completed.v1") == 1
    assert len(known) == len(lines)


def test_people_see_the_chain(grym: CommandLine) -> None:
    """Without `--json` each event stands one step to the right of its cause."""
    out = grym("events", "show", grym.piece["request_id"]).ok().out
    assert " composition.request.v1" in out
    assert "  request.accepted.v1" in out


def test_export_holds_the_whole_log(grym: CommandLine, tmp_path: Path) -> None:
    """Every event of the request is in the export, in the order of positions."""
    file = tmp_path / "log.jsonl"
    told = grym("events", "export", "--out", str(file), "--json").ok().told
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    shown = {line["id"] for line in grym("events", "show", grym.piece["request_id"], "--json").lines}
    assert told["events"] == len(lines)
    assert shown <= {line["id"] for line in lines}
    places = [(line["topic"], line["partition"], line["position"]) for line in lines]
    assert places == sorted(places)


def test_export_of_one_topic(grym: CommandLine) -> None:
    """A topic can be chosen, one that does not exist is refused."""
    lines = grym("events", "export", "--topic", "grym.requests.v1").ok().lines
    assert {line["topic"] for line in lines} == {"grym.requests.v1"}
    assert grym("events", "export", "--topic", "nothing", "--json").ok(2).told["error"]["code"] == "log.topic"


def test_tail_reads_from_the_beginning(grym: CommandLine) -> None:
    """With `--from-beginning` and a limit tail prints the oldest events and ends."""
    assert grym.piece["outcome"] == "completed"
    lines = grym("events", "tail", "--from-beginning", "--limit", "5", "--json").ok().lines
    assert len(lines) == 5
    assert all(line.keys() >= KEYS for line in lines)


def test_the_prompt_stays_in_the_request(grym: CommandLine) -> None:
    """Personal text travels by reference: only the request's own event holds the sentence."""
    lines = grym("events", "show", grym.piece["request_id"], "--json").ok().lines
    holding = [line["type"] for line in lines if "a calm piano nocturne" in json.dumps(line["data"])]
    assert holding == ["grym.composition.request.v1"]
