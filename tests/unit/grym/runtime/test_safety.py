"""What keeps a process from harm is put together from the settings."""

import asyncio
import importlib.util
from pathlib import Path

import pytest

from grym.adapters.clock import SystemClock
from grym.adapters.memory import open_memory
from grym.errors import InvalidRequestError, SaturatedError
from grym.ports.tracing import NoTracer
from grym.runtime.names import PROCESSORS
from grym.runtime.safety import MEGABYTE, NEEDS, Safety
from grym.settings import read_settings
from tests.contract.fakes import eventually


def safety(**settings: object) -> Safety:
    """Return the safety of a process with these settings."""
    clock = SystemClock()
    return Safety(open_memory(clock), read_settings(**settings), clock=clock, holder="one")


def test_the_limit_of_memory_is_that_of_the_settings() -> None:
    """In megabytes; it is told with the metrics."""
    told = {sample.name: sample.value for sample in safety(memory_limit_mb=4096).telemetry.samples()}
    assert told["memory_limit_bytes"] == 4096 * MEGABYTE
    assert told["memory_level"] == 0


async def test_publishing_is_refused_without_memory_left() -> None:
    """A limit that this process is over already refuses before anything is stored."""
    kept = safety(memory_limit_mb=128)
    ballast = bytearray(b"x") * (200 * MEGABYTE)
    publisher = kept.admitted(open_memory(SystemClock()).publisher)
    with pytest.raises(SaturatedError) as refused:
        await publisher.publish([])
    assert refused.value.code == "memory.saturated"
    assert len(ballast) == 200 * MEGABYTE


def test_every_processor_says_what_it_needs() -> None:
    """A processor that is forgotten there would never wait for anything."""
    assert set(NEEDS) == set(PROCESSORS)


def test_nobody_is_told_of_traces_by_default() -> None:
    """Only where a collector is named."""
    assert isinstance(safety().tracer, NoTracer)


@pytest.mark.skipif(importlib.util.find_spec("opentelemetry") is not None, reason="the extra otel is installed")
def test_a_collector_without_its_client_is_refused() -> None:
    """With the command that installs it."""
    with pytest.raises(InvalidRequestError) as refused:
        _ = safety(otel="http://localhost:4318").tracer
    assert refused.value.code == "otel.missing"


def test_the_watch_asks_database_and_store(tmp_path: Path) -> None:
    """Both have a breaker as soon as the watch runs, so that their state is told."""
    from grym.adapters.artifact_folder import FolderArtifacts

    async def work() -> None:
        kept = safety()
        kept.guarded(FolderArtifacts(tmp_path))
        stop = asyncio.Event()
        running = asyncio.ensure_future(kept.watch().run(stop))

        async def asked() -> bool:
            return set(kept.breakers.states()) == {"postgres", "artifacts"}

        await eventually(asked, every_s=0.001)
        stop.set()
        await running
        assert set(kept.breakers.states().values()) == {"closed"}

    asyncio.run(work())
