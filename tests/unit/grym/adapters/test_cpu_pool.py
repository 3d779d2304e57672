"""Worker processes: results and typed errors come back, limits hold, nobody is left behind."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest
import pytest_asyncio

from grym.adapters.cpu_pool import ProcessCpuPool
from grym.errors import AdapterError, InvalidAudioError, TransientError

REPOSITORY = Path(__file__).parents[4]


def double(value: int) -> int:
    """Work."""
    return 2 * value


def refuse() -> None:
    """Raise what a processor must see as it is."""
    raise InvalidAudioError("cut short", code="audio.truncated", hint="send it whole", details={"at_s": 1.5})


def ask_for_patience() -> None:
    """Raise an error with a field of its own."""
    raise TransientError("later", retry_after_s=7.5)


def stumble() -> None:
    """Raise what no process border lets through."""

    class Local(Exception):  # noqa: N818 - any exception
        pass

    raise Local("a bug")


def die() -> None:
    """End without a word."""
    os._exit(7)


def hang() -> None:
    """Never return."""
    time.sleep(3600)


def grow() -> int:
    """Ask for more memory than there may be."""
    return len(bytearray(6 * 1024**3))


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def pool() -> AsyncIterator[ProcessCpuPool]:
    """Share one pool: starting it is what takes time."""
    async with ProcessCpuPool(workers=2) as opened:
        opened.start()
        await opened.warm_up()
        yield opened


pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_results_come_back(pool: ProcessCpuPool) -> None:
    """Of many calls at once."""
    assert await asyncio.gather(*(pool.run(double, n, timeout_s=30) for n in range(8))) == [2 * n for n in range(8)]


async def test_typed_errors_cross_the_border_whole(pool: ProcessCpuPool) -> None:
    """With code, hint, details and what else they carry."""
    with pytest.raises(InvalidAudioError) as raised:
        await pool.run(refuse, timeout_s=30)
    assert (raised.value.code, raised.value.hint) == ("audio.truncated", "send it whole")
    assert raised.value.details == {"at_s": 1.5}
    assert str(raised.value) == "cut short"
    with pytest.raises(TransientError) as patience:
        await pool.run(ask_for_patience, timeout_s=30)
    assert patience.value.retry_after_s == 7.5


async def test_any_other_error_is_told_with_its_trace(pool: ProcessCpuPool) -> None:
    """Also one that cannot be pickled."""
    with pytest.raises(AdapterError) as raised:
        await pool.run(stumble, timeout_s=30)
    assert raised.value.code == "worker.failed"
    assert "Local: a bug" in str(raised.value)
    assert "stumble" in str(raised.value.details["trace"])


async def test_the_time_limit_holds(pool: ProcessCpuPool) -> None:
    """The worker is killed and another takes its place."""
    with pytest.raises(AdapterError) as raised:
        await pool.run(hang, timeout_s=0.2)
    assert raised.value.code == "worker.timeout"
    assert await pool.run(double, 2, timeout_s=30) == 4


async def test_a_dead_worker_is_told(pool: ProcessCpuPool) -> None:
    """With its exit code."""
    with pytest.raises(AdapterError) as raised:
        await pool.run(die, timeout_s=30)
    assert raised.value.code == "worker.died"
    assert raised.value.details == {"exit_code": 7}


@pytest.mark.skipif(sys.platform != "linux", reason="macOS does not enforce the limit")
async def test_the_memory_limit_holds(pool: ProcessCpuPool) -> None:
    """The work fails, not the machine."""
    with pytest.raises(AdapterError) as raised:
        await pool.run(grow, timeout_s=30)
    assert "MemoryError" in str(raised.value)


async def test_cancelling_a_call_kills_its_worker(pool: ProcessCpuPool) -> None:
    """And the pool goes on."""
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await pool.run(hang, timeout_s=3600)
    assert await asyncio.gather(*(pool.run(double, n, timeout_s=30) for n in range(2))) == [0, 2]


async def test_closing_a_pool_that_never_started_is_harmless() -> None:
    """Entering costs nothing."""
    async with ProcessCpuPool():
        pass


PARENT = """
import asyncio, os, time
from grym.adapters.cpu_pool import ProcessCpuPool

async def main():
    pool = ProcessCpuPool(workers=2)
    await pool.warm_up()
    print("ready", flush=True)
    await pool.run(time.sleep, 3600, timeout_s=3600)

if __name__ == "__main__":
    asyncio.run(main())
"""


async def test_workers_end_with_a_killed_parent(tmp_path: Path) -> None:
    """Nobody tells them; they notice."""
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    children = await asyncio.to_thread(_run_and_kill, script)
    assert len(children) >= 3  # fork server and two workers
    alive = await asyncio.to_thread(lambda: psutil.wait_procs(children, timeout=15)[1])
    left = [process for process in alive if process.status() != psutil.STATUS_ZOMBIE]
    for process in left:
        process.kill()
    assert left == []


def _run_and_kill(script: Path) -> list[psutil.Process]:
    parent = subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, env={"PYTHONPATH": str(REPOSITORY)}, text=True
    )
    assert parent.stdout is not None
    assert parent.stdout.readline() == "ready\n"
    children: list[psutil.Process] = psutil.Process(parent.pid).children(recursive=True)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    return children


CHATTER = """
import asyncio
import os

from grym.adapters.cpu_pool import ProcessCpuPool


async def main():
    async with ProcessCpuPool(workers=1) as pool:
        await pool.run(os.write, 1, b"chatter", timeout_s=30)


if __name__ == "__main__":
    asyncio.run(main())
    print("answer")
"""


async def test_what_a_library_prints_stays_out_of_the_answer(tmp_path: Path) -> None:
    """A worker's standard output goes to standard error: the command's own holds its answer alone."""
    script = tmp_path / "chatter.py"
    script.write_text(CHATTER)
    told = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, str(script)],
        capture_output=True,
        env={"PYTHONPATH": str(REPOSITORY)},
        text=True,
        check=True,
    )
    assert told.stdout == "answer\n"
    assert "chatter" in told.stderr
