"""After an outage of a shared server: whoever held a lease when it went away has one lifetime to come back."""

import pytest

from grym.adapters.postgres.backend import open_postgres
from grym.adapters.postgres.database import connect

LONG_S = 24 * 3600.0
"""Longer than the server of the tests has been up."""


async def expire(dsn: str, *, ago: str) -> None:
    """Let every lease have expired some time before now."""
    connection = await connect(dsn)
    await connection.execute("update lease_beats set expires_at = clock_timestamp() - $1::text::interval", ago)
    await connection.close()


@pytest.mark.parametrize(
    ("has_grace", "expired_ago", "ttl_s", "is_taken"),
    [
        (True, "1 second", LONG_S, False),  # the server has been up for less than a lifetime
        (True, "1 second", 0.001, True),  # its holder had a whole lifetime to come back
        (True, "2 days", LONG_S, True),  # nobody comes back after that long
        (False, "1 second", LONG_S, True),  # a server of one's own waits for nobody
    ],
)
async def test_an_expired_lease_is_left_to_its_holder_for_a_while(
    empty_dsn: str, *, has_grace: bool, expired_ago: str, ttl_s: float, is_taken: bool
) -> None:
    """And whoever comes back in time goes on under the same epoch."""
    backend = await open_postgres(empty_dsn, has_grace=has_grace)
    held = await backend.leases.acquire("p", holder="one", ttl_s=ttl_s)
    assert held is not None
    await expire(empty_dsn, ago=expired_ago)
    taken = await backend.leases.acquire("p", holder="two", ttl_s=ttl_s)
    assert (taken is not None) is is_taken
    if not is_taken:
        assert (await backend.leases.renew(held, ttl_s=ttl_s)).epoch == held.epoch
    await backend.close()


async def test_a_lease_that_was_given_back_is_free_at_once(empty_dsn: str) -> None:
    """Its holder does not come back."""
    backend = await open_postgres(empty_dsn, has_grace=True)
    held = await backend.leases.acquire("p", holder="one", ttl_s=LONG_S)
    assert held is not None
    await backend.leases.release(held)
    assert await backend.leases.acquire("p", holder="two", ttl_s=LONG_S) is not None
    await backend.close()
