"""One simulated afternoon of live streams: two listeners that die, freeze and restart while streams are being sent.

Everything follows from the seed. At the end one healthy process works until nothing is open and every stream has ended.
Then what lies in the log is compared with what was sent: every window of every stream told once by its id, made of the
right sound, in order; each repeat byte for byte what it repeats; one start, one end, one terminal event; and no
position ever committed beyond a checkpoint of its stream.

    python -m tests.simulation.live --seed 7 --form kafka        one afternoon, and what happened in it
    python -m tests.simulation.live --count 1000                 afternoons from the seed on, both forms in turn
"""

import argparse
import asyncio
import gc
import logging
import random
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog

from consumers.live.runner import NAME, LiveRunner
from consumers.live.settings import LiveSettings
from consumers.ports import RunnerPorts
from consumers.runner import ProcessorRunner
from consumers.supervisor import Component, Supervisor
from schemas.catalogue import LIVE, STREAMS
from schemas.envelope import decode, peek
from schemas.live import AlertRaised, FeaturesHeard, StreamEnded, StreamStarted
from schemas.records import Message, Record, TopicPartition
from streams.coordinator import Coordinator
from tests.simulation.checks import TERMINALS
from tests.simulation.household import Household
from tests.simulation.ledger import Ledger, identity_of
from tests.simulation.loop import StuckError, run_simulated
from tests.simulation.mirror import Mirror
from tests.simulation.mortal import Audit
from tests.simulation.process import RUNNER, SETTLING, elsewhere
from tests.simulation.world import FORMS, Form, World
from tests.support import live_kit
from tests.support.live_kit import COUNTING

STREAMS_SENT = 4
IDLE_S = 900.0
"""Far beyond outages and jumps of the clock, so that only what nobody sends any more falls silent."""
LISTENING = LiveSettings(
    runner=RUNNER,
    idle_s=IDLE_S,
    checkpoint_sound_s=0.4,
    checkpoint_apart_s=0.2,
    checkpoint_quiet_s=1.0,
    in_hand_bytes=64 * 1024,
    unwritten_bytes=16 * 1024,
    look_s=20.0,
)
CRASHES = (0.0, 0.002, 0.01)
TROUBLED_S = 8
SETTLE_S = 3 * IDLE_S
KINDS = ("plain", "plain", "plain", "unopened", "unclosed", "shared", "broken", "poison", "long", "late")


@dataclass(slots=True, kw_only=True)
class Sent:
    """What is sent of one stream, and what must be told of it.

    Parameters
    ----------
    windows
        Number and total of each window.
    reason
        Why it ends.
    counts
        What its end must count.
    """

    stream_id: str
    messages: list[Message]
    windows: list[tuple[int, float | None]]
    reason: str = "ended"
    counts: dict[str, int] = field(default_factory=dict)


def sent_stream(chance: random.Random, name: str) -> Sent:
    """Return a stream; its id ends with what is special about it."""
    kind = chance.choice(KINDS)
    frames, samples = chance.randint(5, 25), chance.choice((300, 800, 1_250))
    if kind == "long":
        frames, samples = 2, 20_000
    stream_id = f"{name}-{kind}"
    messages = live_kit.stream(stream_id, frames, samples=samples)
    told = Sent(stream_id=stream_id, messages=messages, windows=live_kit.expected_windows(frames, samples=samples))
    place = chance.randint(1, frames)
    match kind:
        case "unopened":
            messages.pop(0)
        case "unclosed":
            messages.pop()
            told.reason = "idle"
        case "shared":
            messages.insert(place + 1, live_kit.frame(stream_id, 0, source="test/other", value=9))
            told.counts = {"second_source": 1}
        case "broken":
            messages.insert(place + 1, live_kit.broken(stream_id, 99))
            told.counts = {"broken_frame": 1}
        case "poison":
            messages[place] = live_kit.frame(stream_id, place - 1, samples=samples, value=live_kit.BAD_SAMPLE)
            told.windows = live_kit.expected_windows(place - 1, samples=samples)
            if (place - 1) * samples % live_kit.WINDOW:
                told.windows.pop()
            told.reason = "failed"
        case "late":
            messages.append(live_kit.frame(stream_id, frames, samples=samples))
        case _:
            pass
    return told


