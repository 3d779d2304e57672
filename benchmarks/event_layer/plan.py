"""What is measured in which order: systems take turns, so that what the machine does meanwhile hits all alike."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.event_layer.broker import broker, database
from benchmarks.event_layer.delay import measure_delay
from benchmarks.event_layer.faults import FAULTS, Fault, measure_fault
from benchmarks.event_layer.load import preload
from benchmarks.event_layer.speed import measure_speed
from benchmarks.event_layer.stateful import measure_stateful
from benchmarks.event_layer.systems import System
from benchmarks.event_layer.topics import Topics, open_topics
from benchmarks.event_layer.workers import Bench
from tests.support.kafka_cluster import KafkaCluster

Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to measure.

    Parameters
    ----------
    parts
        Some of ``speed``, ``delay``, ``faults``, ``leader``, ``stateful``.
    runs
        How often speed and delay are measured for each system.
    count
        Records of a speed run.
    calm_s
        Seconds over which the delay is taken.
    heartbeat_ms
        Milliseconds between a peer's signs of life; None leaves that to `benchmarks.environment`.
    """

    systems: Sequence[System]
    parts: Sequence[str]
    runs: int
    count: int
    calm_s: float
    faults: Sequence[str]
    peers_python: str
    heartbeat_ms: int | None
    logs: Path


async def measure(plan: Plan) -> AsyncIterator[Row]:
    """Measure everything and hand out each row as it is there."""
    async with database() as dsn:
        if {"speed", "delay", "faults"} & set(plan.parts):
            async for row in _on_cluster(plan, dsn, nodes=1):
                yield row
        if "leader" in plan.parts:
            async for row in _on_cluster(plan, dsn, nodes=3):
                yield row
    if "stateful" in plan.parts:
        async for row in measure_stateful(runs=plan.runs, count=plan.count):
            yield row


async def _on_cluster(plan: Plan, dsn: str, *, nodes: int) -> AsyncIterator[Row]:
    async with AsyncExitStack() as stack:
        cluster = await stack.enter_async_context(broker(nodes=nodes))
        topics = await stack.enter_async_context(open_topics(cluster.bootstrap, replicas=nodes))
        bench = Bench(
            bootstrap=cluster.bootstrap,
            peers_python=plan.peers_python,
            database=dsn,
            heartbeat_ms=plan.heartbeat_ms,
            logs=plan.logs,
        )
        if nodes == 1 and "speed" in plan.parts:
            async for row in _speeds(plan, bench, topics):
                yield row
        if nodes == 1 and "delay" in plan.parts:
            async for row in _delays(plan, bench, topics):
                yield row
        async for row in _faults(plan, bench, cluster, topics, nodes=nodes):
            yield row


async def _speeds(plan: Plan, bench: Bench, topics: Topics) -> AsyncIterator[Row]:
    await topics.create("speed")
    await preload(bench.bootstrap, "speed", plan.count)
    for turn in range(plan.runs + 1):
        for system in plan.systems:
            run = _run("speed", system, turn)
            speed = await measure_speed(system, bench, topics, source="speed", count=plan.count, run=run)
            if turn:  # the first turn warms the broker and the files
                yield {"part": "speed", "system": system.name, "turn": turn, **asdict(speed)}


async def _delays(plan: Plan, bench: Bench, topics: Topics) -> AsyncIterator[Row]:
    for turn in range(1, plan.runs + 1):
        for system in plan.systems:
            run = _run("delay", system, turn)
            delay = await measure_delay(system, bench, topics, calm_s=plan.calm_s, run=run)
            yield {"part": "delay", "system": system.name, "turn": turn, **asdict(delay)}


async def _faults(plan: Plan, bench: Bench, cluster: KafkaCluster, topics: Topics, *, nodes: int) -> AsyncIterator[Row]:
    wanted = [fault for fault in FAULTS if fault.nodes == nodes and _is_wanted(plan, fault)]
    for number, fault in enumerate(wanted):
        for system in plan.systems:
            await cluster.ready(nodes=nodes)
            run = _run(f"fault{nodes}", system, number)
            outcome = await measure_fault(system, bench, cluster, topics, fault, run=run)
            yield {"part": "fault", "fault": fault.name, "system": system.name, **asdict(outcome)}


def _is_wanted(plan: Plan, fault: Fault) -> bool:
    named = not plan.faults or fault.name in plan.faults
    return named and ("faults" if fault.nodes == 1 else "leader") in plan.parts


def _run(part: str, system: System, turn: int) -> str:
    """Return a name for the topics and the group of one run."""
    return f"{part}-{system.module.rsplit('.', 1)[-1]}-{turn}"
