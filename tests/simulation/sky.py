"""What befalls everybody at once: dependencies that are away or slow, and a clock that jumps.

Two clocks matter. The database's tells leases, timers and the time of appending, and may be set forward or back. A
process measures with a clock that only rises.
"""

import asyncio
import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from grym.errors import UnavailableError
from tests.contract.fakes import EPOCH
from tests.simulation.ledger import Ledger

DATABASE, LOG, ARTIFACTS = "database", "log", "artifacts"


class SimulatedClock:
    """The time of the running loop, counted from an epoch that may be moved."""

    def __init__(self) -> None:
        self._offset_s = 0.0

    def jump(self, seconds: float) -> None:
        """Set the wall clock forward, or back."""
        self._offset_s += seconds

    def now(self) -> datetime:
        """Return the wall clock's time."""
        return EPOCH + timedelta(seconds=asyncio.get_running_loop().time() + self._offset_s)

    def monotonic_s(self) -> float:
        """Return what has passed on the loop."""
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


@dataclass(slots=True, kw_only=True)
class Sky:
    """The state of the world, and its weather.

    Parameters
    ----------
    dependencies
        What may be away in this form of the world.
    """

    chance: random.Random
    clock: SimulatedClock
    ledger: Ledger
    dependencies: tuple[str, ...]
    away: set[str] = field(default_factory=set)
    slow: set[str] = field(default_factory=set)
    outage_s: float = 0.0

    def check(self, dependency: str) -> None:
        """Refuse a call to what is away."""
        if dependency in self.away:
            self.ledger.count(f"calls refused: {dependency} away")
            raise UnavailableError(f"the {dependency} is away", code=f"{dependency}.away")

    async def change(self) -> None:
        """Let the weather change now and then, until cancelled; whatever was broken is mended then."""
        try:
            while True:
                await asyncio.sleep(self.chance.random() * 15)
                await self._one()
        finally:
            self.away.clear()
            self.slow.clear()

    async def _one(self) -> None:
        match self.chance.choice(["away", "away", "slow", "jump"]):
            case "away":
                await self._lasting(self.away, self.chance.choice(self.dependencies), "away")
            case "slow":
                await self._lasting(self.slow, DATABASE, "slow")
            case _:
                self.ledger.count("clock jumps")
                self.clock.jump(self.chance.uniform(-20.0, 40.0))

    async def _lasting(self, which: set[str], dependency: str, what: str) -> None:
        self.ledger.count(f"{dependency} {what}")
        seconds = self.chance.random() * 8
        self.outage_s += seconds
        which.add(dependency)
        await asyncio.sleep(seconds)
        which.discard(dependency)
