"""Holding on to a lease."""

import asyncio

import pytest

from consumers.running.holding import Holding, compete, held
from consumers.settings import LeaseSettings
from grym.errors import LeaseLostError, UnavailableError
from grym.ports.work import Lease
from tests.contract.fakes import LoopClock, run_virtual
from tests.contract.probe import World, open_world

SETTINGS = LeaseSettings(ttl_s=8.0, renewals_per_ttl=4, compete_s=1.0)


async def take(world: World, *, holder: str = "one") -> Lease:
    """Take the lease."""
    lease = await world.backend.leases.acquire("p", holder=holder, ttl_s=SETTINGS.ttl_s)
    assert lease is not None
    return lease


class Shaky:
    """Leases whose backend is away for the first renewals."""

    def __init__(self, world: World, *, failures: int) -> None:
        self._leases = world.backend.leases
        self.failures = failures

    async def acquire(self, name: str, *, holder: str, ttl_s: float) -> Lease | None:
        """Take a lease."""
        return await self._leases.acquire(name, holder=holder, ttl_s=ttl_s)

    async def renew(self, lease: Lease, *, ttl_s: float) -> Lease:
        """Fail a few times."""
        if self.failures:
            self.failures -= 1
            raise UnavailableError("gone")
        return await self._leases.renew(lease, ttl_s=ttl_s)

    async def release(self, lease: Lease) -> None:
        """Fail."""
        raise UnavailableError("gone", details={"lease": lease.name})


def test_lease_is_renewed_before_it_expires() -> None:
    """Ten lifetimes later nobody else can have it, and it is the newest form that is handed out."""

    async def work() -> None:
        world = open_world()
        lease = await take(world)
        holding = Holding(world.backend.leases, lease, clock=LoopClock(), settings=SETTINGS)
        keeping = asyncio.create_task(holding.keep())
        for _ in range(80):
            await asyncio.sleep(1)
            assert await world.backend.leases.acquire("p", holder="two", ttl_s=1.0) is None
        assert holding.lease.expires_at > lease.expires_at
        assert holding.lease.epoch == lease.epoch
        keeping.cancel()

    run_virtual(work())


def test_loss_is_told_at_the_next_renewal() -> None:
    """Somebody else's lease cannot be renewed."""

    async def work() -> None:
        world = open_world()
        lease = await take(world)
        await world.backend.leases.release(lease)
        await take(world, holder="two")
        holding = Holding(world.backend.leases, lease, clock=LoopClock(), settings=SETTINGS)
        with pytest.raises(LeaseLostError):
            await holding.keep()
        assert LoopClock().monotonic_s() == 2.0

    run_virtual(work())


def test_outage_is_sat_out() -> None:
    """Renewals that fail are tried again; the lease is still ours afterwards, even expired."""

    async def work() -> None:
        world = open_world()
        lease = await take(world)
        shaky = Shaky(world, failures=6)
        holding = Holding(shaky, lease, clock=LoopClock(), settings=SETTINGS)
        keeping = asyncio.create_task(holding.keep())
        await asyncio.sleep(15)
        assert shaky.failures == 0
        assert not keeping.done()
        assert holding.lease.expires_at > lease.expires_at
        keeping.cancel()

    run_virtual(work())


def test_competing_waits_for_release() -> None:
    """The second holder gets the lease within one interval of its release, with a new epoch."""

    async def work() -> None:
        world = open_world()
        lease = await take(world)
        asyncio.get_running_loop().call_later(3.5, lambda: asyncio.ensure_future(world.backend.leases.release(lease)))
        second = await compete(
            world.backend.leases, "p", holder="two", clock=LoopClock(), settings=SETTINGS, stop=asyncio.Event()
        )
        assert second is not None
        assert second.epoch > lease.epoch
        assert LoopClock().monotonic_s() == 4.0

    run_virtual(work())


def test_competing_ends_with_a_stop() -> None:
    """Whoever is stopped while waiting gets nothing."""

    async def work() -> None:
        world = open_world()
        await world.backend.leases.acquire("p", holder="one", ttl_s=1000.0)
        stop = asyncio.Event()
        asyncio.get_running_loop().call_later(2.5, stop.set)
        lease = await compete(world.backend.leases, "p", holder="two", clock=LoopClock(), settings=SETTINGS, stop=stop)
        assert lease is None
        assert LoopClock().monotonic_s() == 2.5

    run_virtual(work())


def test_lease_is_given_back_however_the_block_ends() -> None:
    """After an error the lease is free at once."""

    async def fail(world: World) -> None:
        lease = await take(world)
        async with held(world.backend.leases, lease, clock=LoopClock(), settings=SETTINGS):
            raise ZeroDivisionError

    async def work() -> None:
        world = open_world()
        with pytest.raises(ZeroDivisionError):
            await fail(world)
        assert (await take(world, holder="two")).holder == "two"

    run_virtual(work())


def test_release_that_fails_is_left_to_expiry() -> None:
    """A backend that is away at the end does not hide how the block ended."""

    async def work() -> None:
        world = open_world()
        lease = await take(world)
        async with held(Shaky(world, failures=0), lease, clock=LoopClock(), settings=SETTINGS) as holding:
            assert holding.lease == lease

    run_virtual(work())
