"""Membership in groups as a process has it that can die or freeze: a dead one gives nothing back, a frozen one late."""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import cast

from grym.adapters.memory.group_feed import GroupAssignment, MemoryFeed, MemoryFeeds
from grym.errors import TransientError
from grym.ports.clock import Clock
from grym.ports.feed import Assignment, Feed, Mark
from grym.ports.log import Placement, Sender
from schemas.records import Message, Record, TopicPartition
from tests.simulation.bugs import Bug, BuggyAssignment
from tests.simulation.ledger import Ledger
from tests.simulation.mirror import origin_of
from tests.simulation.mortal import PER_COMMIT, Audit, Life
from tests.simulation.sky import LOG, Sky

UNKNOWN = 0.01
"""Share of sendings that are done but whose answer is lost."""
UNSENT = 0.01
"""Share of sendings of which nobody knows that they were not done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What the wrappers around one process's log need."""

    life: Life
    sky: Sky
    ledger: Ledger
    audit: Audit
    bug: Bug
    clock: Clock


class MortalFeeds:
    """The feeds of one process."""

    def __init__(self, feeds: MemoryFeeds, around: Around) -> None:
        self._feeds = feeds
        self._around = around

    def feed(self, processor: str, topics: tuple[str, ...]) -> Feed:
        """Return the feed of a processor over its topics."""
        return MortalFeed(processor, self._feeds.memory_feed(processor, topics), self._around)


class MortalFeed:
    """One feed of one process."""

    def __init__(self, processor: str, feed: MemoryFeed, around: Around) -> None:
        self._processor = processor
        self._feed = feed
        self._around = around

    @asynccontextmanager
    async def assigned(self, stop: asyncio.Event) -> AsyncIterator[Assignment | None]:
        """Wait for an assignment, and give it back if still alive."""
        life = self._around.life
        await life.step(LOG)
        block = self._feed.assigned(stop)
        assignment = await block.__aenter__()
        try:
            life.risk()
            yield None if assignment is None else self._wrapped(assignment)
        finally:
            if not life.dead:
                await block.__aexit__(None, None, None)

    def _wrapped(self, assignment: GroupAssignment) -> Assignment:
        mortal = MortalAssignment(self._processor, assignment, self._around)
        if self._around.bug == "none":
            return mortal
        return cast("Assignment", BuggyAssignment(mortal, self._around.bug, self._around.clock))

    async def close(self) -> None:
        """Leave, if still alive."""
        if not self._around.life.dead:
            await self._feed.close()


class MortalAssignment:
    """One assignment of one process."""

    def __init__(self, processor: str, assignment: GroupAssignment, around: Around) -> None:
        self._processor = processor
        self._assignment = assignment
        self._around = around
        self.lease = None
        self.marks: Mapping[TopicPartition, Mark] = assignment.marks
        self.ends = assignment.ends

    async def poll(self, *, max_records: int, max_bytes: int) -> Sequence[Record]:
        """Return the next records; while the log is away there are none."""
        life, sky = self._around.life, self._around.sky
        await life.awake()
        if LOG in sky.away:
            await asyncio.sleep(1.0)
            return ()
        return await self._assignment.poll(max_records=max_records, max_bytes=max_bytes)

    def passed(self) -> Mapping[TopicPartition, int]:
        """Return up to where partitions were read although nothing is left there."""
        return self._assignment.passed()

    def pause(self, sources: Collection[TopicPartition]) -> None:
        """Leave these partitions alone."""
        self._assignment.pause(sources)

    def resume(self, sources: Collection[TopicPartition]) -> None:
        """Read these partitions again."""
        self._assignment.resume(sources)

    async def commit(self, marks: Mapping[TopicPartition, Mark]) -> None:
        """Store marks; while the log is away that fails in silence, as it does for an assignment that is lost."""
        around = self._around
        await around.life.awake()
        if LOG in around.sky.away:
            return
        around.life.risk(PER_COMMIT)
        if not self._assignment.keep(marks):
            around.ledger.count("zombie commits refused")
            return
        for source, mark in marks.items():
            await around.audit.passed(self._processor, source, mark.position)
            await around.audit.beyond(self._processor, source, mark.beyond)
        around.life.risk(PER_COMMIT)

    async def lost(self) -> None:
        """Return once the assignment is to be given back."""
        await self._assignment.lost()


class MortalSender:
    """Sends for one process; now and then nobody learns what became of it.

    Calls are served in their order. When one fails, those that stand in line behind it fail with it, as an idempotent
    producer makes them: its next batches would not follow the last one stored.
    """

    def __init__(self, sender: Sender, around: Around) -> None:
        self._sender = sender
        self._around = around
        self._turn = asyncio.Lock()
        self._failures = 0

    async def send(self, messages: Sequence[Message]) -> list[Placement]:
        """Append messages, unless the log is away."""
        failures = self._failures
        async with self._turn:
            if self._failures > failures:
                raise _unknown(self._around.ledger)
            try:
                return await self._send(messages)
            except TransientError:
                self._failures += 1
                raise

    async def _send(self, messages: Sequence[Message]) -> list[Placement]:
        around = self._around
        await around.life.step(LOG)
        if around.life.happens(UNSENT):
            raise _unknown(around.ledger)
        placed = await self._sender.send(messages)
        around.ledger.copied.update(origin for message in messages if (origin := origin_of(message)) is not None)
        around.life.risk(PER_COMMIT)
        if around.life.happens(UNKNOWN):
            raise _unknown(around.ledger)
        return placed


def _unknown(ledger: Ledger) -> TransientError:
    ledger.count("sendings of unknown outcome")
    return TransientError("nobody knows whether it was stored", code="publish.unknown")
