"""Housekeeping: sweeping in turns, one process at a time, stopping at once."""

import asyncio

import pytest

from consumers.ports import RunnerPorts
from grym.adapters.artifacts import FolderArtifacts
from grym.adapters.clock import VirtualClock
from grym.adapters.memory import open_memory
from grym.errors import ContractError
from grym.ports.effects import HoldArtifact
from grym.runtime.housekeeping import ARTIFACT_GRACE_S, LEASE, Housekeeper
from schemas.catalogue import BY_NAME
from schemas.commands import RequestAnalysis
from schemas.events import MusicGenerated


class CountingArtifacts(FolderArtifacts):
    """A folder store that remembers what it was told to keep."""

    def __init__(self) -> None:
        self.kept: list[set[str]] = []

    async def sweep(self, referenced: set[str], *, grace_s: float) -> int:
        """Remember the call."""
        assert grace_s == ARTIFACT_GRACE_S
        self.kept.append(referenced)
        return 0


class FailingArtifacts(FolderArtifacts):
    """A store that cannot be swept."""

    def __init__(self, error: Exception) -> None:
        self._error = error
        self.sweeps = 0

    async def sweep(self, referenced: set[str], *, grace_s: float) -> int:
        """Fail for good."""
        del referenced, grace_s
        self.sweeps += 1
        raise self._error


def _world() -> tuple[RunnerPorts, CountingArtifacts, VirtualClock]:
    clock, artifacts = VirtualClock(), CountingArtifacts()
    ports = RunnerPorts(backend=open_memory(clock), artifacts=artifacts, clock=clock, holder="me")
    return ports, artifacts, clock


async def test_what_a_request_refers_to_is_kept() -> None:
    """The store is told every address that some request holds."""
    ports, artifacts, _ = _world()
    async with ports.backend.work.begin() as work:
        await work.apply(HoldArtifact(request_id="r1", uri="artifact://sha256/1"))
    swept = await Housekeeper(ports, artifacts).sweep()
    assert swept is not None
    assert artifacts.kept == [{"artifact://sha256/1"}]


async def test_one_process_sweeps_at_a_time() -> None:
    """While somebody else holds the lease nothing is swept; afterwards it is."""
    ports, artifacts, _ = _world()
    theirs = await ports.backend.leases.acquire(LEASE, holder="other", ttl_s=60.0)
    assert theirs is not None
    assert await Housekeeper(ports, artifacts).sweep() is None
    await ports.backend.leases.release(theirs)
    assert await Housekeeper(ports, artifacts).sweep() is not None


async def test_it_sweeps_in_turns_until_stopped() -> None:
    """First after a while, then again and again; a stop ends the wait."""
    ports, artifacts, clock = _world()
    keeper, stop = Housekeeper(ports, artifacts, first_s=30.0, every_s=600.0), asyncio.Event()
    running = asyncio.create_task(keeper.run(stop))
    await clock.advance(29.0)
    assert artifacts.kept == []
    await clock.advance(1.0)
    await clock.advance(600.0)
    assert len(artifacts.kept) == 2
    stop.set()
    await running


@pytest.mark.parametrize("error", [ContractError("cannot be swept"), OSError("cannot be swept")])
async def test_a_sweep_that_fails_is_tried_again(error: Exception) -> None:
    """Nothing depends on a sweep, so no failure of one ends the process; the lease is given back."""
    ports, _, clock = _world()
    artifacts = FailingArtifacts(error)
    keeper, stop = Housekeeper(ports, artifacts, first_s=30.0, every_s=600.0), asyncio.Event()
    running = asyncio.create_task(keeper.run(stop))
    await clock.advance(30.0)
    await clock.advance(600.0)
    assert artifacts.sweeps == 2
    stop.set()
    await running


def test_artifacts_outlive_the_events_that_tell_of_them() -> None:
    """A sound that was sent, and a piece that was made, wait as long as their events may be read."""
    assert all((BY_NAME[body.TOPIC].retention_s or 0) < ARTIFACT_GRACE_S for body in (RequestAnalysis, MusicGenerated))
