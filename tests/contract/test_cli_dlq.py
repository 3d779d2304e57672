"""`grym dlq` keeps the contract: listing, showing, redriving and discarding dead letters."""

import asyncio
import hashlib
import json
import uuid
from pathlib import Path
from typing import Any

import pytest

from grym.runtime import open_runtime
from grym.settings import read_settings
from schemas.records import Message
from tests.contract.cli_world import CommandLine
from tests.contract.test_cli_analyze import clicks

BROKEN = b"\xff\xfe this is no request"


def _publish_broken(request_id: str) -> None:
    """Put bytes that nobody can read into the topic of requests, as a foreign system might."""

    async def publish() -> None:
        async with open_runtime(read_settings()) as runtime:
            headers = (
                ("ce_id", uuid.uuid4().hex.encode()),
                ("ce_source", b"elsewhere"),
                ("ce_type", b"grym.composition.request.v1"),
                ("ce_subject", request_id.encode()),
                ("x-foreign", b"\xff"),
            )
            message = Message(topic="grym.requests.v1", key=request_id.encode(), headers=headers, value=BROKEN)
            await runtime.backend.publisher.publish([message])

    asyncio.run(publish())


@pytest.fixture
def letter(grym: CommandLine) -> dict[str, Any]:
    """Make a dead letter of a request that nobody can read."""
    request_id = f"broken-{uuid.uuid4().hex[:8]}"
    _publish_broken(request_id)
    grym("up", "--until-idle", "--json").ok()
    found = grym("dlq", "ls", "--where", f"request={request_id}", "--json").ok().told["letters"]
    assert len(found) == 1
    return dict(found[0])


def test_a_letter_tells_what_went_wrong(letter: dict[str, Any]) -> None:
    """Processor, place, class, code and message of the failure are listed."""
    assert letter.keys() >= {"letter_id", "processor", "topic", "position", "class", "code", "message", "attempts"}
    assert (letter["processor"], letter["topic"], letter["state"]) == ("coordinator", "grym.requests.v1", "open")


def test_a_letter_shows_its_bytes(grym: CommandLine, letter: dict[str, Any]) -> None:
    """The original bytes and foreign headers are there, readable or not."""
    shown = grym("dlq", "show", letter["letter_id"], "--json").ok().told
    assert bytes.fromhex(shown["hex"]) == BROKEN
    assert ["x-foreign", "\ufffd"] in shown["headers"]
    assert letter["letter_id"] in grym("dlq", "show", letter["letter_id"]).ok().out


def test_a_request_that_nobody_could_read_says_so(grym: CommandLine, letter: dict[str, Any]) -> None:
    """It was never accepted; its status names the letter, and outcomes say why."""
    request_id = letter["request_id"]
    told = grym("status", request_id, "--json").ok(3).told
    assert (told["state"], told["accepted"], told["letter_id"]) == ("dead_lettered", False, letter["letter_id"])
    assert told["fault"]["code"] == letter["code"]
    line = f"not accepted: dead letter {letter['letter_id']} ({letter['code']})"
    assert line in grym("status", request_id).ok(3).out.splitlines()
    events = grym("events", "show", request_id, "--json").ok().lines
    (ignored,) = (event["data"] for event in events if event["type"] == "grym.request.ignored.v1")
    assert letter["code"] in ignored["reason"]
    assert letter["letter_id"] in ignored["reason"]


def test_people_see_groups(grym: CommandLine, letter: dict[str, Any]) -> None:
    """Without `--json` letters are grouped by what went wrong; the newest is named so that it can be shown."""
    out = grym("dlq", "ls").ok().out
    assert letter["code"] in out
    assert letter["letter_id"] in out


def test_a_letter_is_found_by_how_its_id_begins(grym: CommandLine, letter: dict[str, Any]) -> None:
    """As long as no other begins like that."""
    shown = grym("dlq", "show", letter["letter_id"][:12], "--json").ok().told
    assert shown["letter_id"] == letter["letter_id"]
    told = grym("dlq", "redrive", letter["letter_id"][:12], "--dry-run", "--json").ok().told
    assert told["redriven"] == [letter["letter_id"]]
    for unknown in ("", "zzzz", letter["letter_id"] + "0"):
        code = grym("dlq", "show", unknown, "--json").ok(2).told["error"]["code"]
        assert code in {"dlq.unknown", "dlq.ambiguous"}


def test_faults_are_counted_with_their_first_and_last_letter(grym: CommandLine, letter: dict[str, Any]) -> None:
    """A group is class, code and place in the code; its place finds all of its letters."""
    groups = grym("dlq", "ls", "--json").ok().told["groups"]
    (group,) = (one for one in groups if letter["letter_id"] in one["examples"])
    assert (group["class"], group["code"], group["stack"]) == (letter["class"], letter["code"], letter["stack"])
    assert group["first"] <= letter["created_at"] <= group["last"]
    same = grym("dlq", "ls", "--where", f"stack={group['stack']}", "--json").ok().told["letters"]
    assert len(same) == group["count"] == sum(one["stack"] == group["stack"] for one in same)


