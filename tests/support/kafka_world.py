"""The Kafka runtime as its users have it: workers as processes, and records as a foreign client sees them."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka import TopicPartition as Place

PROGRAM = Path(sys.executable).with_name("grym")
REQUESTS, OUTCOMES, LETTERS = "grym.requests.v1", "grym.outcomes.v1", "grym.dead-letters.v1"
PATIENCE_S = 90.0
TERMINALS = {f"grym.request.{end}.v1" for end in ("completed", "rejected", "deadlettered", "cancelled")}


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A record as any client sees it."""

    key: bytes | None
    headers: list[tuple[str, bytes]]
    value: bytes | None
    partition: int
    offset: int

    def text(self, name: str) -> str:
        """Return the last header of a name as text."""
        return next((value.decode() for key, value in reversed(self.headers) if key == name), "")

    @property
    def body(self) -> dict[str, Any]:
        """The value as JSON."""
        found = json.loads(self.value or b"{}")
        assert isinstance(found, dict)
        return found


@dataclass(kw_only=True)
class KafkaWorld:
    """Brokers, a database, a folder, and the processes that share them.

    Parameters
    ----------
    prefix
        What the names of topics and groups begin with; empty where the clients go by the published names.
    command_s
        How long a command may take, in seconds.
    """

    bootstrap: str
    dsn: str
    folder: Path
    prefix: str = ""
    command_s: float = 120.0
    more: dict[str, str] = field(default_factory=dict)
    workers: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def environment(self, home: str = "home") -> dict[str, str]:
        """Return the environment of a process; processes with one home are on one machine."""
        ours = {
            "GRYM_KAFKA": self.bootstrap,
            "GRYM_KAFKA_PREFIX": self.prefix,
            "GRYM_DATABASE": self.dsn,
            "GRYM_ARTIFACTS": (self.folder / "artifacts").as_uri(),
            "GRYM_HOME": str(self.folder / home),
            "GRYM_LOG_LEVEL": "info",
        }
        others = {name: value for name, value in os.environ.items() if not name.startswith("GRYM_")}  # noqa: TID251
        return others | ours | self.more

    def _call(self, command: list[str]) -> "subprocess.CompletedProcess[str]":
        """Call a program in the folder of this world, where a piece without ``--out`` may lie."""
        return subprocess.run(
            command,
            env=self.environment(),
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=self.command_s,
            check=False,
        )

    def grym(self, *words: str, code: int = 0) -> dict[str, Any]:
        """Call a command with ``--json`` and return its answer."""
        command = [str(PROGRAM), *words, "--json"]
        done = self._call(command)
        assert done.returncode == code, f"exit {done.returncode}: {done.stdout} {done.stderr}"
        answer = json.loads(done.stdout)
        assert isinstance(answer, dict)
        return answer

    def exit_code(self, *words: str) -> int:
        """Call a command with ``--json`` and return how it ended; a traceback is never right."""
        command = [str(PROGRAM), *words, "--json"]
        done = self._call(command)
        assert "Traceback" not in done.stdout + done.stderr, done.stderr
        return done.returncode

    def lines(self, *words: str) -> list[dict[str, Any]]:
        """Call a streaming command with ``--json`` and return its objects, one a line."""
        command = [str(PROGRAM), *words, "--json"]
        done = self._call(command)
        assert done.returncode == 0, f"exit {done.returncode}: {done.stdout} {done.stderr}"
        return [json.loads(line) for line in done.stdout.splitlines()]

    def start(self, name: str, *words: str) -> "subprocess.Popen[bytes]":
        """Start a process that runs processors; what it says goes to a file called `name`."""
        with (self.folder / f"{name}.log").open("ab") as log:
            process = subprocess.Popen([str(PROGRAM), *words], env=self.environment(), stdout=log, stderr=log)
        self.workers[name] = process
        return process

    def stop(self, *names: str, patience_s: float = 30.0) -> list[int]:
        """Stop processes by SIGTERM, all without an argument, and return how they ended."""
        ending = [self.workers.pop(name) for name in names or tuple(self.workers)]
        for process in ending:
            process.send_signal(signal.SIGTERM)
        return [process.wait(timeout=patience_s) for process in ending]

    def said(self, name: str) -> str:
        """Return what a process said."""
        return (self.folder / f"{name}.log").read_text(errors="replace")

    async def send(self, topic: str, *records: dict[str, Any], compression: str | None = None) -> None:
        """Send records with `key`, `value` and `headers` as they are, one after the other."""
        producer = AIOKafkaProducer(
            bootstrap_servers=self.bootstrap,
            acks="all",
            max_request_size=16 * 2**20,
            compression_type=compression,
        )
        await producer.start()
        try:
            for record in records:
                await producer.send_and_wait(self.prefix + topic, **record)
        finally:
            await producer.stop()

    async def read(self, topic: str, *, until: Any, patience_s: float = PATIENCE_S) -> list[Seen]:
        """Return the records of a topic from its beginning as soon as `until(records)` holds."""
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self.bootstrap,
            isolation_level="read_committed",
            auto_offset_reset="earliest",
            max_partition_fetch_bytes=4 * 2**20,
        )
        await consumer.start()
        found: list[Seen] = []
        end_s = time.monotonic() + patience_s
        try:
            consumer.assign([Place(self.prefix + topic, number) for number in await self._partitions(consumer, topic)])
            while not until(found):
                fallen = [name for name, process in self.workers.items() if process.poll() is not None]
                assert not fallen, self.alive()
                assert time.monotonic() < end_s, f"not within {patience_s} s; seen: {_summary(found)}; {self.alive()}"
                for batch in (await consumer.getmany(timeout_ms=200)).values():
                    found += [
                        Seen(key=r.key, headers=list(r.headers), value=r.value, partition=r.partition, offset=r.offset)
                        for r in batch
                    ]
            return found
        finally:
            await consumer.stop()

    async def outcomes(self, *request_ids: str, patience_s: float = PATIENCE_S) -> dict[str, Seen]:
        """Return the terminal event of each request once all have one; of doubled ones the test hears."""
        wanted = set(request_ids)

        def ended(records: Sequence[Seen]) -> bool:
            return wanted <= {r.text("ce_correlationid") for r in records if r.text("ce_type") in TERMINALS}

        records = await self.read(OUTCOMES, until=ended, patience_s=patience_s)
        terminals: dict[str, Seen] = {}
        for record in records:
            name = record.text("ce_correlationid")
            if record.text("ce_type") in TERMINALS and name in wanted:
                known = terminals.setdefault(name, record)
                assert known.text("ce_id") == record.text("ce_id"), f"two ends of {name}"
        return terminals

    def alive(self) -> str:
        """Return which processes still run, and the last words of the others."""
        return "; ".join(
            f"{name}: {'runs' if process.poll() is None else self.said(name)[-500:]}"
            for name, process in self.workers.items()
        )

    async def _partitions(self, consumer: AIOKafkaConsumer, topic: str) -> list[int]:
        while True:
            await consumer._client.force_metadata_update()
            found = consumer._client.cluster.partitions_for_topic(self.prefix + topic)
            if found:
                return sorted(found)
            consumer._client.add_topic(self.prefix + topic)
            await asyncio.sleep(0.05)


def _summary(records: Sequence[Seen]) -> list[str]:
    return [f"{r.text('ce_type')} of {r.text('ce_correlationid')}" for r in records[-20:]]


@contextmanager
def kafka_world(
    *, bootstrap: str, dsn: str, folder: Path, prefix: str = "", more: dict[str, str] | None = None
) -> Iterator[KafkaWorld]:
    """Make a world with its topics; its processes are killed when the block ends."""
    world = KafkaWorld(bootstrap=bootstrap, dsn=dsn, folder=folder, prefix=prefix, more=more or {})
    try:
        world.grym("topics", "create")
        yield world
    finally:
        for process in world.workers.values():
            process.kill()
            process.wait()
