"""What becomes of records when something goes wrong: the same faults for every system, at 200 records a second.

Each fault is over in seconds; what has not come through 20 s after the last record is counted as lost when the group
has committed past it, and as stuck when somebody still stands before it.
"""

import asyncio
import math
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.event_layer.delay import quantile
from benchmarks.event_layer.load import KEYS, Sent, broken, by_transactions, payload, steady
from benchmarks.event_layer.systems import ROOT, System
from benchmarks.event_layer.tape import Tape, judge, recording
from benchmarks.event_layer.topics import Topics
from benchmarks.event_layer.workers import Bench, Worker, until, working
from tests.support.kafka_cluster import KafkaCluster

PER_S = 200.0
COUNT = 1200
MARKED = 400
SESSION_MS = "6000"
PATIENCE_S = 20.0
FAULTY = ROOT / "benchmarks" / "event_layer" / "faulty"


@dataclass(slots=True)
class Scene:
    """One system under one fault."""

    system: System
    bench: Bench
    cluster: KafkaCluster
    topics: Topics
    folder: Path
    variables: dict[str, str]
    worker: Worker

    @property
    def fault_began(self) -> Path:
        """The file that is there once the marked record has done what it should."""
        return self.folder / "done"

    @property
    def source(self) -> str:
        """The topic that is copied."""
        return self.variables["IN_TOPIC"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A way for things to go wrong.

    Parameters
    ----------
    meddle
        What is done to the workers or the broker while records flow.
    body
        The bodies of the records.
    transactions
        Whether the records come by transactions, some of them aborted.
    nodes
        How many brokers it needs.
    count
        How many records are sent.
    """

    name: str
    meddle: Callable[[Scene], Awaitable[None]] | None = None
    step: str = ""
    codec: str = "raw"
    body: Callable[[int], bytes] = payload
    transactions: bool = False
    nodes: int = 1
    count: int = COUNT


async def _kill_while_slow(scene: Scene) -> None:
    """Kill the worker one second after the marked record has begun; its supervisor starts it again."""
    await until(scene.fault_began.exists, timeout_s=PATIENCE_S)
    await asyncio.sleep(1.0)
    scene.worker.kill()


async def _join_and_leave(scene: Scene) -> None:
    """Let a second worker come after two seconds and go after two more."""
    await asyncio.sleep(2.0)
    async with working(scene.system, scene.bench, scene.variables, name="b"):
        await asyncio.sleep(2.0)


async def _kill_leader(scene: Scene) -> None:
    """Kill the node that leads the first partition of the input, and start it again ten seconds later."""
    await asyncio.sleep(3.0)
    leader = await scene.topics.leader(scene.source, 0)
    scene.cluster.kill(leader)
    await asyncio.sleep(10.0)
    scene.cluster.start(leader)


def _one_broken(number: int) -> bytes:
    return broken(number) if number == MARKED else payload(number)


FAULTS = (
    Fault(name="raises once", step="raise-once"),
    Fault(name="poison", step="poison"),
    Fault(name="undecodable", codec="json", body=_one_broken),
    Fault(name="kill -9, slow head", step="slow-head", meddle=_kill_while_slow),
    Fault(name="join and leave", meddle=_join_and_leave),
    Fault(name="aborted input", transactions=True),
    Fault(name="leader killed", meddle=_kill_leader, nodes=3, count=4000),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the fault did.

    Parameters
    ----------
    neighbours_p99_ms, neighbours_max_ms
        Delay of the records of other keys that were due from the marked record on; None where input lay ready.
    restarts
        How often the supervisor had to start the worker again.
    """

    lost: int
    stuck: int
    doubled: int
    reordered: int
    dead: int
    leaked: int
    neighbours_p99_ms: float | None
    neighbours_max_ms: float | None
    restarts: int


async def measure_fault(
    system: System, bench: Bench, cluster: KafkaCluster, topics: Topics, fault: Fault, *, run: str
) -> Outcome:
    """Put a system through a fault and judge what came out."""
    source, target, dead = f"{run}-in", f"{run}-out", f"{run}-dead"
    await topics.create(source, target, dead)
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="grym-bench-")))
        variables = {
            "IN_TOPIC": source,
            "OUT_TOPIC": target,
            "DEAD_TOPIC": dead,
            "GROUP": run,
            "SESSION_MS": SESSION_MS,
            "CODEC": fault.codec,
        }
        if fault.step:
            variables |= {
                "FAULTS": "1",
                "FAULT": fault.step,
                "FAULT_NUMBER": str(MARKED),
                "FAULT_FOLDER": str(folder),
                "PYTHONPATH": f"{ROOT}:{FAULTY}",
            }
        out, letters = await stack.enter_async_context(recording(bench.bootstrap, target, dead))
        worker = await stack.enter_async_context(working(system, bench, variables))
        scene = Scene(system, bench, cluster, topics, folder, variables, worker)
        sent = await _feed(scene, fault, out)
        await _settle(sent, out, letters)
        committed = await topics.committed(run)
    verdict = judge(sent, out, letters, committed)
    near = [] if fault.transactions else _neighbours_ms(sent, out)
    await topics.delete(source, target, dead)
    return Outcome(
        **asdict(verdict),
        neighbours_p99_ms=quantile(near, 0.99) if near else None,
        neighbours_max_ms=max(near) if near else None,
        restarts=worker.restarts,
    )


async def _feed(scene: Scene, fault: Fault, out: Tape) -> Sent:
    """Send the records while the fault happens; with a steady rate the first one only wakes the worker."""
    if fault.transactions:
        return await by_transactions(scene.bench.bootstrap, scene.source, fault.count)
    sent = Sent()
    await steady(scene.bench.bootstrap, scene.source, sent, per_s=PER_S, numbers=range(1))
    await out.wait_for(range(1), timeout_s=PATIENCE_S)
    feeding = steady(
        scene.bench.bootstrap, scene.source, sent, per_s=PER_S, numbers=range(1, fault.count), body=fault.body
    )
    await asyncio.gather(feeding, *([fault.meddle(scene)] if fault.meddle else []))
    return sent


async def _settle(sent: Sent, out: Tape, letters: Tape) -> None:
    """Wait until every record is a copy or a dead letter, or for as long as patience lasts; then for repeats."""
    expected = sent.place.keys() - sent.aborted
    await until(lambda: not expected - out.first_seen_s.keys() - letters.first_seen_s.keys(), timeout_s=PATIENCE_S)
    await asyncio.sleep(1.0)


def _neighbours_ms(sent: Sent, out: Tape) -> list[float]:
    """Return the delays of records of other keys than the marked one's."""
    return [
        (out.first_seen_s.get(number, math.inf) - meant_s) * 1000
        for number, meant_s in sent.meant_s.items()
        if number >= MARKED and number % KEYS != MARKED % KEYS
    ]