class CheckpointAudit(Audit):
    """Looks at every commit of a position: every record of a stream below it is covered by that stream's checkpoint."""

    def __init__(self, world: World) -> None:
        super().__init__(world.ledger, between=world.between, concerns=lambda name, _: name != NAME)
        self._world = world
        self._looked: dict[TopicPartition, int] = {}

    async def passed(self, processor: str, source: TopicPartition, position: int) -> None:
        """Check everything between the position committed last and this one."""
        if processor != NAME:
            return
        for record in await self._world.between(source, self._looked.get(source, 0), position):
            await self._look(record)
        self._looked[source] = max(self._looked.get(source, 0), position)

    async def beyond(self, processor: str, source: TopicPartition, positions: Sequence[int]) -> None:
        """Check that nothing above the line is committed: there are checkpoints for that."""
        if processor == NAME and positions:
            self._world.ledger.broken.append(f"{source} has marks above its line")

    async def _look(self, record: Record) -> None:
        stream_id = (record.key or b"").decode()
        checkpoint = (await self._world.backend.live.find([stream_id])).get(stream_id)
        if checkpoint is None or (checkpoint.position < record.position and not checkpoint.ended):
            self._world.ledger.broken.append(f"{stream_id} was committed past its checkpoint at {record.position}")


@dataclass(slots=True, kw_only=True)
class LiveAfternoon:
    """One simulation."""

    seed: int
    form: Form = "embedded"
    world: World = field(init=False)
    chance: random.Random = field(init=False)
    household: Household = field(init=False)
    sent: list[Sent] = field(init=False)

    def __post_init__(self) -> None:
        self.chance = random.Random(f"{self.seed}/live")
        crash = self.chance.choice(CRASHES)
        self.world = World(form=self.form, seed=self.seed, processors=())
        self.world.audit = CheckpointAudit(self.world)
        self.household = Household(
            seed=self.seed,
            world=self.world,
            chance=self.chance,
            crash=crash,
            components=_components,
        )
        self.sent = [sent_stream(self.chance, f"s{self.seed}-{number}") for number in range(STREAMS_SENT)]

    async def run(self) -> list[str]:
        """Live through it and return what was broken, as sentences."""
        weather = asyncio.create_task(self.world.sky.change())
        processes = [asyncio.create_task(self.household.restarting(name)) for name in ("a", "b")]
        await asyncio.gather(*[self._send(stream) for stream in self.sent])
        await asyncio.sleep(TROUBLED_S)
        for task in (weather, *processes):
            task.cancel()
        await asyncio.gather(weather, *processes, return_exceptions=True)
        try:
            await self._settle("c")
            await asyncio.sleep(IDLE_S)
            await self._settle("d", least_s=60.0)
        except TimeoutError:
            self.world.ledger.broken.append("it never came to rest")
        self.world.count_groups()
        return [*self.world.ledger.broken, *await self._broken()]

    async def _send(self, stream: Sent) -> None:
        """Send a stream, bit by bit; what was not confirmed is sent again by a sender of real life, here it is."""
        chance = random.Random(f"{self.seed}/{stream.stream_id}")
        self.world.ledger.count(stream.stream_id.rpartition("-")[2])
        await asyncio.sleep(chance.random() * 4)
        waiting = list(stream.messages)
        while waiting:
            count = chance.randint(1, 4)
            await self.world.backend.publisher.publish(waiting[:count])
            del waiting[:count]
            await asyncio.sleep(chance.random() * 1.5)

    async def _settle(self, name: str, *, least_s: float = 0.0) -> None:
        """Let one healthy process work until nothing is open, and a while at least."""
        life = self.household.life(name, crash=0.0)
        ports = self.world.ports(name, name, life)
        stop = asyncio.Event()
        async with asyncio.timeout(SETTLE_S):
            if least_s:
                running = asyncio.create_task(Supervisor(_components(ports), ports, SETTLING).run(stop))
                await asyncio.sleep(least_s)
                stop.set()
                await running
            await Supervisor(_components(ports), ports, SETTLING).run(asyncio.Event(), until_idle=True)

    async def _broken(self) -> list[str]:
        records = [*await self.world.of_topic(LIVE), *await self.world.of_topic(STREAMS)]
        self.world.ledger.count("events told", len(records))
        self.world.ledger.count("events told again", len(records) - len({identity_of(record) for record in records}))
        told: dict[str, list[Any]] = defaultdict(list)
        for envelope in map(decode, _firsts(records)):
            told[envelope.subject].append(envelope.body)
        outcomes = await self.world.of_topic("grym.outcomes.v1")
        broken = [*_repeats_differ(records), *_not_once(outcomes, {stream.stream_id for stream in self.sent})]
        for stream in self.sent:
            broken += _told_wrong(stream, told[stream.stream_id])
        return broken


