"""Processes of one simulated afternoon: they die, freeze, stop and come back, as the seed has it."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass

from consumers.ports import RunnerPorts
from consumers.supervisor import Component, Supervisor
from tests.simulation.mortal import Life
from tests.simulation.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Household:
    """What runs over one world.

    Parameters
    ----------
    chance
        The chance of the whole afternoon.
    crash
        Share of commits at which a process dies.
    components
        Returns what one process runs.
    """

    seed: int
    world: World
    chance: random.Random
    crash: float
    components: Callable[[RunnerPorts], list[Component]]

    async def restarting(self, name: str) -> None:
        """Run a process; when it dies or stops, start it again a while later."""
        for number in range(1000):
            holder = f"{name}{number}"
            life = self.life(holder, crash=self.crash)
            stop = asyncio.Event()
            ports = self.world.ports(holder, name, life)
            process = asyncio.create_task(Supervisor(self.components(ports), ports).run(stop))
            life.at_death(process.cancel)
            weather = asyncio.create_task(self._weather(life, stop))
            try:
                await asyncio.wait([process])
                if not life.dead:
                    process.result()
            finally:
                life.end()
                process.cancel()
                weather.cancel()
                await asyncio.gather(process, weather, return_exceptions=True)
            await asyncio.sleep(self.chance.random() * 3)

    def life(self, holder: str, *, crash: float) -> Life:
        """Return the life of a process."""
        return Life(f"{self.seed}/{holder}", self.world.ledger, self.world.sky, crash=crash)

    async def _weather(self, life: Life, stop: asyncio.Event) -> None:
        while not stop.is_set():
            await asyncio.sleep(self.chance.random() * 12)
            match self.chance.choice(["kill", "freeze", "freeze", "stop"]):
                case "kill":
                    life.die()
                case "freeze":
                    await life.freeze(self.chance.random() * 10)
                case _:
                    self.world.ledger.count("graceful stops")
                    stop.set()
