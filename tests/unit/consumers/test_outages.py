"""A dependency that is away for a minute costs patience and nothing else."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace

import pytest

from consumers.admission import MemoryAdmission
from consumers.dependencies import DependencyWatch
from consumers.ports import RunnerPorts
from consumers.runner import ProcessorRunner
from consumers.telemetry import Telemetry
from grym.adapters.breaker import BreakerSettings, ProcessBreakers
from grym.errors import AdapterError, UnavailableError
from schemas.envelope import Envelope
from streams.processor import Decision
from tests.contract.fakes import LoopClock, run_virtual
from tests.contract.probe import Probe, Tally, World, open_world, wish

STUCK_S = 30.0


class Store:
    """A dependency of the probe that can be away; every call goes through its breaker."""

    def __init__(self, clock: LoopClock, error: Exception) -> None:
        self.away = False
        self.error = error
        self.calls = 0
        settings = BreakerSettings(failures=3, reset_s=5.0)
        self.breakers = ProcessBreakers(
            clock=clock, needs={"coordinator": ("store",)}, settings={"store": settings, "cache": settings}
        )

    async def ask(self) -> None:
        """Answer, or fail."""
        self.calls += 1
        if self.away:
            raise self.error

    async def __call__(self, envelope: Envelope, state: Tally | None) -> Decision[Tally] | None:
        """Do what the probe does, after asking."""
        del envelope, state
        await self.breakers.breaker("store").call(self.ask)
        return None


def numbered(first: int, last: int) -> Iterator[str]:
    """Return ids of events."""
    return (f"e{n:03}" for n in range(first, last))


async def publish(world: World, first: int, last: int) -> None:
    """Publish events of ten requests."""
    await world.publish(*(wish(name, subject=f"r{int(name[1:]) % 10}") for name in numbered(first, last)))


def ports_of(world: World, store: Store) -> RunnerPorts:
    """Return ports with breakers, and with loops that grow old in virtual time."""
    telemetry = Telemetry(monotonic_s=world.clock.monotonic_s)
    return replace(world.ports(), breakers=store.breakers, telemetry=telemetry)


@pytest.mark.parametrize("error", [UnavailableError("away"), AdapterError("broken")])
@pytest.mark.parametrize("watched", [False, True])
def test_nothing_is_lost_lettered_or_counted_and_no_loop_looks_stuck(error: Exception, *, watched: bool) -> None:
    """Sixty seconds away under load: every event has its effect afterwards, in order, and none became a letter."""

    async def work() -> None:
        world = open_world()
        store = Store(world.clock, error)
        ports, stop = ports_of(world, store), asyncio.Event()
        runner = asyncio.create_task(ProcessorRunner(Probe(store), ports).run(stop))
        watch = DependencyWatch({"store": store.ask} if watched else {}, breakers=store.breakers, clock=world.clock)
        watching = asyncio.create_task(watch.run(stop))
        await publish(world, 0, 50)
        await asyncio.sleep(1)
        store.away = True
        before = store.calls
        for second in range(60):
            await publish(world, 50 + second, 51 + second)
            await asyncio.sleep(1)
            assert max(ports.telemetry.ages_s().values(), default=0.0) < STUCK_S
        assert ports.breakers.blocking("coordinator") == "store" or ports.breakers.states()["store"] == "half-open"
        assert store.calls - before < 40
        store.away = False
        await asyncio.sleep(60)
        assert sorted(await world.told()) == list(numbered(0, 110))
        assert await world.backend.letters.letters() == []
        for subject in range(10):
            seen = await world.tally(f"r{subject}")
            assert list(seen) == sorted(seen)
        stop.set()
        await asyncio.gather(runner, watching)
        told = {(sample.name, sample.of): sample.value for sample in ports.telemetry.samples()}
        assert told["assigned_partitions", "coordinator"] == 0

    run_virtual(work())


def test_an_optional_dependency_pauses_nobody() -> None:
    """An open breaker of something nobody needs leaves every event its pace."""

    async def work() -> None:
        world = open_world()
        store = Store(world.clock, UnavailableError("away"))
        ports, stop = ports_of(world, store), asyncio.Event()
        store.away = True
        for _ in range(3):
            with pytest.raises(UnavailableError):
                await store.breakers.breaker("cache").call(store.ask)
        store.away = False
        assert ports.breakers.states()["cache"] == "open"
        runner = asyncio.create_task(ProcessorRunner(Probe(store), ports).run(stop))
        await publish(world, 0, 20)
        await asyncio.sleep(1)
        assert len(await world.told()) == 20
        stop.set()
        await runner

    run_virtual(work())


def test_a_stop_during_an_outage_waits_for_nobody() -> None:
    """What is in hand is left for the next start, and has its effect then."""

    async def work() -> None:
        world = open_world()
        store = Store(world.clock, UnavailableError("away"))
        store.away = True
        ports, stop = ports_of(world, store), asyncio.Event()
        runner = asyncio.create_task(ProcessorRunner(Probe(store), ports).run(stop))
        await publish(world, 0, 20)
        await asyncio.sleep(20)
        stop.set()
        began_s = world.clock.monotonic_s()
        await runner
        assert world.clock.monotonic_s() - began_s <= 10.1
        store.away = False
        await world.run_until_idle(Probe())
        assert sorted(await world.told()) == list(numbered(0, 20))
        assert await world.backend.letters.letters() == []

    run_virtual(work())


class Memory:
    """A memory whose use is set by the test."""

    limit_bytes = 1000
    used = 0

    def used_bytes(self) -> int:
        """Return what was set."""
        return self.used


def test_nothing_is_read_while_memory_is_saturated() -> None:
    """What comes meanwhile waits in the log, no loop looks stuck, and all goes on when memory is back."""

    async def work() -> None:
        world, memory = open_world(), Memory()
        telemetry = Telemetry(monotonic_s=world.clock.monotonic_s)
        admission = MemoryAdmission(memory, world.clock, telemetry)
        ports, stop = replace(world.ports(), telemetry=telemetry, admission=admission), asyncio.Event()
        runner = asyncio.create_task(ProcessorRunner(Probe(), ports).run(stop))
        await publish(world, 0, 10)
        await asyncio.sleep(5)
        assert len(await world.told()) == 10
        memory.used = 901
        await asyncio.sleep(5)
        read = telemetry.counts["events_read"]
        await publish(world, 10, 30)
        for _ in range(120):
            await asyncio.sleep(1)
            assert max(telemetry.ages_s().values(), default=0.0) < STUCK_S
        assert telemetry.counts["events_read"] <= read + 20
        assert telemetry.counts["memory_waits"] > 0
        late = len(await world.told())
        await publish(world, 30, 50)
        await asyncio.sleep(60)
        assert len(await world.told()) == late
        memory.used = 850
        await asyncio.sleep(10)
        assert sorted(await world.told()) == list(numbered(0, 50))
        stop.set()
        await runner

    run_virtual(work())
