"""Timers: rows that come due by the backend's clock, taken once."""

from datetime import UTC, datetime, timedelta

import pytest

from grym.ports.effects import CancelTimer, SetTimer
from tests.contract.backends import Kit

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
FAR_AWAY = datetime(2200, 1, 1, tzinfo=UTC)


def timer(timer_id: str, due_at: datetime = LONG_AGO, *, purpose: str = "deadline") -> SetTimer:
    """Return a timer."""
    return SetTimer(timer_id=timer_id, subject="r", purpose=purpose, due_at=due_at, run_no=2, cause_id="e7")


async def set_timers(kit: Kit, *timers: SetTimer | CancelTimer) -> None:
    """Set or cancel timers."""
    async with kit.backend.work.begin() as work:
        for one in timers:
            await work.apply(one)


async def take(kit: Kit, *, limit: int = 10) -> list[str]:
    """Take due timers and return their ids."""
    async with kit.backend.work.begin() as work:
        return [taken.timer_id for taken in await work.take_due_timers(limit=limit)]


async def test_due_timers_are_taken_once_earliest_first(kit: Kit) -> None:
    """What lies in the future stays."""
    later = LONG_AGO + timedelta(seconds=1)
    await set_timers(kit, timer("b", later), timer("a"), timer("c", later), timer("future", FAR_AWAY))
    assert await take(kit, limit=2) == ["a", "b"]
    assert await take(kit) == ["c"]
    assert await take(kit) == []


async def test_a_taken_timer_says_what_it_is_for_and_what_time_it_is(kit: Kit) -> None:
    """By the backend's clock."""
    await set_timers(kit, timer("a"))
    async with kit.backend.work.begin() as work:
        [taken] = await work.take_due_timers(limit=1)
    assert (taken.timer_id, taken.subject, taken.purpose, taken.run_no) == ("a", "r", "deadline", 2)
    assert taken.cause_id == "e7"
    assert taken.due_at == LONG_AGO < taken.now


async def test_a_timer_of_a_known_id_is_kept_as_it_is(kit: Kit) -> None:
    """Setting it twice is setting it once."""
    await set_timers(kit, timer("a"), timer("a", FAR_AWAY, purpose="other"))
    assert await take(kit) == ["a"]
    assert await take(kit) == []


async def test_a_cancelled_timer_does_not_fire(kit: Kit) -> None:
    """Cancelling one that is gone is harmless."""
    await set_timers(kit, timer("a"), CancelTimer(timer_id="a"), CancelTimer(timer_id="nobody"))
    assert await take(kit) == []


async def test_an_undone_taking_leaves_the_timer(kit: Kit) -> None:
    """It fires again for the next one."""
    await set_timers(kit, timer("a"))

    async def fail() -> None:
        async with kit.backend.work.begin() as work:
            assert len(await work.take_due_timers(limit=1)) == 1
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await take(kit) == ["a"]


async def test_two_takers_do_not_get_the_same_timer(kit: Kit) -> None:
    """The second skips what the first holds."""
    await set_timers(kit, timer("a"), timer("b"))
    async with kit.backend.work.begin() as one, kit.backend.work.begin() as two:
        first = await one.take_due_timers(limit=1)
        second = await two.take_due_timers(limit=1)
    assert [taken.timer_id for taken in first + second] == ["a", "b"]
