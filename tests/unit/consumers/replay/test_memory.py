"""Pattern memory in a replay: it begins as it was, decides the same again, and answers as of then."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from consumers.replay import Part, Report, Span
from consumers.replay.memory import ReplayedMemory
from grym.memory.journal.past import known_as_of
from grym.memory.recognising.recogniser import recogniser_in_memory
from grym.ports.effects import RecordPatterns
from grym.ports.patterns import Origin, PatternChange, PatternQuery
from grym.runtime.replaying import RecogniserOfThen
from schemas.body import ArtifactRef, Body
from schemas.commands import (
    ExtractFeatures,
    RecallPatterns,
    RequestLearning,
    RequestPatternChange,
    RequestRecognition,
    TakeImprint,
)
from schemas.envelope import Envelope, decode
from schemas.events import ImprintTaken, PatternsRecalled
from streams.coordinator import Coordinator
from streams.patterns import Patterns
from streams.processor import Decision, Output
from tests.contract.fakes import message
from tests.simulation.capabilities import SOUND
from tests.unit.consumers.replay.afternoon import Afternoon
from tests.unit.consumers.replay.test_replay import _replay
from tests.unit.streams.patterns.world import RATE_HZ, imprint_of, noisy, tune


class Ears:
    """Takes the imprint that a request is about: the sound is named by the request's id."""

    name = "features"
    accepts: tuple[type[Body], ...] = (ExtractFeatures, TakeImprint)
    state_type: type[None] = type(None)

    def __init__(self, sounds: dict[str, ArtifactRef]) -> None:
        self._sounds = sounds

    def state_key(self, envelope: Envelope) -> None:
        """Return None."""
        del envelope

    async def process(self, envelope: Envelope, state: None) -> Decision[None]:
        """Answer."""
        del state
        imprint = self._sounds[envelope.subject.split("-")[-1]]
        return Decision(outputs=(Output(body=ImprintTaken(imprint=imprint, extractor="imprint/1", duration_s=9.0)),))


@dataclass(kw_only=True)
class Listening(Afternoon):
    """An afternoon on which sounds are learned, asked for, and forgotten."""

    sounds: dict[str, ArtifactRef] = field(default_factory=dict)

    async def begin(self) -> None:
        """Store what will be heard, and let the real memory work."""
        heard = {"one": tune(1), "copy": noisy(tune(1)), "part": tune(1)[2 * RATE_HZ : 7 * RATE_HZ], "two": tune(2)}
        for name, samples in heard.items():
            self.sounds[name] = await self.artifacts.put(imprint_of(samples), media_type="application/x-grym-imprint")
        book = self.backend.book
        memory = Patterns(
            book=book, entries=self.backend.entries, recogniser=recogniser_in_memory(book), artifacts=self.artifacts
        )
        self.processors = [Coordinator(), Ears(self.sounds), memory]

    async def ask(self, request_id: str, wish: Any) -> None:
        """Ask for something, and live until nothing is left to do."""
        self.begun[request_id] = self.clock.now()
        await self.backend.publisher.publish([message(wish, subject=request_id, event_id=f"{request_id}/ask")])
        while await self.step():
            pass

    async def learn(self, name: str) -> None:
        """Learn a sound."""
        await self.ask(f"learn{len(self.begun)}-{name}", RequestLearning(audio=SOUND, name=name))

    async def recognise(self, name: str) -> None:
        """Ask for a sound."""
        await self.ask(f"ask{len(self.begun)}-{name}", RequestRecognition(audio=SOUND))

    async def forget(self, name: str) -> None:
        """Forget what is called so."""
        found = await self.backend.book.find(PatternQuery(text=name))
        wish = RequestPatternChange(action="forget", pattern_id=found[0].pattern_id)
        await self.ask(f"forget{len(self.begun)}", wish)


def memory_part(live: Afternoon, *, audit: bool = True) -> Part:
    """Return pattern memory as a replay builds it."""
    memory = ReplayedMemory(live.backend.book)
    processor = Patterns(
        book=memory, entries=live.backend.entries, recogniser=RecogniserOfThen(memory), artifacts=live.artifacts
    )
    facts = () if audit else (RecallPatterns,)
    return Part(processor=processor, facts=facts, leans_on=(RecallPatterns,), memory=memory)


