"""The feed of the embedded runtime: whoever holds a processor's lease reads all of its partitions.

Positions live beside the effects in one database, and every commit is fenced by the lease's epoch (promise 12).
"""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager

from consumers.ports import RunnerPorts
from consumers.running.holding import Holding, compete, held
from consumers.running.tenure import size_of
from consumers.settings import RunnerSettings
from consumers.transactions import transact
from consumers.waits import cancel_all
from grym.ports.backend import Backend
from grym.ports.feed import Mark
from grym.ports.work import Lease
from schemas.records import Record, TopicPartition

FIRST_BATCH = 16
"""Records read of a partition before anything is known of their size: half of what may be in hand, at the largest."""


class LeasedFeed:
    """Hands out everything a processor reads, to one holder at a time."""

    def __init__(self, name: str, topics: tuple[str, ...], ports: RunnerPorts, settings: RunnerSettings) -> None:
        self._name = name
        self._topics = topics
        self._ports = ports
        self._settings = settings

    @asynccontextmanager
    async def assigned(self, stop: asyncio.Event) -> "AsyncIterator[LeasedAssignment | None]":
        """Wait for the lease and hold it during the block; None when stopped before it was free."""
        leases, clock, settings = self._ports.backend.leases, self._ports.clock, self._settings.lease
        lease = await compete(leases, self._name, holder=self._ports.holder, clock=clock, settings=settings, stop=stop)
        if lease is None:
            yield None
            return
        self._ports.telemetry.log("lease.acquired", processor=self._name, epoch=lease.epoch)
        async with held(leases, lease, clock=clock, settings=settings) as holding:
            keeper = asyncio.ensure_future(holding.keep())
            try:
                backend = self._ports.backend
                done, ends = await backend.progress.positions(self._name), await backend.log.ends(self._topics)
                yield LeasedAssignment(
                    self._name, holding, keeper, backend, ends=ends, done=done, poll_s=self._settings.poll_s
                )
            finally:
                await cancel_all(keeper)

    async def close(self) -> None:
        """Do nothing: the lease was given back with its block."""


class LeasedAssignment:
    """One holding of the lease."""

    def __init__(
        self,
        name: str,
        holding: Holding,
        keeper: "asyncio.Future[None]",
        backend: Backend,
        *,
        ends: Mapping[TopicPartition, int],
        done: Mapping[TopicPartition, int],
        poll_s: float,
    ) -> None:
        self._name = name
        self._holding = holding
        self._keeper = keeper
        self._backend = backend
        self._poll_s = poll_s
        self._read = {source: done.get(source, 0) for source in ends}
        self._served: dict[TopicPartition, int] = {}
        """The number of the read that a partition was served by last."""
        self._mean_bytes: dict[TopicPartition, float] = {}
        """How large its records were then, on average."""
        self._reads = 0
        self._paused: set[TopicPartition] = set()
        self._passed: dict[TopicPartition, int] = {}
        self.marks: Mapping[TopicPartition, Mark] = {s: Mark(position=p) for s, p in self._read.items()}
        self.ends = ends

    @property
    def lease(self) -> Lease:
        """The lease in its newest form."""
        return self._holding.lease

    async def poll(self, *, max_records: int, max_bytes: int) -> Sequence[Record]:
        """Ask once where all partitions end and read those that have grown; wait when none has.

        Who was served longest ago comes first, so that one that is far behind keeps no other waiting. Bytes are bounded
        as far as the size of a partition's last records tells.
        """
        ends = await self._backend.log.ends(sorted({source.topic for source in self._read}))
        grown = [s for s, end in ends.items() if end > self._read.get(s, 0) and s not in self._paused]
        if not grown:
            await self._backend.log.wait(timeout_s=self._poll_s)
            return ()
        records: list[Record] = []
        left_bytes = max_bytes
        for source in sorted(grown, key=lambda s: (self._served.get(s, 0), s)):
            room = max_records - len(records)
            if room <= 0 or left_bytes <= 0:
                break
            found, size_bytes = await self._read_some(source, room=room, room_bytes=left_bytes)
            if not found:  # retention gave up what nobody had read
                self._passed[source] = self._read[source] = ends[source]
            records += found
            left_bytes -= size_bytes
        for record in records:
            self._read[record.topic_partition] = record.position
        return records

    async def _read_some(self, source: TopicPartition, *, room: int, room_bytes: int) -> tuple[list[Record], int]:
        """Return records of a partition and how many bytes they hold."""
        mean_bytes = self._mean_bytes.get(source)
        fitting = FIRST_BATCH if mean_bytes is None else max(1, int(room_bytes / mean_bytes))
        found = await self._backend.log.read(source, after=self._read.get(source, 0), limit=min(room, fitting))
        self._reads += 1
        self._served[source] = self._reads
        size_bytes = sum(map(size_of, found))
        if found:
            self._mean_bytes[source] = size_bytes / len(found)
        return found, size_bytes

    def passed(self) -> Mapping[TopicPartition, int]:
        """Return where retention left nothing."""
        passed, self._passed = self._passed, {}
        return passed

    def pause(self, sources: Collection[TopicPartition]) -> None:
        """Leave these partitions alone."""
        self._paused.update(sources)

    def resume(self, sources: Collection[TopicPartition]) -> None:
        """Read these partitions again."""
        self._paused.difference_update(sources)

    async def commit(self, marks: Mapping[TopicPartition, Mark]) -> None:
        """Store positions under the lease; what is finished above them is found in the inbox."""
        positions = {source: mark.position for source, mark in marks.items()}
        await transact(self._backend.work, self.lease, lambda work: work.advance(self._name, positions))

    async def lost(self) -> None:
        """Raise once somebody else has the lease."""
        await asyncio.shield(self._keeper)
