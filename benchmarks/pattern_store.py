"""How fast pattern memory is written and read back: alone, in batches, by many at once, and as of an earlier event.

Run with ``python -m benchmarks.pattern_store [--quick]``; it makes a server in a temporary folder, with every commit
flushed to disk. Patterns come in two sizes: *minute*, what a recording of 60 s leaves (an imprint of 33 kB and 150
vectors of 96 values), and *motif*, 100 bytes of JSON. Times are of the wall, in milliseconds, as their median and 95th
percentile; CPU is of this process and of the server together.
"""

import argparse
import asyncio
import os
import random
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil

from grym.adapters.clock import SystemClock
from grym.adapters.postgres.backend import open_embedded
from grym.memory.journal.past import known_as_of, patterns_as_of
from grym.memory.journal.verifying import verify
from grym.memory.journal.writer import PatternWriter
from grym.ports.backend import Backend
from grym.ports.effects import RecordPatterns
from grym.ports.patterns import Origin, PatternChange, PatternQuery

DICE = random.Random(5)  # noqa: S311 - a fixed seed
NOW = datetime(2026, 1, 1, tzinfo=UTC)
ORIGIN = Origin(extractor="imprint/1", event_id="e", request_id="r")
DIM, WINDOWS, IMPRINT_BYTES = 96, 150, 33_000
ONE = b"\x00\x3c"  # 1.0 as float16
WRITERS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """How much is written: patterns one by one, batches of a hundred, motifs by each of many writers.

    Parameters
    ----------
    others
        How many motifs there are before anything is measured a second time.
    """

    singles: int = 300
    batches: int = 20
    each: int = 10
    others: int = 100_000


FULL, QUICK = Amounts(), Amounts(singles=60, batches=3, each=3, others=5_000)


def minute(name: str) -> PatternChange:
    """Return a recording of a minute."""
    data = {"name": name, "pattern_kind": "recording", "duration_s": 60.0, "tags": {"style": "nocturne"}}
    imprint, vectors = DICE.randbytes(IMPRINT_BYTES), ONE * (DIM * WINDOWS)
    return _stored(name, data, imprint=imprint, vectors=vectors, dim=DIM)


def motif(name: str) -> PatternChange:
    """Return a motif."""
    return _stored(name, {"name": name, "pattern_kind": "motif"}, motif=b'{"intervals":[2,-1]}'.ljust(100))


def _stored(
    name: str, data: dict[str, object], *, imprint: bytes = b"", vectors: bytes = b"", dim: int = 0, motif: bytes = b""
) -> PatternChange:
    return PatternChange(
        event_id=name,
        kind="stored",
        pattern_id=name,
        collection="default",
        at=NOW,
        origin=ORIGIN,
        data=data,
        imprint=imprint,
        vectors=vectors,
        dim=dim,
        motif=motif,
    )


async def write(backend: Backend, changes: Sequence[PatternChange]) -> None:
    """Write changes in one transaction."""
    async with backend.work.begin() as work:
        await work.apply(RecordPatterns(changes=tuple(changes)))


async def timed(steps: Sequence[Callable[[], Awaitable[object]]]) -> list[float]:
    """Do one step after the other and return what each took in milliseconds."""
    took_ms = []
    for step in steps:
        begun_s = time.perf_counter()
        await step()
        took_ms.append(1000 * (time.perf_counter() - begun_s))
    return took_ms


def cpu_s() -> float:
    """Return the CPU seconds of this process and of the server's."""
    servers = [process for process in psutil.process_iter(["name"]) if process.info["name"] == "postgres"]
    total = time.process_time()
    for process in servers:
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:  # a connection that was closed
            continue
        total += times.user + times.system
    return total


def show(what: str, took_ms: list[float], *, each: int = 1, used_s: float = 0.0) -> None:
    """Print the median and the 95th percentile."""
    ordered = sorted(took_ms)
    p95_ms = ordered[int(0.95 * (len(ordered) - 1))]
    cpu = f", CPU {1000 * used_s / len(took_ms) / each:.2f} ms a pattern" if used_s else ""
    print(f"{what:48} {statistics.median(ordered):8.2f} ms   P95 {p95_ms:8.2f} ms{cpu}")


