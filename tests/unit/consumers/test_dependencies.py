"""Dependencies are asked now and then, and their breakers know."""

import asyncio

from consumers.dependencies import EVERY_S, SOON_S, DependencyWatch
from grym.adapters.breaker import BreakerSettings, ProcessBreakers
from grym.errors import UnavailableError
from grym.ports.breaker import Breakers
from tests.contract.fakes import LoopClock, run_virtual

SETTINGS = BreakerSettings(failures=3, reset_s=5.0)


class Dependency:
    """Answers, fails or hangs."""

    def __init__(self) -> None:
        self.mood = "well"
        self.asked = 0

    async def ping(self) -> None:
        """Behave as told."""
        self.asked += 1
        if self.mood == "away":
            raise UnavailableError("away")
        if self.mood == "strange":
            raise ValueError("strange")
        if self.mood == "hanging":
            await asyncio.Event().wait()


def state_of(breakers: Breakers, dependency: str) -> str:
    """Return a state as plain text, which a type checker does not take for unchangeable."""
    return breakers.states()[dependency]


def test_an_outage_opens_the_breaker_and_its_end_closes_it_without_traffic() -> None:
    """Failing, hanging and raising whatever all count; nobody else needs to call."""

    async def work(mood: str) -> None:
        clock = LoopClock()
        breakers = ProcessBreakers(clock=clock, settings={"store": SETTINGS})
        store, stop = Dependency(), asyncio.Event()
        watch = DependencyWatch({"store": store.ping}, breakers=breakers, clock=clock)
        running = asyncio.ensure_future(watch.run(stop))
        await asyncio.sleep(60)
        assert state_of(breakers, "store") == "closed"
        assert store.asked <= 60 / EVERY_S + 1
        store.mood = mood
        await asyncio.sleep(60)
        assert state_of(breakers, "store") != "closed"
        store.mood = "well"
        await asyncio.sleep(15)
        assert state_of(breakers, "store") == "closed"
        stop.set()
        await running

    for mood in ("away", "hanging", "strange"):
        run_virtual(work(mood))


def test_an_outage_is_known_within_seconds() -> None:
    """After a failure the next question comes soon: three refused ones take two seconds more than the usual pace."""

    async def work() -> None:
        clock = LoopClock()
        breakers = ProcessBreakers(clock=clock, settings={"store": SETTINGS})
        store, stop = Dependency(), asyncio.Event()
        watch = DependencyWatch({"store": store.ping}, breakers=breakers, clock=clock)
        running = asyncio.ensure_future(watch.run(stop))
        await asyncio.sleep(1)
        store.mood = "away"
        await asyncio.sleep(EVERY_S + 2 * SOON_S)
        assert state_of(breakers, "store") == "open"
        stop.set()
        await running

    run_virtual(work())


def test_a_hanging_dependency_does_not_keep_the_others_from_being_asked() -> None:
    """Each has a loop of its own, and a stop waits for none of them."""

    async def work() -> None:
        clock = LoopClock()
        breakers = ProcessBreakers(clock=clock, settings={"store": SETTINGS})
        store, cache, stop = Dependency(), Dependency(), asyncio.Event()
        store.mood = "hanging"
        watch = DependencyWatch({"store": store.ping, "cache": cache.ping}, breakers=breakers, clock=clock)
        running = asyncio.ensure_future(watch.run(stop))
        await asyncio.sleep(20)
        assert cache.asked >= 4
        stop.set()
        await running
        assert clock.monotonic_s() == 20

    run_virtual(work())


def test_the_watch_tries_as_soon_as_one_may() -> None:
    """After a failed try the next one comes when the breaker allows it, not a whole pace later."""

    async def work() -> None:
        clock = LoopClock()
        slow = BreakerSettings(failures=1, reset_s=0.5)
        breakers = ProcessBreakers(clock=clock, settings={"store": slow})
        store, stop = Dependency(), asyncio.Event()
        store.mood = "away"
        watch = DependencyWatch({"store": store.ping}, breakers=breakers, clock=clock)
        running = asyncio.ensure_future(watch.run(stop))
        await asyncio.sleep(5.1)
        assert store.asked == 11
        stop.set()
        await running

    run_virtual(work())
