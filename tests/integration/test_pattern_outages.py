"""Pattern memory while its server dies or its disk is full: what was acknowledged stays, and writing goes on."""

import asyncio
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from grym.adapters.clock import SystemClock
from grym.adapters.postgres.backend import open_embedded
from grym.errors import UnavailableError
from grym.memory.journal.past import events_of
from grym.memory.journal.verifying import verify
from grym.memory.journal.writer import PatternWriter
from grym.ports.backend import Backend
from tests.contract.pattern_changes import change, stored
from tests.support.servers import kill_servers

LARGE = 400_000
"""Bytes of an imprint: half a dozen minutes of sound."""
BALLAST_BYTES = 30_000_000


@pytest.fixture
def home() -> Iterator[Path]:
    """Make a home, apart from pytest's folders; its server does not outlive the test."""
    with tempfile.TemporaryDirectory(prefix="grym-test-") as folder:
        yield Path(folder)
        kill_servers(Path(folder))


@asynccontextmanager
async def writing(home: Path, **settings: float) -> AsyncIterator[tuple[Backend, PatternWriter]]:
    """Open a home with a writer over it."""
    backend = await open_embedded(home)
    writer = PatternWriter(backend.work, SystemClock(), **settings)  # type: ignore[arg-type]
    try:
        yield backend, writer
    finally:
        await writer.close()
        await backend.close()


async def places(backend: Backend) -> dict[str, int]:
    """Return the seqs of all events by id, after checking that they have no gap."""
    events = [event async for event in events_of(backend.book, numbers=False)]
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    return {event.change.event_id: event.seq for event in events}


@pytest.mark.slow
async def test_a_server_that_dies_in_the_middle_of_batches_loses_and_doubles_nothing(home: Path) -> None:
    """Killed five times under writers that know nothing of it: all their changes are there, each once."""
    async with writing(home) as (backend, writer):
        done = asyncio.Event()
        await writer.write(stored("shared"))

        async def write(number: int) -> int:
            count = 0
            while not done.is_set():
                await writer.write(stored(f"{number}/{count}", imprint=bytes(5000)))
                await writer.write(change("reinforced", "shared", f"{number}+{count}"))
                count += 1
            return count

        tasks = [asyncio.create_task(write(number)) for number in range(16)]
        for n in range(25):
            await writer.write(change("reinforced", "shared", f"between {n}"))
            if n % 5 == 4:
                await asyncio.to_thread(kill_servers, home)
        done.set()
        counts = await asyncio.gather(*tasks)
        written = await places(backend)
        assert len(written) == 1 + 25 + 2 * sum(counts)
        [shared] = (await backend.book.facts(["shared"])).values()
        assert shared.count == 1 + 25 + sum(counts)
        assert (await verify(backend.book)).is_clean


async def test_a_server_that_is_gone_is_told_and_leaves_nothing_half(home: Path) -> None:
    """Without patience the writer says at once that nothing is known; the same changes can be written again."""
    async with writing(home, patience_s=0.0) as (backend, writer):
        await writer.write(stored("a"))
        with pytest.raises(UnavailableError):
            await _die_under(home, backend)
        outcomes = await writer.write_all([stored("a"), stored("b"), stored("c")])
        if any(outcomes):  # the first to ask may find the connection lost
            assert await writer.write_all([stored("b"), stored("c")]) == [None, None]
        assert await places(backend) == {"stored a": 1, "stored b": 2, "stored c": 3}
        assert (await verify(backend.book)).is_clean


async def _die_under(home: Path, backend: Backend) -> None:
    """Kill the server while a transaction of three changes is open."""
    async with backend.work.begin() as work:
        await work.save("p", "k", b"", expected_version=0)
        await asyncio.to_thread(kill_servers, home)
        await work.save("p", "l", b"", expected_version=0)


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """Mount a disk of 160 MB; only where that is allowed."""
    with tempfile.TemporaryDirectory(prefix="grym-test-") as folder:
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=160m,mode=755", "tmpfs", folder],
            capture_output=True,
            check=False,
        )
        if mounted.returncode != 0:
            pytest.skip("no disk may be mounted here")
        try:
            yield Path(folder)
        finally:
            kill_servers(Path(folder))
            subprocess.run(["umount", "-l", folder], check=True)


@pytest.mark.slow
async def test_a_full_disk_refuses_and_recovers_by_itself(small_disk: Path) -> None:
    """What was acknowledged stays, and writing goes on as soon as there is space."""
    ballast = small_disk / "ballast"
    await asyncio.to_thread(ballast.write_bytes, bytes(BALLAST_BYTES))
    async with writing(small_disk, patience_s=0.0) as (backend, writer):
        acknowledged: list[str] = []
        while True:
            name = str(len(acknowledged))
            [refused] = await writer.write_all([stored(name, imprint=name.encode().ljust(LARGE))])
            if refused is not None:
                break
            acknowledged.append(name)
        assert len(acknowledged) > 10
        assert isinstance(refused, UnavailableError)
        assert refused.code in {"db.full", "db.unreachable"}  # a server that cannot write its journal stops
        await asyncio.to_thread(ballast.unlink)
        patient = PatternWriter(backend.work, SystemClock())
        await patient.write(stored("after"))
        known = [event_id.removeprefix("stored ") for event_id in await places(backend)]
        assert [name for name in known if name != str(len(acknowledged))] == [*acknowledged, "after"]
        assert (await verify(backend.book)).is_clean
