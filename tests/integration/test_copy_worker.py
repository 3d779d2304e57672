"""The copy worker as a foreign harness meets it: a process, environment variables, topics, signals."""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord

from benchmarks import copy_worker
from benchmarks.copying import recode
from benchmarks.event_layer.topics import open_topics
from grym.errors import ContractError, UnavailableError

ROOT = Path(__file__).resolve().parents[2]
RECORDS = 300
KEYS = 16
PATIENCE_S = 60.0
LEAVES_WITHIN_S = 15.0

STEP = """
import pathlib, time
here = pathlib.Path(__file__).parent
def process(value):
    if value == b"poison":
        raise RuntimeError("never")
    if value == b"once" and not (here / "raised").exists():
        (here / "raised").touch()
        raise RuntimeError("once")
    if value == b"hang":
        (here / "hangs").touch()
        time.sleep(3600)
"""


@dataclass
class Harness:
    """Topics and workers of one test."""

    bootstrap: str
    prefix: str
    folder: Path
    workers: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    def topic(self, name: str) -> str:
        """Return the name of a topic of this test."""
        return f"{self.prefix}{name}"

    def start(self, name: str, **variables: str) -> "subprocess.Popen[bytes]":
        """Start a worker."""
        env = {
            "PATH": os.environ["PATH"],  # noqa: TID251 - handed on to a process
            "HOME": os.environ["HOME"],  # noqa: TID251 - as above
            "TMPDIR": str(self.folder),
            "PYTHONPATH": str(self.folder),
            "BOOTSTRAP": self.bootstrap,
            "IN_TOPIC": self.topic("in"),
            "OUT_TOPIC": self.topic("out"),
            "DEAD_TOPIC": self.topic("dead"),
            "GROUP": self.topic("group"),
            "WORKER": name,
            "SESSION_MS": "6000",
        }
        log = (self.folder / f"{name}.log").open("ab")
        command = [sys.executable, "-m", "benchmarks.copy_worker"]
        worker = subprocess.Popen(command, cwd=ROOT, env=env | variables, stdout=log, stderr=log)
        log.close()
        self.workers.append(worker)
        return worker

    async def send(self, records: Sequence[tuple[bytes | None, bytes | None]]) -> None:
        """Send records of (key, value), each with its number in a header."""
        async with AIOKafkaProducer(bootstrap_servers=self.bootstrap, acks="all") as producer:
            sent = [
                await producer.send(self.topic("in"), value, key, headers=[("n", b"%d" % n), ("n", b"twice")])
                for n, (key, value) in enumerate(records)
            ]
            await asyncio.gather(*sent)

    @asynccontextmanager
    async def reading(self, name: str) -> AsyncIterator[AIOKafkaConsumer]:
        """Read a topic from its beginning."""
        consumer = AIOKafkaConsumer(
            self.topic(name),
            bootstrap_servers=self.bootstrap,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
        )
        async with consumer:
            yield consumer

    async def read(self, name: str, numbers: set[int]) -> list[ConsumerRecord]:
        """Return what a topic holds once every one of these numbers is there."""
        found: list[ConsumerRecord] = []
        async with asyncio.timeout(PATIENCE_S), self.reading(name) as consumer:
            while not numbers <= {number(record) for record in found}:
                found += [record for batch in (await consumer.getmany(timeout_ms=500)).values() for record in batch]
        return found

    def clean(self) -> None:
        """End what still runs, and what the workers have started."""
        for worker in self.workers:
            worker.kill()
            worker.wait()
        for pid_file in self.folder.rglob("postmaster.pid"):
            os.kill(int(pid_file.read_text().split()[0]), signal.SIGQUIT)


def number(record: ConsumerRecord) -> int:
    """Return the number of a record."""
    return int(record.headers[0][1])


def key_of(n: int) -> bytes:
    """Return the key of a record."""
    return b"key-%d" % (n % KEYS)


