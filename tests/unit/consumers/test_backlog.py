"""Gauges of what waits in the whole system."""

import asyncio
from dataclasses import replace

from consumers.backlog import EVERY_S, BacklogWatch
from grym.errors import UnavailableError
from grym.ports.backend import Backend
from tests.contract.fakes import run_virtual
from tests.contract.probe import open_world


class Away:
    """Counters of a backend that is away."""

    async def open_work(self) -> dict[str, int]:
        """Fail."""
        raise UnavailableError("away")


class Known:
    """Counters that are set by the test."""

    def __init__(self) -> None:
        self.counts = {"records": 3, "parked": 2, "jobs": 1}

    async def open_work(self) -> dict[str, int]:
        """Return them."""
        return self.counts


def test_what_waits_is_looked_at_now_and_then() -> None:
    """Lag, parking lot and open letters are told; while the backend is away the last numbers stay."""

    async def work() -> None:
        world, known = open_world(), Known()
        backend: Backend = replace(world.backend, counters=known)
        ports = replace(world.ports(), backend=backend)
        watch, stop = BacklogWatch(ports), asyncio.Event()
        running = asyncio.ensure_future(watch.run(stop))
        await asyncio.sleep(1)
        told = {sample.name: sample.value for sample in ports.telemetry.samples()}
        assert told == {"lag_records": 3, "parked_records": 2, "letters_open": 0}
        known.counts = {"records": 9}
        await asyncio.sleep(EVERY_S)
        told = {sample.name: sample.value for sample in ports.telemetry.samples()}
        assert (told["lag_records"], told["parked_records"]) == (9, 0)
        stop.set()
        await running

    run_virtual(work())


def test_a_backend_that_is_away_is_asked_again() -> None:
    """The watch neither ends nor hides it."""

    async def work() -> None:
        world = open_world()
        ports = replace(world.ports(), backend=replace(world.backend, counters=Away()))
        stop = asyncio.Event()
        running = asyncio.ensure_future(BacklogWatch(ports).run(stop))
        await asyncio.sleep(3.5 * EVERY_S)
        assert ports.telemetry.counts["interruptions"] == 4
        stop.set()
        await running

    run_virtual(work())
