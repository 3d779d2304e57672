"""How far live streams are: one checkpoint for each, in place of inbox and parking (promise 4).

A checkpoint says that everything of its stream up to a position is folded into the state beside it, and that all that
followed from it is in the log. It only advances, and only by whoever claimed its partition last: what an earlier holder
still wants to save is refused. What lies above it is read and folded again, with the same results under the same ids.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from grym.errors import InvariantError
from schemas.records import TopicPartition


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """How far one stream is.

    Parameters
    ----------
    source
        The partition its records come from.
    position
        Everything of the stream up to here is folded.
    state
        What to go on from; of a stream that has ended, what its end was.
    ended
        Whether it is over: kept for a while, so that its id means no other stream.
    """

    stream_id: str
    source: TopicPartition
    position: int
    state: bytes
    ended: bool = False


class LiveStreams(Protocol):
    """Read how far streams are."""

    async def open_in(self, sources: Collection[TopicPartition]) -> list[Checkpoint]:
        """Return the checkpoints of streams of these partitions that have not ended, by stream id."""
        ...

    async def find(self, stream_ids: Collection[str]) -> dict[str, Checkpoint]:
        """Return the checkpoints of these streams, ended ones too; unknown ones are left out."""
        ...


class LiveDesk(Protocol):
    """The part of a transaction that claims partitions and saves checkpoints."""

    async def claim_sources(self, sources: Collection[TopicPartition]) -> int:
        """Return an epoch higher than all before; only under it are checkpoints of these partitions saved from now on.

        Whoever saves at this moment comes first, or is refused.
        """
        ...

    async def keep_checkpoints(self, epoch: int, checkpoints: Sequence[Checkpoint]) -> None:
        """Save checkpoints, each stream once; one that is further already, or has ended, stays as it is.

        Raises
        ------
        LeaseLostError
            ``live.fenced`` when somebody else has claimed one of their partitions since.
        InvariantError
            ``live.twice`` when a stream has two of them; nothing is saved then.
        """
        ...


def check_once_each(checkpoints: Sequence[Checkpoint]) -> None:
    """Refuse two checkpoints of one stream: which of them is further is for whoever took them to say.

    Raises
    ------
    InvariantError
        ``live.twice``.
    """
    if len({checkpoint.stream_id for checkpoint in checkpoints}) < len(checkpoints):
        raise InvariantError("a stream has two checkpoints in one transaction", code="live.twice")
