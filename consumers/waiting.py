"""Waiting for what becomes of a request: its events as they come, until it has ended.

Take the positions before publishing (`EventLog.ends`), then follow from there, and nothing is missed. Each event is
given once, whatever the log repeats; other requests' records are passed over without being understood.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextvars import Context

from consumers.claims import ClaimDesk
from consumers.tail import BATCH, tail
from consumers.telemetry import Telemetry
from consumers.waits import TimeLimitError, cancel_all, within
from grym.errors import ContractError
from grym.ports.artifacts import ArtifactStore
from grym.ports.clock import Clock
from grym.ports.log import EventLog
from schemas.envelope import Envelope, decode, peek
from schemas.events import (
    FeedbackFolded,
    RequestCancelled,
    RequestCompleted,
    RequestDeadLettered,
    RequestRejected,
)
from schemas.records import Record, TopicPartition

TERMINALS = frozenset(body.TYPE for body in (RequestCompleted, RequestRejected, RequestDeadLettered, RequestCancelled))
OUTCOME_TOPICS = ("grym.outcomes.v1", "grym.generation.v1")
"""Where a request tells how far it is and how it ended."""

LEARNING_TOPICS = (FeedbackFolded.TOPIC,)


def is_terminal(envelope: Envelope) -> bool:
    """Return whether an event ends a run."""
    return envelope.type in TERMINALS


class Watcher:
    """Follows requests through the log."""

    def __init__(
        self, log: EventLog, artifacts: ArtifactStore, clock: Clock, telemetry: Telemetry | None = None
    ) -> None:
        self._log = log
        self._claims = ClaimDesk(artifacts)
        self._clock = clock
        self._telemetry = telemetry or Telemetry()

    async def positions(self, topics: tuple[str, ...] = OUTCOME_TOPICS) -> dict[TopicPartition, int]:
        """Return where topics end now: where to follow from."""
        return await self._log.ends(topics)

    async def follow(
        self,
        correlation_id: str,
        *,
        after: Mapping[TopicPartition, int] | None = None,
        topics: tuple[str, ...] = OUTCOME_TOPICS,
        until: Callable[[Envelope], bool] = is_terminal,
        timeout_s: float | None = None,
    ) -> AsyncIterator[Envelope]:
        """Yield the events of a request until one is the last, or until time is up.

        Parameters
        ----------
        correlation_id
            Request id.
        after
            Positions to follow from; None reads the topics from their beginning.
        until
            Tells the last event; by default the first terminal one.
        timeout_s
            Seconds to wait in all; None waits for ever. The iteration simply ends then: whether it ended well shows
            in the last event.
        """
        seen: set[str] = set()
        deadline_s = None if timeout_s is None else self._clock.monotonic_s() + timeout_s
        arrived: _Arrivals = asyncio.Queue(maxsize=BATCH)
        # A log remembers per context what its reader has seen: a context of its own is shared with nobody.
        feed = asyncio.create_task(_feed(tail(self._log, topics, after=after), arrived), context=Context())
        try:
            while (record := await self._next(arrived, deadline_s)) is not None:
                envelope = await self._understood(record, correlation_id)
                if envelope is None or envelope.id in seen:
                    continue
                seen.add(envelope.id)
                yield envelope
                if until(envelope):
                    return
        finally:
            await cancel_all(feed)

    async def _next(self, arrived: "_Arrivals", deadline_s: float | None) -> Record | None:
        """Return the next record, None when time is up."""
        if deadline_s is None:
            return _taken(await arrived.get())
        left_s = max(0.0, deadline_s - self._clock.monotonic_s())
        try:
            return _taken(await within(left_s, arrived.get()))
        except TimeLimitError:
            return None

    async def _understood(self, record: Record, correlation_id: str) -> Envelope | None:
        named = peek(record.headers, "ce_correlationid") or peek(record.headers, "ce_subject")
        if named != correlation_id:
            return None
        try:
            return decode(await self._claims.check_out(record))
        except ContractError as error:
            self._telemetry.log(
                "watch.unreadable", topic=record.topic, position=record.position, correlation_id=named, code=error.code
            )
            return None


_Arrivals = asyncio.Queue[Record | Exception]


async def _feed(records: AsyncIterator[Record], arrived: _Arrivals) -> None:
    try:
        async for record in records:
            await arrived.put(record)
    except Exception as error:  # noqa: BLE001 - whoever waits for the records gets it
        await arrived.put(error)


def _taken(item: Record | Exception) -> Record:
    if isinstance(item, Exception):
        raise item
    return item
