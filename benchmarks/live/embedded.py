"""Many streams in the embedded runtime: one process sends, listens and hears what is said, as `grym stream` does."""

import os
import tempfile
import time
from pathlib import Path

import psutil

from benchmarks.live.load import Result, hear, streamers, tunes
from benchmarks.live.processes import cpu_s, rss_mib
from grym.cli.streaming.playing import WORKING
from grym.runtime import open_runtime
from grym.settings import Settings

PATIENCE_S = 60.0


async def measure(*, streams: int, seconds: float) -> dict[str, float]:
    """Return latency, loss, processor time of a stream's second and memory of a stream."""
    with tempfile.TemporaryDirectory(prefix="grym-bench-") as home:
        async with (
            open_runtime(Settings(home=Path(home) / "home")) as runtime,
            runtime.stream_desk() as desk,
            runtime.working(only=WORKING),
        ):
            await hear(desk, streamers(desk, 2, prefix="warm"), tunes(2.0), patience_s=PATIENCE_S)
            sounds = tunes(seconds)
            resident, used_s, database_s = rss_mib(os.getpid()), time.process_time(), server_s(Path(home))
            found = await hear(desk, streamers(desk, streams), sounds, patience_s=PATIENCE_S)
            used_s, database_s = time.process_time() - used_s, server_s(Path(home)) - database_s
            grown = rss_mib(os.getpid()) - resident
    return row(found) | {
        "process_ms_per_block": 1000 * used_s / (10 * streams * seconds),
        "database_ms_per_block": 1000 * database_s / (10 * streams * seconds),
        "memory_mb": grown / streams,
    }


def row(found: Result) -> dict[str, float]:
    """Return what every load tells."""
    return {
        "streams": found.streams,
        "seconds": found.seconds,
        "p50_ms": found.quantile_ms(0.50),
        "p95_ms": found.quantile_ms(0.95),
        "p99_ms": found.quantile_ms(0.99),
        "max_ms": found.quantile_ms(1.0),
        "lost": found.lost,
        "doubled": found.doubled,
        "frames_lost": found.frames_lost,
        "beats": found.beats,
    }


def server_s(home: Path) -> float:
    """Return the processor time of the database below a home."""
    pids = [process.pid for process in psutil.process_iter(["name", "cwd"]) if _is_server(process, home)]
    return cpu_s(pids[:1])


def _is_server(process: psutil.Process, home: Path) -> bool:
    return process.info["name"] == "postgres" and str(process.info["cwd"] or "").startswith(str(home))
