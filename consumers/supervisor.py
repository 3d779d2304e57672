"""Running processors, workers and timers together: one failure ends all, one stop ends all gracefully.

`until_idle` ends by itself once nothing is left to do: no record behind a reader, nothing parked, no job open, nothing
in anybody's hands, seen twice in a row.
"""

import asyncio
from collections.abc import Sequence
from typing import Protocol

from consumers.ports import RunnerPorts
from consumers.settings import SupervisorSettings
from consumers.waits import cancel_all, sleep_unless
from grym.errors import TransientError


class Component(Protocol):
    """Something that runs until it is told to stop."""

    @property
    def name(self) -> str:
        """What it is called in logs."""
        ...

    @property
    def in_hand(self) -> int:
        """How much it is working on."""
        ...

    async def run(self, stop: asyncio.Event) -> None:
        """Run until `stop` is set, then end gracefully."""
        ...


class Supervisor:
    """Runs components of one process together."""

    def __init__(
        self, components: Sequence[Component], ports: RunnerPorts, settings: SupervisorSettings | None = None
    ) -> None:
        self._components = tuple(components)
        self._ports = ports
        self._settings = settings or SupervisorSettings()

    async def run(self, stop: asyncio.Event, *, until_idle: bool = False) -> None:
        """Run everything until `stop` is set, or, with `until_idle`, until nothing is left to do.

        Raises
        ------
        ExceptionGroup
            What ended a component; the others were ended with it.
        """
        halt = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(component.run(halt), name=component.name) for component in self._components]
            relay = group.create_task(_relay(stop, halt))
            if until_idle:
                group.create_task(self._watch(halt))
            if tasks:
                await asyncio.wait(tasks)
            halt.set()
            await cancel_all(relay)
        self._ports.telemetry.log("supervisor.stopped")

    async def idle(self) -> bool:
        """Return whether nothing is open, in the backend and in this process."""
        if any(component.in_hand for component in self._components):
            return False
        counts = await self._ports.backend.counters.open_work()
        return not any(counts.values())

    async def _watch(self, halt: asyncio.Event) -> None:
        looks = 0
        while not halt.is_set():
            try:
                looks = looks + 1 if await self.idle() else 0
            except TransientError:
                looks = 0
            if looks > 1:
                self._ports.telemetry.log("supervisor.idle")
                halt.set()
                return
            await sleep_unless(halt, self._ports.clock, self._settings.settle_s)


async def _relay(stop: asyncio.Event, halt: asyncio.Event) -> None:
    await stop.wait()
    halt.set()
