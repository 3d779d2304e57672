"""What becomes of an event whose attempt failed: parked with its key, held in place, or a dead letter.

`disposition` decides on the error, the catalogue on the topic: ``park`` sets the event aside and lets other keys pass;
``sequence`` does so too, and what waited behind an event that becomes a letter becomes letters with it; ``hold`` keeps
the lane where it is until the event succeeds, since the order of the whole topic is what counts there.
"""

from enum import StrEnum
from typing import assert_never

from consumers.claims import ClaimDesk
from consumers.failures.faults import asked_delay_s, note_of, stack_hash
from consumers.failures.letters import Loss, bury
from consumers.failures.sequences import break_sequence, is_broken
from consumers.identity import record_letter_id, request_of
from consumers.ports import RunnerPorts
from consumers.running.tenure import Tenure, Ticket, policy_of, waiting_key
from consumers.settings import RunnerSettings
from consumers.telemetry import LogName
from consumers.transactions import transact
from grym.errors import Disposition, PermanentError, TransientError, UnavailableError, disposition
from grym.ports.effects import HoldArtifact
from grym.ports.work import OpenWork
from schemas.envelope import peek


class Remedy(StrEnum):
    """What is to be done about a failure."""

    PARK = "park"
    LETTER = "letter"
    HOLD = "hold"
    EXCUSE = "excuse"


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
        self._claims = ClaimDesk(ports.artifacts)

    async def deal(self, ticket: Ticket, error: Exception, *, attempts: int, excused: int = 0) -> Remedy:
        """Do what is to be done about a failed attempt; after `HOLD` and `EXCUSE` the next one is due.

        Parameters
        ----------
        attempts
            Failed attempts that count, this one included.
        excused
            Attempts before this one that did not count.

        Raises
        ------
        Exception
            `error` itself where the tenure must end.
        """
        remedy = self.remedy(ticket, error, attempts=attempts, excused=excused)
        self._ports.telemetry.count("events_failed", of=self._name)
        match remedy:
            case Remedy.PARK:
                await self.park(ticket, error)
            case Remedy.LETTER:
                await self.letter(ticket, error, attempts=attempts)
            case Remedy.HOLD:
                await self.hold(ticket, error, attempts=attempts)
            case Remedy.EXCUSE:
                await self.excuse(ticket, error, excused=excused)
        return remedy

    async def excuse(self, ticket: Ticket, error: Exception, *, excused: int) -> None:
        """Wait until the dependency that failed may be tried again; the attempt does not count (promise 6)."""
        self._ports.telemetry.count("events_excused", of=self._name)
        identity = record_letter_id(self._name, ticket.record)
        delay_s = self._settings.reconnect.delay_s(
            attempts=excused + 1, identity=identity, asked_s=asked_delay_s(error)
        )
        await self._ports.clock.sleep(delay_s)
        await self._ports.breakers.wait_until_clear(self._name)

    async def look_behind(self, ticket: Ticket) -> None:
        """Find out whether anything of a parked record's key still waits, now that it is out of hand."""
        if ticket.parked is not None:
            waiting = await self._backend.parking.waiting_keys(self._name)
            self._tenure.set_waiting(ticket.record, waits=waiting_key(ticket.record) in waiting)
            self._tenure.let_go(ticket.parked)

    async def unpark(self, ticket: Ticket) -> None:
        """Take a record that succeeded out of the parking lot."""
        if ticket.parked is not None:
            number = ticket.parked.parked_id
            await transact(self._backend.work, self._tenure.lease, lambda work: work.unpark(number))

    def remedy(self, ticket: Ticket, error: Exception, *, attempts: int, excused: int = 0) -> Remedy:
        """Choose what to do about a failed attempt.

        A lane is held for as long as a `TransientError` asks for, but an error nobody foresaw gets no more than the
        usual attempts: one event that meets a bug must not stop everybody's lane for ever.

        Raises
        ------
        Exception
            `error` itself where the tenure must end.
        """
        if self._is_excused(error, excused=excused):
            return Remedy.EXCUSE
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

    def _is_excused(self, error: Exception, *, excused: int) -> bool:
        """Return whether a failure is a dependency's and not the event's.

        An adapter that calls everything unavailable must not hold a partition for ever, so patience has an end where
        no breaker confirms that the dependency is away.
        """
        if self._ports.breakers.excuses(self._name, error):
            return True
        return isinstance(error, UnavailableError) and excused < self._settings.max_excuses

    async def hold(self, ticket: Ticket, error: Exception, *, attempts: int) -> None:
        """Wait before the next attempt in place."""
        self._note("event.held", ticket, error, attempts=attempts)
        self._ports.telemetry.count("events_held", of=self._name)
        await self._ports.clock.sleep(self._delay_s(ticket, error, attempts=attempts))

    async def park(self, ticket: Ticket, error: Exception) -> None:
        """Set an event aside with its key, or set a parked one's next attempt."""
        fault, delay_s = note_of(error), self._delay_s(ticket, error, attempts=ticket.attempt)

        async def steps(work: OpenWork) -> None:
            if ticket.parked is not None:
                await work.postpone(ticket.parked.parked_id, fault=fault, delay_s=delay_s)
                return
            await work.park(self._name, ticket.record, fault=fault, delay_s=delay_s)

        await transact(self._backend.work, self._tenure.lease, steps)
        self._tenure.set_waiting(ticket.record, waits=True)
        self._tenure.done(ticket.record)
        self._note("event.parked", ticket, error, attempts=ticket.attempt)
        self._ports.telemetry.count("events_parked", of=self._name)

    async def queue(self, ticket: Ticket) -> None:
        """Let a record wait behind what is parked of its key."""

        async def steps(work: OpenWork) -> None:
            await work.park(self._name, ticket.record, fault=None, delay_s=None)

        await transact(self._backend.work, self._tenure.lease, steps)
        self._tenure.set_waiting(ticket.record, waits=True)  # another lane may have seen the key free in between
        self._tenure.done(ticket.record)
        self._ports.telemetry.count("events_queued", of=self._name)

    async def letter(self, ticket: Ticket, error: Exception, *, attempts: int) -> None:
        """Make a dead letter of an event, and break its sequence where the topic is made of sequences."""
        record, now = ticket.record, self._ports.clock.now()
        kept, uri = await self._claims.fitting(record)
        loss = Loss(
            letter_id=record_letter_id(self._name, record),
            processor=self._name,
            record=kept,
            fault=note_of(error),
            stack=stack_hash(error),
            attempts=attempts,
            first_failed_at=ticket.first_failed_at(now),
            failed_at=now,
        )
        breaks = policy_of(record.topic) == "sequence" and not isinstance(error, SequenceBrokenError)

        async def steps(work: OpenWork) -> None:
            await bury(work, loss)
            if uri is not None:
                await work.apply_all([HoldArtifact(request_id=loss.letter_id, uri=uri)])
            if breaks:
                up_to = self._tenure.taken(record.topic_partition)
                await break_sequence(work, self._backend.states, self._name, record, up_to=up_to)
            if ticket.parked is not None:
                await work.unpark(ticket.parked.parked_id)

        await transact(self._backend.work, self._tenure.lease, steps)
        self._tenure.done(record)
        if breaks:
            self._tenure.break_sequence(record)
        self._note("event.lettered", ticket, error, attempts=attempts)
        self._ports.telemetry.count("events_lettered", of=self._name)

    def is_sequence(self, ticket: Ticket) -> bool:
        """Return whether the records of a topic are useless without those before them."""
        return policy_of(ticket.record.topic) == "sequence"

    async def is_broken(self, ticket: Ticket) -> bool:
        """Return whether a record belongs to a sequence that is broken before it."""
        record = ticket.record
        if not self.is_sequence(ticket):
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
