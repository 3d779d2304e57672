"""Delivering records to a processor with a state, from the first look to the moment they are out of hand.

The order of the looks matters: what is known to be a letter is left alone, what waits behind a parked record of its
key queues, and only then are events understood and decided.
"""

from consumers.failures.failing import Failing, Remedy, SequenceBrokenError
from consumers.ports import RunnerPorts
from consumers.running.attempt import Attempt
from consumers.running.tenure import Tenure, Ticket
from consumers.running.units import Desk
from consumers.settings import RunnerSettings
from consumers.telemetry import LogName
from grym.ports.work import Admission
from schemas.envelope import peek
from streams.processor import AnyProcessor


class Delivery:
    """Delivers the records of one processor during one tenure."""

    def __init__(
        self, processor: AnyProcessor, ports: RunnerPorts, settings: RunnerSettings, tenure: Tenure, desk: Desk
    ) -> None:
        self._name = processor.name
        self._ports = ports
        self._tenure = tenure
        self._attempt = Attempt(processor, ports, settings, desk, self._settled)
        self._failing = Failing(processor.name, ports, settings, tenure)
        self._tells = ports.telemetry.tells("event.done")

    async def deliver(self, run: list[Ticket]) -> None:
        """Take a run of records of one lane out of hand, in order: done, parked, queued or letters."""
        at = 0
        while at < len(run):
            if await self._put_aside(run[at]):
                at += 1
                continue
            at += await self._try(self._clear(run, at))

    async def _put_aside(self, ticket: Ticket) -> bool:
        """Deal with a record that is not to be tried now; False for one that is."""
        record = ticket.record
        if ticket.parked is None and self._tenure.was_given_up(record):
            self._tenure.done(record)
        elif ticket.parked is None and self._tenure.waits(record):
            await self._failing.queue(ticket)
        elif await self._failing.is_broken(ticket):
            error = SequenceBrokenError("an earlier record of this sequence became a dead letter")
            await self._failing.letter(ticket, error, attempts=ticket.attempt)
            await self._failing.look_behind(ticket)
        else:
            return False
        return True

    def _clear(self, run: list[Ticket], at: int) -> list[Ticket]:
        """Return the tickets from `at` on that nothing is known against; a parked one is tried alone."""
        clear = [run[at]]
        if run[at].parked is not None or self._failing.is_sequence(run[at]):
            return clear
        for ticket in run[at + 1 :]:
            if ticket.parked is not None or self._tenure.waits(ticket.record) or self._failing.is_sequence(ticket):
                break
            if self._tenure.was_given_up(ticket.record):
                break
            clear.append(ticket)
        return clear

    async def _try(self, run: list[Ticket]) -> int:
        """Try a run until something of it is out of hand, and return how much."""
        attempts, excused = run[0].attempt, 0
        while True:
            began_s = self._ports.clock.monotonic_s()
            made = await self._attempt.make(run)
            took_s = self._ports.clock.monotonic_s() - began_s
            self._ports.telemetry.observe("event_seconds", took_s, of=self._name, times=made.count)
            if made.count and run[0].parked is not None:
                await self._failing.look_behind(run[0])
            if made.error is None:
                return made.count
            if made.count:  # what failed is another event, which is tried from the start
                return made.count + await self._try(run[made.count :])
            failed_at = self._ports.clock.now()
            remedy = await self._failing.deal(run[0], made.error, attempts=attempts, excused=excused)
            if remedy in {Remedy.PARK, Remedy.LETTER}:
                await self._failing.look_behind(run[0])
                return 1
            attempts += remedy is Remedy.HOLD
            excused += remedy is Remedy.EXCUSE
            run = [run[0].held(failed_at) if remedy is Remedy.HOLD else run[0]]

    def _settled(self, ticket: Ticket, admission: Admission) -> None:
        """Note that an event had its effect, now or before."""
        is_new = admission is Admission.NEW
        self._tenure.done(ticket.record)
        self._ports.telemetry.count("events_done" if is_new else "events_duplicate", of=self._name)
        age = self._ports.clock.now() - ticket.record.appended_at
        self._ports.telemetry.observe("event_age_seconds", age.total_seconds(), of=self._name)
        if self._tells:
            self._tell(ticket, "event.done" if is_new else "event.duplicate")

    def _tell(self, ticket: Ticket, name: LogName) -> None:
        record = ticket.record
        self._ports.telemetry.log(
            name,
            processor=self._name,
            type=peek(record.headers, "ce_type"),
            id=peek(record.headers, "ce_id"),
            correlation_id=peek(record.headers, "ce_correlationid"),
            topic=record.topic,
            partition=record.partition,
            position=record.position,
            attempt=ticket.attempt,
        )
