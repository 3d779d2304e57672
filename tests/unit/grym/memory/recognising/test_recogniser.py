"""Recognising from the journal: every answer knows what was committed before the question, and no more."""

import asyncio
import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from grym.domain.patterns.folding import Projection
from grym.domain.recognition.codec import encode
from grym.domain.recognition.imprint import Imprint
from grym.domain.recognition.library import Library
from grym.domain.recognition.recognising import Finding, recognise
from grym.domain.recognition.taking import take_imprint
from grym.domain.recognition.windows import DIM
from grym.domain.signal import Signal
from grym.errors import InvalidPatternError, TransientError
from grym.memory.caching.settings import CacheSettings
from grym.memory.index.flat import FlatIndex
from grym.memory.recognising.collection import Ground
from grym.memory.recognising.contents import Contents
from grym.memory.recognising.imprints import CachedImprints, imprint_cache
from grym.memory.recognising.recogniser import JournalRecogniser, recogniser_in_memory
from grym.ports.caching import NoSharedLevel
from grym.ports.patterns import Origin, Pattern, PatternChange, PatternEvent, PatternFacts

RATE_HZ = 11_025
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


class Journal:
    """A journal in a list."""

    def __init__(self) -> None:
        self.kept: list[PatternEvent] = []
        self.asked = 0

    def write(self, kind: Any, pattern_id: str, sound: Signal | None = None, **data: object) -> None:
        """Append one event."""
        imprint = b"" if sound is None else encode(take_imprint(sound))
        vectors = np.zeros((0, 1)) if sound is None else take_imprint(sound).windows.vectors
        change = PatternChange(
            event_id=str(len(self.kept)),
            kind=kind,
            pattern_id=pattern_id,
            collection="default",
            at=NOON,
            origin=Origin(extractor="imprint/1", event_id="e", request_id="r"),
            data=data,
            vectors=vectors.astype("<f2").tobytes(),
            dim=vectors.shape[1],
            imprint=imprint,
        )
        self.kept.append(PatternEvent(seq=len(self.kept) + 1, change=change))

    async def events(
        self,
        after: int,
        *,
        limit: int,
        up_to: int | None = None,
        numbers: bool = True,
        collection: str | None = None,
    ) -> list[PatternEvent]:
        """Return what lies behind a seq."""
        del numbers
        self.asked += 1
        last = len(self.kept) if up_to is None else up_to
        found = [event for event in self.kept[after:last] if collection in (None, event.change.collection)]
        return found[:limit]

    async def load(self, pattern_ids: Sequence[str]) -> list[Pattern]:
        """Return what was stored, as a book would."""
        stored = {event.change.pattern_id: event for event in self.kept if event.change.imprint}
        return [pattern_of(stored[one]) for one in pattern_ids if one in stored]


def pattern_of(event: PatternEvent) -> Pattern:
    """Return the pattern that an event stores."""
    change = event.change
    facts = PatternFacts(
        pattern_id=change.pattern_id,
        collection=change.collection,
        kind="recording",
        name="",
        origin=change.origin,
        first_seq=event.seq,
        last_seq=event.seq,
        stored_at=NOON,
        last_heard_at=NOON,
    )
    return Pattern(facts=facts, vectors=np.zeros((0, 1), np.float32), imprint=change.imprint)


def tune(seed: int, *, seconds: float = 12.0) -> Signal:
    """Return a melody of decaying tones with three partials, four a second, by chance but repeatable."""
    chance = np.random.default_rng(seed)
    length = RATE_HZ // 4
    time_s = np.arange(length) / RATE_HZ
    tones = []
    for pitch in chance.integers(55, 84, size=int(seconds * 4)):
        hertz = 440.0 * 2.0 ** ((pitch - 69) / 12.0)
        partials = [np.sin(2.0 * np.pi * hertz * n * time_s) / n for n in (1, 2, 3)]
        tones.append(np.sum(partials, axis=0) * np.exp(-4.0 * time_s))
    samples = 0.2 * np.concatenate(tones).astype(np.float32)
    return Signal(samples=samples[np.newaxis], sample_rate_hz=RATE_HZ)


def excerpt(sound: Signal, start_s: float, seconds: float) -> bytes:
    """Return the encoded imprint of a part."""
    first = round(start_s * RATE_HZ)
    part = sound.samples[:, first : first + round(seconds * RATE_HZ)]
    return encode(take_imprint(Signal(samples=part, sample_rate_hz=RATE_HZ)))


async def names(asked: JournalRecogniser, imprint: bytes) -> list[str]:
    """Return what is recognised, surest first."""
    found = await asked.recognise(imprint, collection="default", top=3)
    assert found.known == bool(found.matches)
    return [match.name for match in found.matches]


