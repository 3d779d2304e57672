"""Checkpoints of live streams in memory."""

from collections.abc import Collection, Sequence

from grym.adapters.memory.rows import LiveRow
from grym.adapters.memory.store import Store
from grym.adapters.memory.tables import Tables
from grym.errors import LeaseLostError
from grym.ports.live import Checkpoint, check_once_each
from schemas.records import TopicPartition


class MemoryLiveStreams:
    """Reads checkpoints."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def open_in(self, sources: Collection[TopicPartition]) -> list[Checkpoint]:
        """Return the checkpoints of streams of these partitions that have not ended."""
        rows = [row.checkpoint for row in self._store.live_streams.values()]
        found = (checkpoint for checkpoint in rows if not checkpoint.ended and checkpoint.source in sources)
        return sorted(found, key=lambda checkpoint: checkpoint.stream_id)

    async def find(self, stream_ids: Collection[str]) -> dict[str, Checkpoint]:
        """Return the checkpoints of these streams, ended ones too."""
        known = self._store.live_streams
        return {stream_id: known[stream_id].checkpoint for stream_id in stream_ids if stream_id in known}


def claim_sources(store: Store, tables: Tables, sources: Collection[TopicPartition]) -> int:
    """Stage a claim of partitions and return its epoch."""
    epoch = store.next_number()
    for source in sources:
        tables.live_sources.put(source, epoch)
    return epoch


def keep_checkpoints(store: Store, tables: Tables, epoch: int, checkpoints: Sequence[Checkpoint]) -> None:
    """Stage checkpoints that are further than what is stored."""
    check_once_each(checkpoints)
    for checkpoint in checkpoints:
        if tables.live_sources.look(checkpoint.source) != epoch:
            raise LeaseLostError(
                "somebody else has claimed a partition of live streams", code="live.fenced", details={"epoch": epoch}
            )
        row = tables.live_streams.get(checkpoint.stream_id)
        if row is None or (not row.checkpoint.ended and row.checkpoint.position <= checkpoint.position):
            tables.live_streams.put(checkpoint.stream_id, LiveRow(checkpoint=checkpoint, saved_at=store.clock.now()))
