"""How fast events go through the whole runner with inbox, state and outbox, and how long an embedded hop takes.

One processor counts per key and answers each event with another. On the embedded log its outputs are in the log when
its transaction commits; on Kafka they go through the outbox and the relay, and a run ends when the last one was sent.
Broker and database run on the first core; the runner, which is this process, on the second.
"""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.event_layer.broker import BROKER_CORE, broker, pin_to
from benchmarks.event_layer.delay import quantile
from benchmarks.event_layer.load import KEYS
from benchmarks.event_layer.workers import CORE, until
from consumers.ports import RunnerPorts
from consumers.runner import ProcessorRunner
from consumers.running.holding import holding_by_name
from consumers.settings import LeaseSettings
from consumers.supervisor import Component, Supervisor
from grym.adapters.artifact_folder import FolderArtifacts
from grym.adapters.clock import SystemClock
from grym.adapters.kafka.admin import create_topics
from grym.adapters.kafka.feed import KafkaFeeds
from grym.adapters.kafka.sender import KafkaSender
from grym.adapters.kafka.settings import KafkaSettings
from grym.adapters.postgres.backend import open_embedded
from grym.ports.backend import Backend
from grym.ports.log import Publisher
from producers.relay import OutboxRelay, RelayPorts
from schemas.body import Body
from schemas.envelope import Envelope, encode
from schemas.events import GenerationProgressed, StepStarted
from schemas.records import Message, TopicPartition
from streams.processor import Decision, Output

NAME = "tally"
BATCH = 1000
HOPS = 400
HOP_EVERY_S = 0.01
PATIENCE_S = 120.0
PADDING = "x" * 700
"""Makes a record with its headers about 1 kB."""


class Tally:
    """Counts the events of each key and says so."""

    name = NAME
    accepts: tuple[type[Body], ...] = (GenerationProgressed,)
    state_type = dict

    def state_key(self, envelope: Envelope) -> str | None:
        """Return the subject."""
        return envelope.subject

    async def process(self, envelope: Envelope, state: dict[str, int] | None) -> Decision[dict[str, int]]:
        """Count one more."""
        del envelope
        counted = {"count": 1 + (state or {"count": 0})["count"]}
        return Decision(state=counted, outputs=(Output(body=StepStarted(step=PADDING, round=counted["count"])),))


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Events a second through the whole runner, and processor time for one, in microseconds, without the database."""

    per_s: float
    cpu_us: float


def events(first: int, count: int) -> list[Message]:
    """Return numbered events over 64 keys."""
    now = datetime.now(UTC)
    return [
        encode(
            Envelope(
                id=f"event-{number}",
                source="grym/bench",
                type=GenerationProgressed.TYPE,
                subject=f"request-{number % KEYS}",
                time=now,
                body=GenerationProgressed(stage=PADDING, share=0.5),
                correlation_id=f"request-{number % KEYS}",
            )
        )
        for number in range(first, first + count)
    ]


async def measure_stateful(*, runs: int, count: int) -> AsyncIterator[dict[str, Any]]:
    """Measure everything on both logs and hand out each row as it is there."""
    for turn in range(1, runs + 1):
        async with embedded() as backend:
            work = await measure_work(backend, count)
            yield {"part": "stateful", "log": "embedded", "turn": turn, **asdict(work)}
        async with embedded() as backend:
            yield {"part": "hop", "log": "embedded", "turn": turn, **await measure_hops(backend)}
        async with broker() as cluster, on_kafka(cluster.bootstrap) as backend:
            work = await measure_work(backend, count)
            yield {"part": "stateful", "log": "Kafka", "turn": turn, **asdict(work)}


@asynccontextmanager
async def embedded() -> AsyncIterator[Backend]:
    """Open an embedded log of one's own."""
    with tempfile.TemporaryDirectory(prefix="grym-bench-") as home:
        pin_to(BROKER_CORE)  # the server comes along
        backend = await open_embedded(Path(home))
        pin_to(CORE)
        try:
            yield backend
        finally:
            await backend.close()