async def test_an_excerpt_is_found_where_it_was_cut() -> None:
    """Within a tenth of a second, among others."""
    journal = Journal()
    for number in range(4):
        journal.write("stored", str(number), tune(number), name=f"tune {number}")
    found = await recogniser_in_memory(journal).recognise(excerpt(tune(2), 3.3, 6.0), collection="default", top=3)
    assert found.matches[0].name == "tune 2"
    assert found.matches[0].offset_s == pytest.approx(3.3, abs=0.1)
    assert (found.as_of, found.searched, found.degraded) == (4, 4, ())


async def test_a_stranger_is_not_known() -> None:
    """Neither is anything in an empty memory."""
    journal = Journal()
    asked = recogniser_in_memory(journal)
    assert await names(asked, excerpt(tune(9), 1.0, 6.0)) == []
    journal.write("stored", "a", tune(1), name="A")
    assert await names(asked, excerpt(tune(9), 1.0, 6.0)) == []


async def test_every_question_knows_what_was_committed_before_it() -> None:
    """Learned, renamed, forgotten: each counts at once."""
    journal = Journal()
    asked, part = recogniser_in_memory(journal), excerpt(tune(1), 2.0, 6.0)
    assert await names(asked, part) == []
    journal.write("stored", "a", tune(1), name="A")
    assert await names(asked, part) == ["A"]
    journal.write("corrected", "a", name="B")
    journal.write("reinforced", "a", confidence=1.0)
    journal.write("related", "a", relations=())
    assert await names(asked, part) == ["B"]
    journal.write("retired", "a")
    assert await names(asked, part) == []


async def test_the_same_question_of_the_same_memory_is_weighed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """And again after anything was written, or where more matches are wanted."""
    weighed: list[int] = []

    def counting(query: Imprint, library: Library, *, top: int, experience: Any) -> tuple[Finding, ...]:
        weighed.append(top)
        return recognise(query, library, top=top, experience=experience)

    monkeypatch.setattr("grym.memory.recognising.recogniser.recognise", counting)
    journal = Journal()
    journal.write("stored", "a", tune(1), name="A")
    asked, part = recogniser_in_memory(journal), excerpt(tune(1), 2.0, 6.0)
    first = await asked.recognise(part, collection="default", top=3)
    assert await asked.recognise(part, collection="default", top=3) == first
    assert weighed == [3]
    await asked.recognise(part, collection="default", top=1)
    journal.write("reinforced", "a", confidence=1.0)
    again = await asked.recognise(part, collection="default", top=3)
    assert (weighed, again.as_of) == ([3, 1, 3], 2)


async def test_what_answers_cannot_use_is_named() -> None:
    """A shared level that is away makes them slower, not wrong."""

    class Away(NoSharedLevel):
        degraded = "redis: away"

    journal = Journal()
    journal.write("stored", "a", tune(1), name="A")
    imprints = CachedImprints(imprint_cache(journal, shared=Away()), {})
    asked = JournalRecogniser(journal, ground=lambda _: Ground(index=FlatIndex(DIM), imprints=imprints))
    found = await asked.recognise(excerpt(tune(1), 2.0, 6.0), collection="default", top=3)
    assert [match.name for match in found.matches] == ["A"]
    assert found.degraded == ("redis: away",)


async def test_memory_can_be_asked_as_of_an_event() -> None:
    """What came later does not count."""
    journal = Journal()
    journal.write("stored", "a", tune(1), name="A")
    journal.write("retired", "a")
    part = excerpt(tune(1), 2.0, 6.0)
    assert await names(recogniser_in_memory(journal, up_to=1), part) == ["A"]
    assert await names(recogniser_in_memory(journal, up_to=2), part) == []


async def test_a_pattern_that_cannot_be_read_is_named_and_holds_up_nobody() -> None:
    """The answer says how many are out of reach."""
    journal = Journal()
    journal.write("stored", "a", tune(1), name="A")
    broken = journal.kept.pop().change
    object.__setattr__(broken, "imprint", broken.imprint[:-3])
    journal.kept.append(PatternEvent(seq=1, change=broken))
    journal.write("stored", "b", tune(2), name="B")
    found = await recogniser_in_memory(journal).recognise(excerpt(tune(2), 2.0, 6.0), collection="default", top=3)
    assert [match.name for match in found.matches] == ["B"]
    assert found.degraded == ("1 patterns cannot be read",)


async def test_a_question_that_is_no_imprint_is_refused() -> None:
    """With a typed error."""
    with pytest.raises(InvalidPatternError):
        await recogniser_in_memory(Journal()).recognise(b"what?", collection="default", top=3)


