"""Leases in PostgreSQL, by its clock: who runs what, and since which epoch.

A successor locks the holder's row against the shared locks of its commits, so an epoch never grows in the middle of
one. Whether a lease is free is looked at without a lock first, so competing costs the holder nothing.

A lease that was alive when the server went away has mostly expired when it is back, and whoever asks first would get
it while its holder works on. So, where the server is shared, nobody takes such a lease for one lifetime after the start
of the server. An embedded server has no grace: a fresh start must be quick.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from grym.adapters.postgres.database import Database
from grym.errors import LeaseLostError
from grym.ports.work import Lease

_IS_FREE = """
select not exists (
    select 1 from leases join lease_beats using (name)
    where name = $1 and holder <> ''
      and (expires_at > clock_timestamp()
           or (clock_timestamp() < pg_postmaster_start_time() + $2::interval
               and expires_at > pg_postmaster_start_time() - interval '1 hour'))
)"""
# What expired an hour before the start of the server has no holder that still comes back.

_INTRODUCE = "insert into leases (name, holder, epoch) values ($1, '', 0) on conflict (name) do nothing"

_TAKE = "update leases set holder = $2, epoch = epoch + 1 where name = $1 returning epoch"

_BEAT = """
insert into lease_beats (name, expires_at) values ($1, clock_timestamp() + $2)
on conflict (name) do update set expires_at = excluded.expires_at returning expires_at"""

_RENEW = """
with held as materialized (select 1 from leases where name = $1 and holder = $2 and epoch = $3 for share)
update lease_beats set expires_at = clock_timestamp() + $4 from held where name = $1 returning expires_at"""
# Locked, so that a renewal that meets a takeover waits for it and then sees who holds the lease.

_RELEASE = "update leases set holder = '' where name = $1 and holder = $2 and epoch = $3"


class PostgresLeases:
    """Who runs what.

    Parameters
    ----------
    has_grace
        Whether holders get more time after an outage of the server.
    """

    def __init__(self, database: Database, *, has_grace: bool = False) -> None:
        self._database = database
        self._has_grace = has_grace

    async def acquire(self, name: str, *, holder: str, ttl_s: float) -> Lease | None:
        """Take a lease that is free or expired."""
        ttl = timedelta(seconds=ttl_s)
        grace = ttl if self._has_grace else timedelta()
        async with self._database.writer() as connection:
            if not await connection.fetchval(_IS_FREE, name, grace):
                return None
            async with connection.transaction():
                return await _take(connection, name, holder=holder, ttl=ttl, grace=grace)

    async def renew(self, lease: Lease, *, ttl_s: float) -> Lease:
        """Hold on to a lease."""
        async with self._database.writer() as connection:
            expires_at = await connection.fetchval(
                _RENEW, lease.name, lease.holder, lease.epoch, timedelta(seconds=ttl_s)
            )
        if expires_at is None:
            raise LeaseLostError(f"the lease {lease.name} is no longer held", details={"epoch": lease.epoch})
        return replace(lease, expires_at=expires_at)

    async def release(self, lease: Lease) -> None:
        """Give a lease back."""
        async with self._database.writer() as connection:
            await connection.execute(_RELEASE, lease.name, lease.holder, lease.epoch)


async def _take(connection: Any, name: str, *, holder: str, ttl: timedelta, grace: timedelta) -> Lease | None:
    await connection.execute(_INTRODUCE, name)
    await connection.execute("select 1 from leases where name = $1 for update", name)
    if not await connection.fetchval(_IS_FREE, name, grace):  # somebody was quicker
        return None
    epoch = await connection.fetchval(_TAKE, name, holder)
    expires_at = await connection.fetchval(_BEAT, name, ttl)
    return Lease(name=name, holder=holder, epoch=epoch, expires_at=expires_at)
