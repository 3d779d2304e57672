"""A steady stream of requests that cost next to nothing: impossible wishes, which the coordinator ends at once."""

import asyncio
import statistics
import time
from dataclasses import dataclass, field

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from tests.acceptance.kafka.chaos import Follower, wish
from tests.support.kafka_world import REQUESTS, KafkaWorld

RETRY_S = 0.2


@dataclass(kw_only=True)
class Load:
    """Requests at a fixed rate, each published again under its id until it is acknowledged."""

    world: KafkaWorld
    rate_per_s: float
    sent_s: dict[str, float] = field(default_factory=dict)
    acked: set[str] = field(default_factory=set)
    refused: int = 0

    async def run(self, stop: asyncio.Event) -> None:
        """Send in an open loop until `stop`, then wait for the last acknowledgement."""
        producer = AIOKafkaProducer(
            bootstrap_servers=self.world.bootstrap, enable_idempotence=True, request_timeout_ms=10_000
        )
        await producer.start()
        try:
            async with asyncio.TaskGroup() as group:
                began_s = time.monotonic()
                while not stop.is_set():
                    name = f"load-{len(self.sent_s):05}"
                    self.sent_s[name] = time.monotonic()
                    group.create_task(self._publish(producer, name))
                    await asyncio.sleep(max(0.0, began_s + len(self.sent_s) / self.rate_per_s - time.monotonic()))
        finally:
            await producer.stop()

    def worst_s(self, follower: Follower, *, since_s: float) -> float:
        """Return the longest time from sending to the end, of requests sent since an instant."""
        return max(follower.ended[name] - at_s for name, at_s in self.sent_s.items() if at_s >= since_s)

    def p99_s(self, follower: Follower, *, since_s: float, until_s: float) -> float:
        """Return the 99th percentile of the time from sending to the end, of requests sent within a stretch of time."""
        sent = {name: at_s for name, at_s in self.sent_s.items() if since_s <= at_s < until_s}
        return statistics.quantiles([follower.ended[name] - at_s for name, at_s in sent.items()], n=100)[98]

    async def _publish(self, producer: AIOKafkaProducer, name: str) -> None:
        while name not in self.acked:
            try:
                await producer.send_and_wait(self.world.prefix + REQUESTS, **wish(name, deadline_s=-1))
                self.acked.add(name)
            except KafkaError:
                self.refused += 1
                await asyncio.sleep(RETRY_S)