async def test_many_questions_at_once_get_the_same_answer() -> None:
    """While the journal grows beneath them."""
    journal = Journal()
    journal.write("stored", "a", tune(1), name="A")
    asked, part = recogniser_in_memory(journal), excerpt(tune(1), 2.0, 6.0)
    questions = [asyncio.create_task(names(asked, part)) for _ in range(8)]
    for number in range(2, 5):
        journal.write("stored", str(number), tune(number), name=str(number))
    assert [answer[0] for answer in await asyncio.gather(*questions)] == ["A"] * 8


async def test_more_questions_at_once_than_threads_are_answered() -> None:
    """Weighing waits for imprints, and those are decoded in threads too: neither may take the other's."""
    journal = Journal()
    for number in range(3):
        journal.write("stored", str(number), tune(number, seconds=30.0), name=str(number))
    cache = imprint_cache(journal, settings=CacheSettings(beside_bytes=1))
    ground = Ground(index=FlatIndex(DIM), imprints=CachedImprints(cache, {}))
    asked, part = JournalRecogniser(journal, ground=lambda _: ground), excerpt(tune(1, seconds=30.0), 2.0, 6.0)
    questions = [asked.recognise(part, collection="default", top=top) for top in range(1, 41)]
    async with asyncio.timeout(60):
        answers = await asyncio.gather(*questions)
    assert {answer.matches[0].name for answer in answers} == {"1"}
    await asked.aclose()


async def test_an_alias_that_is_learned_again_stays_an_alias() -> None:
    """Two learn at once while a third merges: what it sounds like goes by the other's name, until that is forgotten."""
    journal, part = Journal(), excerpt(tune(1), 2.0, 6.0)
    journal.write("stored", "a", tune(1), name="A")
    journal.write("stored", "b", tune(2), name="B")
    journal.write("merged", "a", into="b")
    journal.write("stored", "a", tune(1), name="A")
    asked = recogniser_in_memory(journal)
    assert await names(asked, part) == ["B"]
    journal.write("retired", "b")  # and what it stood for with it
    assert await names(asked, part) == []
    journal.write("stored", "a", tune(1), name="A again")
    assert await names(asked, part) == ["A again"]


async def test_what_was_merged_is_heard_as_the_one_that_stands_for_it() -> None:
    """Under its name as it is by then, also where that was merged on, once, and counted once."""
    journal, part = Journal(), excerpt(tune(1), 2.0, 6.0)
    for number, name in enumerate("abc", 1):
        journal.write("stored", name, tune(number), name=name.upper())
    journal.write("merged", "a", into="b")
    journal.write("merged", "b", into="c")
    journal.write("corrected", "c", name="Renamed")
    asked = recogniser_in_memory(journal)
    answer = await asked.recognise(part, collection="default", top=5)
    assert [(match.pattern_id, match.name) for match in answer.matches] == [("c", "Renamed")]
    assert "Heard in a," in answer.matches[0].why
    assert answer.searched == 1


async def test_two_merged_patterns_that_both_match_are_one_match() -> None:
    """The surer one speaks for both."""
    journal, part = Journal(), excerpt(tune(1), 2.0, 6.0)
    journal.write("stored", "a", tune(1), name="A")
    journal.write("stored", "b", tune(1, seconds=8.0), name="B")
    asked = recogniser_in_memory(journal)
    before = await asked.recognise(part, collection="default", top=5)
    assert {match.name for match in before.matches} == {"A", "B"}
    journal.write("merged", "a", into="b")
    after = await asked.recognise(part, collection="default", top=5)
    assert [match.name for match in after.matches] == ["B"]


async def test_a_re_embedded_pattern_keeps_its_name() -> None:
    """Though nothing of it could be read before, and it was renamed meanwhile."""
    journal, part = Journal(), excerpt(tune(1), 2.0, 6.0)
    journal.write("stored", "a", name="A", pattern_kind="recording")
    journal.write("corrected", "a", name="B")
    asked = recogniser_in_memory(journal)
    assert await names(asked, part) == []
    journal.write("reembedded", "a", tune(1))
    assert await names(asked, part) == ["B"]
    journal.write("reembedded", "a", tune(2))
    assert await names(asked, part) == []
    assert await names(asked, excerpt(tune(2), 2.0, 6.0)) == ["B"]


