"""Reading what is committed, and the ports that are one transaction in themselves."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from grym.adapters.memory.rows import JobRow, LeaseRow, lane_of
from grym.adapters.memory.store import Store, inbox_key
from grym.adapters.placement import place
from grym.adapters.waking import Bookmarks
from grym.errors import LeaseLostError
from grym.ports.work import InboxEntry, Lease, Letter, Parked, StoredState
from schemas.catalogue import BY_NAME, DEAD_LETTERS
from schemas.records import Message, Record, TopicPartition, header

LETTER_ID_HEADER = "grym_letter_id"


class MemoryLog:
    """The log: reading, history, publishing."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._bookmarks: Bookmarks[int] = Bookmarks()

    async def read(self, source: TopicPartition, *, after: int, limit: int) -> list[Record]:
        """Return up to `limit` records with a position greater than `after`, in order."""
        self._bookmarks.open()
        records = self._store.records.get(source, [])
        if not records:
            return []
        start = max(0, after + 1 - records[0].position)
        return records[start : start + limit]

    async def ends(self, topics: Iterable[str]) -> dict[TopicPartition, int]:
        """Return the highest position of every partition of the topics."""
        self._bookmarks.open()
        sources = (TopicPartition(name, n) for name in topics for n in range(BY_NAME[name].partitions))
        return {source: self._store.ends.get(source, 0) for source in sources}

    async def wait(self, *, timeout_s: float) -> None:
        """Return soon after an append, or after `timeout_s` seconds of the store's clock."""
        known = self._bookmarks.known()
        seen = -1 if known is None else known
        self._bookmarks.turn(await self._store.wait_for_change(seen, timeout_s=timeout_s))

    async def of_request(self, correlation_id: str) -> list[Record]:
        """Return every record with that correlation id, in the order of appending."""
        return list(self._store.by_correlation.get(correlation_id.encode(), ()))

    async def publish(self, messages: Sequence[Message]) -> None:
        """Append all messages at once."""
        self._store.accept([(place(message), message) for message in messages])
        if messages:
            self._store.wake()


class MemoryLeases:
    """Who runs what, by the store's clock."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def acquire(self, name: str, *, holder: str, ttl_s: float) -> Lease | None:
        """Take a lease that is free or expired."""
        row = self._store.leases.get(name)
        now = self._store.clock.now()
        if row is not None and row.holder and row.expires_at > now:
            return None
        epoch = 1 if row is None else row.epoch + 1
        return self._hold(Lease(name=name, holder=holder, epoch=epoch, expires_at=now), ttl_s=ttl_s)

    async def renew(self, lease: Lease, *, ttl_s: float) -> Lease:
        """Hold on to a lease."""
        row = self._store.leases.get(lease.name)
        if row is None or (row.epoch, row.holder) != (lease.epoch, lease.holder):
            raise LeaseLostError(f"the lease {lease.name} is no longer held", details={"epoch": lease.epoch})
        return self._hold(lease, ttl_s=ttl_s)

    async def release(self, lease: Lease) -> None:
        """Give a lease back."""
        row = self._store.leases.get(lease.name)
        if row is not None and (row.epoch, row.holder) == (lease.epoch, lease.holder):
            self._store.leases[lease.name] = replace(row, holder="")

    def _hold(self, lease: Lease, *, ttl_s: float) -> Lease:
        expires_at = self._store.clock.now() + timedelta(seconds=ttl_s)
        self._store.leases[lease.name] = LeaseRow(holder=lease.holder, epoch=lease.epoch, expires_at=expires_at)
        return replace(lease, expires_at=expires_at)


class MemoryReaders:
    """States, progress, letters, texts and patterns."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def load(self, processor: str, key: str) -> StoredState | None:
        """Return the newest committed state."""
        row = self._store.states.get((processor, key))
        return None if row is None else StoredState(key=row.key, value=row.value, version=row.version)

    async def load_all(self, processor: str, keys: Sequence[str]) -> dict[str, StoredState]:
        """Return the newest committed states of those keys that have one."""
        found = {key: await self.load(processor, key) for key in keys}
        return {key: state for key, state in found.items() if state is not None}

    async def scan(self, processor: str, *, limit: int) -> list[StoredState]:
        """Return the states changed last, newest first."""
        mine = (row for row in self._store.states.values() if row.processor == processor)
        newest = sorted(mine, key=lambda row: -row.order)[:limit]
        return [StoredState(key=row.key, value=row.value, version=row.version) for row in newest]

    async def seen(self, entry: InboxEntry) -> bool:
        """Return whether this delivery had its effect already."""
        return inbox_key(entry) in self._store.inbox

    async def seen_all(self, entries: Sequence[InboxEntry]) -> list[bool]:
        """Return the same of many deliveries, in their order."""
        return [await self.seen(entry) for entry in entries]

    async def positions(self, processor: str) -> dict[TopicPartition, int]:
        """Return the positions up to which everything is done."""
        return {source: position for (name, source), position in self._store.positions.items() if name == processor}

    async def letters(self, *, state: str | None = "open", limit: int = 1000) -> list[Letter]:
        """Return letters, newest first."""
        wanted = [letter for letter in self._store.letters.values() if state in {None, letter.state}]
        return sorted(wanted, key=lambda letter: letter.created_at, reverse=True)[:limit]

    async def given_up(self, processor: str, after: Mapping[TopicPartition, int]) -> set[tuple[TopicPartition, int]]:
        """Return the places behind some positions whose records became letters."""
        return {
            (letter.origin, letter.origin_position)
            for letter in self._store.letters.values()
            if letter.processor == processor and letter.origin_position > after.get(letter.origin, 2**63)
        }

    async def letter(self, letter_id: str) -> tuple[Letter, Record] | None:
        """Return a letter with its record."""
        letter = self._store.letters.get(letter_id)
        record = self._letter_record(letter_id.encode())
        return None if letter is None or record is None else (letter, record)

    async def text(self, ref: str) -> str | None:
        """Return a personal text."""
        row = self._store.texts.get(ref)
        return None if row is None else row.text

    def _letter_record(self, letter_id: bytes) -> Record | None:
        records = (
            record
            for source, lane in self._store.records.items()
            if source.topic == DEAD_LETTERS
            for record in lane
            if header(record.headers, LETTER_ID_HEADER) == letter_id
        )
        return next(records, None)


