"""Taking in patterns from a file: all or none, each once, under the name of its content."""

from datetime import UTC, datetime
from typing import Any

import pytest

from grym.domain.patterns.archive import Contents, archive_of
from grym.ports.patterns import PatternQuery
from schemas.body import ArtifactRef
from schemas.commands import ChangePatterns, RecallPatterns
from schemas.events import PatternsChanged
from schemas.verdicts import VerdictData
from tests.unit.streams.patterns.world import RATE_HZ, Memory, noisy, tune


async def exported(memory: Memory) -> bytes:
    """Return everything a memory holds as one file."""
    ids = [facts.pattern_id for facts in await memory.backend.book.find(PatternQuery())]
    patterns = await memory.backend.book.load(ids)
    contents = Contents(collection="", as_of=0, written_at=datetime(2026, 1, 1, tzinfo=UTC), patterns=len(patterns))
    return archive_of(patterns, contents)


async def bring(memory: Memory, payload: bytes, *, collection: str = "default") -> PatternsChanged:
    """Import a file and return the answer."""
    file: ArtifactRef = await memory.artifacts.put(payload, media_type="application/x-grym-patterns")
    answer = (await memory.take(ChangePatterns(action="import", file=file, collection=collection)))[-1]
    assert isinstance(answer, PatternsChanged)
    return answer


@pytest.fixture
async def source(event: Any) -> Memory:
    """Return a memory of a whole, a part of it that was heard twice, and a piece with a motif."""
    memory = Memory(event)
    await memory.learn(tune(1), name="whole", tags={"mood": "calm"}, category="melodic")
    for _ in range(2):
        await memory.learn(noisy(tune(1)[2 * RATE_HZ : 7 * RATE_HZ]), name="part")
    await memory.keep(tune(2), name="composed")
    return memory


async def test_patterns_arrive_as_they_were(memory: Memory, source: Memory) -> None:
    """Names, tags, counts and relations are theirs, and they are recognised at once."""
    answer = await bring(memory, await exported(source))
    before, after = await source.all(), await memory.all()
    assert set(answer.pattern_ids) == {facts.pattern_id for facts in before}
    told = [(f.pattern_id, f.name, f.tags, f.category, f.count, f.duration_s, f.relations) for f in before]
    assert [(f.pattern_id, f.name, f.tags, f.category, f.count, f.duration_s, f.relations) for f in after] == told
    [found] = await memory.take(RecallPatterns(purpose="recognise", imprint=await memory.sound(tune(2))))
    assert found.matches[0].name == "composed"


async def test_a_second_import_changes_nothing(memory: Memory, source: Memory) -> None:
    """Nothing is new, and nothing is written."""
    payload = await exported(source)
    await bring(memory, payload)
    head = await memory.backend.book.head()
    assert (await bring(memory, payload)).pattern_ids == ()
    assert await memory.backend.book.head() == head


async def test_what_is_known_stays_as_it_is(memory: Memory, source: Memory) -> None:
    """A name given here is not undone by a file."""
    await memory.learn(tune(2), name="mine")
    await bring(memory, await exported(source))
    assert "mine" in {facts.name for facts in await memory.all(kind="recording")}


async def test_another_collection_makes_other_patterns(memory: Memory, source: Memory) -> None:
    """They are named by that collection, and learning the same sound there finds them."""
    answer = await bring(memory, await exported(source), collection="shelf")
    assert not set(answer.pattern_ids) & {facts.pattern_id for facts in await source.all()}
    again = await memory.learn(tune(1), name="whole", collection="shelf")
    assert [one.new for one in again.learned] == [False]
    facts = {one.name: one for one in await memory.all(kind="recording")}
    assert [relation.other_id for relation in facts["whole"].relations] == [facts["part"].pattern_id]


@pytest.mark.parametrize("size", [0, 1, 100, -1])
async def test_a_damaged_file_is_refused_whole(memory: Memory, source: Memory, size: int) -> None:
    """Wherever it ends too early, nothing of it is taken."""
    answer = await bring(memory, (await exported(source))[:size])
    assert answer.fault is not None
    assert answer.fault.code == "archive.unreadable"
    assert await memory.backend.book.head() == 0


async def test_a_file_of_too_many_patterns_is_refused(memory: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is decided at once must fit into memory."""
    await memory.keep()
    payload = await exported(memory)
    monkeypatch.setattr("streams.patterns.importing.MOST_PATTERNS", 0)
    answer = await bring(memory, payload)
    assert answer.fault is not None
    assert answer.fault.code == "archive.too_large"


async def test_an_import_without_a_file_is_refused(memory: Memory) -> None:
    """Whatever the sender forgot."""
    [answer] = await memory.take(ChangePatterns(action="import"))
    assert answer.fault.code == "pattern.no_file"


async def test_verdicts_stay_where_they_were_given(memory: Memory, source: Memory) -> None:
    """What they made of the category is carried, whose they were is not."""
    [part] = [facts for facts in await source.all() if facts.name == "part"]
    said = VerdictData(right=False, confidence=0.9)
    await source.take(ChangePatterns(action="judge", pattern_id=part.pattern_id, verdict=said, category="noise"))
    payload = await exported(source)
    await bring(memory, payload)
    [brought] = [facts for facts in await memory.all() if facts.name == "part"]
    assert (brought.category, brought.category_said, brought.verdicts) == ("noise", None, ())
    [judged] = await source.all(judged=True)
    assert judged.verdicts[0].who.encode() not in payload
