"""How fast the log in embedded PostgreSQL is: appends, units of work, and from one process to another.

Run with ``python benchmarks/log.py``; it makes a server in a temporary folder, with every commit flushed to disk.
"""

import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from grym.adapters.postgres.backend import open_embedded
from grym.ports.backend import Backend
from grym.ports.work import InboxEntry, StateChange
from schemas.records import Message, TopicPartition

BODY = b"x" * 900
LANE = TopicPartition("grym.feedback.v1", 0)
ROUND_S = 2.0
ROUND_TRIPS = 200


def messages(count: int, *, topic: str = LANE.topic) -> list[Message]:
    """Return messages of 900 bytes."""
    headers = (("ce_id", b"0" * 36), ("ce_type", b"grym.feedback.given.v1"), ("ce_correlationid", b"r" * 36))
    return [Message(topic=topic, key=b"k" * 36, headers=headers, value=BODY) for _ in range(count)]


async def rate(step: Callable[[int], Awaitable[None]], *, lanes: int) -> float:
    """Return how many steps per second `lanes` callers get done."""
    steps = 0
    end_s = time.perf_counter() + ROUND_S

    async def lane(n: int) -> None:
        nonlocal steps
        while time.perf_counter() < end_s:
            await step(n)
            steps += 1

    begun_s = time.perf_counter()
    await asyncio.gather(*(lane(n) for n in range(lanes)))
    return steps / (time.perf_counter() - begun_s)


async def measure_appends(backend: Backend) -> None:
    """Print events per second by size of the batch."""
    for size in (1, 10, 50, 200):
        batch = messages(size)
        per_s = await rate(lambda _, batch=batch: backend.publisher.publish(batch), lanes=1)  # type: ignore[misc]
        print(f"append {size:4d} events a commit, one writer: {per_s * size:9.0f} events/s ({per_s:.0f} commits/s)")


async def measure_work(backend: Backend) -> None:
    """Print events per second through inbox, new state, output and position, four at once."""
    counts = [0] * 4

    async def unit(n: int, size: int) -> None:
        names = [f"{n}.{number}" for number in range(counts[n], counts[n] + size)]
        counts[n] += size
        async with backend.work.begin() as work:
            await work.admit_all([delivery(name) for name in names])
            await work.save_all([new_state(name) for name in names])
            await work.append(messages(size))
            await work.advance(f"p{n}", {LANE: counts[n]})

    for size in (1, 20, 100):
        per_s = await rate(lambda n, size=size: unit(n, size), lanes=4)  # type: ignore[misc]
        print(f"unit of work of {size:3d} events, four at once: {per_s * size:9.0f} events/s ({per_s:.0f} commits/s)")


def delivery(name: str) -> InboxEntry:
    """Return the name of a delivery of grym's own."""
    return InboxEntry(processor="p", source="s", event_id=name, run_no=1, digest=b"d" * 32, external=False)


def new_state(name: str) -> StateChange:
    """Return a state that was not there before."""
    return StateChange(processor="p", key=name, value=BODY, expected_version=0)


async def measure_hop(home: Path) -> None:
    """Print how long it takes from publishing to another process's having read it."""
    writer, reader = await open_embedded(home), await open_embedded(home)
    after = (await reader.log.ends([LANE.topic]))[LANE]
    took_ms = []
    for _ in range(ROUND_TRIPS):
        waiting = asyncio.create_task(_read_next(reader, after))
        await asyncio.sleep(0.005)
        begun_s = time.perf_counter()
        await writer.publisher.publish(messages(1))
        after = await waiting
        took_ms.append((time.perf_counter() - begun_s) * 1000)
    quantiles = statistics.quantiles(took_ms, n=100)
    print(f"publish to read by another: p50 {quantiles[49]:.1f} ms, p95 {quantiles[94]:.1f}, p99 {quantiles[98]:.1f}")
    await writer.close()
    await reader.close()


async def _read_next(reader: Backend, after: int) -> int:
    while not (records := await reader.log.read(LANE, after=after, limit=10)):
        await reader.log.wait(timeout_s=5)
    return records[-1].position


async def main() -> None:
    """Measure everything once."""
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as folder:
        begun_s = time.perf_counter()
        backend = await open_embedded(Path(folder))
        print(f"first start with initdb: {time.perf_counter() - begun_s:.2f} s")
        await measure_appends(backend)
        await measure_work(backend)
        await measure_hop(Path(folder))
        await backend.close()
        begun_s = time.perf_counter()
        backend = await open_embedded(Path(folder))
        print(f"start: {time.perf_counter() - begun_s:.2f} s")
        begun_s = time.perf_counter()
        await backend.close()
        print(f"stop: {time.perf_counter() - begun_s:.2f} s")


if __name__ == "__main__":
    asyncio.run(main())
