"""A thousand clients on as many connections, asking at random times: what they see, and what it costs the server."""

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.pattern_search.measuring import percentiles
from benchmarks.pattern_search.vectors import NEIGHBOURS, Floats

CLIENTS = 1_000
RATE = 500.0
CORES = 2


async def under_load(root: Path, queries: Floats, *, seconds: float, seed: int = 1) -> dict[str, object]:
    """Ask a fresh server `RATE` times a second in all, by a Poisson process, for so long."""
    with tempfile.TemporaryDirectory(prefix="grym-bench-") as folder:
        address = f"{folder}/socket"
        command = (sys.executable, "-m", "benchmarks.pattern_search.server", str(root), str(queries.shape[1]), address)
        server = await asyncio.create_subprocess_exec(*command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert server.stdin is not None
        assert server.stdout is not None
        assert await server.stdout.readline() == b"ready\n"
        delays_ms, errors, took_s = await _ask(address, queries, seconds=seconds, seed=seed)
        server.stdin.close()
        told: dict[str, object] = json.loads(await server.stdout.readline())
        await server.wait()
    cpu_s, answered = float(str(told["cpu_s"])), int(str(told["answered"]))
    return told | {
        "clients": CLIENTS,
        "requests": len(delays_ms),
        "errors": errors,
        "rate": round(len(delays_ms) / took_s, 1),
        "delay_ms": percentiles(delays_ms),
        "cpu_ms_each": round(1e3 * cpu_s / max(1, answered), 4),
        "share_of_cores": round(cpu_s / took_s / CORES, 4),
    }


async def _ask(address: str, queries: Floats, *, seconds: float, seed: int) -> tuple[list[float], int, float]:
    """Return milliseconds from when each was to be asked, errors, and how long it took."""
    dice = np.random.default_rng(seed)
    times_s = np.cumsum(dice.exponential(1.0 / RATE, size=int(RATE * seconds)))
    lines = [await asyncio.open_unix_connection(address) for _ in range(CLIENTS)]
    turns = [asyncio.Lock() for _ in range(CLIENTS)]
    delays_ms: list[float] = []
    errors = 0
    began_s = time.perf_counter()

    async def one(number: int, due_s: float) -> None:
        nonlocal errors
        await asyncio.sleep(max(0.0, began_s + due_s - time.perf_counter()))
        who = number % CLIENTS
        async with turns[who]:
            reader, writer = lines[who]
            try:
                writer.write(queries[number % len(queries)].tobytes())
                answer = np.frombuffer(await reader.readexactly(8 * NEIGHBOURS), dtype=np.int64)
                errors += int((answer < 0).any())
            except (OSError, asyncio.IncompleteReadError):
                errors += 1
            delays_ms.append(1e3 * (time.perf_counter() - began_s - due_s))

    await asyncio.gather(*(one(number, due_s) for number, due_s in enumerate(times_s.tolist())))
    took_s = time.perf_counter() - began_s
    for _, writer in lines:
        writer.close()
    return delays_ms, errors, took_s
