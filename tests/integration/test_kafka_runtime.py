"""The Kafka runtime as a whole: foreign clients ask, workers work, and the answer is on the topic where it belongs."""

import asyncio
import functools
import json
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from grym.runtime import PROCESSORS
from tests.support.kafka import kafka_cluster, skip_or_fail
from tests.support.kafka_console import Console
from tests.support.kafka_jars import KafkaMissingError, classpath, java
from tests.support.kafka_world import LETTERS, OUTCOMES, REQUESTS, KafkaWorld, kafka_world

EXAMPLE = Path(__file__).parents[2] / "examples" / "java" / "AskForAPiece.java"
TRIED = "again-3"
"""A request whose lot is a trial while the guard is closed (`grym.domain.learning.lots`)."""
PROMPT = "a calm piano nocturne in D minor"
WISH = {"prompt": PROMPT, "seconds": 6, "backend": "score"}
HEADERS = {"ce_id": b"broken", "ce_source": b"console", "ce_type": b"grym.composition.request.v1"}
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


@pytest.fixture
async def own_world(empty_dsn: str, folder: Path) -> AsyncIterator[KafkaWorld]:
    """Return a world with a broker of its own, so that topics bear their published names."""
    try:
        async with kafka_cluster() as cluster:
            with kafka_world(bootstrap=cluster.bootstrap, dsn=empty_dsn, folder=folder) as world:
                yield world
    except KafkaMissingError as missing:
        skip_or_fail(missing)


async def ask_by_console(world: KafkaWorld, request_id: str) -> None:
    """Publish a request by Kafka's own console producer, with what the AsyncAPI document requires and no more."""
    headers = f"ce_id:{request_id}-1,ce_source:console,ce_type:grym.composition.request.v1"
    line = f"{headers}\t{request_id}\t{json.dumps(WISH)}"
    console = Console(world.bootstrap)
    await console.produce(world.prefix + REQUESTS, [line], "parse.key=true", "parse.headers=true")


async def test_a_request_by_the_console_producer_is_completed(world: KafkaWorld) -> None:
    """A client that shares no line with grym gets its piece; the command line tells of it, and SIGTERM ends it well."""
    world.start("all", "up")
    await ask_by_console(world, "console-1")
    end = (await world.outcomes("console-1"))["console-1"]
    assert (end.text("ce_type"), end.key) == ("grym.request.completed.v1", b"console-1")
    assert end.body["result"]["midi"]["media_type"] == "audio/midi"
    told = world.grym("status", "console-1")
    assert (told["state"], {step["state"] for step in told["steps"]} - {"skipped"}) == ("completed", {"done"})
    assert [row["request_id"] for row in world.grym("ls")["requests"]] == ["console-1"]
    assert world.stop() == [0]


async def ask_by_java(world: KafkaWorld, prompt: str, backend: str = "score") -> "subprocess.CompletedProcess[str]":
    """Run the example in Java, which knows Kafka's client and the AsyncAPI document."""
    command = [java(), "-cp", classpath(), str(EXAMPLE), world.bootstrap, prompt, "6", backend]
    asking = functools.partial(subprocess.run, env=world.environment(), capture_output=True, text=True, timeout=240)
    return await asyncio.to_thread(asking, command, check=False)


async def test_the_example_in_java_gets_its_piece(world: KafkaWorld) -> None:
    """The example ends with 0 when its piece is completed, and prints how it came about."""
    world.start("all", "up")
    asked = await ask_by_java(world, 'a "calm" waltz')
    assert asked.returncode == 0, asked.stdout + asked.stderr
    told = [line.split()[0] for line in asked.stdout.splitlines()]
    assert (told[:2], told[-1]) == (["asked", "grym.request.accepted.v1"], "grym.request.completed.v1")


async def test_the_example_in_java_learns_that_nobody_can_grant_its_wish(world: KafkaWorld) -> None:
    """A backend that no worker has: the request becomes a dead letter that says so, and the example ends with 1."""
    world.start("all", "up")
    asked = await ask_by_java(world, "a waltz", "tuba")
    assert asked.returncode == 1, asked.stdout + asked.stderr
    told = [line.split()[0] for line in asked.stdout.splitlines()]
    assert told[-1] == "grym.request.deadlettered.v1"
    assert "backend.unavailable" in asked.stdout


