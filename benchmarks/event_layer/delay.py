"""How long a record is under way at a steady rate, alone and while a second worker joins and leaves."""

import asyncio
import math
import time
from collections.abc import Iterable
from dataclasses import dataclass

from benchmarks.event_layer.load import Sent, steady
from benchmarks.event_layer.systems import System
from benchmarks.event_layer.tape import Tape, recording
from benchmarks.event_layer.topics import Topics
from benchmarks.event_layer.workers import Bench, working

PER_S = 200.0
WARM_S = 2.0
PATIENCE_S = 30.0
BEFORE_S = 0.1
"""What was due this long before a worker was told to leave may still lie with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay:
    """Milliseconds from when a record was meant to be sent to when its copy was seen.

    Parameters
    ----------
    join_ms, leave_ms
        The worst of the records that were due after a second worker was started, and after it was told to leave.
    """

    p50_ms: float
    p95_ms: float
    p99_ms: float
    max_ms: float
    join_ms: float
    leave_ms: float


async def measure_delay(system: System, bench: Bench, topics: Topics, *, calm_s: float, run: str) -> Delay:
    """Feed 200 records a second: warm up, measure `calm_s` seconds, let one join and leave."""
    source, target, dead = f"{run}-in", f"{run}-out", f"{run}-dead"
    await topics.create(source, target, dead)
    variables = {"IN_TOPIC": source, "OUT_TOPIC": target, "DEAD_TOPIC": dead, "GROUP": run, "SESSION_MS": "10000"}
    sent = Sent()
    joining_s = max(calm_s / 2, 4.0)
    total = int(PER_S * (WARM_S + calm_s + 2 * joining_s))
    async with recording(bench.bootstrap, target) as (tape,), working(system, bench, variables):
        # The first copy is the worker's start, which `speed` measures.
        await steady(bench.bootstrap, source, sent, per_s=PER_S, numbers=range(1))
        await tape.wait_for(range(1), timeout_s=PATIENCE_S)
        feeding = asyncio.create_task(steady(bench.bootstrap, source, sent, per_s=PER_S, numbers=range(1, total + 1)))
        await asyncio.sleep(WARM_S)
        calm_from_s = time.perf_counter()
        await asyncio.sleep(calm_s)
        join_s = time.perf_counter()
        async with working(system, bench, variables, name="b"):
            await asyncio.sleep(joining_s)
            leave_s = time.perf_counter()
        await feeding
        await tape.wait_for(range(1, total + 1), timeout_s=PATIENCE_S)
    calm = _delays_ms(sent, tape, calm_from_s, join_s)
    await topics.delete(source, target, dead)
    return Delay(
        p50_ms=quantile(calm, 0.50),
        p95_ms=quantile(calm, 0.95),
        p99_ms=quantile(calm, 0.99),
        max_ms=max(calm),
        join_ms=max(_delays_ms(sent, tape, join_s, leave_s - BEFORE_S)),
        leave_ms=max(_delays_ms(sent, tape, leave_s - BEFORE_S, math.inf)),
    )


def quantile(values: Iterable[float], share: float) -> float:
    """Return the smallest value that at least this share of all does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)]


def _delays_ms(sent: Sent, tape: Tape, from_s: float, to_s: float) -> list[float]:
    """Return the delays of records that were due in a span; one that never came counts as infinite."""
    return [
        (tape.first_seen_s.get(number, math.inf) - meant_s) * 1000
        for number, meant_s in sent.meant_s.items()
        if from_s <= meant_s < to_s
    ]
