"""How fast a worker copies what lies ready, what that costs, and how soon after its start the first copy is there."""

import asyncio
import time
from dataclasses import dataclass

from benchmarks.event_layer.systems import System
from benchmarks.event_layer.topics import Topics
from benchmarks.event_layer.workers import Bench, Worker, working

SAMPLE_S = 0.02
PATIENCE_S = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """One run.

    Parameters
    ----------
    per_s
        Copies a second between the first and the last one seen.
    cpu_us
        Processor time of the worker for one copy, in microseconds, over the same span.
    start_s
        Seconds from starting the process to its first copy.
    repeated
        Copies more than there were records.
    """

    per_s: float
    cpu_us: float
    rss_mb: float
    start_s: float
    repeated: int


@dataclass(frozen=True, slots=True)
class _Sample:
    at_s: float
    count: int
    cpu_s: float


async def measure_speed(system: System, bench: Bench, topics: Topics, *, source: str, count: int, run: str) -> Speed:
    """Let one worker copy a topic that lies ready.

    Raises
    ------
    TimeoutError
        When it does not get through.
    """
    target, dead = f"{run}-out", f"{run}-dead"
    await topics.create(target, dead)
    variables = {
        "IN_TOPIC": source,
        "OUT_TOPIC": target,
        "DEAD_TOPIC": dead,
        "GROUP": run,
        "SESSION_MS": "10000",
        "LINGER_MS": str(system.linger_ms),
    }
    async with working(system, bench, variables) as worker:
        samples = await _watch(worker, topics, target, count)
        rss_mb = worker.rss_mb()
    first, last = samples[0], samples[-1]
    await topics.delete(target, dead)
    return Speed(
        per_s=(last.count - first.count) / (last.at_s - first.at_s),
        cpu_us=(last.cpu_s - first.cpu_s) / (last.count - first.count) * 1e6,
        rss_mb=rss_mb,
        start_s=first.at_s - worker.started_s,
        repeated=last.count - count,
    )


async def _watch(worker: Worker, topics: Topics, target: str, count: int) -> list[_Sample]:
    samples: list[_Sample] = []
    end_s = time.perf_counter() + PATIENCE_S
    while not samples or samples[-1].count < count:
        if time.perf_counter() > end_s:
            raise TimeoutError(f"{worker.system.name} copied {samples[-1].count if samples else 0} of {count}")
        reached = await topics.end(target)
        if reached and (not samples or reached > samples[-1].count):
            samples.append(_Sample(time.perf_counter(), reached, worker.cpu_s()))
        await asyncio.sleep(SAMPLE_S)
    return samples
