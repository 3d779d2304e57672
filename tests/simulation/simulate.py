"""One simulated afternoon: two processes that die and freeze, requests that fail, repeat and are cancelled.

Everything follows from the seed. At the end one healthy process works until nothing is open, dead-lettered runs are
redriven (twice each), and then the promises are checked on what lies in the log.

Long form: ``python -m tests.simulation.simulate FIRST COUNT``.
"""

import asyncio
import logging
import random
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass, field

import msgspec
import structlog

from consumers.identity import RUNNER_SOURCE
from consumers.intake import Concern
from consumers.lease_worker import LeaseWorker
from consumers.ports import RunnerPorts
from consumers.retry import RetryPolicy
from consumers.runner import ProcessorRunner
from consumers.settings import LeaseSettings, LeaseWorkerSettings, RunnerSettings
from consumers.supervisor import Component, Supervisor
from consumers.timers import TimerService
from grym.adapters.memory import open_memory
from grym.ports.backend import Backend
from schemas.catalogue import BY_NAME, TOPICS
from schemas.commands import CancelRequest, RedriveRequest, RequestAnalysis, RequestComposition
from schemas.envelope import peek
from schemas.events import FeedbackGiven, RequestAccepted, RequestDeadLettered, RequestIgnored
from schemas.records import Message, Record, TopicPartition
from streams.processor import AnyProcessor
from tests.contract.fakes import LoopClock, MemoryArtifacts, message, run_virtual
from tests.simulation.capabilities import SOUND, Studio, Trouble, TroubledCoordinator, capabilities
from tests.simulation.mortal import Bug, Ledger, Life, mortal

TERMINALS = frozenset(f"grym.request.{end}.v1" for end in ("completed", "rejected", "deadlettered", "cancelled"))
RETRY = RetryPolicy(max_attempts=5, base_s=0.2, cap_s=2.0)
RUNNER = RunnerSettings(retry=RETRY, lease=LeaseSettings(ttl_s=3.0), poll_s=5.0, drain_s=5.0, concurrency=4)
WORKER = LeaseWorkerSettings(retry=RETRY, lease_s=4.0, poll_s=2.0, grace_s=3.0, slots=2)
DEADLINE_S = 900.0


