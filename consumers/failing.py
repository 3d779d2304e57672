"""What becomes of an event whose attempt failed: parked with its key, held in place, or a dead letter.

`disposition` decides on the error, the catalogue on the topic: ``park`` sets the event aside and lets other keys pass;
``sequence`` does so too, and what waited behind an event that becomes a letter becomes letters with it; ``hold`` keeps
the lane where it is until the event succeeds, since the order of the whole topic is what counts there.
"""

from enum import StrEnum
from typing import assert_never

from consumers.faults import asked_delay_s, note_of, stack_hash
from consumers.identity import letter_entry, record_letter_id, request_of
from consumers.letters import Loss, bury
from consumers.ports import RunnerPorts
from consumers.sequences import break_sequence, is_broken
from consumers.settings import RunnerSettings
from consumers.telemetry import LogName
from consumers.tenure import Tenure, Ticket, policy_of
from consumers.transactions import transact
from grym.errors import Disposition, PermanentError, TransientError, disposition
from grym.ports.work import OpenWork
from schemas.envelope import peek


class Remedy(StrEnum):
    """What is to be done about a failure."""

    PARK = "park"
    LETTER = "letter"
    HOLD = "hold"


class SequenceBrokenError(PermanentError):
    """The event belongs to a sequence whose earlier part could not be processed."""

    default_code = "sequence.broken"


class Failing:
    """Deals with the failures of one processor in one tenure."""

    def __init__(self, name: str, ports: RunnerPorts, settings: RunnerSettings, tenure: Tenure) -> None:
        self._name = name
        self._ports = ports
        self._backend = ports.backend
        self._settings = settings
        self._tenure = tenure

    def remedy(self, ticket: Ticket, error: Exception, *, attempts: int) -> Remedy:
        """Choose what to do about a failed attempt.

        A lane is held for as long as a `TransientError` asks for, but an error nobody foresaw gets no more than the
        usual attempts: one event that meets a bug must not stop everybody's lane for ever.

        Raises
        ------
        Exception
            `error` itself where the tenure must end.
        """
        wanted = disposition(error)
        match wanted:
            case Disposition.CRASH:
                raise error
            case Disposition.DEAD_LETTER:
                return Remedy.LETTER
            case Disposition.PARK:
                holds = policy_of(ticket.record.topic) == "hold"
                patient = holds and isinstance(error, TransientError)
                if self._settings.retry.exhausted(attempts) and not patient:
                    return Remedy.LETTER
                return Remedy.HOLD if holds else Remedy.PARK
        assert_never(wanted)

    async def hold(self, ticket: Ticket, error: Exception, *, attempts: int) -> None:
        """Wait before the next attempt in place."""
        self._note("event.held", ticket, error, attempts=attempts)
        self._ports.telemetry.count("events_held")
        await self._ports.clock.sleep(self._delay_s(ticket, error, attempts=attempts))

    async def park(self, ticket: Ticket, error: Exception) -> None:
        """Set an event aside with its key, or set a parked one's next attempt."""
        fault, delay_s = note_of(error), self._delay_s(ticket, error, attempts=ticket.attempt)

        async def steps(work: OpenWork) -> int:
            if ticket.parked is not None:
                await work.postpone(ticket.parked.parked_id, fault=fault, delay_s=delay_s)
                return 0
            await work.park(self._name, ticket.record, fault=fault, delay_s=delay_s)
            return await self._tenure.settle(work, ticket)

        line = await transact(self._backend.work, self._tenure.lease, steps)
        self._tenure.settled(ticket, line)
        self._tenure.set_waiting(ticket.record, waits=True)
        self._note("event.parked", ticket, error, attempts=ticket.attempt)
        self._ports.telemetry.count("events_parked")

    async def queue(self, ticket: Ticket) -> None:
        """Let a record wait behind what is parked of its key."""

        async def steps(work: OpenWork) -> int:
            await work.park(self._name, ticket.record, fault=None, delay_s=None)
            return await self._tenure.settle(work, ticket)

        line = await transact(self._backend.work, self._tenure.lease, steps)
        self._tenure.settled(ticket, line)
        self._tenure.set_waiting(ticket.record, waits=True)  # another lane may have seen the key free in between
        self._ports.telemetry.count("events_queued")

    async def letter(self, ticket: Ticket, error: Exception, *, attempts: int) -> None:
        """Make a dead letter of an event, and break its sequence where the topic is made of sequences."""
        record, now = ticket.record, self._ports.clock.now()
        loss = Loss(
            letter_id=record_letter_id(self._name, record),
            processor=self._name,
            record=record,
            fault=note_of(error),
            stack=stack_hash(error),
            attempts=attempts,
            first_failed_at=ticket.first_failed_at(now),
            failed_at=now,
        )
        breaks = policy_of(record.topic) == "sequence" and not isinstance(error, SequenceBrokenError)

        async def steps(work: OpenWork) -> int:
            await bury(work, loss)
            if breaks:
                up_to = self._tenure.taken(record.topic_partition)
                await break_sequence(work, self._backend.states, self._name, record, up_to=up_to)
            return await self._tenure.settle(work, ticket)

        line = await transact(self._backend.work, self._tenure.lease, steps)
        self._tenure.settled(ticket, line)
        if breaks:
            self._tenure.break_sequence(record)
        self._note("event.lettered", ticket, error, attempts=attempts)
        self._ports.telemetry.count("events_lettered")

    async def was_lettered(self, ticket: Ticket) -> bool:
        """Return whether an earlier holder gave this record up already."""
        if ticket.parked is not None or not self._tenure.may_be_known(ticket.record):
            return False
        entry = letter_entry(self._name, record_letter_id(self._name, ticket.record))
        return await self._backend.progress.seen(entry)

    async def is_broken(self, ticket: Ticket) -> bool:
        """Return whether a record belongs to a sequence that is broken before it."""
        record = ticket.record
        if policy_of(record.topic) != "sequence":
            return False
        waited = ticket.parked is not None and ticket.parked.fault is None
        if waited or self._tenure.may_be_broken(record):
            return await is_broken(self._backend.states, self._name, record)
        return False

    def _delay_s(self, ticket: Ticket, error: Exception, *, attempts: int) -> float:
        identity = record_letter_id(self._name, ticket.record)
        return self._settings.retry.delay_s(attempts=attempts, identity=identity, asked_s=asked_delay_s(error))

    def _note(self, name: LogName, ticket: Ticket, error: Exception, *, attempts: int) -> None:
        record, fault = ticket.record, note_of(error)
        self._ports.telemetry.log(
            name,
            processor=self._name,
            topic=record.topic,
            partition=record.partition,
            position=record.position,
            request_id=request_of(record),
            correlation_id=peek(record.headers, "ce_correlationid"),
            type=peek(record.headers, "ce_type"),
            attempts=attempts,
            error_class=fault.error_class,
            code=fault.code,
            stack=stack_hash(error),
        )
