"""Waiting for what becomes of a request: its events as they come, until it has ended.

Take the positions before publishing (`EventLog.ends`), then follow from there, and nothing is missed. Each event is
given once, whatever the log repeats; other requests' records are passed over without being understood.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping

from consumers.claims import ClaimDesk
from consumers.tail import tail
from consumers.telemetry import Telemetry
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
        records = tail(self._log, topics, after=after)
        try:
            while (record := await self._next(records, deadline_s)) is not None:
                envelope = await self._understood(record, correlation_id)
                if envelope is None or envelope.id in seen:
                    continue
                seen.add(envelope.id)
                yield envelope
                if until(envelope):
                    return
        finally:
            await records.aclose()  # type: ignore[attr-defined]  # tail is an async generator

    async def _next(self, records: AsyncIterator[Record], deadline_s: float | None) -> Record | None:
        """Return the next record, None when time is up."""
        upcoming = asyncio.ensure_future(anext(records))
        waits: list[asyncio.Future[Record] | asyncio.Task[None]] = [upcoming]
        if deadline_s is not None:
            left_s = max(0.0, deadline_s - self._clock.monotonic_s())
            waits.append(asyncio.ensure_future(self._clock.sleep(left_s)))
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            return upcoming.result() if upcoming.done() else None
        finally:
            for wait in waits:
                wait.cancel()
            await asyncio.gather(*waits, return_exceptions=True)

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
