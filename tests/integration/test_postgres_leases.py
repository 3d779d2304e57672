"""Leases in PostgreSQL between the steps of two who want one."""

import asyncio
from datetime import timedelta

import pytest

from grym.adapters.postgres.backend import open_postgres
from grym.adapters.postgres.database import connect
from grym.adapters.postgres.leases import _take
from grym.errors import LeaseLostError

TTL_S = 10


async def test_a_renewal_that_meets_a_takeover_does_not_say_that_the_lease_is_held(empty_dsn: str) -> None:
    """It began before the successor committed and ends after: what it saw of the holder is out of date by then."""
    backend = await open_postgres(empty_dsn)
    successor = await connect(empty_dsn)
    lease = await backend.leases.acquire("p", holder="one", ttl_s=TTL_S)
    assert lease is not None
    await successor.execute("update lease_beats set expires_at = clock_timestamp() - interval '1 minute'")
    taking = successor.transaction()
    await taking.start()
    taken = await _take(successor, "p", holder="two", ttl=timedelta(seconds=TTL_S), grace=timedelta())
    assert taken is not None
    renewing = asyncio.create_task(backend.leases.renew(lease, ttl_s=10 * TTL_S))
    while not await successor.fetchval("select exists (select from pg_locks where not granted)"):
        assert not renewing.done()
    await taking.commit()
    with pytest.raises(LeaseLostError):
        await renewing
    assert await successor.fetchval("select expires_at from lease_beats") == taken.expires_at
    await successor.close()
    await backend.close()