@dataclass(slots=True, kw_only=True)
class Afternoon:
    """One simulation."""

    seed: int
    bug: Bug = "none"
    requests: int = 6
    crash: float = 0.02
    chance: random.Random = field(init=False)
    clock: LoopClock = field(default_factory=LoopClock)
    artifacts: MemoryArtifacts = field(default_factory=MemoryArtifacts)
    ledger: Ledger = field(default_factory=Ledger)
    backend: Backend = field(init=False)
    trouble: Trouble = field(init=False)
    mild: Trouble = field(init=False)
    published: list[Message] = field(default_factory=list)
    lives: list[Life] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.backend = open_memory(self.clock)
        self.trouble = Trouble(self.seed)
        # A failure event that became a letter itself would leave its run to the deadline, so nothing poisons the
        # coordinator, and three failures are fewer than the attempts there are.
        self.mild = Trouble(self.seed, poison=0.0, failures=3)

    async def run(self) -> list[str]:
        """Live through it and return what was broken, as sentences."""
        upstream = asyncio.create_task(self._upstream())
        processes = [asyncio.create_task(self._restarting(name)) for name in ("a", "b")]
        await upstream
        await asyncio.sleep(20)
        for process in processes:
            process.cancel()
        await asyncio.gather(*processes, return_exceptions=True)
        await self._settle("c")
        await self._redrive()
        await self._settle("d")
        return await self._broken()

    async def _upstream(self) -> None:
        for number in range(self.requests):
            for sent in self._story(f"r{self.seed}-{number}"):
                self.published.append(sent)
                await self.backend.publisher.publish([sent])
                await asyncio.sleep(self.chance.random() * 1.5)

    def _story(self, request_id: str) -> list[Message]:
        """Return what upstream sends about one request."""
        kind = self.chance.choice(["compose", "compose", "analyze", "refused"])
        request_id = f"{request_id}-{kind}"
        wish = (
            RequestComposition(prompt="a calm piano piece in D minor", deadline_s=DEADLINE_S)
            if kind == "compose"
            else RequestAnalysis(audio=SOUND, deadline_s=DEADLINE_S)
        )
        asked = message(wish, subject=request_id, event_id=f"{request_id}/ask")
        story = [asked]
        if self.chance.random() < 0.3:
            story.append(asked)
        if self.chance.random() < 0.25:
            cancel = message(CancelRequest(), subject=request_id, event_id=f"{request_id}/cancel")
            story.insert(self.chance.randint(0, len(story)), cancel)
        if self.chance.random() < 0.25:
            nagging = [
                message(CancelRequest(), subject=request_id, event_id=f"{request_id}/again{n}") for n in range(4)
            ]
            story += nagging
        if self.chance.random() < 0.25:
            broken = message(wish, subject=request_id, event_id=f"{request_id}/broken")
            story.append(msgspec.structs.replace(broken, value=b'{"prompt"'))
        if self.chance.random() < 0.25:
            opinion = FeedbackGiven(user="u", stars=4)
            story.append(message(opinion, subject=request_id, event_id=f"{request_id}/opinion", key="u"))
        return story

    def _processors(self) -> list[AnyProcessor]:
        return [TroubledCoordinator(self.mild), *capabilities(self.trouble)]

    def _components(self, ports: RunnerPorts) -> list[Component]:
        runners: list[Component] = [ProcessorRunner(processor, ports, RUNNER) for processor in self._processors()]
        return [*runners, LeaseWorker([Studio(self.trouble)], ports, WORKER), TimerService(ports)]

    def _ports(self, name: str, life: Life) -> RunnerPorts:
        seen = mortal(self.backend, life, self.ledger, bug=self.bug, readers=_readers)
        return RunnerPorts(backend=seen, artifacts=self.artifacts, clock=self.clock, holder=name)

    async def _restarting(self, name: str) -> None:
        """Run a process; when it dies, start it again a while later."""
        for number in range(1000):
            holder = f"{name}{number}"
            life = Life(f"{self.seed}/{holder}", self.ledger, crash=self.crash)
            ports = self._ports(holder, life)
            process = asyncio.create_task(Supervisor(self._components(ports), ports).run(asyncio.Event()))
            life.on_death = process.cancel
            weather = asyncio.create_task(self._weather(life))
            try:
                await asyncio.wait([process])
                if not life.dead:
                    process.result()
            finally:
                life.end()
                process.cancel()
                weather.cancel()
                await asyncio.gather(process, weather, return_exceptions=True)
            await asyncio.sleep(self.chance.random() * 4)

    async def _weather(self, life: Life) -> None:
        while True:
            await asyncio.sleep(self.chance.random() * 20)
            if self.chance.random() < 0.5:
                life.die()
            else:
                await life.freeze(self.chance.random() * 8)

    async def _settle(self, name: str) -> None:
        """Let one healthy process work until nothing is open."""
        life = Life(f"{self.seed}/{name}", self.ledger, crash=0.0)
        ports = self._ports(name, life)
        async with asyncio.timeout(20_000):
            await Supervisor(self._components(ports), ports).run(asyncio.Event(), until_idle=True)

    async def _redrive(self) -> None:
        for record in await self._records("grym.outcomes.v1"):
            if peek(record.headers, "ce_type") == RequestDeadLettered.TYPE:
                body = msgspec.json.decode(record.value or b"", type=RequestDeadLettered)
                request_id, run_no = peek(record.headers, "ce_subject"), int(peek(record.headers, "ce_runno"))
                command = message(
                    RedriveRequest(letter_id=body.letter_id, run_no=run_no),
                    subject=request_id,
                    event_id=f"{request_id}/redrive",
                    run_no=run_no,
                )
                self.published += [command, command]
                await self.backend.publisher.publish([command, command])

    async def _records(self, topic: str) -> list[Record]:
        sources = [TopicPartition(topic, number) for number in range(BY_NAME[topic].partitions)]
        found = [await self.backend.log.read(source, after=0, limit=100_000) for source in sources]
        return [record for lane in found for record in lane]

    async def _broken(self) -> list[str]:
        everything = [record for topic in TOPICS for record in await self._records(topic.name)]
        letters = await self.backend.letters.letters(state=None, limit=100_000)
        given_up = {(letter.processor, letter.origin, letter.origin_position) for letter in letters}
        faults = [*_ends_once(everything), *_said_once(everything), *_answered(everything, self.published)]
        for processor in self._processors():
            faults += _accounted(processor, everything, self.ledger, given_up)
            faults += _in_order(processor, everything, self.ledger)
        return faults


