"""Durable timers: rows that become ``timer.fired`` when they are due, in one transaction (promise 9).

Several processes may look at once: rows are taken with locks that others skip. A timer that fires twice would carry
the same id.
"""

import asyncio
import uuid

from consumers.ports import RunnerPorts
from consumers.settings import TimerSettings
from consumers.transactions import transact
from consumers.waits import sleep_unless
from grym.errors import TransientError
from grym.ports.work import DueTimer, OpenWork
from schemas.envelope import Envelope, encode
from schemas.events import TimerFired
from schemas.records import Message

SOURCE = "grym/timers"
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:grym:timer")


class TimerService:
    """Fires timers until stopped."""

    name = "timers"
    in_hand = 0

    def __init__(self, ports: RunnerPorts, settings: TimerSettings | None = None) -> None:
        self._ports = ports
        self._settings = settings or TimerSettings()

    async def run(self, stop: asyncio.Event) -> None:
        """Fire what is due, look again soon, until `stop` is set; a backend that is away is waited for."""
        failures = 0
        while not stop.is_set():
            try:
                fired, failures = await self.fire(), 0
            except TransientError as error:
                failures += 1
                self._ports.telemetry.count("interruptions", of=self.name)
                self._ports.telemetry.log("runner.interrupted", processor=self.name, code=error.code)
                fired = 0
            if fired < self._settings.batch:
                await sleep_unless(stop, self._ports.clock, self._pause_s(failures))

    def _pause_s(self, failures: int) -> float:
        """Return when to look again: soon, and less and less often where the backend is away."""
        if not failures:
            return self._settings.poll_s
        return self._settings.reconnect.delay_s(attempts=failures, identity=self.name)

    async def fire(self) -> int:
        """Fire the timers that are due now, up to one batch; return how many."""
        due = await transact(self._ports.backend.work, None, self._take)
        if due:
            self._ports.telemetry.count("timers_fired", len(due))
            self._ports.telemetry.log("timers.fired", count=len(due))
        return len(due)

    async def _take(self, work: OpenWork) -> list[DueTimer]:
        due = await work.take_due_timers(limit=self._settings.batch)
        if due:
            await work.append([fired_message(timer) for timer in due])
        return due


def fired_message(timer: DueTimer) -> Message:
    """Return the event of a timer; its id depends on the timer alone."""
    body = TimerFired(timer_id=timer.timer_id, purpose=timer.purpose)
    return encode(
        Envelope(
            id=str(uuid.uuid5(_NAMESPACE, timer.timer_id)),
            source=SOURCE,
            type=TimerFired.TYPE,
            subject=timer.subject,
            time=timer.now,
            body=body,
            correlation_id=timer.subject,
            causation_id=timer.cause_id,
            run_no=timer.run_no,
        )
    )
