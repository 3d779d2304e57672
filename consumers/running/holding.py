"""Holding on to a lease: renewed well before it expires, given back at the end, lost at once when somebody else has it.

A renewal that fails because the backend is away is tried again: an expired lease that nobody took may be renewed, and
every commit is fenced by the lease's epoch anyway.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from consumers.settings import LeaseSettings
from consumers.waits import sleep_unless
from grym.errors import LeaseLostError, TransientError
from grym.ports.clock import Clock
from grym.ports.work import Lease, Leases


class Holding:
    """A lease in hand; `lease` is always the newest form of it."""

    def __init__(self, leases: Leases, lease: Lease, *, clock: Clock, settings: LeaseSettings) -> None:
        self._leases = leases
        self._clock = clock
        self._settings = settings
        self.lease = lease

    async def keep(self) -> None:
        """Renew until cancelled.

        Raises
        ------
        LeaseLostError
            When somebody else holds the lease.
        """
        while True:
            await self._clock.sleep(self._settings.ttl_s / self._settings.renewals_per_ttl)
            try:
                self.lease = await self._leases.renew(self.lease, ttl_s=self._settings.ttl_s)
            except LeaseLostError:
                raise
            except TransientError:
                continue

    async def release(self) -> None:
        """Give the lease back; if that fails it expires by itself."""
        try:
            await self._leases.release(self.lease)
        except TransientError:
            return


async def compete(
    leases: Leases, name: str, *, holder: str, clock: Clock, settings: LeaseSettings, stop: asyncio.Event
) -> Lease | None:
    """Wait for a lease; None when stopped before it was free.

    Raises
    ------
    UnavailableError
        When the backend is away.
    """
    while not stop.is_set():
        lease = await leases.acquire(name, holder=holder, ttl_s=settings.ttl_s)
        if lease is not None:
            return lease
        await sleep_unless(stop, clock, settings.compete_s)
    return None


def holding_by_name(
    leases: Leases, *, holder: str, clock: Clock, settings: LeaseSettings
) -> Callable[[str, asyncio.Event], AbstractAsyncContextManager[Holding | None]]:
    """Return how to wait for a lease by its name and hold it during a block; None when stopped before it was free."""

    @asynccontextmanager
    async def hold(name: str, stop: asyncio.Event) -> AsyncIterator[Holding | None]:
        lease = await compete(leases, name, holder=holder, clock=clock, settings=settings, stop=stop)
        if lease is None:
            yield None
            return
        async with held(leases, lease, clock=clock, settings=settings) as holding:
            yield holding

    return hold


@asynccontextmanager
async def held(leases: Leases, lease: Lease, *, clock: Clock, settings: LeaseSettings) -> AsyncIterator[Holding]:
    """Give a lease back when the block ends, however it ends."""
    holding = Holding(leases, lease, clock=clock, settings=settings)
    try:
        yield holding
    finally:
        await holding.release()