@asynccontextmanager
async def on_kafka(bootstrap: str) -> AsyncIterator[Backend]:
    """Open a backend with its log on Kafka and a database of its own."""
    kafka = KafkaSettings(bootstrap=bootstrap, prefix="stateful.")
    with tempfile.TemporaryDirectory(prefix="grym-bench-") as home:
        pin_to(BROKER_CORE)  # the server comes along
        database = await open_embedded(Path(home), log_elsewhere=True)
        pin_to(CORE)
        await create_topics(kafka)
        sender, feeds = KafkaSender(kafka), KafkaFeeds(kafka, identity="bench")
        try:
            yield replace(database, sender=sender, publisher=sender, feeds=feeds)
        finally:
            await feeds.close()
            await sender.close()
            await database.close()


async def measure_work(backend: Backend, count: int) -> Work:
    """Publish events, then run them through the processor and, on Kafka, through the relay."""
    await publish(backend.publisher, events(0, count))
    async with running(backend) as ports:
        await _reached(ports, backend, 1)
        done, begun_s, begun_cpu_s = _done(ports, backend), time.perf_counter(), time.process_time()
        await _reached(ports, backend, count)
        wall_s, cpu_s = time.perf_counter() - begun_s, time.process_time() - begun_cpu_s
        done = _done(ports, backend) - done
    return Work(per_s=done / wall_s, cpu_us=cpu_s / done * 1e6)


async def measure_hops(backend: Backend) -> dict[str, float]:
    """Publish single events and take the time until what follows from each can be read, in milliseconds."""
    took_ms = []
    async with running(backend):
        source = _lane_of(events(0, 1)[0])
        after = (await backend.log.ends([source.topic])).get(source, 0)
        for number in range(HOPS):
            await asyncio.sleep(HOP_EVERY_S)
            begun_s = time.perf_counter()
            await backend.publisher.publish(events(1_000_000 + number * KEYS, 1))
            while not (records := await backend.log.read(source, after=after, limit=10)):
                await backend.log.wait(timeout_s=5)
            took_ms.append((time.perf_counter() - begun_s) * 1000)
            after = records[-1].position
    settled = took_ms[HOPS // 10 :]
    return {"p50_ms": quantile(settled, 0.5), "p99_ms": quantile(settled, 0.99), "max_ms": max(settled)}


@asynccontextmanager
async def running(backend: Backend) -> AsyncIterator[RunnerPorts]:
    """Run the processor, and the relay where there is an outbox, for the length of the block."""
    clock, stop = SystemClock(), asyncio.Event()
    with tempfile.TemporaryDirectory() as folder:
        ports = RunnerPorts(backend=backend, artifacts=FolderArtifacts(Path(folder)), clock=clock, holder="bench")
        components: list[Component] = [ProcessorRunner(Tally(), ports)]
        if backend.outbox is not None and backend.sender is not None:
            hold = holding_by_name(backend.leases, holder="bench", clock=clock, settings=LeaseSettings())
            relay = RelayPorts(
                outbox=backend.outbox, sender=backend.sender, hold=hold, clock=clock, telemetry=ports.telemetry
            )
            components.append(OutboxRelay(relay))
        task = asyncio.create_task(Supervisor(components, ports).run(stop))
        try:
            yield ports
        finally:
            stop.set()
            await task


async def publish(publisher: Publisher, messages: Sequence[Message]) -> None:
    """Publish many messages in batches."""
    for first in range(0, len(messages), BATCH):
        await publisher.publish(messages[first : first + BATCH])


async def _reached(ports: RunnerPorts, backend: Backend, count: int) -> None:
    await until(lambda: _done(ports, backend) >= count, timeout_s=PATIENCE_S)


def _done(ports: RunnerPorts, backend: Backend) -> int:
    name = "events_done" if backend.sender is None else "outbox_sent"
    return ports.telemetry.counts[name]


def _lane_of(cause: Message) -> TopicPartition:
    """Return where the answers to an event go: by the same key, into as many partitions."""
    from grym.adapters.placement import place  # noqa: PLC0415 (only here)

    return TopicPartition(StepStarted.TOPIC, place(cause).partition)
