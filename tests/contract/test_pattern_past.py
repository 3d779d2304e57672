"""Pattern memory as of any event: what a replay tells is what was known then, on every backend."""

import random
from dataclasses import replace
from datetime import timedelta

import numpy as np

from grym.domain.patterns.numbers import bytes_of
from grym.errors import InvalidPatternError
from grym.memory.journal.past import WHOLE_PAGE, known_as_of, patterns_as_of
from grym.memory.journal.verifying import verify
from grym.ports.backend import Backend
from grym.ports.patterns import Pattern, PatternChange, PatternFacts, PatternQuery
from tests.contract.backends import Kit
from tests.contract.pattern_changes import NOON, ORIGIN, change, motif, record, stored

NAMES = [f"p{n}" for n in range(12)]
WISHES = 150

Snapshot = tuple[dict[str, PatternFacts], dict[str, Pattern]]


def wish(dice: random.Random, number: int) -> PatternChange:
    """Return something that somebody wants to happen, whether it may or not."""
    name, other = dice.sample(NAMES, 2)
    vectors = bytes_of(np.random.default_rng(number).standard_normal((2, 4)).astype(np.float32))
    relations = [{"other_id": other, "kind": "contains", "strength": dice.random()}]
    origin = replace(ORIGIN, extractor=f"imprint/{number}")
    wishes = [
        *[stored(name, vectors=vectors, dim=4, data={"tags": {"k": str(number)}})] * 3,
        motif(f"m{name}"),
        change("reinforced", name, data={"verdict": dice.choice([None, "right", "wrong"])}),
        change("corrected", name, data={"name": f"ü{number}", "tags": {"k": ""}}),
        *[change("judged", name, data={"verdict": "wrong", "who": other, "category": f"k{number % 3}"})] * 2,
        change("withdrawn", name, data={"of": f"event {dice.randrange(number + 1)}"}),
        change("merged", name, data={"into": other}),
        change("retired", name),
        change("related", name, data={"relations": relations}),
        change("reembedded", name, vectors=vectors, dim=4, imprint=b"new", origin=origin),
    ]
    return replace(dice.choice(wishes), event_id=f"event {number}", at=NOON + timedelta(minutes=dice.randrange(60)))


async def snapshot(backend: Backend) -> Snapshot:
    """Return everything that is known now."""
    facts = await backend.book.find(PatternQuery(live=False, limit=999))
    live = await backend.book.load([one.pattern_id for one in facts if not one.merged_into])
    return {one.pattern_id: one for one in facts}, {one.facts.pattern_id: one for one in live}


async def live_through(backend: Backend) -> dict[int, Snapshot]:
    """Let much happen, and return what was known after some of the events."""
    dice, snapshots = random.Random(7), dict[int, Snapshot]()
    for number in range(WISHES):
        try:
            await record(backend, wish(dice, number))
        except InvalidPatternError:
            continue
        if number % 10 == 0:
            snapshots[await backend.book.head()] = await snapshot(backend)
    snapshots[await backend.book.head()] = await snapshot(backend)
    return snapshots


async def test_what_a_replay_tells_is_what_was_known_then(kit: Kit) -> None:
    """The same facts and the same numbers, after every event that was looked at."""
    snapshots = await live_through(kit.backend)
    assert max(snapshots) > WHOLE_PAGE  # more than one page
    for seq, (facts, patterns) in snapshots.items():
        projection = await known_as_of(kit.backend.book, seq)
        assert {standing.facts.pattern_id: standing.facts for standing in projection} == facts
        then = {pattern.facts.pattern_id: pattern async for pattern in patterns_as_of(kit.backend.book, seq)}
        assert then.keys() == patterns.keys()
        for name, pattern in then.items():
            assert (pattern.facts, pattern.imprint) == (patterns[name].facts, patterns[name].imprint)
            np.testing.assert_array_equal(pattern.vectors, patterns[name].vectors)


async def test_the_table_says_what_the_events_say(kit: Kit) -> None:
    """Before and after it is made anew."""
    await live_through(kit.backend)
    before = await snapshot(kit.backend)
    checked = await verify(kit.backend.book)
    assert checked.is_clean
    assert (checked.events, checked.up_to) == (await kit.backend.book.head(),) * 2
    await kit.backend.projection.refold()
    assert (await snapshot(kit.backend))[0] == before[0]
    assert (await verify(kit.backend.book)).is_clean


async def test_before_the_first_event_nothing_was_known(kit: Kit) -> None:
    """And behind the last one, what is known now."""
    await record(kit.backend, stored("a"))
    assert len(await known_as_of(kit.backend.book, 0)) == 0
    assert [pattern async for pattern in patterns_as_of(kit.backend.book, 0)] == []
    assert len(await known_as_of(kit.backend.book, 99)) == 1