async def test_the_command_line_asks_waits_and_rates(world: KafkaWorld) -> None:
    """Commands publish and wait while workers elsewhere work; the next piece knows the opinion."""
    world.start("all", "up")
    piece = world.grym("compose", PROMPT, *QUICK, "--user", "ada", "--out", str(world.folder / "piece"))
    assert piece["outcome"] == "completed"
    assert piece["midi"] in {str(file) for file in (world.folder / "piece").iterdir()}
    assert world.grym("rate", piece["request_id"], "1", "--user", "ada")["accepted"] is True
    again = world.grym("compose", PROMPT, *QUICK, "--user", "ada", "--no-wait", "--request-id", TRIED)
    assert again["outcome"] == "pending"
    await world.outcomes(TRIED)
    assert "learned" in {value["source"] for value in world.grym("status", TRIED)["parameters"].values()}


async def test_a_person_is_known_and_erased(world: KafkaWorld) -> None:
    """Sessions are folded by workers; an erasure empties the history here and says what stays on the brokers."""
    world.start("all", "up")
    piece = world.grym("compose", PROMPT, *QUICK, "--user", "ada")
    world.grym("rate", piece["request_id"], "5", "--user", "ada")
    assert world.grym("sessions", "set", "ada", "synth", "room_db=3")["settings"] == {"room_db": 3.0}
    told = world.grym("sessions", "show", "ada")
    assert ([one["stars"] for one in told["attempts"]], told["settings"]) == ([5], {"synth": {"room_db": 3.0}})
    erased = world.grym("erase", "--user", "ada")
    assert (erased["requests"], erased["left"]) == (1, 0)
    assert erased["removed"]["events"] >= 20
    assert "records of grym.feedback.v1 on the brokers" in {one["what"] for one in erased["remains"]}
    assert world.grym("sessions", "show", "ada", code=2)["error"]["code"] == "session.unknown"
    assert {name: count for name, count in world.grym("erase", "--user", "ada")["removed"].items() if count} == {
        "events": 1
    }


async def test_a_request_waits_for_its_workers(world: KafkaWorld) -> None:
    """What was asked without workers is known at once, can be cancelled, and is done once there are some."""
    for name in ("early-1", "early-2"):
        asked = world.grym("compose", PROMPT, *QUICK, "--no-wait", "--request-id", name)
        assert asked["outcome"] == "pending"
    assert world.grym("status", "early-1")["state"] == "accepted"
    assert {row["request_id"] for row in world.grym("ls")["requests"]} == {"early-1", "early-2"}
    world.grym("cancel", "early-2", "--timeout-s", "0", code=5)
    told = world.grym("up", "--until-idle")
    assert told["stopped"] == "idle"
    assert (world.grym("status", "early-1")["state"], world.grym("status", "early-2")["state"]) == (
        "completed",
        "cancelled",
    )


async def test_reading_commands_work_on_kafka(world: KafkaWorld) -> None:
    """Story, tail, archive and replay are read as in the embedded runtime."""
    world.start("all", "up")
    world.grym("compose", PROMPT, *QUICK, "--request-id", "told-1", "--out", str(world.folder / "piece"))
    story = world.lines("events", "show", "told-1")
    assert story[0]["type"] == "grym.composition.request.v1"
    assert "grym.request.completed.v1" in {row["type"] for row in story}
    assert {row["causation_id"] for row in story[1:]} <= {row["id"] for row in story}
    tailed = world.lines("events", "tail", "--from-beginning", "--no-follow")
    assert {row["id"] for row in story} <= {row["id"] for row in tailed}
    archive = world.folder / "told.archive"
    assert world.grym("events", "export", str(archive))["events"] >= len(story)
    assert world.grym("events", "import", str(archive), "--dry-run")["events"] >= len(story)
    replayed = world.grym("replay", "--from", "1h")
    assert (replayed["missing"], replayed["extra"], replayed["changed"]) == (0, 0, 0)
    assert replayed["same"] > 0