def test_a_mended_letter_completes_its_request(grym: CommandLine, letter: dict[str, Any], tmp_path: Path) -> None:
    """What `show` prints is what `--edit` takes; a body that cannot be read is refused before anything is sent."""
    shown = grym("dlq", "show", letter["letter_id"], "--json").ok().told
    file = tmp_path / "edit.json"
    redrive = ("dlq", "redrive", letter["letter_id"], "--edit", str(file), "--json")
    file.write_text(json.dumps({**shown, "data": {"prompt": 7}}))
    assert grym(*redrive).ok(2).told["error"]["code"] == "dlq.edit_invalid"
    file.write_text(json.dumps({**shown, "data": {"prompt": "a slow waltz", "seconds": 6, "backend": "score"}}))
    assert grym(*redrive).ok().told["redriven"] == [letter["letter_id"]]
    grym("up", "--until-idle", "--json").ok()
    assert grym("status", letter["request_id"], "--json").ok().told["state"] == "completed"
    audit = grym("events", "export", "--topic", "grym.audit.v1").ok().lines
    (told,) = (line["data"] for line in audit if line["data"]["letter_id"] == letter["letter_id"])
    assert told["edited"]
    assert told["original_sha256"] == hashlib.sha256(BROKEN).hexdigest()


def test_redriving_what_cannot_be_mended_makes_another_letter(grym: CommandLine, letter: dict[str, Any]) -> None:
    """The bytes go back, fail again and become a letter of their own; a dry run changes nothing before."""
    where = ("--where", f"request={letter['request_id']}", "--json")
    dry = grym("dlq", "redrive", "--dry-run", *where).ok().told
    assert (dry["redriven"], dry["dry_run"]) == ([letter["letter_id"]], True)
    told = grym("dlq", "redrive", *where).ok().told
    assert (told["redriven"], told["refused"]) == ([letter["letter_id"]], [])
    grym("up", "--until-idle", "--json").ok()
    everything = grym("dlq", "ls", "--all", *where).ok().told["letters"]
    assert sorted(one["state"] for one in everything) == ["open", "redriven"]


def test_a_discarded_letter_is_no_longer_open(grym: CommandLine, letter: dict[str, Any]) -> None:
    """Discarding needs letters to be named, and takes them off the list."""
    assert grym("dlq", "discard", "--json").ok(2).told["error"]["code"] == "dlq.nothing_chosen"
    dry = grym("dlq", "discard", letter["letter_id"], "--dry-run", "--json").ok().told
    assert (dry["discarded"], dry["dry_run"]) == ([letter["letter_id"]], True)
    told = grym("dlq", "discard", letter["letter_id"], "--reason", "spam", "--json").ok().told
    assert told["discarded"] == [letter["letter_id"]]
    listed = grym("dlq", "ls", "--where", f"request={letter['request_id']}", "--json").told["letters"]
    assert listed == []


def test_a_redriven_request_completes_in_its_second_run(grym: CommandLine, tmp_path: Path) -> None:
    """An analysis whose sound has gone ends dead-lettered; with the sound back, a redrive completes it."""
    name = f"lost-{uuid.uuid4().hex[:8]}"
    file = str(clicks(tmp_path / "clicks.wav", bpm=97.0))
    grym("analyze", file, "--request-id", name, "--no-wait", "--json").ok()
    request = grym("events", "show", name, "--json").ok().lines[0]
    digest = request["data"]["audio"]["uri"].rpartition("/")[2]
    (stored,) = (read_settings().home / "artifacts").rglob(digest)
    stored.rename(tmp_path / "kept")
    grym("up", "--until-idle", "--json").ok()
    ended = grym("status", name, "--json").ok().told
    assert (ended["state"], ended["run"]) == ("dead_lettered", 1)
    (tmp_path / "kept").rename(stored)
    told = grym("dlq", "redrive", ended["letter_id"], "--json").ok().told
    assert told["redriven"] == [ended["letter_id"]]
    grym("up", "--until-idle", "--json").ok()
    again = grym("status", name, "--json").ok().told
    assert (again["state"], again["run"], again["outcome"]) == ("completed", 2, "completed")
    assert grym("dlq", "redrive", ended["letter_id"], "--json").ok().told["refused"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("show", "nobody"), "dlq.unknown"),
        (("redrive", "nobody"), "dlq.unknown"),
        (("ls", "--where", "colour=red"), "dlq.field"),
        (("ls", "--where", "red"), "dlq.where"),
        (("ls", "--since", "yesterday"), "dlq.since"),
        (("redrive", "--rate", "fast"), "dlq.rate"),
        (("redrive", "--rate", "0"), "dlq.rate"),
        (("redrive", "--edit", "/nowhere/at/all"), "dlq.edit"),
    ],
    ids=" ".join,
)
def test_bad_input_is_refused(grym: CommandLine, letter: dict[str, Any], words: tuple[str, ...], code: str) -> None:
    """Letters, fields and instants that do not exist are exit 2."""
    assert letter["letter_id"]
    assert grym("dlq", *words, "--json").ok(2).told["error"]["code"] == code
