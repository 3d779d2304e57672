"""Changes of pattern memory by hand: done whole, or refused with a reason."""

from typing import Any

import pytest

from schemas.commands import ChangePatterns, RecallPatterns
from schemas.events import PatternCorrected, PatternMerged, PatternRetired, PatternsChanged
from tests.unit.streams.patterns.world import Memory, tune


async def change(memory: Memory, action: Any, **more: Any) -> PatternsChanged:
    """Ask for a change and return the answer."""
    answer = (await memory.take(ChangePatterns(action=action, **more)))[-1]
    assert isinstance(answer, PatternsChanged)
    return answer


async def test_what_is_forgotten_is_recognised_no_more(memory: Memory) -> None:
    """From the next question on."""
    [pattern_id] = (await memory.learn(tune(1))).pattern_ids
    fact, answer = await memory.take(ChangePatterns(action="forget", pattern_id=pattern_id, reason="noise"))
    assert isinstance(fact, PatternRetired)
    assert (fact.pattern_id, fact.reason, answer.pattern_ids) == (pattern_id, "noise", (pattern_id,))
    [told] = await memory.take(RecallPatterns(purpose="recognise", imprint=await memory.sound(tune(1))))
    assert (told.known, told.searched) == (False, 0)
    assert await memory.all() == []


async def test_corrections_change_what_they_name(memory: Memory) -> None:
    """Nothing else; an empty tag goes."""
    [pattern_id] = (await memory.learn(tune(1), name="old", tags={"mood": "sad", "year": "1717"})).pattern_ids
    fact, _ = await memory.take(ChangePatterns(action="correct", pattern_id=pattern_id, name="new", tags={"mood": ""}))
    assert isinstance(fact, PatternCorrected)
    [facts] = await memory.all()
    assert (facts.name, dict(facts.tags), facts.category) == ("new", {"year": "1717"}, "")


async def test_a_corrected_name_is_in_the_next_answer(memory: Memory) -> None:
    """No cache keeps the old one."""
    [pattern_id] = (await memory.learn(tune(1), name="old")).pattern_ids
    question = RecallPatterns(purpose="recognise", imprint=await memory.sound(tune(1)))
    names = []
    for name in ("newer", "newest"):
        await change(memory, "correct", pattern_id=pattern_id, name=name)
        names.append((await memory.take(question))[0].matches[0].name)
    assert names == ["newer", "newest"]


async def test_one_pattern_stands_for_two(memory: Memory) -> None:
    """Both are found under the one that stays, and their counts are one."""
    one, two = await memory.learn(tune(1), name="one"), await memory.learn(tune(2), name="two")
    fact, answer = await memory.take(
        ChangePatterns(action="merge", pattern_id=one.pattern_ids[0], into_id=two.pattern_ids[0])
    )
    assert isinstance(fact, PatternMerged)
    assert answer.pattern_ids == (*one.pattern_ids, *two.pattern_ids)
    [facts] = await memory.all()
    assert (facts.name, facts.count) == ("two", 2)


@pytest.mark.parametrize("action", ["forget", "correct", "merge"])
async def test_unknown_patterns_are_refused(memory: Memory, action: str) -> None:
    """As are patterns of another collection; nothing is written."""
    [pattern_id] = (await memory.learn(tune(1))).pattern_ids
    head = await memory.backend.book.head()
    for name, collection in (("nobody", "default"), (pattern_id, "elsewhere")):
        answer = await change(memory, action, pattern_id=name, into_id=pattern_id, name="x", collection=collection)
        assert answer.fault is not None
        assert answer.fault.code == "pattern.unknown"
        assert answer.pattern_ids == ()
    assert await memory.backend.book.head() == head


async def test_what_was_forgotten_cannot_be_changed(memory: Memory) -> None:
    """Not even forgotten again."""
    [pattern_id] = (await memory.learn(tune(1))).pattern_ids
    await change(memory, "forget", pattern_id=pattern_id)
    answer = await change(memory, "forget", pattern_id=pattern_id)
    assert answer.fault is not None
    assert answer.fault.code == "pattern.retired"


async def test_a_pattern_is_not_merged_into_itself(memory: Memory) -> None:
    """Nor into what was merged into it."""
    one, two = await memory.learn(tune(1), name="one"), await memory.learn(tune(2), name="two")
    await change(memory, "merge", pattern_id=one.pattern_ids[0], into_id=two.pattern_ids[0])
    for into in (*one.pattern_ids, *two.pattern_ids):
        answer = await change(memory, "merge", pattern_id=two.pattern_ids[0], into_id=into)
        assert answer.fault is not None
        assert answer.fault.code == "pattern.itself"


async def test_only_patterns_of_one_kind_become_one(memory: Memory) -> None:
    """A motif cannot stand for a recording."""
    await memory.keep(tune(1))
    recording, motif = sorted(await memory.all(), key=lambda facts: facts.kind, reverse=True)
    answer = await change(memory, "merge", pattern_id=recording.pattern_id, into_id=motif.pattern_id)
    assert answer.fault is not None
    assert answer.fault.code == "pattern.mismatch"
