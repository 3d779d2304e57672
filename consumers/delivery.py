"""Delivering one record to one processor, from the first look to the moment it is out of hand.

The order of the looks matters: what is known to be a letter is left alone, what waits behind a parked record of its
key queues, and only then is the event understood and decided.
"""

from consumers.attempt import Attempt, ProcessingError
from consumers.failing import Failing, Remedy, SequenceBrokenError
from consumers.ports import RunnerPorts
from consumers.settings import RunnerSettings
from consumers.tenure import Tenure, Ticket, waiting_key
from grym.errors import LeaseLostError, UnavailableError
from grym.ports.work import Admission
from schemas.envelope import peek
from streams.processor import AnyProcessor


class Delivery:
    """Delivers the records of one processor during one tenure."""

    def __init__(self, processor: AnyProcessor, ports: RunnerPorts, settings: RunnerSettings, tenure: Tenure) -> None:
        self._name = processor.name
        self._ports = ports
        self._tenure = tenure
        self._attempt = Attempt(processor, ports, settings, tenure)
        self._failing = Failing(processor.name, ports, settings, tenure)

    async def deliver(self, ticket: Ticket) -> None:
        """Take a record out of hand: done, parked, queued or a letter."""
        if await self._failing.was_lettered(ticket):
            self._tenure.skip(ticket.record)
        elif ticket.parked is None and self._tenure.waits(ticket.record):
            await self._failing.queue(ticket)
        elif await self._failing.is_broken(ticket):
            error = SequenceBrokenError("an earlier record of this sequence became a dead letter")
            await self._failing.letter(ticket, error, attempts=ticket.attempt)
        else:
            await self._try_until_settled(ticket)
        if ticket.parked is not None:
            await self._look_behind(ticket)

    async def _try_until_settled(self, ticket: Ticket) -> None:
        attempts = ticket.attempt
        while (error := await self._try(ticket)) is not None:
            match self._failing.remedy(ticket, error, attempts=attempts):
                case Remedy.PARK:
                    return await self._failing.park(ticket, error)
                case Remedy.LETTER:
                    return await self._failing.letter(ticket, error, attempts=attempts)
                case Remedy.HOLD:
                    await self._failing.hold(ticket, error, attempts=attempts)
            attempts += 1
        return None

    async def _try(self, ticket: Ticket) -> Exception | None:
        """Return what the event failed with; a backend that is away is raised."""
        try:
            admission = await self._attempt.make(ticket)
        except ProcessingError as failure:
            return failure.error
        except (LeaseLostError, UnavailableError):
            raise
        except Exception as error:  # noqa: BLE001 - one event's trouble must not stop the others; disposition decides
            return error
        self._note(ticket, admission)
        return None

    async def _look_behind(self, ticket: Ticket) -> None:
        """Find out whether anything of the key still waits, now that its head may be gone."""
        waiting = await self._ports.backend.parking.waiting_keys(self._name)
        self._tenure.set_waiting(ticket.record, waits=waiting_key(ticket.record) in waiting)

    def _note(self, ticket: Ticket, admission: Admission) -> None:
        done = admission is Admission.NEW
        record = ticket.record
        self._ports.telemetry.count("events_done" if done else "events_duplicate")
        self._ports.telemetry.log(
            "event.done" if done else "event.duplicate",
            processor=self._name,
            type=peek(record.headers, "ce_type"),
            id=peek(record.headers, "ce_id"),
            correlation_id=peek(record.headers, "ce_correlationid"),
            topic=record.topic,
            partition=record.partition,
            position=record.position,
            attempt=ticket.attempt,
        )
