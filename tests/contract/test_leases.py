"""Leases: one holder at a time, an epoch for each, by the backend's clock."""

import asyncio

import pytest

from grym.errors import LeaseLostError
from tests.contract.backends import Kit


async def test_a_free_lease_is_taken_and_a_held_one_is_not(kit: Kit) -> None:
    """Also not by its own holder a second time."""
    lease = await kit.backend.leases.acquire("p", holder="one", ttl_s=10)
    assert lease is not None
    assert (lease.name, lease.holder, lease.epoch) == ("p", "one", 1)
    assert await kit.backend.leases.acquire("p", holder="two", ttl_s=10) is None
    assert await kit.backend.leases.acquire("p", holder="one", ttl_s=10) is None
    assert await kit.backend.leases.acquire("q", holder="two", ttl_s=10) is not None


async def test_every_holder_gets_a_higher_epoch(kit: Kit) -> None:
    """After an expiry and after a release alike."""
    first = await kit.backend.leases.acquire("p", holder="one", ttl_s=1)
    await kit.pass_time(2)
    second = await kit.backend.leases.acquire("p", holder="two", ttl_s=10)
    assert first is not None
    assert second is not None
    await kit.backend.leases.release(second)
    third = await kit.backend.leases.acquire("p", holder="one", ttl_s=10)
    assert third is not None
    assert (first.epoch, second.epoch, third.epoch) == (1, 2, 3)


async def test_renewing_holds_on(kit: Kit) -> None:
    """The new expiry is later and keeps others out."""
    lease = await kit.backend.leases.acquire("p", holder="one", ttl_s=5)
    assert lease is not None
    await kit.pass_time(4)
    renewed = await kit.backend.leases.renew(lease, ttl_s=5)
    assert renewed.epoch == lease.epoch
    await kit.pass_time(3)
    assert await kit.backend.leases.acquire("p", holder="two", ttl_s=5) is None


async def test_an_expired_lease_that_nobody_took_may_be_renewed(kit: Kit) -> None:
    """Nothing happened in between."""
    lease = await kit.backend.leases.acquire("p", holder="one", ttl_s=1)
    assert lease is not None
    await kit.pass_time(5)
    assert (await kit.backend.leases.renew(lease, ttl_s=5)).epoch == lease.epoch


async def test_a_lost_lease_is_not_renewed_and_released_in_silence(kit: Kit) -> None:
    """Giving back what one lost does not take it from its holder."""
    lost = await kit.backend.leases.acquire("p", holder="one", ttl_s=1)
    assert lost is not None
    await kit.pass_time(2)
    assert await kit.backend.leases.acquire("p", holder="two", ttl_s=10) is not None
    with pytest.raises(LeaseLostError):
        await kit.backend.leases.renew(lost, ttl_s=5)
    await kit.backend.leases.release(lost)
    assert await kit.backend.leases.acquire("p", holder="one", ttl_s=1) is None


async def test_a_released_lease_is_not_renewed(kit: Kit) -> None:
    """It is nobody's."""
    lease = await kit.backend.leases.acquire("p", holder="one", ttl_s=10)
    assert lease is not None
    await kit.backend.leases.release(lease)
    with pytest.raises(LeaseLostError):
        await kit.backend.leases.renew(lease, ttl_s=5)


async def test_of_many_who_compete_one_wins(kit: Kit) -> None:
    """Through connections of several processes."""
    other = await kit.again()
    tries = [
        backend.leases.acquire("p", holder=f"{n}", ttl_s=10) for n in range(10) for backend in (kit.backend, other)
    ]
    taken = [lease for lease in await asyncio.gather(*tries) if lease is not None]
    assert [lease.epoch for lease in taken] == [1]
