"""A small world for the consumers: the memory backend in virtual time, and a processor that does what it is told."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from consumers.ports import RunnerPorts
from consumers.runner import ProcessorRunner
from consumers.settings import RunnerSettings
from grym.adapters.memory import open_memory
from grym.errors import TransientError
from grym.ports.backend import Backend
from grym.ports.work import Lease, Leases
from schemas.body import Body
from schemas.catalogue import BY_NAME
from schemas.commands import CancelRequest, RequestComposition
from schemas.envelope import Envelope, decode
from schemas.events import FeedbackGiven, RequestIgnored, StreamClosed
from schemas.records import Message, Record, TopicPartition
from streams.processor import Decision, Output
from tests.contract.fakes import LoopClock, MemoryArtifacts, message, running_until

READERS = {
    "coordinator": ("grym.requests.v1", "grym.cancels.v1", "grym.feedback.v1", "grym.audio-frames.v1"),
}


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """What the probe remembers of a request."""

    ids: tuple[str, ...] = ()


Behave = Callable[[Envelope, Tally | None], Awaitable[Decision[Tally] | None]]
"""May answer or raise in the probe's place; None leaves the decision to the probe."""


async def nothing_special(envelope: Envelope, state: Tally | None) -> Decision[Tally] | None:
    """Leave every decision to the probe."""
    del envelope, state
    return None


class Probe:
    """Counts events per request and tells of each one; `behave` may answer instead, or raise."""

    name = "coordinator"
    accepts: tuple[type[Body], ...] = (RequestComposition, CancelRequest, FeedbackGiven, StreamClosed)
    state_type = Tally

    def __init__(self, behave: Behave = nothing_special) -> None:
        self.behave = behave
        self.seen: list[str] = []

    def state_key(self, envelope: Envelope) -> str | None:
        """Return the request id."""
        return envelope.subject

    async def process(self, envelope: Envelope, state: Tally | None) -> Decision[Tally]:
        """Remember the event and say so."""
        self.seen.append(envelope.id)
        answer = await self.behave(envelope, state)
        if answer is not None:
            return answer
        before = state.ids if state else ()
        told = RequestIgnored(ignored_id=envelope.id, ignored_type=envelope.type, reason="counted")
        return Decision(state=Tally(ids=(*before, envelope.id)), outputs=(Output(body=told),))


class WatchedLeases:
    """Leases that remember who holds what, so that a test can take one away."""

    def __init__(self, leases: Leases) -> None:
        self._leases = leases
        self.held: dict[str, Lease] = {}

    async def acquire(self, name: str, *, holder: str, ttl_s: float) -> Lease | None:
        """Take a lease."""
        lease = await self._leases.acquire(name, holder=holder, ttl_s=ttl_s)
        if lease is not None:
            self.held[name] = lease
        return lease

    async def renew(self, lease: Lease, *, ttl_s: float) -> Lease:
        """Hold on to a lease."""
        return await self._leases.renew(lease, ttl_s=ttl_s)

    async def release(self, lease: Lease) -> None:
        """Give a lease back."""
        await self._leases.release(lease)

    async def steal(self, name: str, *, ttl_s: float) -> None:
        """Give a lease to somebody else, as after a pause of its holder."""
        await self._leases.release(self.held[name])
        assert await self._leases.acquire(name, holder="thief", ttl_s=ttl_s) is not None


@dataclass(kw_only=True)
class World:
    """One backend, and processes that share it."""

    backend: Backend
    clock: LoopClock = field(default_factory=LoopClock)
    artifacts: MemoryArtifacts = field(default_factory=MemoryArtifacts)
    leases: WatchedLeases

    def ports(self, holder: str = "one", **changes: Any) -> RunnerPorts:
        """Return the ports of a process."""
        given: dict[str, Any] = {
            "backend": self.backend,
            "artifacts": self.artifacts,
            "clock": self.clock,
            "holder": holder,
            **changes,
        }
        return RunnerPorts(**given)

    async def publish(self, *messages: Message) -> None:
        """Put messages in."""
        await self.backend.publisher.publish(messages)

    async def records(self, topic: str) -> list[Record]:
        """Return everything in a topic, by partition."""
        sources = [TopicPartition(topic, number) for number in range(BY_NAME[topic].partitions)]
        return [record for source in sources for record in await self.backend.log.read(source, after=0, limit=10_000)]

    async def events(self, topic: str) -> list[Envelope]:
        """Return everything in a topic, understood."""
        return [decode(record) for record in await self.records(topic)]

    async def told(self) -> list[str]:
        """Return the ids of the events the probe told of, in the order of the log."""
        return [event.body.ignored_id for event in await self.events("grym.outcomes.v1")]

    async def tally(self, request_id: str) -> tuple[str, ...]:
        """Return what the probe remembers of a request."""
        stored = await self.backend.states.load("coordinator", request_id)
        return () if stored is None else msgspec.json.decode(stored.value, type=Tally).ids

    async def run_until(self, probe: Probe, done: Callable[[], Awaitable[bool]], **settings: Any) -> RunnerPorts:
        """Run a processor until something holds, then stop it gracefully; return its ports."""
        ports = self.ports()
        await running_until(ProcessorRunner(probe, ports, RunnerSettings(**settings)).run, done)
        return ports

    async def run_until_idle(self, probe: Probe, **settings: Any) -> RunnerPorts:
        """Run a processor until nothing is open."""

        async def idle() -> bool:
            return not any((await self.backend.counters.open_work()).values())

        return await self.run_until(probe, idle, **settings)


def open_world(readers: Mapping[str, tuple[str, ...]] | None = None, **options: Any) -> World:
    """Return an empty world, with the probe as its only reader unless others are given."""
    clock = LoopClock()
    backend = open_memory(clock, readers=READERS if readers is None else readers, **options)
    leases = WatchedLeases(backend.leases)
    return World(backend=replace(backend, leases=leases), clock=clock, leases=leases)


WISH = RequestComposition(prompt="a quiet tune")


def wish(event_id: str, *, subject: str = "r1") -> Message:
    """Return a request."""
    return message(WISH, subject=subject, event_id=event_id)


def broken(event_id: str, *, subject: str = "r1") -> Message:
    """Return a request whose body is no JSON."""
    return msgspec.structs.replace(wish(event_id, subject=subject), value=b"{broken")


class Flaky:
    """Fails some events a number of times."""

    def __init__(self, failures: dict[str, int], error: Exception | None = None) -> None:
        self.left = dict(failures)
        self.error = error or TransientError("not now")

    async def __call__(self, envelope: Envelope, state: Tally | None) -> Decision[Tally] | None:
        """Fail while failures are left."""
        del state
        if self.left.get(envelope.id, 0) > 0:
            self.left[envelope.id] -= 1
            raise self.error
        return None