class MemoryParkingLot:
    """What waits."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def due_heads(
        self, processor: str, *, limit: int, sources: Collection[TopicPartition] | None = None
    ) -> list[Parked]:
        """Return heads that are due, longest due first; a head without a due time is due at once."""
        now = self._store.clock.now()
        due = [row for row in self._heads(processor, sources) if row.due_at is None or row.due_at <= now]
        return sorted(due, key=lambda row: (row.due_at or row.first_failed_at, row.parked_id))[:limit]

    async def waiting_keys(self, processor: str) -> set[tuple[str, bytes]]:
        """Return (topic, key) of everything parked."""
        return {lane_of(row)[1:] for row in self._store.parked.values() if row.processor == processor}

    async def next_due_in_s(self, processor: str, *, sources: Collection[TopicPartition] | None = None) -> float | None:
        """Return seconds until the next head is due."""
        now, heads = self._store.clock.now(), self._heads(processor, sources)
        waits = [0.0 if row.due_at is None else (row.due_at - now).total_seconds() for row in heads]
        return max(0.0, min(waits)) if waits else None

    def _heads(self, processor: str, sources: Collection[TopicPartition] | None) -> list[Parked]:
        heads: dict[tuple[str, str, bytes], Parked] = {}
        for parked_id in sorted(self._store.parked):
            row = self._store.parked[parked_id]
            if row.processor == processor:
                heads.setdefault(lane_of(row), row)
        return [row for row in heads.values() if sources is None or row.record.topic_partition in sources]


class MemoryCounters:
    """How much is open."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def open_work(self) -> dict[str, int]:
        """Return counts that are all 0 only when nothing is left to do soon."""
        store = self._store
        jobs: Iterable[JobRow] = store.jobs.values()
        behind = sum(
            max(0, end - store.positions.get((processor, source), 0))
            for processor, topics in store.readers.items()
            for source, end in store.ends.items()
            if source.topic in topics
        )
        still_open = {"jobs": sum(job.is_open for job in jobs), "outbox": len(store.outbox)}
        return {"records": behind, "parked": len(store.parked), **still_open}
