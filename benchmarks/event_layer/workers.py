"""Processes under test: started on their own core, watched, killed, and started again when they end by themselves."""

import asyncio
import contextlib
import os
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from benchmarks.event_layer.systems import ROOT, System

CORE = 1
LEAVE_S = 15.0
RESTART_S = 0.2
LOOK_S = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """Where things are.

    Parameters
    ----------
    database
        DSN of the database that grym's workers share.
    logs
        Folder for what the workers print.
    """

    bootstrap: str
    peers_python: str
    database: str
    heartbeat_ms: int | None
    logs: Path


@dataclass(slots=True)
class Worker:
    """One process of a system."""

    system: System
    bench: Bench
    env: dict[str, str]
    process: subprocess.Popen[bytes] = field(init=False)
    started_s: float = field(init=False)
    restarts: int = 0

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        """Start the process on its core."""
        log = self.bench.logs / f"{self.system.name}-{self.env['GROUP']}-{self.env['WORKER']}.log"
        self.started_s = time.perf_counter()
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                ["/usr/bin/env", "taskset", "-c", str(CORE), *self.system.command(self.bench.peers_python)],
                cwd=ROOT,
                env=self.env,
                stdout=output,
                stderr=output,
            )

    def cpu_s(self) -> float:
        """Return the processor time that its living threads have used, in seconds."""
        # By the scheduler's own account: the clock ticks that psutil reads are 10 ms long.
        tasks = Path(f"/proc/{self.process.pid}/task").glob("*/schedstat")
        return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9

    def rss_mb(self) -> float:
        """Return its resident memory in megabytes."""
        return float(psutil.Process(self.process.pid).memory_info().rss / 1e6)

    def kill(self) -> None:
        """End it as a crash would."""
        self.process.kill()
        self.process.wait()

    async def stop(self) -> float:
        """Ask it to leave and return how many seconds that took; kill it when it does not."""
        asked_s = time.perf_counter()
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGTERM)
        if not await until(lambda: self.process.poll() is not None, timeout_s=LEAVE_S):
            self.kill()
        return time.perf_counter() - asked_s


async def until(condition: Callable[[], bool], *, timeout_s: float) -> bool:
    """Return whether a condition of the world outside came true within so many seconds."""
    end_s = time.perf_counter() + timeout_s
    while not condition():
        if time.perf_counter() > end_s:
            return False
        await asyncio.sleep(LOOK_S)
    return True


@asynccontextmanager
async def working(system: System, bench: Bench, variables: dict[str, str], *, name: str = "a") -> AsyncIterator[Worker]:
    """Run a worker for the length of the block, under a supervisor that starts it again when it ends."""
    inherited = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}  # noqa: TID251
    env = inherited | {
        "BOOTSTRAP": bench.bootstrap,
        "WORKER": name,
        "PYTHONPATH": str(ROOT),
        "GRYM_DATABASE": bench.database,
    }
    if bench.heartbeat_ms is not None:
        env["HEARTBEAT_MS"] = str(bench.heartbeat_ms)
    env |= variables
    worker = Worker(system, bench, env)
    supervisor = asyncio.create_task(_supervise(worker))
    try:
        yield worker
    finally:
        supervisor.cancel()
        await worker.stop()


async def _supervise(worker: Worker) -> None:
    while True:
        await asyncio.sleep(RESTART_S)
        if worker.process.poll() is not None:
            worker.restarts += 1
            worker.start()
