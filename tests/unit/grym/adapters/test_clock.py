"""Virtual time: it moves when everybody waits, in order."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from grym.adapters.clock import SystemClock, VirtualClock
from grym.errors import InvariantError


async def test_an_hour_passes_at_once_and_sleepers_wake_in_order() -> None:
    """The later sleeper wakes later, whoever fell asleep first."""
    clock = VirtualClock()
    woken: list[tuple[str, float]] = []

    async def sleep(name: str, seconds: float) -> None:
        await clock.sleep(seconds)
        woken.append((name, clock.monotonic_s()))

    async def all_of_them() -> str:
        await asyncio.gather(sleep("late", 3600), sleep("soon", 1), sleep("also soon", 1))
        return "done"

    assert await clock.run(all_of_them()) == "done"
    assert woken == [("soon", 1), ("also soon", 1), ("late", 3600)]
    assert clock.now() == datetime(2026, 1, 1, 1, tzinfo=UTC)


async def test_advancing_wakes_what_is_due_and_no_more() -> None:
    """Also sleepers that fall asleep on the way."""
    clock = VirtualClock()
    ticks: list[float] = []

    async def tick() -> None:
        while True:
            await clock.sleep(2)
            ticks.append(clock.monotonic_s())

    ticking = asyncio.create_task(tick())
    await clock.advance(7)
    assert ticks == [2, 4, 6]
    assert clock.monotonic_s() == 7
    ticking.cancel()


async def test_a_cancelled_sleeper_does_not_move_time() -> None:
    """It is forgotten."""
    clock = VirtualClock()

    async def give_up() -> None:
        sleeping = asyncio.create_task(clock.sleep(1000))
        await clock.sleep(1)
        sleeping.cancel()
        await clock.sleep(1)

    await clock.run(give_up())
    assert clock.monotonic_s() == 2


async def test_sleeping_for_no_time_lets_others_run() -> None:
    """Without time passing."""
    clock = VirtualClock()
    await clock.sleep(0)
    await clock.sleep(-1)
    assert clock.monotonic_s() == 0


async def test_waiting_for_nothing_is_said() -> None:
    """No test hangs for it."""
    with pytest.raises(InvariantError) as raised:
        await VirtualClock().run(asyncio.Event().wait())
    assert raised.value.code == "clock.stuck"


async def test_what_the_work_raises_comes_out() -> None:
    """As it is."""

    async def fail() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await VirtualClock().run(fail())


async def test_the_system_clock_tells_utc_and_never_goes_back() -> None:
    """Monotonic seconds are for measuring only."""
    clock = SystemClock()
    before_s = clock.monotonic_s()
    await clock.sleep(0)
    assert clock.monotonic_s() >= before_s
    assert clock.now().utcoffset() == timedelta(0)