async def test_what_was_said_of_matches_counts_as_the_journal_counts() -> None:
    """Heard, confirmed, denied and merged: as the table of patterns has it."""
    journal = Journal()
    journal.write("stored", "a", tune(1), name="A", pattern_kind="recording", count=5, confirmed=2, denied=1)
    journal.write("stored", "b", tune(2), name="B", pattern_kind="recording")
    journal.write("reinforced", "a", verdict="wrong")
    journal.write("reinforced", "a", verdict="right")
    journal.write("merged", "b", into="a")
    journal.write("reinforced", "b")
    journal.write("stored", "a", tune(1), name="A", pattern_kind="recording")
    projection = Projection()
    for event in journal.kept:
        projection.apply(event)
    _, view = await recogniser_in_memory(journal).collection("default").now()
    holdings, standing = {known.pattern_id: known for known in view.holdings.values()}, projection.get("a")
    holding = holdings["a"]
    assert holdings["b"] == replace(holding, pattern_id="b", version=2, windows=holdings["b"].windows, into="a")
    assert standing is not None
    facts = standing.facts
    assert (holding.count, holding.confirmed, holding.denied) == (facts.count, facts.confirmed, facts.denied)
    assert (holding.count, holding.confirmed, holding.denied) == (9, 3, 2)


async def test_a_match_that_was_often_denied_is_less_sure() -> None:
    """Than it was before anybody said so."""
    journal, part = Journal(), excerpt(tune(1), 2.0, 6.0)
    journal.write("stored", "a", tune(1), name="A")
    asked = recogniser_in_memory(journal)
    before = await asked.recognise(part, collection="default", top=1)
    for _ in range(40):
        journal.write("reinforced", "a", verdict="wrong")
    after = await asked.recognise(part, collection="default", top=1)
    assert after.matches[0].confidence < before.matches[0].confidence


async def test_a_cancelled_question_leaves_no_half_page_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each event is applied once, though whoever had it read went away in the middle."""
    journal, begun, free = Journal(), threading.Event(), threading.Event()
    journal.write("stored", "a", tune(1), name="A")
    journal.write("stored", "b", tune(2), name="B")
    journal.write("reinforced", "a", verdict="right")
    put = Contents.put

    def slow(self: Contents, *of: Any) -> int:
        begun.set()
        assert free.wait(60)
        return put(self, *of)

    monkeypatch.setattr(Contents, "put", slow)
    collection = recogniser_in_memory(journal).collection("default")
    first = asyncio.create_task(collection.now())
    await asyncio.to_thread(begun.wait, 60)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    second = asyncio.create_task(collection.now())
    for _ in range(5):
        await asyncio.sleep(0)
    free.set()
    as_of, view = await second
    assert as_of == 3
    assert [(one.pattern_id, one.count, one.confirmed) for one in view.holdings.values()] == [("a", 2, 1), ("b", 1, 0)]


async def test_questions_at_once_read_the_journal_together() -> None:
    """Once for those that wait, not once for each."""
    journal = Journal()
    journal.write("stored", "a", tune(1), name="A")
    collection = recogniser_in_memory(journal).collection("default")
    await collection.now()
    journal.asked = 0
    await asyncio.gather(*(collection.now() for _ in range(100)))
    assert journal.asked == 1


async def test_a_table_that_lacks_what_the_journal_says_is_a_typed_fault() -> None:
    """It says what to do; nobody is left with the name of a key."""
    journal = Journal()
    journal.write("stored", "a", tune(1), name="A")
    imprints = CachedImprints(imprint_cache(Journal()), {})
    asked = JournalRecogniser(journal, ground=lambda _: Ground(index=FlatIndex(DIM), imprints=imprints))
    with pytest.raises(TransientError) as fault:
        await asked.recognise(excerpt(tune(1), 2.0, 6.0), collection="default", top=3)
    assert (fault.value.code, "grym patterns verify" in fault.value.hint) == ("recognition.unsettled", True)


async def test_what_a_session_asks_next_is_loaded_beforehand() -> None:
    """Once a listener has gone from one tune to the other a few times, the other waits decoded."""
    journal = Journal()
    journal.write("stored", "a", tune(1), name="A")
    journal.write("stored", "b", tune(2), name="B")
    versions: dict[str, int] = {}
    cache = imprint_cache(journal, versions=versions.get)
    ground = Ground(index=FlatIndex(DIM), imprints=CachedImprints(cache, versions))
    asked = JournalRecogniser(journal, ground=lambda _: ground)
    for number in range(12):
        question = excerpt(tune(1 + number % 2), 2.0 + number / 10.0, 4.0)
        await asked.recognise(question, collection="default", top=1, session="listener")
    guesses = cache.kept.foresight
    assert guesses.heard("listener", "a") == "b"
    assert versions == {"a": 1, "b": 2}
    await asked.aclose()