def _readers(topic: str) -> tuple[str, ...]:
    return BY_NAME[topic].readers


Identity = tuple[str, str, int]


def _identity(record: Record) -> Identity:
    run_no = peek(record.headers, "ce_runno") or "1"
    return peek(record.headers, "ce_source"), peek(record.headers, "ce_id"), int(run_no)


def _ends_once(everything: list[Record]) -> list[str]:
    """Every accepted run has exactly one terminal event."""
    ends: Counter[tuple[str, str]] = Counter()
    accepted = set()
    for record in everything:
        run = peek(record.headers, "ce_subject"), peek(record.headers, "ce_runno")
        kind = peek(record.headers, "ce_type")
        if kind in TERMINALS:
            ends[run] += 1
        if kind == RequestAccepted.TYPE:
            accepted.add(run)
    faults = [f"run {run} ended {ends[run]} times" for run in sorted(accepted) if ends[run] != 1]
    return faults + [f"run {run} ended but never began" for run in sorted(set(ends) - accepted)]


def _said_once(everything: list[Record]) -> list[str]:
    """No event of grym's own lies in the log twice."""
    said = Counter(
        (record.topic, *_identity(record))
        for record in everything
        if peek(record.headers, "ce_source").startswith("grym/") and not peek(record.headers, "grym_letter_id")
    )
    return [f"{name} was said {times} times" for name, times in sorted(said.items()) if times > 1]


def _answered(everything: list[Record], published: list[Message]) -> list[str]:
    """Every readable request was accepted or recorded as ignored."""
    heard = {
        peek(record.headers, "ce_causationid")
        for record in everything
        if peek(record.headers, "ce_type") in {RequestAccepted.TYPE, RequestIgnored.TYPE}
    }
    asked = {peek(sent.headers, "ce_id") for sent in published if sent.topic == "grym.requests.v1"}
    return [
        f"request {name} was never answered" for name in sorted(asked) if name.endswith("ask") and name not in heard
    ]


def _accounted(
    processor: AnyProcessor,
    everything: list[Record],
    ledger: Ledger,
    given_up: set[tuple[str, TopicPartition, int]],
) -> list[str]:
    """Every record that concerns a processor had its effect or became a letter; no effect happened twice."""
    concern = Concern(processor)
    effects = Counter(
        (entry.source, entry.event_id, entry.run_no) for entry in ledger.effects if entry.processor == processor.name
    )
    topics = {body.TOPIC for body in processor.accepts}
    faults = [f"{processor.name}: {name} had {times} effects" for name, times in effects.items() if times > 1]
    for record in everything:
        if record.topic not in topics or not concern.covers(record):
            continue
        place = (processor.name, record.topic_partition, record.position)
        if _identity(record) not in effects and place not in given_up:
            faults.append(f"{processor.name}: {_identity(record)} was lost")
    return faults


def _in_order(processor: AnyProcessor, everything: list[Record], ledger: Ledger) -> list[str]:
    """Effects of one key of one topic follow the order of the log."""
    first: dict[Identity, Record] = {}
    for record in everything:
        first.setdefault(_identity(record), record)
    lanes: dict[tuple[str, bytes | None], list[int]] = defaultdict(list)
    for entry in ledger.effects:
        done = first.get((entry.source, entry.event_id, entry.run_no))
        if entry.processor == processor.name and entry.source != RUNNER_SOURCE and done is not None:
            lanes[done.topic, done.key].append(done.position)
    return [f"{processor.name}: {lane} in the order {got}" for lane, got in lanes.items() if got != sorted(got)]


def simulate(seed: int, *, bug: Bug = "none") -> tuple[list[str], Ledger]:
    """Return what was broken in one simulation, and how much happened in it."""

    async def live() -> tuple[list[str], Ledger]:
        afternoon = Afternoon(seed=seed, bug=bug)
        return await afternoon.run(), afternoon.ledger

    return run_virtual(live())


def main(first: int, count: int) -> int:
    """Run many seeds and print what was broken."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    bad = 0
    for seed in range(first, first + count):
        faults, ledger = simulate(seed)
        bad += bool(faults)
        sys.stdout.write(f"seed {seed}: {ledger.crashes} crashes, {len(ledger.effects)} effects, {faults or 'fine'}\n")
    return min(bad, 1)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
