"""The outbox in memory: messages put beside the effects, and moved into the history once they were sent."""

from collections.abc import Sequence
from dataclasses import replace

from grym.adapters.memory.rows import OutboxRow
from grym.adapters.memory.store import Store
from grym.adapters.memory.transaction import check_lease
from grym.adapters.placement import shard_of
from grym.ports.log import Placement
from grym.ports.outbox import MAX_BYTES, SHARDS, OutboxBacklog, Unsent
from grym.ports.work import FaultNote, Lease
from schemas.records import Message, Record


class MemoryOutbox:
    """What is to be sent."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._seen = dict.fromkeys(range(SHARDS), -1)

    async def unsent(self, shard: int, *, limit: int, max_bytes: int = MAX_BYTES) -> list[Unsent]:
        """Return what waits in a shard, lowest number first."""
        self._seen[shard] = self._store.version
        waiting = (row.unsent for row in self._store.outbox.values() if shard_of(row.unsent.message) == shard)
        found: list[Unsent] = []
        room = max_bytes
        for unsent in sorted(waiting, key=lambda unsent: unsent.outbox_no)[:limit]:
            room -= _size(unsent.message)
            if found and room < 0:
                break
            found.append(unsent)
        return found

    async def sent(self, lease: Lease, placed: Sequence[tuple[Unsent, Placement]]) -> None:
        """Move messages into the history."""
        check_lease(self._store, lease)
        for unsent, placement in placed:
            if self._store.outbox.pop(unsent.outbox_no, None) is not None:
                self._store.note(_record(unsent.message, placement))
        self._store.wake()

    async def refuse(self, lease: Lease, unsent: Unsent, *, fault: FaultNote) -> None:
        """Set a message aside that the log will never take."""
        check_lease(self._store, lease)
        row = self._store.outbox.pop(unsent.outbox_no, None)
        if row is not None:
            self._store.refused[unsent.outbox_no] = replace(row, fault=fault)

    async def take_back_refused(self) -> int:
        """Put everything that was set aside into the outbox again."""
        back = sorted(self._store.refused.items())
        self._store.refused.clear()
        for _, row in back:
            again = Unsent(outbox_no=self._store.next_number(), message=row.unsent.message)
            self._store.outbox[again.outbox_no] = OutboxRow(unsent=again, put_at=self._store.clock.now())
        self._store.wake()
        return len(back)

    async def backlog(self) -> OutboxBacklog:
        """Return how much waits."""
        now, rows = self._store.clock.now(), self._store.outbox.values()
        oldest_s = max(((now - row.put_at).total_seconds() for row in rows), default=0.0)
        return OutboxBacklog(count=len(rows), oldest_s=oldest_s, refused=len(self._store.refused))

    async def wait(self, shard: int, *, timeout_s: float) -> None:
        """Return soon after something was put into any shard, or after `timeout_s` seconds."""
        await self._store.wait_for_change(self._seen[shard], timeout_s=timeout_s)


def _size(message: Message) -> int:
    headers = sum(len(name) + len(value) for name, value in message.headers)
    return headers + len(message.key or b"") + len(message.value or b"")


def _record(message: Message, placement: Placement) -> Record:
    return Record(
        topic=placement.source.topic,
        partition=placement.source.partition,
        position=placement.position,
        key=message.key,
        headers=message.headers,
        value=message.value,
        appended_at=placement.appended_at,
    )
