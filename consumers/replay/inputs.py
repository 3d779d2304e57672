"""What there is to decide again, in the order in which it was decided.

Records are read in the order of appending; a processor met them in another one, since it reads several topics. An
input therefore waits until everything that was appended before the instant it was worked on has been read.
"""

import heapq
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from consumers.claims import ClaimDesk
from consumers.replay.parts import Part, type_of
from consumers.replay.past import Deed, Past
from consumers.spans import Place, place_of
from grym.errors import ContractError, PermanentError
from schemas.envelope import Envelope, decode
from schemas.imported import is_imported
from schemas.records import Record, TopicPartition

REORDERED_RECORDS = 2048
"""Records held to put them into order: some times what an import publishes at once."""

Skip = Literal["open", "given_up", "erased", "unreadable", "lost"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One record for one processor.

    Parameters
    ----------
    folds
        Whether it lies before the span and only brings the state up to there.
    skip
        Why it cannot be decided again.
    """

    part: Part
    record: Record
    envelope: Envelope | None
    deed: Deed
    folds: bool = False
    skip: Skip | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """How far a live processor was when the replay began."""

    positions: Mapping[TopicPartition, int]
    waiting: frozenset[tuple[str, bytes]]
    settled_at: datetime

    def is_open(self, record: Record, deed: Deed) -> bool:
        """Tell whether a record had not had its effect yet, or one that cannot be seen yet."""
        behind = record.position > self.positions.get(record.topic_partition, 0)
        parked = (record.topic, record.key or b"") in self.waiting
        return behind or parked or (not deed.outputs and record.appended_at >= self.settled_at)


class Inputs:
    """Makes inputs of records."""

    def __init__(
        self, past: Past, claims: ClaimDesk, done: Mapping[str, Done], *, begin: datetime, end: datetime
    ) -> None:
        self._past = past
        self._claims = claims
        self._done = done
        self._begin = begin
        self._end = end

    async def of(self, part: Part, record: Record) -> Input:
        """Return what a processor is to decide again; `record` is of a type it takes in."""
        folds = record.appended_at < self._begin
        nothing = Deed(outputs=(), worked_at=record.appended_at, rank=0, given_up=False)
        if record.value is None:
            return Input(part=part, record=record, envelope=None, deed=nothing, folds=folds, skip="erased")
        skip: Skip | None = None
        try:
            whole = await self._claims.check_out(record)
            envelope = decode(whole)
        except PermanentError as error:
            # What cannot be read had no effect then either; what lay in an artifact that is gone may have had one.
            skip = "unreadable" if isinstance(error, ContractError) else "lost"
            return Input(part=part, record=record, envelope=None, deed=nothing, folds=folds, skip=skip)
        deed = await self._past.deed(part.name, envelope, record)
        if deed.given_up:
            skip = "given_up"
        elif deed.worked_at >= self._end or await self._is_open(part, envelope, record, deed):
            skip = "open"
        return Input(part=part, record=whole, envelope=envelope, deed=deed, folds=folds, skip=skip)

    async def _is_open(self, part: Part, envelope: Envelope, record: Record, deed: Deed) -> bool:
        if not is_imported(record.headers):
            return self._done[part.name].is_open(record, deed)
        # The archive may end between an event and what followed from it.
        return not deed.outputs and not await self._past.is_over(envelope.correlation_id)


async def in_order_of_work(
    records: AsyncIterator[Record], parts: tuple[Part, ...], inputs: Inputs, *, begin: datetime
) -> AsyncIterator[Input]:
    """Yield every input of a span, and what is folded before it, in the order in which it was worked on."""
    waiting: list[_Waiting] = []
    wanted = [(part, part.types(), part.refolded_types()) for part in parts]
    async for record in records:
        while waiting and waiting[0].order[0] < record.appended_at:
            yield heapq.heappop(waiting).input
        for number, (part, types, folded) in enumerate(wanted):
            if type_of(record) in (folded if record.appended_at < begin else types):
                found = await inputs.of(part, record)
                order = (found.deed.worked_at, found.deed.rank, place_of(record), number)
                heapq.heappush(waiting, _Waiting(order=order, input=found))
    while waiting:
        yield heapq.heappop(waiting).input


async def in_order_of_time(records: AsyncIterator[Record]) -> AsyncIterator[Record]:
    """Yield records that were imported in the order in which they were appended to the log they come from.

    An import publishes them in that order, many at once; where topics lie beside each other their places are close.
    """
    waiting: list[tuple[datetime, int, Record]] = []
    count = 0
    async for record in records:
        count += 1
        heapq.heappush(waiting, (record.appended_at, count, record))
        if len(waiting) > REORDERED_RECORDS:
            yield heapq.heappop(waiting)[-1]
    while waiting:
        yield heapq.heappop(waiting)[-1]


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class _Waiting:
    order: tuple[datetime, int, Place, int]
    input: Input = field(compare=False)
