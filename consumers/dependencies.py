"""Asks every dependency now and then whether it answers, through its breaker.

So a breaker opens without traffic and closes without risking an event: it is this watch that tries first, as a rule.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from consumers.waits import TimeLimitError, cancel_all, sleep_unless, within
from grym.errors import UnavailableError
from grym.ports.breaker import Breakers
from grym.ports.clock import Clock

Ping = Callable[[], Coroutine[Any, Any, object]]
"""A cheap question; any answer will do, an error says that there is none."""

EVERY_S = 5.0
"""Seconds between two questions to a dependency that is well: cheap enough."""
SOON_S = 1.0
"""Seconds until a dependency that has just failed is asked again: an outage is known within some seconds."""
LIMIT_S = 4.0
"""Seconds a question may take: one that is never answered must not keep the others from being asked again."""
SOONEST_S = 0.05
"""Shortest wait before an ill dependency is asked again, when somebody else is trying it already."""


class DependencyWatch:
    """Asks until stopped; a component.

    Parameters
    ----------
    pings
        The question to each dependency, by the name of its breaker.
    """

    name = "dependencies"
    in_hand = 0

    def __init__(self, pings: Mapping[str, Ping], *, breakers: Breakers, clock: Clock) -> None:
        self._pings = dict(pings)
        self._breakers = breakers
        self._clock = clock

    async def run(self, stop: asyncio.Event) -> None:
        """Ask each dependency in a loop of its own, until `stop` is set."""
        async with asyncio.TaskGroup() as group:
            for dependency, ping in self._pings.items():
                group.create_task(self._watch(dependency, ping, stop), name=f"watch-{dependency}")

    async def _watch(self, dependency: str, ping: Ping, stop: asyncio.Event) -> None:
        while not stop.is_set():
            asking = asyncio.ensure_future(self._answers(dependency, ping))
            stopping = asyncio.ensure_future(stop.wait())
            try:
                await asyncio.wait((asking, stopping), return_when=asyncio.FIRST_COMPLETED)
                answered = asking.done() and asking.result()
            finally:
                await cancel_all(asking, stopping)
            await sleep_unless(stop, self._clock, self._pause_s(dependency, answered=answered))

    async def _answers(self, dependency: str, ping: Ping) -> bool:
        async def limited() -> None:
            try:
                await within(LIMIT_S, ping())
            except TimeLimitError as error:
                raise UnavailableError(f"{dependency} did not answer", code="dependency.timeout") from error

        try:
            await self._breakers.breaker(dependency).call(limited)
        except Exception:  # noqa: BLE001 - whatever it is, the breaker has taken note, and it will be asked again
            return False
        return True

    def _pause_s(self, dependency: str, *, answered: bool) -> float:
        """Return when to ask again: as soon as one may try, soon after a failure, otherwise at leisure."""
        breaker = self._breakers.breaker(dependency)
        if breaker.state == "closed":
            return EVERY_S if answered else SOON_S
        return max(SOONEST_S, breaker.retry_after_s)