def _components(ports: RunnerPorts) -> list[Component]:
    """Return what one process runs."""
    mirrors = [] if ports.backend.sender is None else [ProcessorRunner(Mirror(0), ports, RUNNER)]
    coordinator = ProcessorRunner(Coordinator(), ports, RUNNER)
    return [LiveRunner(COUNTING, ports, LISTENING), coordinator, *elsewhere(ports), *mirrors]


def _firsts(records: Iterable[Record]) -> list[Record]:
    """Return each event once, as it was told first."""
    firsts: dict[Any, Record] = {}
    for record in records:
        firsts.setdefault(identity_of(record), record)
    return list(firsts.values())


def _repeats_differ(records: Sequence[Record]) -> list[str]:
    """Whoever tells an event again tells the same."""
    first: dict[Any, Record] = {}
    broken = []
    for record in records:
        known = first.setdefault(identity_of(record), record)
        if (known.value, known.headers) != (record.value, record.headers):
            broken.append(f"{peek(record.headers, 'ce_type')} of {record.key!r} was told again as something else")
    return broken


def _not_once(outcomes: Sequence[Record], streams: set[str]) -> list[str]:
    ends = Counter(
        peek(record.headers, "ce_subject")
        for record in _firsts(outcomes)
        if peek(record.headers, "ce_type") in TERMINALS
    )
    return [f"{stream} ended {ends[stream]} times" for stream in sorted(streams) if ends[stream] != 1]


def _told_wrong(stream: Sent, bodies: Sequence[Any]) -> list[str]:
    """Return what is wrong with what was told of a stream, each event once and in the order of the log."""
    name = stream.stream_id
    windows = [(body.window, body.rms_db) for body in bodies if isinstance(body, FeaturesHeard)]
    starts = [body for body in bodies if isinstance(body, StreamStarted)]
    ends = [body for body in bodies if isinstance(body, StreamEnded)]
    broken = []
    if windows != stream.windows:
        broken.append(f"{name}: the windows {windows[:8]}… are not {stream.windows[:8]}… as sent")
    if len(starts) != 1 or [end.reason for end in ends] != [stream.reason]:
        broken.append(f"{name}: started {len(starts)} times and ended by {[end.reason for end in ends]}")
    elif any(ends[0].counts.get(what) != count for what, count in stream.counts.items()):
        broken.append(f"{name}: {ends[0].counts} was counted and not {stream.counts}")
    alerts = {body.name for body in bodies if isinstance(body, AlertRaised)}
    if stream.counts.keys() - alerts:
        broken.append(f"{name}: only {alerts} was told of")
    return broken


def simulate(seed: int, *, form: Form = "embedded") -> tuple[list[str], Ledger]:
    """Return what was broken in one simulation, and what happened in it."""
    afternoon = LiveAfternoon(seed=seed, form=form)
    try:
        return run_simulated(afternoon.run()), afternoon.world.ledger
    except StuckError:
        return ["everybody waited and no timer was set"], afternoon.world.ledger


def replay_of(seed: int, form: Form) -> str:
    """Return the command that lives through an afternoon again."""
    return f"python -m tests.simulation.live --seed {seed} --form {form}"


def main(words: Sequence[str]) -> int:
    """Run seeds, print what was broken and how often which fault fired."""
    parser = argparse.ArgumentParser(prog="tests.simulation.live", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seed", type=int, default=0, help="the first afternoon")
    parser.add_argument("--count", type=int, default=1, help="how many")
    parser.add_argument("--form", choices=FORMS, default=None, help="both in turn where none is named")
    wanted = parser.parse_args(words)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    gc.freeze()
    faults: Counter[str] = Counter()
    bad, began_s = 0, time.process_time()
    for seed in range(wanted.seed, wanted.seed + wanted.count):
        form: Form = wanted.form or FORMS[seed % len(FORMS)]
        broken, ledger = simulate(seed, form=form)
        faults += ledger.faults
        bad += bool(broken)
        if broken:
            sys.stdout.write(f"seed {seed} ({form}): {'; '.join(broken[:5])}\n    {replay_of(seed, form)}\n")
            sys.stdout.flush()
    took_ms = (time.process_time() - began_s) * 1000 / wanted.count
    sys.stdout.write(f"{wanted.count} afternoons, {bad} broken, {took_ms:.0f} ms of CPU time each\n")
    for fault, times in sorted(faults.items()):
        sys.stdout.write(f"  {times:7d} {fault}\n")
    return min(bad, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
