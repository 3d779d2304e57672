"""How much waits in the whole system, read now and then for the metrics of a process that shows any."""

import asyncio

from consumers.ports import RunnerPorts
from consumers.waits import sleep_unless
from grym.errors import TransientError
from grym.ports.metrics import MetricName

EVERY_S = 10.0
"""Seconds between looks: three cheap questions to the backend, and alerts look at minutes."""
MOST_LETTERS = 1000
"""Open letters counted; past that the number says ``many``, and somebody is told anyway."""

_GAUGES: dict[str, MetricName] = {"records": "lag_records", "parked": "parked_records"}


class BacklogWatch:
    """Looks until stopped; a component."""

    name = "backlog"
    in_hand = 0

    def __init__(self, ports: RunnerPorts) -> None:
        self._ports = ports

    async def run(self, stop: asyncio.Event) -> None:
        """Look now and then until `stop` is set; a backend that is away leaves the numbers as they were."""
        while not stop.is_set():
            try:
                await self.look()
            except TransientError:
                self._ports.telemetry.count("interruptions", of=self.name)
            await sleep_unless(stop, self._ports.clock, EVERY_S)

    async def look(self) -> None:
        """Set the gauges."""
        telemetry, backend = self._ports.telemetry, self._ports.backend
        counts = await backend.counters.open_work()
        for key, name in _GAUGES.items():
            telemetry.gauge(name, counts.get(key, 0))
        telemetry.gauge("letters_open", len(await backend.letters.letters(state="open", limit=MOST_LETTERS)))
