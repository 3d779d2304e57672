"""Many streams on real Kafka: workers of `live` as processes, one sender, and an upstream client that only listens.

The listener is a plain consumer of `grym.live.v1`, as an upstream system has one; a window's latency is counted from
the call that handed its last frame to the Kafka client up to the record's arrival there.
"""

import asyncio
import math
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from aiokafka import AIOKafkaConsumer
from aiokafka import TopicPartition as Place

from benchmarks.live.embedded import row
from benchmarks.live.load import Heard, play, result_of, streamers, tunes
from benchmarks.live.processes import cpu_s, rss_mib
from benchmarks.live.tune import RATE_HZ
from grym.adapters.postgres.embedded import start_embedded
from grym.runtime import open_runtime
from grym.settings import Settings
from producers.frames import FrameStreamer
from producers.frames.answers import kind_of
from schemas.catalogue import BY_NAME
from schemas.envelope import decode
from schemas.live import FeaturesHeard, StreamEnded
from schemas.records import Message

if TYPE_CHECKING:
    from tests.support.kafka_world import KafkaWorld

HEARD = (FeaturesHeard.TOPIC, StreamEnded.TOPIC)
WORKERS = {"coordinator": ("worker", "coordinator"), "live-1": ("worker", "live"), "live-2": ("worker", "live")}
SETTLE_S = 20.0
"""How long the last windows are waited for."""
WARM_UP = 8
"""Streams that are played first, so that each worker has had one."""


async def measure(*, streams: int, seconds: float) -> dict[str, float]:
    """Return latency, loss, processor time of a stream's second by role, and memory of a stream in a worker."""
    async with AsyncExitStack() as stack:
        world = await stack.enter_async_context(_world())
        runtime = await stack.enter_async_context(open_runtime(_settings(world)))
        desk = await stack.enter_async_context(runtime.stream_desk())
        for name, words in WORKERS.items():
            world.start(name, *words)
        async with _upstream(world) as upstream:
            await _played(upstream, streamers(desk, WARM_UP, prefix="warm"), tunes(2.0))
            sounds = tunes(seconds)
            resident, used = _resident(world), _used(world)
            many = streamers(desk, streams)
            heard = await _played(upstream, many, sounds)
            blocks = 10 * streams * seconds
            costs = {f"{role}_ms_per_block": 1000 * (now - used[role]) / blocks for role, now in _used(world).items()}
            grown = sum(_resident(world).values()) - sum(resident.values())
        found = result_of(heard, seconds=seconds, frames_lost=sum(one.sent.unsent_frames for one in many))
    return row(found) | costs | {"memory_mb": grown / streams}


@asynccontextmanager
async def _world() -> "AsyncIterator[KafkaWorld]":
    """Start a broker and a database, and make the topics."""
    # What is imported here brings pytest along, which nobody needs who only asks for help.
    from tests.support.kafka import kafka_cluster  # noqa: PLC0415 (see above)
    from tests.support.kafka_world import kafka_world  # noqa: PLC0415 (see above)

    quick_sessions = "group.min.session.timeout.ms=1000\n"
    with tempfile.TemporaryDirectory(prefix="grym-bench-") as name:
        folder = Path(name)
        async with kafka_cluster(java_options=(), extra_properties=quick_sessions) as cluster:
            server = await asyncio.to_thread(start_embedded, folder / "database")
            try:
                with kafka_world(bootstrap=cluster.bootstrap, dsn=server.dsn, folder=folder) as world:
                    yield world
            finally:
                await asyncio.to_thread(server.leave)


def _settings(world: "KafkaWorld") -> Settings:
    return Settings(
        home=world.folder / "sender",
        kafka=world.bootstrap,
        database=world.dsn,
        artifacts=(world.folder / "artifacts").as_uri(),
    )


class _Upstream:
    """What an upstream system hears of the streams it sends."""

    def __init__(self, consumer: AIOKafkaConsumer) -> None:
        self._consumer = consumer
        self.heard: dict[str, Heard] = {}
        self.streams: dict[str, FrameStreamer] = {}
        self.changed = asyncio.Event()

    async def read(self) -> None:
        """Read until cancelled."""
        while True:
            for batch in (await self._consumer.getmany(timeout_ms=1_000)).values():
                now_s = time.monotonic()
                for one in batch:
                    record = Message(topic=one.topic, key=one.key, headers=tuple(one.headers), value=one.value)
                    self._take(record, now_s)
            self.changed.set()

    def _take(self, message: Message, now_s: float) -> None:
        envelope = decode(message)
        streamer = self.streams.get(envelope.subject)
        if streamer is None:
            return
        body, heard, latency_s = envelope.body, self.heard[envelope.subject], None
        if isinstance(body, FeaturesHeard):
            sent_s = streamer.sent_s(max(0, math.ceil(body.end_s * RATE_HZ - 1e-6) - 1))
            latency_s = None if sent_s is None else now_s - sent_s
        heard.take(kind_of(envelope) or "", envelope.id, body, latency_s)


@asynccontextmanager
async def _upstream(world: "KafkaWorld") -> AsyncIterator[_Upstream]:
    consumer = AIOKafkaConsumer(bootstrap_servers=world.bootstrap, auto_offset_reset="earliest", fetch_max_wait_ms=50)
    await consumer.start()
    consumer.assign([Place(topic, number) for topic in HEARD for number in range(BY_NAME[topic].partitions)])
    upstream = _Upstream(consumer)
    reading = asyncio.create_task(upstream.read())
    try:
        yield upstream
    finally:
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
        await consumer.stop()


async def _played(upstream: _Upstream, many: Sequence[FrameStreamer], sounds: Sequence[bytes]) -> dict[str, Heard]:
    """Play streams to their ends and return what was heard of each, at the latest after `SETTLE_S` seconds more."""
    upstream.heard = {streamer.stream_id: Heard() for streamer in many}
    upstream.streams = {streamer.stream_id: streamer for streamer in many}
    await play(many, sounds)
    end_s = time.monotonic() + SETTLE_S
    while not all(one.over for one in upstream.heard.values()) and time.monotonic() < end_s:
        upstream.changed.clear()
        await upstream.changed.wait()
    return upstream.heard


def _used(world: "KafkaWorld") -> dict[str, float]:
    """Return processor time by role, in seconds: sender and listener are this process."""
    live = [process.pid for name, process in world.workers.items() if name.startswith("live")]
    return {"live": cpu_s(live), "sender": time.process_time()}


def _resident(world: "KafkaWorld") -> dict[str, float]:
    return {name: rss_mib(process.pid) for name, process in world.workers.items() if name.startswith("live")}
