"""A small world that was live once: requests, answers and opinions, worked on in an order that chance decides.

One event at a time is worked on, each in one unit of work, by whichever processor is drawn; the clock moves on by some
milliseconds before each. So inputs of different topics meet a state in another order than they were appended in, as
they do where processes race.
"""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import msgspec

from consumers.identity import entry_of
from consumers.running.intake import Concern, topics_read_by
from grym.adapters.clock import VirtualClock
from grym.adapters.memory import open_memory
from grym.adapters.planning import RulePlanner
from grym.ports.backend import Backend
from grym.ports.work import Admission
from schemas.body import Body
from schemas.commands import (
    CancelRequest,
    ExtractFeatures,
    GenerateMusic,
    RateQuality,
    RecallPatterns,
    RememberPatterns,
    RequestAnalysis,
    RequestComposition,
)
from schemas.envelope import Envelope, decode, encode
from schemas.events import FeedbackGiven, MusicGenerated
from schemas.records import Record, TopicPartition
from streams.coordinator import Coordinator
from streams.generation import Generation
from streams.learning import Learning
from streams.processor import AnyProcessor, Decision, Output, envelopes_of
from tests.contract.fakes import MemoryArtifacts, message
from tests.simulation.capabilities import SOUND, answer_to

USERS = ("ada", "ben")
TABLES: dict[str, tuple[type[Body], ...]] = {
    "features": (ExtractFeatures,),
    "patterns": (RecallPatterns, RememberPatterns),
    "quality": (RateQuality,),
}


class Answering:
    """A capability that answers by a table."""

    state_type: type[None] = type(None)

    def __init__(self, name: str, accepts: tuple[type[Body], ...]) -> None:
        self.name = name
        self.accepts = accepts

    def state_key(self, envelope: Envelope) -> None:
        """Return None."""
        del envelope

    async def process(self, envelope: Envelope, state: None) -> Decision[None]:
        """Answer."""
        del state
        answer = answer_to(envelope)
        return Decision(outputs=() if answer is None else (Output(body=answer),))


@dataclass(kw_only=True)
class Afternoon:
    """What was live."""

    seed: int
    requests: int = 6
    clock: VirtualClock = field(default_factory=VirtualClock)
    artifacts: MemoryArtifacts = field(default_factory=MemoryArtifacts)
    backend: Backend = field(init=False)
    chance: random.Random = field(init=False)
    processors: list[AnyProcessor] = field(init=False)
    begun: dict[str, datetime] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.backend = open_memory(self.clock)
        answering = [Answering(name, accepts) for name, accepts in TABLES.items()]
        generation = Generation(planner=RulePlanner(), texts=self.backend.texts)
        self.processors = [Coordinator(), Learning(), generation, *answering]

    async def live(self) -> None:
        """Live through it until nothing is left to do."""
        for number in range(self.requests):
            await self._ask(f"r{number}")
            for _ in range(self.chance.randint(0, 40)):
                await self.step()
        while await self.step():
            pass

    async def step(self) -> bool:
        """Let one event be worked on; False when there is none."""
        await self.clock.advance(self.chance.random() * 0.01)
        open_work = [(processor, place) for processor in self.processors for place in await self._behind(processor)]
        if not open_work:
            return await self._play()
        if self.chance.random() < 0.2 and await self._play():
            return True
        processor, place = self.chance.choice(open_work)
        positions = await self.backend.progress.positions(processor.name)
        (record,) = await self.backend.log.read(place, after=positions.get(place, 0), limit=1)
        await self._work(processor, record)
        return True

    async def _ask(self, request_id: str) -> None:
        user = self.chance.choice(USERS)
        self.begun[request_id] = self.clock.now()
        wish: Any = RequestComposition(prompt="a calm waltz", user=user, seconds=20.0)
        if self.chance.random() < 0.3:
            wish = RequestAnalysis(audio=SOUND, user=user)
        sent = [message(wish, subject=request_id, event_id=f"{request_id}/ask")]
        if self.chance.random() < 0.2:
            sent.append(message(CancelRequest(), subject=request_id, event_id=f"{request_id}/cancel"))
        if self.chance.random() < 0.2:
            sent.append(sent[0])
        self.chance.shuffle(sent)
        await self.backend.publisher.publish(sent)

    async def rate(self, request_id: str, stars: int, *, user: str = "ada") -> None:
        """Give an opinion."""
        given = message(
            FeedbackGiven(user=user, stars=stars), subject=request_id, event_id=f"{request_id}/{stars}", key=user
        )
        await self.backend.publisher.publish([given])

    async def _behind(self, processor: AnyProcessor) -> list[TopicPartition]:
        ends = await self.backend.log.ends(topics_read_by(processor))
        positions = await self.backend.progress.positions(processor.name)
        return [place for place, end in sorted(ends.items()) if end > positions.get(place, 0)]

    async def _work(self, processor: AnyProcessor, record: Record) -> None:
        async with self.backend.work.begin() as work:
            await work.advance(processor.name, {record.topic_partition: record.position})
            if not Concern(processor).covers(record):
                return
            envelope = decode(record)
            if await work.admit(entry_of(processor.name, envelope, record.value)) is not Admission.NEW:
                return
            key = processor.state_key(envelope)
            stored = None if key is None else await self.backend.states.load(processor.name, key)
            state = None if stored is None else msgspec.json.decode(stored.value, type=processor.state_type)
            decision = await processor.process(envelope, state)
            if decision.state is not None and key is not None:
                version = 0 if stored is None else stored.version
                await work.save(processor.name, key, msgspec.json.encode(decision.state), expected_version=version)
            wrapped = envelopes_of(processor.name, envelope, decision.outputs)
            await work.append([encode(output, key=output_key) for output, output_key in wrapped])
            await work.apply_all(decision.effects)

    async def _play(self) -> bool:
        """Make the piece of one job; False when there is none."""
        job = await self.backend.jobs.take(("generation",), holder="h", lease_s=10)
        if job is None:
            return False
        at = self.clock.now()
        command = decode(job.message)
        assert isinstance(command.body, GenerateMusic)
        made = MusicGenerated(
            midi=SOUND, musicxml=SOUND, audio=SOUND, backend="synth", duration_s=30.0, round=command.body.round
        )
        outputs = envelopes_of(job.kind, msgspec.structs.replace(command, logged_at=at), (Output(body=made),))
        async with self.backend.work.begin() as work:
            await work.finish_job(job.job_id, job.fence, state="done")
            await work.append([encode(output, key=key) for output, key in outputs])
        return True

    @property
    def end(self) -> datetime:
        """Return an instant after everything."""
        return self.clock.now() + timedelta(seconds=1)
