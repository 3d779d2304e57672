"""Removing entries inside an open transaction: each leaves a grave, so that followers of the changes learn of it."""

from datetime import datetime
from typing import Any

from grym.adapters.entries.postgres_conditions import Conditions
from grym.adapters.entries.postgres_rows import take_numbers
from grym.ports.entries import Address

_BURY = """
with gone as (delete from entries where {where} returning scope, owner, key, expires_at),
     numbered as (select *, row_number() over () as n from gone),
     buried as (insert into entry_graves (change_no, scope, owner, key)
                select {before} + n, scope, owner, key from numbered)
select count(*) as gone, count(*) filter (where expires_at is null or expires_at > {now}) as alive from gone"""


async def bury(connection: Any, chosen: Conditions, *, now: datetime, at_most: int | None = None) -> tuple[int, int]:
    """Remove entries and return how many were there, and how many of them alive.

    Parameters
    ----------
    at_most
        As many as `chosen` can choose; None counts.
    """
    if at_most is None:
        await take_numbers(connection, 0)  # nobody adds rows from here on
        at_most = await connection.fetchval(
            f"select count(*) from entries where {chosen.where}",  # noqa: S608 - our own words
            *chosen.arguments,
        )
    before = await take_numbers(connection, at_most)
    where = chosen.where
    places = {"before": f"{chosen.argument(before)}::bigint", "now": chosen.argument(now)}
    row = await connection.fetchrow(_BURY.format(where=where, **places), *chosen.arguments)
    return row["gone"], row["alive"]


def named(address: Address, *, up_to: datetime | None = None) -> Conditions:
    """Choose one entry, unless it was updated after `up_to`."""
    chosen = Conditions()
    chosen.add("scope = {} and owner = {} and key = {}", address.scope, address.owner, address.key)
    if up_to is not None:
        chosen.add("updated_at <= {}", up_to)
    return chosen


def held_by(*, scope: str | None = None, owner: str | None = None) -> Conditions:
    """Choose all entries of a scope and an owner, where given."""
    chosen = Conditions()
    for column, wanted in (("scope", scope), ("owner", owner)):
        if wanted is not None:
            chosen.add(f"{column} = {{}}", wanted)
    return chosen


def expired(now: datetime, *, limit: int) -> Conditions:
    """Choose entries that have expired, the longest ago first."""
    chosen = Conditions()
    chosen.add(
        "ctid = any(array(select ctid from entries where expires_at <= {} order by expires_at limit {}))", now, limit
    )
    return chosen
