"""Dead-letter tools, archives and replay on real Kafka, as an operator calls them."""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.kafka_world import LETTERS, REQUESTS, KafkaWorld, kafka_world

pytestmark = pytest.mark.slow
"""The same tools are tested quickly on the embedded runtime, and replay on simulated groups."""

PROMPT = "a calm piano nocturne in D minor"
QUICK = ("--seconds", "6", "--backend", "score")


@pytest.fixture
def folder() -> Iterator[Path]:
    """Return a folder that every server may enter."""
    with tempfile.TemporaryDirectory(prefix="grym-test-") as name:
        yield Path(name)


@pytest.fixture
def world(kafka: str, topic_prefix: str, empty_dsn: str, folder: Path) -> Iterator[KafkaWorld]:
    """Return a world of this test's own on the shared broker."""
    with kafka_world(bootstrap=kafka, dsn=empty_dsn, folder=folder, prefix=topic_prefix) as world:
        yield world


async def test_a_span_on_kafka_is_decided_the_same(world: KafkaWorld) -> None:
    """A replay reads beside the groups and moves none of them; facts are made again by the audit."""
    world.start("all", "up")
    for number in (1, 2):
        piece = world.grym("compose", PROMPT, *QUICK, "--user", "ada", "--request-id", f"piece-{number}")
        assert piece["outcome"] == "completed"
        assert world.grym("rate", f"piece-{number}", "5", "--user", "ada")["accepted"] is True
    world.stop()
    world.grym("up", "--until-idle")
    for words in ((), ("--audit",)):
        told = world.grym("replay", "--from", "1h", *words)
        assert told["equal"], told["differences"]
        assert told["processors"]["coordinator"]["same"] > 20
        assert told["skipped"].get("open", 0) == 0
    assert world.grym("up", "--until-idle")["stopped"] == "idle"


async def test_an_archive_adds_nothing_to_the_topics_it_came_from(world: KafkaWorld) -> None:
    """What the history of a request has is left out; what was published again as work would have no effect twice."""
    world.grym("compose", PROMPT, *QUICK, "--no-wait", "--request-id", "moved-1")
    world.grym("up", "--until-idle")
    file = world.folder / "log.grym"
    told = world.grym("events", "export", str(file), "--artifacts")
    assert told["events"] > 10
    assert told["topics"][REQUESTS] == 1
    before = world.grym("status", "moved-1")
    again = world.grym("events", "import", str(file))
    assert again["events"] == told["events"]
    assert again["imported"] == 0
    world.grym("up", "--until-idle")
    assert world.grym("status", "moved-1") == before


async def test_an_archive_becomes_history_on_other_topics(world: KafkaWorld) -> None:
    """With another database and other topics its requests stand where they stood, and no worker takes them up."""
    world.grym("compose", PROMPT, *QUICK, "--no-wait", "--request-id", "moved-2")
    world.grym("up", "--until-idle")
    file = world.folder / "log.grym"
    told = world.grym("events", "export", str(file), "--artifacts")
    before = world.grym("status", "moved-2")
    prefix = world.environment()["GRYM_KAFKA_PREFIX"] + "other."
    world.more |= {"GRYM_KAFKA_PREFIX": prefix, "GRYM_DATABASE": "", "GRYM_ARTIFACTS": "", "GRYM_SINGLE_HOST": "1"}
    world.grym("topics", "create")
    assert world.grym("events", "import", str(file))["imported"] == told["events"]
    assert world.grym("up", "--until-idle")["stopped"] == "idle"
    after = world.grym("status", "moved-2")
    assert (after["imported"], after["state"], after["steps"]) == (True, "completed", before["steps"])
    assert world.grym("dlq", "ls")["letters"] == []
    assert world.grym("events", "import", str(file))["imported"] == 0
    replayed = world.grym("replay", "--from", "1h", "--imported")
    assert replayed["equal"], replayed["differences"]
    assert replayed["processors"]["coordinator"]["same"] > 10


async def test_a_letter_is_found_mended_and_done(world: KafkaWorld) -> None:
    """What a foreign client broke is shown byte for byte; the mended letter completes its request."""
    headers: list[tuple[str, bytes]] = [
        ("ce_id", b"broken-1"),
        ("ce_source", b"elsewhere"),
        ("ce_type", b"grym.composition.request.v1"),
        ("x-foreign", b"\xff"),
    ]
    await world.send(REQUESTS, {"key": b"broken-1", "value": b"\xff\xfe", "headers": headers})
    world.grym("up", "--until-idle")
    (letter,) = world.grym("dlq", "ls")["letters"]
    (group,) = world.grym("dlq", "ls")["groups"]
    assert (group["count"], group["code"]) == (1, letter["code"])
    shown: dict[str, Any] = world.grym("dlq", "show", letter["letter_id"])
    assert shown["hex"] == "fffe"
    edit = world.folder / "edit.json"
    edit.write_text(json.dumps({**shown, "data": {"prompt": PROMPT, "seconds": 6, "backend": "score"}}))
    done = world.grym("dlq", "redrive", letter["letter_id"], "--edit", str(edit))
    assert done["redriven"] == [letter["letter_id"]]
    world.grym("up", "--until-idle")
    assert world.grym("status", "broken-1")["state"] == "completed"
    assert world.grym("dlq", "ls")["letters"] == []
    (kept,) = await world.read(LETTERS, until=bool)
    assert kept.value == b"\xff\xfe"
