"""Durable timers become events."""

import asyncio
from datetime import timedelta

from consumers.settings import TimerSettings
from consumers.timers import TimerService
from grym.errors import UnavailableError
from grym.ports.effects import CancelTimer, SetTimer
from tests.contract.fakes import EPOCH, run_virtual
from tests.contract.probe import World, open_world


async def set_timer(world: World, timer_id: str, *, due_s: float, run_no: int = 1) -> None:
    """Set a timer."""
    due_at = EPOCH + timedelta(seconds=due_s)
    async with world.backend.work.begin() as unit:
        await unit.apply(SetTimer(timer_id=timer_id, subject="r1", purpose="deadline", due_at=due_at, run_no=run_no))


def test_timer_fires_once_when_due() -> None:
    """A timer of ten seconds fires after ten seconds, for its subject and run."""

    async def work() -> None:
        world = open_world()
        await set_timer(world, "t1", due_s=10.0, run_no=3)
        stop = asyncio.Event()
        running = asyncio.create_task(TimerService(world.ports()).run(stop))
        await asyncio.sleep(9.9)
        assert await world.events("grym.timers.v1") == []
        await asyncio.sleep(1)
        (fired,) = await world.events("grym.timers.v1")
        assert (fired.subject, fired.run_no, fired.source) == ("r1", 3, "grym/timers")
        assert (fired.body.timer_id, fired.body.purpose) == ("t1", "deadline")
        await asyncio.sleep(100)
        stop.set()
        await running
        assert len(await world.events("grym.timers.v1")) == 1

    run_virtual(work())


def test_ids_depend_on_the_timer_alone() -> None:
    """A timer that fired twice would be one event; another timer is another one."""

    async def work() -> None:
        world = open_world()
        service = TimerService(world.ports())
        for timer_id in ("t1", "t1", "t2"):
            await set_timer(world, timer_id, due_s=0.0)
            assert await service.fire() == 1
        first, again, other = await world.events("grym.timers.v1")
        assert first.id == again.id != other.id

    run_virtual(work())


def test_forgotten_timer_does_not_fire() -> None:
    """A cancelled timer is gone."""

    async def work() -> None:
        world = open_world()
        await set_timer(world, "t1", due_s=0.0)
        async with world.backend.work.begin() as unit:
            await unit.apply(CancelTimer(timer_id="t1"))
        assert await TimerService(world.ports()).fire() == 0

    run_virtual(work())


def test_many_due_timers_fire_in_batches_without_waiting() -> None:
    """Twenty-five timers in batches of ten are out before the next look."""

    async def work() -> None:
        world = open_world()
        for number in range(25):
            await set_timer(world, f"t{number}", due_s=0.0)
        stop, ports = asyncio.Event(), world.ports()
        running = asyncio.create_task(TimerService(ports, TimerSettings(batch=10, poll_s=60.0)).run(stop))
        await asyncio.sleep(1)
        assert ports.telemetry.counts["timers_fired"] == 25
        stop.set()
        await running

    run_virtual(work())


def test_two_services_fire_a_timer_once() -> None:
    """Two processes at once: one event."""

    async def work() -> None:
        world = open_world()
        await set_timer(world, "t1", due_s=5.0)
        stop = asyncio.Event()
        services = [asyncio.create_task(TimerService(world.ports(name)).run(stop)) for name in ("a", "b")]
        await asyncio.sleep(8)
        stop.set()
        await asyncio.gather(*services)
        assert len(await world.events("grym.timers.v1")) == 1

    run_virtual(work())


def test_backend_that_is_away_is_waited_for() -> None:
    """An outage delays a timer and loses none."""

    async def work() -> None:
        failures = [UnavailableError("gone")] * 3

        def unreliable(stage: str) -> None:
            if stage == "before" and failures:
                raise failures.pop()

        world = open_world(on_commit=unreliable)
        stop = asyncio.Event()
        running = asyncio.create_task(TimerService(world.ports()).run(stop))
        await asyncio.sleep(3)
        await set_timer(world, "t1", due_s=1.0)
        await asyncio.sleep(1)
        stop.set()
        await running
        assert len(await world.events("grym.timers.v1")) == 1

    run_virtual(work())


def test_backend_that_stays_away_is_asked_less_and_less_often() -> None:
    """A minute of outage is some twenty looks, and the timer fires soon after it."""

    async def work() -> None:
        back_at_s = 60.0

        def unreliable(stage: str) -> None:
            if stage == "before" and asyncio.get_running_loop().time() < back_at_s:
                raise UnavailableError("gone")

        world = open_world(on_commit=unreliable)
        ports, stop = world.ports(), asyncio.Event()
        running = asyncio.create_task(TimerService(ports).run(stop))
        await asyncio.sleep(back_at_s)
        await set_timer(world, "t1", due_s=0.0)
        await asyncio.sleep(6)
        stop.set()
        await running
        assert 5 < ports.telemetry.counts["interruptions"] < 30
        assert len(await world.events("grym.timers.v1")) == 1

    run_virtual(work())
