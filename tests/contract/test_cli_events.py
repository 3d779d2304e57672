"""`grym events` keeps the contract: keys of a line, causal order, export and tail."""

import json
from collections.abc import Callable
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
    """Without `--json` each event is a branch of the one that caused it."""
    out = grym("events", "show", grym.piece["request_id"]).ok().out
    assert " composition.request.v1" in out
    assert "─ request.accepted.v1" in out
    assert "step=plan" in out


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
    plain = grym("events", "tail", "--from-beginning", "--limit", "5").ok().out.splitlines()
    assert [line.split()[1] for line in plain] == [line["topic"].removeprefix("grym.") for line in lines]
    assert all(line.keys() >= KEYS for line in lines)


def test_the_prompt_stays_in_the_request(grym: CommandLine) -> None:
    """Personal text travels by reference: only the request's own event holds the sentence."""
    lines = grym("events", "show", grym.piece["request_id"], "--json").ok().lines
    holding = [line["type"] for line in lines if "a calm piano nocturne" in json.dumps(line["data"])]
    assert holding == ["grym.composition.request.v1"]


def test_an_archive_adds_nothing_to_the_log_it_came_from(grym: CommandLine, tmp_path: Path) -> None:
    """Verified before anything is published; what the log has is left out, as history and as work."""
    request_id = grym.piece["request_id"]
    file = tmp_path / "log.grym"
    told = grym("events", "export", str(file), "--artifacts", "--json").ok().told
    assert told["events"] > len(grym("events", "show", request_id, "--json").ok().lines) - 1
    assert told["artifacts"] > 0
    dry = grym("events", "import", str(file), "--dry-run", "--json").ok().told
    assert (dry["events"], dry["imported"], dry["known"]) == (told["events"], 0, told["events"])
    assert (dry["dry_run"], dry["again"], dry["artifacts"]) == (True, False, told["artifacts"])
    before = grym("status", request_id, "--json").ok().told
    for words in ((), ("--again",)):
        some = grym("events", "import", str(file), "--topic", "grym.requests.v1,grym.patterns.v1", *words, "--json")
        assert 0 < some.ok().told["events"] == some.told["known"] < told["events"]
    assert grym("events", "import", str(file)).ok().out == f"0 imported, {told['events']} known\n"
    grym("up", "--until-idle", "--json").ok()
    assert grym("status", request_id, "--json").ok().told == before
    lines = grym("events", "show", request_id, "--json").ok().lines
    assert len({line["id"] for line in lines if line["type"] == "grym.request.completed.v1"}) == 1


def test_an_import_brings_history(grym: CommandLine, tmp_path: Path, another_home: Callable[[], None]) -> None:
    """In another home requests stand where they stood, nobody works on them, and a second import adds nothing."""
    request_id = grym.piece["request_id"]
    file = tmp_path / "log.grym"
    told = grym("events", "export", str(file), "--artifacts", "--json").ok().told
    status = grym("status", request_id, "--json").ok().told
    shown = grym("events", "show", request_id, "--json").ok().lines
    another_home()
    new = grym("events", "import", str(file), "--json").ok().told
    assert (new["imported"] + new["known"], new["again"]) == (told["events"], False)
    again = grym("events", "import", str(file), "--json").ok().told
    assert (again["imported"], again["known"]) == (0, told["events"])
    grym("up", "--until-idle", "--json").ok()
    assert grym("dlq", "ls", "--json").ok().told["letters"] == []
    moved = grym("status", request_id, "--json").ok().told
    assert (moved["imported"], status["imported"]) == (True, False)
    places = {"audio", "midi", "score", "stems", "pages", "imported", "style"}
    assert {k: v for k, v in moved.items() if k not in places} == {k: v for k, v in status.items() if k not in places}
    assert Path(moved["audio"]).is_file()
    assert "(imported)" in grym("status", request_id).ok().out
    (row,) = [row for row in grym("ls", "--json").ok().told["requests"] if row["request_id"] == request_id]
    assert (row["state"], row["imported"]) == ("completed", True)
    assert "completed (imported)" in grym("ls").ok().out
    lines = grym("events", "show", request_id, "--json").ok().lines
    assert [(line["id"], line["time"]) for line in lines] == [(line["id"], line["time"]) for line in shown]
    assert all("imported_at" in line for line in lines)
    assert grym("rate", request_id, "5", "--json").ok(2).told["error"]["code"] == "feedback.not_ratable"
    replayed = grym("replay", "--from", "1h", "--imported", "--json").ok().told
    # A request that was mended and sent again has two records under one id, of which an import keeps the first.
    unlike = [found for found in replayed["differences"] if not found["subject"].startswith("broken-")]
    assert unlike == []
    assert replayed["processors"]["coordinator"]["same"] > 10
    here = grym("replay", "--from", "1h", "--json").ok().told
    assert (here["read"], here["skipped"].keys()) == (0, {"imported"})


def test_an_archive_is_refused_where_it_is_not_whole(grym: CommandLine, tmp_path: Path) -> None:
    """Nothing is replaced without force; a file that was cut off, or is something else, changes nothing."""
    assert grym.piece["outcome"] == "completed"
    file = tmp_path / "log.grym"
    export = ("events", "export", str(file), "--topic", "grym.outcomes.v1", "--json")
    assert grym(*export).ok().told["events"] > 0
    assert grym(*export).ok(2).told["error"]["code"] == "archive.exists"
    grym(*export, "--force").ok()
    whole = file.read_bytes()
    for content, code in ((whole[:-20], "archive.damaged"), (b"hello", "archive.foreign"), (b"", "archive.damaged")):
        file.write_bytes(content)
        assert grym("events", "import", str(file), "--json").ok(2).told["error"]["code"] == code
    assert grym("events", "import", str(tmp_path / "no"), "--json").ok(2).told["error"]["code"] == "archive.unreadable"
    refused = grym("events", "export", str(tmp_path / "no" / "x"), "--json").ok(2).told["error"]
    assert refused["code"] == "archive.unwritable"
    both = grym("events", "export", str(file), "--out", "x", "--json").ok(2).told["error"]
    assert both["code"] == "usage.export"


def test_tail_is_in_the_order_of_time_and_stops_where_asked(grym: CommandLine) -> None:
    """Topics are merged; without following it ends at the newest event; filters leave others out."""
    request_id = grym.piece["request_id"]
    tail = ("events", "tail", "--from", "1h", "--no-follow", "--json")
    lines = grym(*tail).ok().lines
    assert [line["time"] for line in lines] == sorted(line["time"] for line in lines)
    assert len({line["topic"] for line in lines}) > 3
    mine = grym(*tail, "--request", request_id, "--type", "step.started").ok().lines
    assert mine
    assert {(line["subject"], line["type"]) for line in mine} == {(request_id, "grym.step.started.v1")}
    assert {line["source"] for line in grym(*tail, "--source", "grym/quality").ok().lines} == {"grym/quality"}
    assert grym("events", "tail", "--no-follow", "--json").ok().lines == []


def test_a_span_of_the_log_is_exported(grym: CommandLine) -> None:
    """Nothing from before and nothing from after."""
    assert grym.piece["outcome"] == "completed"
    assert grym("events", "export", "--from", "1h").ok().lines
    assert grym("events", "export", "--to", "1h").ok().lines == []
    assert grym("events", "export", "--from", "soon", "--json").ok(2).told["error"]["code"] == "usage.instant"