@pytest.fixture
async def lived() -> Listening:
    """Live through a first hour and a second one."""
    afternoon = Listening(seed=1)
    await afternoon.begin()
    await afternoon.learn("one")
    await afternoon.recognise("part")
    await afternoon.clock.advance(3600.0)
    await afternoon.learn("copy")
    await afternoon.learn("part")
    await afternoon.recognise("one")
    await afternoon.forget("one")
    await afternoon.recognise("one")
    await afternoon.learn("two")
    await afternoon.learn("one")
    await afternoon.recognise("one")
    return afternoon


def second_hour(lived: Listening) -> Span:
    """Return the span of the second hour."""
    return Span(begin=min(lived.begun.values()) + timedelta(seconds=1800), end=lived.end)


async def test_memory_decides_the_same_from_the_middle_on(lived: Listening) -> None:
    """What was learned before the span is known in it, to the last byte of each answer."""
    report: Report = await _replay(lived, memory_part(lived), Part(processor=Coordinator()), span=second_hour(lived))
    assert report.equal, report.to_json()["differences"]
    assert report.by_processor["patterns"]["same"] >= 12
    assert not report.partial_keys
    assert report.skipped["unfounded"] == 0


async def test_answers_change_with_what_memory_held_then(lived: Listening) -> None:
    """The same sound was known, forgotten and known again, so that a replay has something to tell apart."""
    told = await _answers(lived)
    names = [sorted(match.name for match in answer.matches) for answer in told]
    assert names == [["one"], ["one", "part"], ["part"], ["one", "part"]]


async def test_a_memory_that_knew_more_would_be_noticed(lived: Listening) -> None:
    """A replay that began with the memory of today is not the same: the test above can fail."""
    part = memory_part(lived)
    assert part.memory is not None

    class OfToday(ReplayedMemory):
        async def begin(self, at: Any) -> set[str]:
            return await super().begin(at + timedelta(days=1))

    memory = OfToday(lived.backend.book)
    processor = Patterns(
        book=memory, entries=lived.backend.entries, recogniser=RecogniserOfThen(memory), artifacts=lived.artifacts
    )
    report = await _replay(lived, replace(part, processor=processor, memory=memory), span=second_hour(lived))
    assert not report.equal


async def test_memory_at_an_instant_is_the_journal_up_to_there(lived: Listening) -> None:
    """The same patterns with the same counts as a full replay of the journal, and the numbers of the live one."""
    memory = ReplayedMemory(lived.backend.book)
    requests = await memory.begin(second_hour(lived).begin)
    head = await memory.head()
    told = {one.facts.pattern_id: one.facts for one in await known_as_of(lived.backend.book, head)}
    assert await memory.facts(told) == told
    assert await memory.find(PatternQuery()) == list(told.values())
    assert await memory.count(PatternQuery()) == len(told) == 1
    assert requests == {"learn0-one"}
    [pattern] = await memory.load(list(told))
    [live] = await lived.backend.book.load(list(told))
    assert pattern.imprint == live.imprint


async def test_what_a_replay_decides_stays_in_it(lived: Listening) -> None:
    """The shadow's events follow those of the live journal, which does not grow."""
    book = lived.backend.book
    memory = ReplayedMemory(book)
    await memory.begin(second_hour(lived).begin)
    before, live_head = await memory.head(), await book.head()
    change = PatternChange(
        event_id="shadow",
        kind="stored",
        pattern_id="p",
        collection="default",
        at=lived.clock.now(),
        origin=Origin(extractor="score/1", event_id="e", request_id="r"),
        data={"pattern_kind": "motif", "name": "shadow"},
        motif=b"{}",
    )
    memory.absorb((RecordPatterns(changes=(change, change)),))
    assert (await memory.head(), await book.head()) == (before + 1, live_head)
    assert [event.change.event_id for event in await memory.events(before, limit=9)] == ["shadow"]
    assert [event.seq for event in await memory.events(0, limit=99)] == list(range(1, before + 2))
    assert await memory.known_events(["shadow", "nothing"]) == {"shadow"}
    assert [pattern.motif for pattern in await memory.load(["p"])] == [b"{}"]


async def _places(lived: Listening) -> list[Any]:
    return sorted(await lived.backend.log.ends([PatternsRecalled.TOPIC]))


async def _answers(lived: Listening) -> list[PatternsRecalled]:
    """Return every answer to a question of recognition, in the order of asking."""
    found: list[tuple[Any, PatternsRecalled]] = []
    for place in await _places(lived):
        for record in await lived.backend.log.read(place, after=0, limit=1000):
            body = decode(record).body
            if isinstance(body, PatternsRecalled):
                found.append((record.appended_at, body))
    return [body for _, body in sorted(found, key=lambda pair: pair[0])]
