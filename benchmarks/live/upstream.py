"""An upstream system on Kafka: it sends streams through a desk, and hears of them by a plain consumer of its own.

A window's latency is counted from the call that handed its last frame over up to the record's arrival here.
"""

import asyncio
import math
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiokafka import AIOKafkaConsumer
from aiokafka import TopicPartition as Place

from benchmarks.live.load import WARM_S, Heard, quantile
from producers.frames import FrameStreamer
from producers.frames.answers import kind_of
from schemas.catalogue import BY_NAME
from schemas.envelope import decode
from schemas.live import FeaturesHeard, StreamEnded
from schemas.records import Message

HEARD = (FeaturesHeard.TOPIC, StreamEnded.TOPIC)


@dataclass(slots=True)
class Legs:
    """Where the time of windows goes, in seconds: the log writes down when it got the frame, and when the event.

    Parameters
    ----------
    sent, heard, told
        From handing the frame over to its place in the log; from there to the event's place in the log, so reading,
        waiting, listening and sending; from there to the hearing process.
    """

    sent: list[float] = field(default_factory=list)
    heard: list[float] = field(default_factory=list)
    told: list[float] = field(default_factory=list)

    def take(self, *times_s: float) -> None:
        """Take in a window: when its frame was sent, when it was logged, when the event was, when that arrived."""
        for leg, start_s, end_s in zip((self.sent, self.heard, self.told), times_s, times_s[1:], strict=False):
            leg.append(end_s - start_s)

    def row(self) -> dict[str, float]:
        """Return the 95th percentile of each, in milliseconds."""
        legs = {"sent": self.sent, "heard": self.heard, "told": self.told}
        return {f"{name}_p95_ms": 1000 * quantile(leg, 0.95) for name, leg in legs.items()}


class Upstream:
    """What is heard of the streams that are followed."""

    def __init__(self, consumer: AIOKafkaConsumer) -> None:
        self._consumer = consumer
        self._streams: dict[str, FrameStreamer] = {}
        self._changed = asyncio.Event()
        self._wall_s = time.time() - time.monotonic()
        self.heard: dict[str, Heard] = {}
        self.legs = Legs()

    def follow(self, many: Sequence[FrameStreamer]) -> None:
        """Listen to these streams from now on."""
        self.heard, self.legs = {streamer.stream_id: Heard() for streamer in many}, Legs()
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
                    self._take(record, now_s, logged_s=one.timestamp / 1000 - self._wall_s)
            self._changed.set()

    def _take(self, message: Message, now_s: float, *, logged_s: float) -> None:
        envelope = decode(message)
        streamer = self._streams.get(envelope.subject)
        if streamer is None:
            return
        body, heard, latency_s = envelope.body, self.heard[envelope.subject], None
        if isinstance(body, FeaturesHeard):
            heard.arrived_s.append(now_s)
            sent_s = streamer.sent_s(max(0, math.ceil(body.end_s * streamer.form.sample_rate_hz - 1e-6) - 1))
            latency_s = None if sent_s is None else now_s - sent_s
            if sent_s is not None and body.at_s >= WARM_S:
                self.legs.take(sent_s, envelope.time.timestamp() - self._wall_s, logged_s, now_s)
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