async def alone(backend: Backend, name: str, make: Callable[[str], PatternChange], amounts: Amounts) -> None:
    """Write patterns one by one, and in hundreds."""
    singles = [make(f"{name} {n}") for n in range(amounts.singles)]
    before_s = cpu_s()
    took_ms = await timed([lambda one=one: write(backend, [one]) for one in singles])  # type: ignore[misc]
    show(f"{name}: one in a transaction", took_ms, used_s=cpu_s() - before_s)
    batches = [[make(f"{name} batch {b} {n}") for n in range(100)] for b in range(amounts.batches)]
    before_s = cpu_s()
    took_ms = await timed([lambda batch=batch: write(backend, batch) for batch in batches])  # type: ignore[misc]
    show(f"{name}: a hundred in a transaction", took_ms, each=100, used_s=cpu_s() - before_s)


async def at_once(what: str, store: Callable[[PatternChange], Awaitable[object]], amounts: Amounts) -> None:
    """Let 64 writers write motifs, each one after the other."""
    took_ms: list[float] = []

    async def writer(number: int) -> None:
        took_ms.extend(await timed([lambda n=n: store(motif(f"{what} {number} {n}")) for n in range(amounts.each)]))  # type: ignore[misc]

    begun_s, before_s = time.perf_counter(), cpu_s()
    await asyncio.gather(*(writer(number) for number in range(WRITERS)))
    per_s = WRITERS * amounts.each / (time.perf_counter() - begun_s)
    show(f"{WRITERS} writers {what}: {per_s:.0f} a second", took_ms, used_s=cpu_s() - before_s)


async def among(backend: Backend, amounts: Amounts) -> None:
    """Fill memory and write a few more."""
    begun_s = time.perf_counter()
    for first in range(0, amounts.others, 1000):
        await write(backend, [motif(f"other {n}") for n in range(first, first + 1000)])
    per_s = amounts.others / (time.perf_counter() - begun_s)
    print(f"{amounts.others} motifs in thousands: {per_s:.0f} a second")
    await backend.projection.refold()  # as after an upgrade: statistics of the table are those of before
    more = [motif(f"late {n}") for n in range(100)]
    took_ms = await timed([lambda one=one: write(backend, [one]) for one in more])  # type: ignore[misc]
    show(f"one in a transaction, among {amounts.others} others", took_ms)


async def reading(backend: Backend) -> None:
    """Read pages, patterns, and memory as of an earlier event."""
    book, head = backend.book, await backend.book.head()
    ids = [facts.pattern_id for facts in await book.find(PatternQuery(kind="recording", limit=1000))]
    pages = [lambda: book.find(PatternQuery(collection="default", limit=20, tags={"style": "nocturne"}))] * 100
    show("find a page of 20 by a tag", await timed(pages))
    show("look for a text among all", await timed([lambda: book.find(PatternQuery(text="batch 7", limit=20))] * 50))
    show("load 20 recordings of a minute", await timed([lambda: book.load(ids[:20])] * 50))
    begun_s = time.process_time()
    known = await known_as_of(book, head)
    print(f"known as of the last of {head} events: {len(known) / (time.process_time() - begun_s):.0f} a CPU second")
    begun_s = time.process_time()
    count = len([pattern async for pattern in patterns_as_of(book, head)])
    print(f"the same with their numbers: {count / (time.process_time() - begun_s):.0f} a CPU second")
    begun_s = time.perf_counter()
    assert (await verify(book)).is_clean
    print(f"checking everything: {head / (time.perf_counter() - begun_s):.0f} events a second")
    begun_s = time.perf_counter()
    await backend.projection.refold()
    print(f"making the table anew: {head / (time.perf_counter() - begun_s):.0f} events a second")


async def main(amounts: Amounts) -> None:
    """Measure everything once, and check that all of it is there."""
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory(prefix="grym-") as folder:
        backend = await open_embedded(Path(folder))
        await alone(backend, "motif", motif, amounts)
        await alone(backend, "minute", minute, amounts)
        await at_once("each alone", lambda change: write(backend, [change]), amounts)
        writer = PatternWriter(backend.work, SystemClock())
        await at_once("together", writer.write, amounts)
        hasty = PatternWriter(backend.work, SystemClock(), window_s=0.0)
        await at_once("together, nobody waited for", hasty.write, amounts)
        await among(backend, amounts)
        written = 2 * (amounts.singles + 100 * amounts.batches) + 3 * WRITERS * amounts.each + amounts.others + 100
        assert await backend.book.head() == await backend.book.count(PatternQuery()) == written
        await reading(backend)
        await backend.close()


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--quick", action="store_true", help="a tenth of it")
    asyncio.run(main(QUICK if arguments.parse_args().quick else FULL))
