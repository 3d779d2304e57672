"""An upstream system on Kafka: it sends streams through a desk, and hears of them by a plain consumer of its own.

A window's latency is counted from the call that handed its last frame over up to the record's arrival here.
"""

import asyncio
import math
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer
from aiokafka import TopicPartition as Place

from benchmarks.live.load import Heard
from producers.frames import FrameStreamer
from producers.frames.answers import kind_of
from schemas.catalogue import BY_NAME
from schemas.envelope import decode
from schemas.live import FeaturesHeard, StreamEnded
from schemas.records import Message

HEARD = (FeaturesHeard.TOPIC, StreamEnded.TOPIC)


class Upstream:
    """What is heard of the streams that are followed."""

    def __init__(self, consumer: AIOKafkaConsumer) -> None:
        self._consumer = consumer
        self._streams: dict[str, FrameStreamer] = {}
        self._changed = asyncio.Event()
        self.heard: dict[str, Heard] = {}

    def follow(self, many: Sequence[FrameStreamer]) -> None:
        """Listen to these streams from now on."""
        self.heard = {streamer.stream_id: Heard() for streamer in many}
        self._streams = {streamer.stream_id: streamer for streamer in many}

    async def until_over(self, *, patience_s: float) -> bool:
        """Wait until all streams have ended, at most so many seconds; tell whether they have."""
        end_s = time.monotonic() + patience_s
        while not (over := all(one.over for one in self.heard.values())) and time.monotonic() < end_s:
            await self.changed()
        return over

    async def changed(self) -> None:
        """Wait until something more was read, or a second."""
        self._changed.clear()
        await self._changed.wait()

    async def read(self) -> None:
        """Read until cancelled."""
        while True:
            for batch in (await self._consumer.getmany(timeout_ms=1_000)).values():
                now_s = time.monotonic()
                for one in batch:
                    record = Message(topic=one.topic, key=one.key, headers=tuple(one.headers), value=one.value)
                    self._take(record, now_s)
            self._changed.set()

    def _take(self, message: Message, now_s: float) -> None:
        envelope = decode(message)
        streamer = self._streams.get(envelope.subject)
        if streamer is None:
            return
        body, heard, latency_s = envelope.body, self.heard[envelope.subject], None
        if isinstance(body, FeaturesHeard):
            heard.arrived_s.append(now_s)
            sent_s = streamer.sent_s(max(0, math.ceil(body.end_s * streamer.form.sample_rate_hz - 1e-6) - 1))
            latency_s = None if sent_s is None else now_s - sent_s
        heard.take(kind_of(envelope) or "", envelope.id, body, latency_s)


@asynccontextmanager
async def upstream_on(bootstrap: str, *, prefix: str = "") -> AsyncIterator[Upstream]:
    """Read live events from the beginning of their topics while the block runs."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest", fetch_max_wait_ms=50)
    await consumer.start()
    consumer.assign([Place(prefix + topic, number) for topic in HEARD for number in range(BY_NAME[topic].partitions)])
    upstream = Upstream(consumer)
    reading = asyncio.create_task(upstream.read())
    try:
        yield upstream
    finally:
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
        await consumer.stop()
