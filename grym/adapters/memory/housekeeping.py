"""Sweeping what retention has given up, and erasing a person's texts, in memory."""

from datetime import timedelta

from grym.adapters.memory.store import Store
from grym.adapters.placement import correlation_of
from grym.adapters.retention import INBOX_HORIZON_S, LETTERS_S
from grym.domain.entries.known import owner_of
from schemas.catalogue import TOPICS, Topic


class MemoryHousekeeping:
    """Keeps the store from growing for ever."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def sweep(self, *, limit: int) -> dict[str, int]:
        """Remove what retention has given up, at most `limit` rows of each table."""
        room = limit
        for topic in TOPICS:
            if topic.retention_s is not None:
                room -= self._sweep_topic(topic, retention_s=topic.retention_s, limit=room)
        return {
            "events": limit - room,
            "inbox": self._sweep_inbox(limit=limit),
            "letters": self._sweep_letters(limit=limit),
            "outbox_refused": self._sweep_refused(limit=limit),
            "cancelled_runs": self._sweep_cancelled_runs(limit=limit),
            "live_streams": self._sweep_streams(limit=limit),
        }

    async def held_artifacts(self) -> set[str]:
        """Return the addresses that some request refers to."""
        return {uri for _, uri in self._store.holds}

    async def erase(self, user: str) -> int:
        """Remove the personal text and the entries of a user."""
        mine = [ref for ref, row in self._store.texts.items() if row.user == user]
        for ref in mine:
            del self._store.texts[ref]
        known = self._store.entries
        return len(mine) + len(known.remove([entry.address for entry in known.all() if entry.owner == owner_of(user)]))

    def _sweep_topic(self, topic: Topic, *, retention_s: float, limit: int) -> int:
        oldest = self._store.clock.now() - timedelta(seconds=retention_s)
        swept = 0
        for lane in (lane for source, lane in self._store.records.items() if source.topic == topic.name):
            while lane and lane[0].appended_at < oldest and swept < limit:
                record = lane.pop(0)
                self._store.by_correlation[correlation_of(record)].remove(record)
                swept += 1
        return swept

    def _sweep_inbox(self, *, limit: int) -> int:
        oldest = self._store.clock.now() - timedelta(seconds=INBOX_HORIZON_S)
        old = [key for key, row in self._store.inbox.items() if row.admitted_at < oldest][:limit]
        for key in old:
            del self._store.inbox[key]
        return len(old)

    def _sweep_cancelled_runs(self, *, limit: int) -> int:
        oldest = self._store.clock.now() - timedelta(seconds=INBOX_HORIZON_S)
        old = [key for key, row in self._store.cancelled_runs.items() if row.cancelled_at < oldest][:limit]
        for key in old:
            del self._store.cancelled_runs[key]
        return len(old)

    def _sweep_streams(self, *, limit: int) -> int:
        oldest, rows = self._store.clock.now() - timedelta(seconds=INBOX_HORIZON_S), self._store.live_streams
        old = [key for key, row in rows.items() if row.checkpoint.ended and row.saved_at < oldest][:limit]
        for key in old:
            del rows[key]
        return len(old)

    def _sweep_refused(self, *, limit: int) -> int:
        oldest = self._store.clock.now() - timedelta(seconds=LETTERS_S)
        old = [number for number, row in self._store.refused.items() if row.put_at < oldest][:limit]
        for number in old:
            del self._store.refused[number]
        return len(old)

    def _sweep_letters(self, *, limit: int) -> int:
        oldest = self._store.clock.now() - timedelta(seconds=LETTERS_S)
        old = [key for key, letter in self._store.letters.items() if letter.created_at < oldest][:limit]
        for key in old:
            del self._store.letters[key]
        return len(old)
