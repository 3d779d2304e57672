"""Everything that runs in a process that works: processors, long work, and what one process of all does for all."""

import asyncio
from collections.abc import Collection
from typing import TYPE_CHECKING

from consumers.backlog import BacklogWatch
from consumers.ports import RunnerPorts
from consumers.supervisor import Component, Supervisor
from grym.runtime.health import HealthServer
from grym.runtime.planning import adviser_of
from grym.runtime.processors import Workshop, components
from grym.runtime.relaying import relay_of

if TYPE_CHECKING:
    from grym.runtime.opening import Runtime


class Crew:
    """The components of one process; parameters as `grym.runtime.opening.Runtime.supervise` has them."""

    def __init__(
        self, runtime: "Runtime", *, only: Collection[str] | None, grace_s: float, port: int | None = None
    ) -> None:
        safety = runtime.safety
        self._ports = RunnerPorts(
            backend=runtime.backend,
            artifacts=runtime.artifacts,
            clock=runtime.clock,
            holder=runtime.holder,
            telemetry=safety.telemetry,
            breakers=safety.breakers,
            admission=safety.admission,
            tracer=safety.tracer,
        )
        self._shop = Workshop(
            ports=self._ports,
            artifacts=runtime.artifacts,
            cpu=runtime.cpu,
            scratch=runtime.scratch,
            soundfont=runtime.settings.soundfont,
            slots=runtime.settings.cpu_workers,
            grace_s=grace_s,
            home=runtime.settings.home,
            models=runtime.models,
            musicians=runtime.musicians,
            redis=runtime.settings.redis,
            adviser=adviser_of(runtime.settings),
        )
        self._components = [*components(self._shop, only), safety.news, *self._beside(runtime, port)]

    async def run(self, stop: asyncio.Event, *, until_idle: bool) -> None:
        """Run everything until `stop` is set, or until nothing is open."""
        try:
            await Supervisor(self._components, self._ports).run(stop, until_idle=until_idle)
        finally:
            await self._shop.aclose()
            await asyncio.to_thread(self._ports.tracer.close)

    def _beside(self, runtime: "Runtime", port: int | None) -> list[Component]:
        """Return what runs beside the processors: relay, watch over dependencies, health where it is asked for."""
        safety = runtime.safety
        found: list[Component] = [safety.watch()]
        if (relay := relay_of(self._ports)) is not None:
            found.append(relay)
        if port is not None:
            health = HealthServer(safety.telemetry, safety.breakers, host=runtime.settings.listen, port=port)
            found += [health, BacklogWatch(self._ports)]
        return found
