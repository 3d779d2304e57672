"""Relations found anew: what sounds alike, what is within another, and what stays of what was known."""

import numpy as np

from grym.ports.patterns import Relation
from schemas.commands import ChangePatterns
from schemas.events import PatternsChanged, PatternsRelated
from tests.unit.streams.patterns.test_judging import alike
from tests.unit.streams.patterns.world import Memory, tune


async def related(memory: Memory, pattern_id: str) -> dict[str, Relation]:
    """Have a pattern related, and return its relations by the other pattern."""
    answer = (await memory.take(ChangePatterns(action="relate", pattern_id=pattern_id)))[-1]
    assert isinstance(answer, PatternsChanged)
    assert answer.fault is None
    facts = (await memory.backend.book.facts([pattern_id]))[pattern_id]
    return {relation.other_id: relation for relation in facts.relations}


async def test_variants_and_similar_patterns_are_found(memory: Memory) -> None:
    """The same tune from other instruments; at least 0.8 strong, none of another tune."""
    names = await alike(memory, category="harmonic")
    [other] = (await memory.learn(tune(9), name="another", category="harmonic")).pattern_ids
    found = await related(memory, names[0])
    assert set(found) == {names[1], names[2]}
    assert other not in found
    assert all(relation.strength >= 0.8 for relation in found.values())
    assert {relation.kind for relation in found.values()} <= {"variant", "same-type"}


async def test_a_pattern_of_several_is_composed_of_them(memory: Memory) -> None:
    """Each of its parts is named so."""
    one, two = tune(1, notes=32), tune(2, notes=32)
    parts = [(await memory.learn(sound)).pattern_ids[0] for sound in (one, two)]
    [whole] = (await memory.learn(np.concatenate([one, two]), name="both")).pattern_ids
    found = await related(memory, whole)
    assert {name: found[name].kind for name in parts} == dict.fromkeys(parts, "composite")


async def test_what_was_known_stays_while_it_stands(memory: Memory) -> None:
    """A relation that is not found again is kept; one to what was forgotten goes."""
    long = tune(1, notes=32)
    [part] = (await memory.learn(long[: len(long) // 2], name="part")).pattern_ids
    [whole] = (await memory.learn(long, name="whole")).pattern_ids
    before = await related(memory, whole)
    assert before[part].kind == "contains"
    await memory.take(ChangePatterns(action="forget", pattern_id=part))
    assert await related(memory, whole) == {}


async def test_relating_tells_the_log(memory: Memory) -> None:
    """With all relations, at most ten; a pattern alone has none."""
    [pattern_id] = (await memory.learn(tune(1))).pattern_ids
    fact, _ = await memory.take(ChangePatterns(action="relate", pattern_id=pattern_id))
    assert fact == PatternsRelated(pattern_id=pattern_id, collection="default", relations=())
