"""Following topics."""

import asyncio

from consumers.tail import BATCH, tail
from schemas.catalogue import DAY_S
from schemas.commands import RequestComposition
from schemas.records import Record
from tests.contract.fakes import message, run_virtual
from tests.contract.probe import World, open_world


async def publish(world: World, *names: str, subject: str = "r1") -> None:
    """Append requests."""
    wish = RequestComposition(prompt="x")
    await world.publish(*(message(wish, subject=subject, event_id=name) for name in names))


def name_of(record: Record) -> str:
    """Return an event's id."""
    return dict(record.headers)["ce_id"].decode()


def test_records_come_once_and_in_order() -> None:
    """What was there comes first, then what is appended while following."""

    async def work() -> None:
        world = open_world()
        await publish(world, *(f"e{n}" for n in range(BATCH + 5)))
        found: list[str] = []

        async def follow() -> None:
            async for record in tail(world.backend.log, ["grym.requests.v1"]):
                found.append(name_of(record))
                if found[-1] == "last":
                    return

        following = asyncio.create_task(follow())
        await asyncio.sleep(1)
        await publish(world, "last")
        await following
        assert found == [*(f"e{n}" for n in range(BATCH + 5)), "last"]

    run_virtual(work())


def test_known_positions_are_left_out() -> None:
    """Following from the ends gives only what comes later."""

    async def work() -> None:
        world = open_world()
        await publish(world, "old")
        after = await world.backend.log.ends(["grym.requests.v1"])
        await publish(world, "new")
        records = tail(world.backend.log, ["grym.requests.v1"], after=after)
        assert name_of(await anext(records)) == "new"

    run_virtual(work())


def test_what_retention_took_is_passed_over() -> None:
    """A partition whose records are gone is waited on, not read again and again."""

    async def work() -> None:
        world = open_world()
        await publish(world, "old")
        await asyncio.sleep(8 * DAY_S)
        await world.backend.housekeeping.sweep(limit=100)
        following = asyncio.ensure_future(anext(tail(world.backend.log, ["grym.requests.v1"])))
        await asyncio.sleep(1)
        await publish(world, "new")
        assert name_of(await following) == "new"

    run_virtual(work())
