"""What came out: every copy with the moment it was seen, and the verdict over it."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiokafka import AIOKafkaConsumer, TopicPartition

from benchmarks.event_layer.load import KEYS, Sent, key_of, number_of
from benchmarks.event_layer.topics import PARTITIONS


@dataclass(slots=True)
class Tape:
    """Copies in the order in which they were seen, per partition in the order of the log."""

    numbers: list[int] = field(default_factory=list)
    first_seen_s: dict[int, float] = field(default_factory=dict)
    changed: int = 0
    grown: asyncio.Event = field(default_factory=asyncio.Event)

    def note(self, key: bytes | None, value: bytes | None, seen_s: float) -> None:
        """Enter one copy."""
        number = number_of(value or b"")
        self.numbers.append(number)
        self.first_seen_s.setdefault(number, seen_s)
        self.changed += key != key_of(number)
        self.grown.set()

    async def wait_for(self, numbers: Iterable[int], *, timeout_s: float) -> bool:
        """Return whether all of these were seen within so many seconds."""
        wanted = set(numbers)
        end_s = time.perf_counter() + timeout_s
        while not wanted <= self.first_seen_s.keys():
            self.grown.clear()
            left_s = end_s - time.perf_counter()
            if left_s <= 0:
                return False
            try:
                async with asyncio.timeout(left_s):
                    await self.grown.wait()
            except TimeoutError:
                return False
        return True


@asynccontextmanager
async def recording(bootstrap: str, *topics: str) -> AsyncIterator[list[Tape]]:
    """Record topics from their beginning, committed records only, one tape for each."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap, isolation_level="read_committed", auto_offset_reset="earliest"
    )
    await consumer.start()
    sources = [TopicPartition(topic, number) for topic in topics for number in range(PARTITIONS)]
    consumer.assign(sources)
    await consumer.seek_to_beginning(*sources)
    tapes = {topic: Tape() for topic in topics}
    task = asyncio.create_task(_record(consumer, tapes))
    try:
        yield list(tapes.values())
    finally:
        task.cancel()
        await consumer.stop()


async def _record(consumer: AIOKafkaConsumer, tapes: dict[str, Tape]) -> None:
    while True:
        batch = await consumer.getmany(timeout_ms=1000)
        seen_s = time.perf_counter()
        for source, records in batch.items():
            for record in records:
                tapes[source.topic].note(record.key, record.value, seen_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of the records.

    Parameters
    ----------
    lost
        Neither copied nor a dead letter, although the group has committed past them.
    stuck
        Neither, and not committed past: somebody still stands before them.
    leaked
        Copied although their transaction was aborted.
    """

    lost: int
    stuck: int
    doubled: int
    reordered: int
    dead: int
    leaked: int


def judge(sent: Sent, out: Tape, dead: Tape, committed: dict[int, int]) -> Verdict:
    """Compare what went in with what came out."""
    expected = sent.place.keys() - sent.aborted
    missing = expected - out.first_seen_s.keys() - dead.first_seen_s.keys()
    lost = {number for number in missing if sent.place[number][1] < committed.get(sent.place[number][0], 0)}
    return Verdict(
        lost=len(lost),
        stuck=len(missing - lost),
        doubled=len(out.numbers) - len(out.first_seen_s),
        reordered=_reordered(out.numbers),
        dead=len(dead.first_seen_s),
        leaked=len(out.first_seen_s.keys() & sent.aborted),
    )


def _reordered(numbers: Iterable[int]) -> int:
    """Count records whose first copy comes after the first copy of a later one of their key."""
    newest: dict[int, int] = {}
    seen: set[int] = set()
    count = 0
    for number in numbers:
        if number in seen:
            continue
        seen.add(number)
        lane = number % KEYS
        count += number < newest.get(lane, -1)
        newest[lane] = max(number, newest.get(lane, -1))
    return count
