"""What was decided then: the live outputs of an input, what became of it, and when it was worked on.

The log keeps no list of what each processor did, but ids tell: an output's id follows from what caused it, so it
belongs to an input when making the id again gives the same one. An input was worked on when its first output was
appended, which puts inputs of different topics into the order in which they met the state.
"""

from collections import Counter, OrderedDict, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate

import msgspec

from grym.ports.log import EventHistory
from schemas.envelope import Envelope, output_id, peek
from schemas.events import (
    EventDeadLettered,
    RequestCancelled,
    RequestCompleted,
    RequestDeadLettered,
    RequestRejected,
)
from schemas.imported import as_first_logged, is_imported
from schemas.records import Record

KEPT_HISTORIES = 256
"""Requests whose history is remembered; events of one request come close to each other."""

ENDS = frozenset(body.TYPE for body in (RequestCompleted, RequestRejected, RequestDeadLettered, RequestCancelled))


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
    """Looks up what happened, request by request: here, or where an import comes from."""

    def __init__(self, history: EventHistory, *, imported: bool = False) -> None:
        self._history = history
        self._imported = imported
        self._kept: OrderedDict[str, Story] = OrderedDict()

    async def deed(self, processor: str, envelope: Envelope, record: Record) -> Deed:
        """Return what a processor did with an input that lies at `record`."""
        return (await self.of_request(envelope.correlation_id)).deed(processor, envelope, record)

    async def began_before(self, envelope: Envelope, at: datetime, *, types: frozenset[str]) -> bool:
        """Tell whether events of these types happened to the subject of an event before an instant."""
        for name in dict.fromkeys((envelope.subject, envelope.correlation_id)):
            story = await self.of_request(name)
            if any(
                event.appended_at < at
                and peek(event.headers, "ce_type") in types
                and _subject(event) == envelope.subject
                for event in story.events
            ):
                return True
        return False

    async def is_over(self, correlation_id: str) -> bool:
        """Tell whether a request has ended."""
        return (await self.of_request(correlation_id)).is_over

    async def of_request(self, correlation_id: str) -> "Story":
        """Return the events of a request, in the order of appending."""
        known = self._kept.get(correlation_id)
        if known is None:
            events = await self._history.of_request(correlation_id)
            told = [as_first_logged(event) for event in events if is_imported(event.headers) is self._imported]
            if self._imported:  # a history that is kept apart from the log notes what comes at once by its place
                told.sort(key=lambda event: event.appended_at)
            known = self._kept[correlation_id] = Story(told)
            if len(self._kept) > KEPT_HISTORIES:
                self._kept.popitem(last=False)
        self._kept.move_to_end(correlation_id)
        return known


class Story:
    """The events of one request, found by what caused them and by where they lie."""

    def __init__(self, events: Sequence[Record]) -> None:
        self.events = events
        self._ranks = {(event.topic_partition, event.position): rank for rank, event in enumerate(events)}
        # The order of appending is what is known; instants may fall where a clock was set back.
        self._instants = list(accumulate((event.appended_at for event in events), max))
        self._caused: dict[tuple[str, str], list[Record]] = defaultdict(list)
        self._given_up: set[tuple[str, str, int, int]] = set()
        self._given_up_there: set[tuple[str, str, str]] = set()
        self.is_over = any(peek(event.headers, "ce_type") in ENDS for event in events)
        for event in events:
            self._caused[peek(event.headers, "ce_source"), peek(event.headers, "ce_causationid")].append(event)
            if peek(event.headers, "ce_type") == EventDeadLettered.TYPE and (told := _letter_in(event)):
                self._given_up.add((told.processor, told.origin_topic, told.origin_partition, told.origin_position))
                self._given_up_there.add((told.processor, told.origin_topic, told.event_id))

    def deed(self, processor: str, cause: Envelope, record: Record) -> Deed:
        """Return what a processor did with an input that lies at `record`."""
        outputs = self.outputs(processor, cause)
        first = outputs[0] if outputs else record
        rank = self._ranks.get((first.topic_partition, first.position))
        return Deed(
            outputs=outputs,
            worked_at=max(record.appended_at, first.appended_at if rank is None else self._instants[rank]),
            rank=rank or 0,
            given_up=self._was_given_up(processor, cause, record),
        )

    def _was_given_up(self, processor: str, cause: Envelope, record: Record) -> bool:
        if is_imported(record.headers):  # it lies elsewhere than it did
            return (processor, record.topic, cause.id) in self._given_up_there
        return (processor, record.topic, record.partition, record.position) in self._given_up

    def outputs(self, processor: str, cause: Envelope) -> tuple[Record, ...]:
        """Return what a processor made of an input, by making the ids again; each event once, however often it lies."""
        caused = self._caused.get((f"grym/{processor}", cause.id), ())
        counts = Counter(peek(event.headers, "ce_type") for event in caused)
        ids = {
            output_id(processor=processor, cause=cause, type_name=type_name, n=n)
            for type_name, count in counts.items()
            for n in range(count)
        }
        firsts: dict[str, Record] = {}
        for event in caused:  # a relay that died between sending and noting it repeats an event on the wire
            firsts.setdefault(peek(event.headers, "ce_id"), event)
        return tuple(event for name, event in firsts.items() if name in ids)


def _letter_in(event: Record) -> EventDeadLettered | None:
    try:
        return msgspec.json.decode(event.value or b"", type=EventDeadLettered)
    except msgspec.MsgspecError:
        return None


def _subject(event: Record) -> str:
    return peek(event.headers, "ce_subject") or (event.key or b"").decode(errors="replace")