async def test_a_letter_is_discarded_or_redriven_on_kafka(world: KafkaWorld) -> None:
    """What an operator decides goes through the outbox, and a mended record takes its way again."""
    world.start("all", "up")
    for name in ("broken-1", "broken-2"):
        sent = {"key": name.encode(), "value": b"{", "headers": [*HEADERS.items(), ("ce_id", name.encode())]}
        await world.send(REQUESTS, sent)
    await world.read(LETTERS, until=lambda records: len({record.key for record in records}) == 2)
    listed = world.grym("dlq", "ls")["letters"]
    by_key = {world.grym("dlq", "show", letter["letter_id"])["key"]: letter["letter_id"] for letter in listed}
    assert world.grym("dlq", "discard", by_key["broken-1"])["discarded"] == [by_key["broken-1"]]
    mended = world.folder / "mended.json"
    mended.write_text(json.dumps({"data": WISH}), encoding="utf-8")
    assert world.grym("dlq", "redrive", by_key["broken-2"], "--edit", str(mended))["redriven"] == [by_key["broken-2"]]
    ends = await world.outcomes("broken-2")
    assert ends["broken-2"].text("ce_type") == "grym.request.completed.v1"


async def test_topics_are_as_the_catalogue_has_them(world: KafkaWorld) -> None:
    """Created topics differ in nothing, and creating them again changes nothing."""
    states = {row["state"] for row in world.grym("topics", "create")["topics"]}
    assert states == {"there"}
    assert not [row for row in world.grym("topics", "ls")["topics"] if row["differences"]]


async def test_a_broker_that_is_away_is_exit_four(world: KafkaWorld) -> None:
    """What needs the brokers says that they cannot be reached."""
    world.more["GRYM_KAFKA"] = "127.0.0.1:1"
    for words in (("topics", "ls"), ("compose", "a waltz", *QUICK, "--no-wait"), ("worker", "learning"), ("up",)):
        assert world.grym(*words, code=4)["error"]["code"] == "kafka.unreachable"


async def test_a_worker_without_topics_says_what_makes_them(world: KafkaWorld) -> None:
    """A worker does not wait for records of topics that are not there."""
    world.more["GRYM_KAFKA_PREFIX"] = "nobody-made-these."
    error = world.grym("worker", "learning", code=4)["error"]
    assert (error["code"], "grym topics create" in error["hint"]) == ("kafka.topic_missing", True)


async def test_a_single_host_keeps_everything_in_its_home(world: KafkaWorld) -> None:
    """With GRYM_SINGLE_HOST the database is the embedded one and artifacts lie in a folder; without, it is refused."""
    world.more |= {"GRYM_DATABASE": "", "GRYM_ARTIFACTS": ""}
    assert world.grym("ls", code=2)["error"]["code"] == "runtime.split_setup"
    world.more["GRYM_SINGLE_HOST"] = "1"
    world.start("all", "up")
    told = world.grym("compose", PROMPT, *QUICK, "--out", str(world.folder / "piece"))
    assert told["outcome"] == "completed"
    checks = {check["name"]: check for check in world.grym("doctor")["checks"]}
    assert checks["kafka"]["ok"], checks["kafka"]
    assert world.stop() == [0]


@pytest.mark.slow
async def test_two_of_each_worker_serve_foreign_clients(own_world: KafkaWorld) -> None:
    """With two workers of each processor, the console producer and the example in Java get their pieces."""
    world = own_world
    for name in PROCESSORS:
        for number in (1, 2):
            world.start(f"{name}-{number}", "worker", name)
    await asyncio.gather(*(ask_by_console(world, f"console-{number}") for number in range(4)))
    asked = await ask_by_java(world, "a waltz")
    assert asked.returncode == 0, asked.stdout + asked.stderr
    ends = await world.outcomes(*(f"console-{number}" for number in range(4)))
    assert {end.text("ce_type") for end in ends.values()} == {"grym.request.completed.v1"}
    seen = await Console(world.bootstrap).consume(OUTCOMES, count=1, properties=("print.headers=true",))
    assert "ce_type:grym.request.accepted.v1" in seen[0]
    assert set(world.stop()) == {0}
