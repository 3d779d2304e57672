"""What was decided then: the live outputs of an input, what became of it, and when it was worked on.

The log keeps no list of what each processor did, but ids tell: an output's id follows from what caused it, so it
belongs to an input when making the id again gives the same one. An input was worked on when its first output was
appended, which puts inputs of different topics into the order in which they met the state.
"""

from collections import Counter, OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from grym.ports.log import EventHistory
from schemas.envelope import Envelope, output_id, peek
from schemas.events import EventDeadLettered
from schemas.records import Record

KEPT_HISTORIES = 256
"""Requests whose history is remembered; events of one request come close to each other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What a processor did with one input.

    Parameters
    ----------
    outputs
        Its records in the order of appending.
    rank
        Place of the first one among the events of its request, so that decisions of one instant keep their order; of
        the input itself where nothing followed.
    given_up
        Whether it became a dead letter instead.
    """

    outputs: tuple[Record, ...]
    worked_at: datetime
    rank: int
    given_up: bool


class Past:
    """Looks up what happened, request by request."""

    def __init__(self, history: EventHistory) -> None:
        self._history = history
        self._kept: OrderedDict[str, list[Record]] = OrderedDict()

    async def deed(self, processor: str, envelope: Envelope, record: Record) -> Deed:
        """Return what a processor did with an input that lies at `record`."""
        events = await self.of_request(envelope.correlation_id)
        outputs = outputs_of(processor, envelope, events)
        rank = _place_among(events, outputs[0] if outputs else record)
        # The order of appending is what is known; instants may fall where a clock was set back.
        worked_at = max((event.appended_at for event in events[: rank + 1]), default=record.appended_at)
        return Deed(
            outputs=outputs,
            worked_at=max(worked_at, record.appended_at),
            rank=rank,
            given_up=any(_gives_up(event, processor, record) for event in events),
        )

    async def began_before(self, envelope: Envelope, at: datetime, *, types: frozenset[str]) -> bool:
        """Tell whether events of these types happened to the subject of an event before an instant."""
        names = dict.fromkeys((envelope.subject, envelope.correlation_id))
        for name in names:
            for event in await self.of_request(name):
                concerns = peek(event.headers, "ce_type") in types and _subject(event) == envelope.subject
                if concerns and event.appended_at < at:
                    return True
        return False

    async def of_request(self, correlation_id: str) -> list[Record]:
        """Return the events of a request, in the order of appending."""
        known = self._kept.get(correlation_id)
        if known is None:
            known = self._kept[correlation_id] = await self._history.of_request(correlation_id)
            if len(self._kept) > KEPT_HISTORIES:
                self._kept.popitem(last=False)
        self._kept.move_to_end(correlation_id)
        return known


def outputs_of(processor: str, cause: Envelope, events: Sequence[Record]) -> tuple[Record, ...]:
    """Return those events that a processor made of an input, by making their ids again."""
    caused = [
        event
        for event in events
        if peek(event.headers, "ce_causationid") == cause.id and peek(event.headers, "ce_source") == f"grym/{processor}"
    ]
    counts = Counter(peek(event.headers, "ce_type") for event in caused)
    ids = {
        output_id(processor=processor, cause=cause, type_name=type_name, n=n)
        for type_name, count in counts.items()
        for n in range(count)
    }
    # A relay that died between sending and noting it repeats an event on the wire: the same one, once.
    found = {peek(event.headers, "ce_id"): event for event in reversed(caused)}
    return tuple(event for event in caused if event is found[peek(event.headers, "ce_id")] and _id(event) in ids)


def _place_among(events: Sequence[Record], record: Record) -> int:
    """Return how many events of a request were appended before a record; 0 for one that is not among them."""
    where = (record.topic_partition, record.position)
    return next((n for n, event in enumerate(events) if (event.topic_partition, event.position) == where), 0)


def _id(event: Record) -> str:
    return peek(event.headers, "ce_id")


def _subject(event: Record) -> str:
    return peek(event.headers, "ce_subject") or (event.key or b"").decode(errors="replace")


def _gives_up(event: Record, processor: str, record: Record) -> bool:
    """Tell whether an event says that a processor made a dead letter of a record."""
    if peek(event.headers, "ce_type") != EventDeadLettered.TYPE:
        return False
    try:
        told = msgspec.json.decode(event.value or b"", type=EventDeadLettered)
    except msgspec.MsgspecError:
        return False
    place = (told.origin_topic, told.origin_partition, told.origin_position)
    return told.processor == processor and place == (record.topic, record.partition, record.position)
