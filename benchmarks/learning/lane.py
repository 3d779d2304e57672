"""The real learner on a real log in memory: its runner, its inbox, its states; what is sent is what a request sends.

Everything happens in virtual time: whoever publishes then sleeps for a moment, and within it all that follows has
happened, in the same order every time. Only the time that the learner itself takes is measured by a real clock.
"""

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import msgspec

from benchmarks.learning.world import Request, Values, default_of, quality_share
from consumers.ports import RunnerPorts
from consumers.runner import ProcessorRunner
from consumers.telemetry import LogName, Telemetry
from grym.adapters.memory import open_memory
from grym.ports.backend import Backend
from schemas.body import Body
from schemas.catalogue import BY_NAME
from schemas.commands import ProposeParameters
from schemas.envelope import Envelope, decode
from schemas.events import FeedbackGiven, ParametersExposed, ParametersProposed
from schemas.records import Message, TopicPartition
from streams.learning import Learning
from streams.processor import Decision
from tests.contract.fakes import LoopClock, MemoryArtifacts, message

MOMENT_S = 0.05
"""Virtual seconds in which everything that follows from a message has happened."""

SAID = ParametersProposed.TOPIC


class _Silent(Telemetry):
    """Telemetry that writes no lines."""

    def log(self, name: LogName, **fields: str | float | None) -> None:
        """Write nothing."""


class TimedLearning(Learning):
    """The learner, with a watch on what it is asked.

    Attributes
    ----------
    decisions_s
        Processor seconds that each proposal took.
    """

    def __init__(self) -> None:
        super().__init__()
        self.decisions_s: list[float] = []

    async def process(self, envelope: Envelope, state: Any) -> Decision[Any]:
        """Decide as the learner does."""
        began_s = time.process_time()
        decision = await super().process(envelope, state)
        if isinstance(envelope.body, ProposeParameters):
            self.decisions_s.append(time.process_time() - began_s)
        return decision


@dataclass(slots=True, kw_only=True)
class Lane:
    """The learner of one run.

    Parameters
    ----------
    seed
        The run's, for what its pieces passed at the gate.

    Attributes
    ----------
    sent
        Everything that was sent to it, in order.
    proposals, by_request
        What it proposed, in order and by the id of the request.
    said
        Everything it said on its topic.
    """

    seed: int
    backend: Backend
    learner: TimedLearning
    sent: list[Message] = field(default_factory=list)
    proposals: list[ParametersProposed] = field(default_factory=list)
    said: list[Body] = field(default_factory=list)
    by_request: dict[str, ParametersProposed] = field(default_factory=dict)
    _read: dict[TopicPartition, int] = field(default_factory=dict)

    async def propose(self, request: Request) -> ParametersProposed:
        """Return what the learner proposes for a request."""
        before = len(self.proposals)
        await self.send([question(request)])
        assert len(self.proposals) == before + 1, "the learner did not answer, or answered twice"
        self.by_request[request_id(request)] = self.proposals[-1]
        return self.proposals[-1]

    async def expose(self, request: Request, values: Values) -> None:
        """Tell what a finished piece really was."""
        body = _exposure(request, values, self.by_request[request_id(request)], seed=self.seed)
        await self.send([_message(body, request, "exposed")])

    async def send(self, messages: Sequence[Message]) -> None:
        """Publish messages and wait until everything that follows has happened."""
        self.sent.extend(messages)
        await self.backend.publisher.publish(messages)
        await asyncio.sleep(MOMENT_S)
        for partition in range(BY_NAME[SAID].partitions):
            await self._hear(TopicPartition(SAID, partition))

    async def state_sha256(self) -> str:
        """Return a digest of everything the learner remembers."""
        states = await self.backend.states.scan("learning", limit=10**9)
        rows = sorted((state.key, state.value) for state in states)
        return hashlib.sha256(msgspec.json.encode([[key, value.hex()] for key, value in rows])).hexdigest()

    async def _hear(self, source: TopicPartition) -> None:
        for record in await self.backend.log.read(source, after=self._read.get(source, 0), limit=10_000):
            self._read[source] = record.position
            body = decode(record).body
            self.said.append(body)
            if isinstance(body, ParametersProposed):
                self.proposals.append(body)


@asynccontextmanager
async def opened(*, seed: int) -> AsyncIterator[Lane]:
    """Run a learner that has heard nothing yet; in virtual time."""
    clock, learner = LoopClock(), TimedLearning()
    backend = open_memory(clock)
    ports = RunnerPorts(
        backend=backend, artifacts=MemoryArtifacts(), clock=clock, holder="examination", telemetry=_Silent()
    )
    stop = asyncio.Event()
    running = asyncio.create_task(ProcessorRunner(learner, ports).run(stop))
    try:
        yield Lane(seed=seed, backend=backend, learner=learner)
    finally:
        stop.set()
        await running


def question(request: Request) -> Message:
    """Return the question that a request asks the learner."""
    body = ProposeParameters(
        user=request.user,
        style=request.style,
        mood=request.mood,
        defaults={**default_of(request.style), **request.worded},
        fixed=dict(request.worded),
    )
    return _message(body, request, "proposing")


def _exposure(request: Request, values: Values, proposed: ParametersProposed, *, seed: int) -> ParametersExposed:
    return ParametersExposed(
        user=request.user,
        style=request.style,
        parameters=dict(values),
        quality_passed=True,
        quality_share=quality_share(request, seed=seed),
        mood=request.mood,
        asked=tuple(request.worded),
        defaults={**default_of(request.style), **request.worded},
        arm=proposed.arm,
        propensity=proposed.propensity,
        expected=proposed.expected,
    )


def opinion(request: Request, stars: int, *, by: str | None = None, name: str = "rating") -> Message:
    """Return an opinion of a piece, by whoever asked for it or by somebody else."""
    return _message(FeedbackGiven(user=by or request.user, stars=stars), request, f"{by or ''}{name}")


def preference(request: Request, over: Request, *, by: str, name: str) -> Message:
    """Return somebody's opinion that one piece is better than another."""
    return _message(FeedbackGiven(user=by, preferred_over=request_id(over)), request, f"{by}{name}")


def request_id(request: Request) -> str:
    """Return the id of a request."""
    return f"{request.user}-{request.number:05d}"


def proposals_sha256(proposals: Sequence[ParametersProposed]) -> str:
    """Return a digest of proposals in order, everything they carry included."""
    return hashlib.sha256(b"\n".join(map(msgspec.json.encode, proposals))).hexdigest()


def _message(body: Body, request: Request, name: str) -> Message:
    subject = request_id(request)
    return message(body, subject=subject, event_id=f"{name}-{subject}", correlation_id=subject)
