"""How fast the outbox of the Kafka form is: units of work that put into it, and the relay that moves what was sent.

Run with ``python -m benchmarks.outbox``; it makes a server in a temporary folder, with every commit flushed to disk.
The log is played by a sender that answers after 5 ms, as Kafka does on one machine: the figures are the database's.
"""

import asyncio
import os
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from benchmarks.log import BODY, delivery, new_state
from consumers.ports import RunnerPorts
from grym.adapters.clock import SystemClock
from grym.adapters.placement import place
from grym.adapters.postgres.backend import open_embedded
from grym.ports.backend import Backend
from grym.ports.log import Placement
from grym.runtime.relaying import relay_of
from schemas.records import Message, TopicPartition

TOPIC = "grym.outcomes.v1"
HEADERS = (("ce_id", b"0" * 36), ("ce_type", b"grym.step.started.v1"), ("ce_correlationid", b"all"))
SEND_S = 0.005
UNITS = 300
UNIT = 100


class Playing:
    """Plays a log that takes everything and answers after a while."""

    def __init__(self) -> None:
        self.ends: Counter[TopicPartition] = Counter()
        self.sent: list[bytes | None] = []

    async def send(self, messages: Sequence[Message]) -> list[Placement]:
        """Say where each message would lie."""
        await asyncio.sleep(SEND_S)
        self.sent += [message.value for message in messages]
        return [self._placed(place(message)) for message in messages]

    def _placed(self, source: TopicPartition) -> Placement:
        self.ends[source] += 1
        return Placement(source=source, position=self.ends[source], appended_at=datetime.now(UTC))


async def put(backend: Backend, *, lanes: int) -> float:
    """Put everything, from several units of work at once, and return events per second."""

    async def lane(number: int) -> None:
        for unit in range(number, UNITS, lanes):
            names = [f"{unit}.{n}" for n in range(UNIT)]
            async with backend.work.begin() as work:
                await work.admit_all([delivery(name) for name in names])
                await work.save_all([new_state(name) for name in names])
                await work.append([message(name) for name in names])

    begun_s = time.perf_counter()
    await asyncio.gather(*(lane(number) for number in range(lanes)))
    return UNITS * UNIT / (time.perf_counter() - begun_s)


def message(name: str) -> Message:
    """Return a message of a kilobyte that tells its name."""
    return Message(topic=TOPIC, key=name.encode(), headers=HEADERS, value=name.encode().ljust(len(BODY)))


async def relay(backend: Backend, log: Playing) -> float:
    """Relay everything and return messages per second."""
    nothing = cast("Any", None)  # the relay touches no artifact
    ports = RunnerPorts(backend=replace(backend, sender=log), artifacts=nothing, clock=SystemClock(), holder="one")
    component = relay_of(ports)
    assert component is not None
    stop = asyncio.Event()
    begun_s = time.perf_counter()
    running = asyncio.create_task(component.run(stop))
    while (await backend.counters.open_work())["outbox"]:  # noqa: ASYNC110 - what is waited for lies in a database
        await asyncio.sleep(0.02)
    took_s = time.perf_counter() - begun_s
    stop.set()
    await running
    return len(log.sent) / took_s


async def main() -> None:
    """Measure everything once, and check that what was put was sent and is the history."""
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory(prefix="grym-") as folder:
        backend = await open_embedded(Path(folder), log_elsewhere=True)
        log = Playing()
        per_s = await put(backend, lanes=2)
        print(f"inbox, new state and outbox in units of {UNIT}, two at once: {per_s:9.0f} events/s")
        per_s = await relay(backend, log)
        print(f"relay, 4 shards in one process: {per_s:9.0f} messages/s")
        history = await backend.history.of_request("all")
        assert len(history) == len(log.sent) == UNITS * UNIT
        assert {record.value for record in history} == set(log.sent)
        await backend.close()


if __name__ == "__main__":
    asyncio.run(main())