@pytest.fixture
def folder() -> Iterator[Path]:
    """Return a folder that the database of the workers may use, too."""
    with tempfile.TemporaryDirectory(prefix="grym-test-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        (Path(name) / "processor.py").write_text(STEP)
        yield Path(name)


@pytest.fixture
async def harness(kafka: str, topic_prefix: str, folder: Path) -> AsyncIterator[Harness]:
    """Make the topics."""
    made = Harness(kafka, topic_prefix, folder)
    async with AsyncExitStack() as stack:
        topics = await stack.enter_async_context(open_topics(kafka, replicas=1))
        await topics.create(*(made.topic(name) for name in ("in", "out", "dead")))
        stack.callback(made.clean)
        yield made


async def test_poison_is_given_up_and_everything_else_comes_through_in_order(harness: Harness) -> None:
    """Key, value and headers are copied; what never succeeds becomes a dead letter, what fails once keeps its place."""
    values = {40: b"poison", 41: b"once"}
    records = [(key_of(n), values.get(n, b"value %d" % n)) for n in range(RECORDS)]
    harness.start("a", FAULTS="1")
    await harness.send(records)

    copies = await harness.read("out", set(range(RECORDS)) - {40})
    [letter] = await harness.read("dead", {40})

    assert {number(copy): (copy.key, copy.value) for copy in copies} == {
        n: record for n, record in enumerate(records) if n != 40
    }
    assert all(copy.headers[:2] == (("n", b"%d" % number(copy)), ("n", b"twice")) for copy in copies)
    for key in range(KEYS):
        order = list(dict.fromkeys(number(copy) for copy in copies if copy.key == key_of(key)))
        assert order == sorted(order)
    assert (letter.key, letter.value) == (key_of(40), b"poison")
    assert (letter.headers[0], letter.headers[1]) == (("n", b"40"), ("n", b"twice"))


async def test_nothing_is_lost_when_one_of_two_is_killed_and_comes_back(harness: Harness) -> None:
    """A worker that dies with records in hand leaves them to the next one, in order per key."""
    first = harness.start("a")
    harness.start("b")
    await harness.send([(key_of(n), b"value") for n in range(RECORDS)])
    await harness.read("out", {0})
    first.kill()
    first.wait()
    harness.start("a")

    copies = await harness.read("out", set(range(RECORDS)))

    for key in range(KEYS):
        order = list(dict.fromkeys(number(copy) for copy in copies if copy.key == key_of(key)))
        assert order == sorted(order)


async def test_codec_json_gives_up_what_is_no_json(harness: Harness) -> None:
    """A value that cannot be decoded is a dead letter at once; a tombstone stays one."""
    harness.start("a", CODEC="json")
    await harness.send([(b"k", b'{"a": [1, 2.5, "x"]}'), (b"k", b"\xff{"), (b"k", None), (None, b"[]")])

    copies = await harness.read("out", {0, 2, 3})
    [letter] = await harness.read("dead", {1})

    assert {number(copy): copy.value for copy in copies} == {0: b'{"a":[1,2.5,"x"]}', 2: None, 3: b"[]"}
    assert letter.value == b"\xff{"


@pytest.mark.slow
async def test_a_step_that_hangs_keeps_nobody_from_leaving(harness: Harness) -> None:
    """SIGTERM ends the worker in time although a step will never return; the others' records have come through."""
    worker = harness.start("a", FAULTS="1")
    await harness.send([(b"hangs", b"hang"), (b"goes on", b"value")])
    await harness.read("out", {1})
    asked_s = time.monotonic()
    worker.send_signal(signal.SIGTERM)

    code = await asyncio.to_thread(worker.wait, PATIENCE_S)

    assert code == 0
    assert time.monotonic() - asked_s < LEAVES_WITHIN_S


@pytest.mark.parametrize(
    ("variables", "told"),
    [({"CODEC": "xml"}, b"CODEC"), ({"SESSION_MS": "soon"}, b"SESSION_MS"), ({"BOOTSTRAP": ""}, b"BOOTSTRAP")],
)
def test_an_environment_without_sense_is_told_in_one_line(folder: Path, variables: dict[str, str], told: bytes) -> None:
    """Exit 2, the variable's name, no traceback."""
    harness = Harness("127.0.0.1:1", "t.", folder)
    worker = harness.start("a", **variables)
    assert worker.wait(PATIENCE_S) == 2
    said = (folder / "a.log").read_bytes()
    assert told in said
    assert said.count(b"\n") == 1


@pytest.mark.parametrize("value", [b"", b"NaN", b"\xff", b"[" * 100_000, b'{"a":1} trailing'])
def test_what_is_no_json_is_a_fault_of_the_record(value: bytes) -> None:
    """Whatever the decoder says, it is the record that is refused."""
    with pytest.raises(ContractError):
        recode(value)


def test_what_ends_a_component_is_told_as_what_it_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Components end in a group of errors; an operator reads one sentence, and the status is that of something away."""

    async def fail(*_: object) -> None:
        raise ExceptionGroup(
            "components", [ExceptionGroup("runner", [UnavailableError("nobody there", code="x.away")])]
        )

    for name in ("BOOTSTRAP", "IN_TOPIC", "OUT_TOPIC", "GROUP"):
        monkeypatch.setenv(name, "x")
    monkeypatch.setattr(copy_worker, "copy", fail)
    assert copy_worker.main() == 4
    assert capsys.readouterr().err == "x.away: nobody there \n"
