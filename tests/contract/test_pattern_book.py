"""Pattern memory on every backend: events in one order for ever, and what follows from them."""

import asyncio
import random
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from grym.errors import InvalidPatternError, InvalidVectorError
from grym.ports.effects import RecordPatterns
from grym.ports.patterns import Order, PatternQuery, Relation
from tests.contract.backends import Kit, message, values
from tests.contract.pattern_changes import NOON, ORIGIN, VECTORS, change, motif, record, stored


async def names(kit: Kit, **query: Any) -> list[str]:
    """Return the ids of the patterns asked for."""
    return [facts.pattern_id for facts in await kit.backend.book.find(PatternQuery(**query))]


async def seqs(kit: Kit, after: int = 0, **others: Any) -> list[tuple[int, str]]:
    """Return places and ids of events."""
    events = await kit.backend.book.events(after, limit=others.pop("limit", 1000), **others)
    return [(event.seq, event.change.event_id) for event in events]


async def undone(kit: Kit) -> None:
    """Write a change and fail before the commit."""
    async with kit.backend.work.begin() as work:
        await work.apply(RecordPatterns(changes=(stored("b"),)))
        raise RuntimeError("undo")


async def test_nothing_is_remembered_at_first(kit: Kit) -> None:
    """No event, no pattern."""
    book = kit.backend.book
    assert await book.head() == 0
    assert await book.events(0, limit=5) == []
    assert await book.find(PatternQuery()) == []
    assert await book.count(PatternQuery()) == 0
    assert await book.load(["a"]) == []
    assert await book.known_events([]) == set()


async def test_events_come_back_as_they_were_written(kit: Kit) -> None:
    """In order, byte for byte, with the digest of their numbers added."""
    written = [stored("a"), motif("m"), change("reinforced", "a", data={"confidence": 0.93})]
    await record(kit.backend, *written)
    events = await kit.backend.book.events(0, limit=5)
    assert [event.seq for event in events] == [1, 2, 3]
    for event, given in zip(events, written, strict=True):
        data = {name: value for name, value in event.change.data.items() if name != "content"}
        for field in ("event_id", "kind", "pattern_id", "collection", "at", "origin", "vectors", "dim", "imprint"):
            assert getattr(event.change, field) == getattr(given, field)
        assert (data, event.change.motif) == (given.data, given.motif)
    assert [len(str(event.change.data.get("content", ""))) for event in events] == [64, 64, 0]


async def test_events_are_read_in_pages(kit: Kit) -> None:
    """Behind a seq, up to a limit, and none beyond a seq."""
    await record(kit.backend, *(stored(name) for name in "abcd"))
    everything = [(n, f"stored {name}") for n, name in enumerate("abcd", start=1)]
    assert await kit.backend.book.head() == 4
    assert await seqs(kit) == everything
    assert await seqs(kit, 1, limit=2) == everything[1:3]
    assert await seqs(kit, 1, up_to=2) == everything[1:2]
    assert await seqs(kit, 3, up_to=2) == []
    assert await seqs(kit, 4) == []


async def test_events_of_one_collection_are_read_alone(kit: Kit) -> None:
    """With the seqs they have among all."""
    await record(kit.backend, *(stored(name, collection="even" if n % 2 else "odd") for n, name in enumerate("abcdef")))
    assert await seqs(kit, collection="even") == [(2, "stored b"), (4, "stored d"), (6, "stored f")]
    assert await seqs(kit, 2, collection="even", limit=1, numbers=False) == [(4, "stored d")]
    assert await seqs(kit, collection="odd", up_to=4) == [(1, "stored a"), (3, "stored c")]
    assert await seqs(kit, collection="none") == []


async def test_numbers_are_left_out_where_they_are_not_wanted(kit: Kit) -> None:
    """Everything else is there."""
    await record(kit.backend, stored("a"))
    [bare] = await kit.backend.book.events(0, limit=1, numbers=False)
    [whole] = await kit.backend.book.events(0, limit=1)
    assert (bare.change.vectors, bare.change.imprint, bare.change.motif) == (b"", b"", b"")
    assert (bare.change.data, bare.change.dim) == (whole.change.data, 3)


async def test_a_known_event_changes_nothing(kit: Kit) -> None:
    """In a batch, in a later transaction, whatever it carries."""
    await record(kit.backend, stored("a"), stored("a"), stored("b", "stored a"))
    await record(kit.backend, change("reinforced", "a", "again"), stored("x", "stored a"))
    await record(kit.backend, change("retired", "a", "again"))
    assert await seqs(kit) == [(1, "stored a"), (2, "again")]
    [facts] = await kit.backend.book.find(PatternQuery())
    assert (facts.pattern_id, facts.count) == ("a", 2)
    assert await kit.backend.book.known_events(["again", "stored a", "stored b"]) == {"again", "stored a"}


async def test_what_is_known_of_a_new_pattern(kit: Kit) -> None:
    """Everything its event says."""
    data = {"tags": {"style": "nocturne", "empty": ""}, "category": "harmonic"}
    await record(kit.backend, stored("a", data=data))
    [facts] = await kit.backend.book.find(PatternQuery())
    assert (facts.pattern_id, facts.collection, facts.kind, facts.name) == ("a", "c", "recording", "the a")
    assert (facts.tags, facts.category, facts.duration_s) == ({"style": "nocturne"}, "harmonic", 12.5)
    assert (facts.origin, facts.stored_at, facts.last_heard_at) == (ORIGIN, NOON, NOON)
    assert (facts.count, facts.confirmed, facts.denied) == (1, 0, 0)
    assert (facts.first_seq, facts.last_seq, facts.merged_into, facts.relations) == (1, 1, "", ())


async def test_hearing_again_counts(kit: Kit) -> None:
    """Once an event; the newest instant stays."""
    await record(kit.backend, stored("a"))
    await record(kit.backend, change("reinforced", "a", "1", minute=9), change("reinforced", "a", "2", minute=3))
    [facts] = await kit.backend.book.find(PatternQuery())
    assert (facts.count, facts.last_seq, facts.last_heard_at) == (3, 3, NOON + timedelta(minutes=9))


async def test_verdicts_are_counted_apart(kit: Kit) -> None:
    """A match that was wrong was no hearing."""
    right, wrong = {"verdict": "right"}, {"verdict": "wrong"}
    await record(kit.backend, stored("a"), change("reinforced", "a", "1", data=right))
    await record(kit.backend, change("reinforced", "a", "2", data=wrong), change("reinforced", "a", "3", data=wrong))
    [facts] = await kit.backend.book.find(PatternQuery())
    assert (facts.count, facts.confirmed, facts.denied) == (2, 1, 2)


async def test_corrections_change_what_they_name(kit: Kit) -> None:
    """An empty tag is removed, the rest stays."""
    await record(kit.backend, stored("a", data={"tags": {"old": "1", "kept": "2"}, "category": "x"}))
    await record(kit.backend, change("corrected", "a", "1", data={"name": "new", "tags": {"old": "", "more": "3"}}))
    await record(kit.backend, change("corrected", "a", "2", data={"category": ""}))
    [facts] = await kit.backend.book.find(PatternQuery())
    assert (facts.name, facts.category, facts.tags) == ("new", "", {"kept": "2", "more": "3"})


async def test_merging_sums_and_follows(kit: Kit) -> None:
    """The one that stays keeps its name; what was merged before follows; hearing an alias is hearing it."""
    tags = {"a": {"k": "a"}, "b": {"k": "b", "l": "b"}, "d": {}}
    await record(kit.backend, *(stored(name, data={"tags": tags[name]}) for name in tags))
    await record(kit.backend, change("merged", "b", data={"into": "a"}))
    await record(kit.backend, change("merged", "a", data={"into": "d"}), change("reinforced", "b", minute=5))
    [facts] = await kit.backend.book.find(PatternQuery())
    assert (facts.pattern_id, facts.name, facts.count, facts.tags) == ("d", "the d", 4, {"k": "a", "l": "b"})
    assert facts.last_heard_at == NOON + timedelta(minutes=5)
    aliases = await kit.backend.book.find(PatternQuery(live=False, order="name"))
    assert [(alias.pattern_id, alias.merged_into) for alias in aliases] == [("a", "d"), ("b", "d"), ("d", "")]
    assert [pattern.facts.pattern_id for pattern in await kit.backend.book.load(["b", "d"])] == ["b", "d"]


async def test_a_retired_pattern_is_found_no_more(kit: Kit) -> None:
    """Nor what it stood for, until it is stored again: then it begins anew."""
    await record(kit.backend, stored("a"), stored("b"), change("merged", "b", data={"into": "a"}))
    await record(kit.backend, change("retired", "a", data={"reason": "asked"}))
    assert await names(kit) == []
    assert await kit.backend.book.load(["a", "b"]) == []
    assert [facts.retired for facts in await kit.backend.book.find(PatternQuery(live=False))] == [True, True]
    await record(kit.backend, stored("a", "again", imprint=b"other"))
    [facts] = await kit.backend.book.find(PatternQuery())
    assert (facts.pattern_id, facts.count, facts.first_seq) == ("a", 1, 5)
    [pattern] = await kit.backend.book.load(["a"])
    assert pattern.imprint == b"other"
    assert len(await kit.backend.book.events(0, limit=9)) == 5


async def test_relations_replace_those_before(kit: Kit) -> None:
    """All of one pattern at once."""
    await record(kit.backend, stored("a"), stored("b"), stored("d"))
    for n, other in enumerate("bd"):
        relations = [{"other_id": other, "kind": "variant", "strength": 0.875}]
        await record(kit.backend, change("related", "a", str(n), data={"relations": relations}))
    facts = {facts.pattern_id: facts for facts in await kit.backend.book.find(PatternQuery())}
    assert facts["a"].relations == (Relation(other_id="d", kind="variant", strength=0.875),)
    assert facts["b"].relations == ()


async def test_new_numbers_replace_those_before(kit: Kit) -> None:
    """And say what made them; the count stays."""
    await record(kit.backend, stored("a"), change("reinforced", "a"))
    origin = replace(ORIGIN, extractor="imprint/2")
    vectors = np.eye(2, dtype="<f2")
    await record(
        kit.backend, change("reembedded", "a", vectors=vectors.tobytes(), dim=2, imprint=b"new", origin=origin)
    )
    [pattern] = await kit.backend.book.load(["a"])
    np.testing.assert_array_equal(pattern.vectors, np.eye(2))
    assert (pattern.imprint, pattern.facts.origin, pattern.facts.count) == (b"new", origin, 2)


async def test_patterns_are_loaded_in_the_order_asked_for(kit: Kit) -> None:
    """With float32 rows; unknown ones are left out."""
    await record(kit.backend, *(stored(name) for name in "abc"), motif("m"))
    loaded = await kit.backend.book.load(["c", "x", "a", "m", "c"])
    assert [pattern.facts.pattern_id for pattern in loaded] == ["c", "a", "m", "c"]
    assert loaded[0].vectors.dtype == np.float32
    np.testing.assert_array_equal(loaded[0].vectors, VECTORS.astype(np.float16).astype(np.float32))
    assert (loaded[0].imprint, loaded[0].motif) == (b"c", b"")
    assert (len(loaded[2].vectors), loaded[2].motif) == (0, b'{"intervals":[2]}')


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, "dcba"),
        ({"collection": "c"}, "dba"),
        ({"collection": "nowhere"}, ""),
        ({"kind": "motif"}, "d"),
        ({"category": "Rhythmic"}, "a"),
        ({"category": "rhythmic"}, ""),
        ({"text": "STRASSE"}, "b"),
        ({"text": "Moll"}, "ca"),
        ({"text": "rhythm"}, "a"),
        ({"text": "100%_"}, "c"),
        ({"tags": {"key": "a-moll"}}, "a"),
        ({"tags": {"key": ""}}, "ca"),
        ({"tags": {"key": "", "with": "x"}}, "c"),
        ({"tags": {"key": "moll"}}, ""),
        ({"order": "name"}, "acdb"),
        ({"order": "count"}, "bacd"),
        ({"order": "duration"}, "cabd"),
        ({"limit": 2}, "dc"),
        ({"limit": 2, "offset": 3}, "a"),
        ({"limit": 0}, ""),
    ],
)
async def test_patterns_are_found(kit: Kit, query: dict[str, Any], expected: str) -> None:
    """By collection, kind, category, tags and text, whatever its case; in every order, page by page."""
    kinds = {
        "a": {"name": "Adagio", "tags": {"key": "a-moll"}, "category": "Rhythmic"},
        "b": {"name": "Über die Straße"},
        "c": {"name": "Z 100%_", "tags": {"key": "c-Moll", "with": "x"}, "duration_s": 99},
    }
    changes = [stored(name, collection="other" if name == "c" else "c", data=data) for name, data in kinds.items()]
    await record(kit.backend, *changes, motif("d"), change("reinforced", "b"))
    assert await names(kit, **query) == list(expected)
    unpaged = {name: value for name, value in query.items() if name not in {"limit", "offset"}}
    assert await kit.backend.book.count(PatternQuery(**query)) == len(await names(kit, **unpaged))


@pytest.mark.parametrize("order", ["newest", "oldest", "name", "count", "duration"])
async def test_ties_are_in_order_of_id(kit: Kit, order: Order) -> None:
    """So that pages neither repeat nor skip a pattern."""
    ids = ["b", "a", "B", "ä", "c"]
    await record(kit.backend, *(stored(name, data={"name": "same"}) for name in ids))
    expected = {"newest": ids[::-1], "oldest": ids}.get(order, sorted(ids))
    assert await names(kit, order=order) == expected
    assert [(await names(kit, order=order, limit=1, offset=n))[0] for n in range(5)] == expected


REFUSED = [
    (change("stored", "", "x"), "pattern.id"),
    (stored("p" * 600), "pattern.id"),
    (stored("a\x00"), "pattern.id"),
    (change("forgotten", "a"), "pattern.kind"),
    (stored("n", data={"pattern_kind": "tune"}), "pattern.kind"),
    (stored("n", vectors=b"", imprint=b""), "pattern.empty"),
    (stored("n", data={"pattern_kind": "motif"}), "pattern.empty"),
    (stored("n", imprint=bytes(1024 * 1024)), "pattern.too_large"),
    (stored("n", data={"name": "n" * 5000}), "pattern.too_large"),
    (stored("n", data={"name": 5}), "pattern.field"),
    (stored("n", data={"duration_s": float("nan")}), "pattern.field"),
    (stored("n", data={"duration_s": -1.0}), "pattern.field"),
    (stored("n", data={"count": 0}), "pattern.field"),
    (stored("n", data={"tags": {"a": 1}}), "pattern.tags"),
    (stored("n", data={"tags": {str(n): "x" for n in range(100)}}), "pattern.tags"),
    (change("reinforced", "a", imprint=b"x"), "pattern.field"),
    (change("reinforced", "a", data={"verdict": "maybe"}), "pattern.field"),
    (
        change("related", "a", data={"relations": [{"other_id": "b", "kind": "kin", "strength": 1}]}),
        "pattern.relations",
    ),
    (
        change("related", "a", data={"relations": [{"other_id": "a", "kind": "variant", "strength": 1}]}),
        "pattern.relations",
    ),
    (change("merged", "a"), "pattern.field"),
    (change("merged", "a", data={"into": "a"}), "pattern.itself"),
    (change("merged", "a", data={"into": "nobody"}), "pattern.unknown"),
    (change("merged", "a", data={"into": "gone"}), "pattern.retired"),
    (change("merged", "a", data={"into": "alias"}), "pattern.merged"),
    (change("merged", "a", data={"into": "m"}), "pattern.mismatch"),
    (change("reinforced", "nobody"), "pattern.unknown"),
    (change("reinforced", "gone"), "pattern.retired"),
    (change("retired", "gone", "twice"), "pattern.retired"),
    (change("corrected", "alias", data={"name": "n"}), "pattern.merged"),
    (change("corrected", "a", collection="other", data={"name": "n"}), "pattern.collection"),
    (stored("a", "x", collection="other"), "pattern.collection"),
    (stored("a", "x", imprint=b"another sound"), "pattern.duplicate"),
    (stored("n", dim=4), "vector.dimension"),
    (stored("n", dim=0), "vector.dimension"),
    (stored("n", vectors=b"123"), "vector.dimension"),
    (stored("n", vectors=np.array([1, np.nan, 0], dtype="<f2").tobytes()), "vector.not_finite"),
    (stored("n", vectors=np.array([[1, 0, 0], [0, 0, 0]], dtype="<f2").tobytes()), "vector.zero"),
]


async def test_what_cannot_be_is_refused_with_everything_beside_it(kit: Kit) -> None:
    """Each fault has its code, and the transaction leaves nothing."""
    await record(kit.backend, *(stored(name) for name in ("a", "b", "alias", "gone")), motif("m"))
    await record(kit.backend, change("merged", "alias", data={"into": "b"}), change("retired", "gone"))
    for change_refused, code in REFUSED:
        with pytest.raises((InvalidPatternError, InvalidVectorError)) as raised:
            await record(kit.backend, stored("beside"), change_refused, output=message(b"out"))
        assert raised.value.code == code
    assert await kit.backend.book.head() == 7
    assert await values(kit.backend) == []


async def test_the_same_sound_learned_by_two_at_once_was_heard_twice(kit: Kit) -> None:
    """One pattern, two events."""
    await record(kit.backend, stored("a", "one"), stored("a", "other"))
    [facts] = await kit.backend.book.find(PatternQuery())
    assert (facts.count, facts.first_seq, facts.last_seq) == (2, 1, 2)


async def test_what_is_undone_takes_no_place(kit: Kit) -> None:
    """The next event follows the last without a gap."""
    await record(kit.backend, stored("a"))
    with pytest.raises(RuntimeError, match="undo"):
        await undone(kit)
    await record(kit.backend, stored("d"))
    assert await seqs(kit) == [(1, "stored a"), (2, "stored d")]


async def test_writers_at_once_leave_no_gap_and_no_double(kit: Kit) -> None:
    """A reader that follows meanwhile misses nothing."""
    other, done = await kit.again(), asyncio.Event()
    followed: list[int] = []

    async def follow() -> None:
        while not done.is_set():
            followed.extend(event.seq for event in await other.book.events(len(followed), limit=7, numbers=False))
            await asyncio.sleep(0)
            await asyncio.sleep(0)  # in memory nothing else lets the writers go on

    async def write(writer: int) -> None:
        backend = other if writer % 2 else kit.backend
        for n in range(6):
            await record(backend, stored(f"{writer}/{n}"), change("reinforced", "shared", f"{writer}+{n}"))
            await record(backend, stored(f"{n}", f"any {n}"))

    await record(kit.backend, stored("shared"))
    following = asyncio.create_task(follow())
    await asyncio.gather(*(write(writer) for writer in range(8)))
    done.set()
    await following
    head = await kit.backend.book.head()
    assert head == 1 + 8 * 6 * 2 + 6
    assert [seq for seq, _ in await seqs(kit)] == list(range(1, head + 1))
    assert followed == list(range(1, len(followed) + 1))
    [shared] = await kit.backend.book.find(PatternQuery(text="shared"))
    assert shared.count == 49


async def test_odd_names_are_kept_plain(kit: Kit) -> None:
    """NUL and lone surrogates become replacement characters everywhere; long collections are kept apart."""
    odd = "ü\x00\udc80"
    long, longer = "l" * 5000, "l" * 5001
    await record(
        kit.backend,
        stored("a", collection=odd, data={"name": odd, "tags": {odd: odd}, "category": odd}),
        stored("b", collection=long, origin=replace(ORIGIN, request_id=odd)),
        stored("d", collection=longer),
    )
    [facts] = await kit.backend.book.find(PatternQuery(collection=odd, text=odd, tags={odd: odd}, category=odd))
    plain = "ü\ufffd?"
    assert (facts.name, facts.tags, facts.category, facts.collection) == (plain, {plain: plain}, plain, plain)
    assert await names(kit, collection=long) == ["b"]
    assert await names(kit, collection=longer) == ["d"]
    assert await kit.backend.book.load([odd]) == []
    assert await kit.backend.book.known_events([odd]) == set()


async def test_refolding_changes_nothing_of_what_is_known(kit: Kit) -> None:
    """The table follows from the events alone."""
    await record(kit.backend, stored("a"), stored("b"), motif("m"), change("merged", "b", data={"into": "a"}))
    await record(kit.backend, change("retired", "m"), change("corrected", "a", data={"tags": {"t": "ü"}}))
    before = await kit.backend.book.find(PatternQuery(live=False))
    assert await kit.backend.projection.refold() == 3
    assert await kit.backend.book.find(PatternQuery(live=False)) == before
    await record(kit.backend, change("reinforced", "b"))
    assert [facts.count for facts in await kit.backend.book.find(PatternQuery())] == [3]


async def test_the_journal_commits_with_what_is_sent_elsewhere(apart: Kit) -> None:
    """Where the log lies elsewhere, events of patterns and the outbox are one transaction."""
    outbox = apart.backend.outbox
    assert outbox is not None
    with pytest.raises(InvalidPatternError):
        await record(apart.backend, stored("a"), change("retired", "nobody"), output=message(b"never"))
    assert (await outbox.backlog()).count == 0
    await record(apart.backend, stored("a"), output=message(b"fact"))
    assert (await outbox.backlog()).count == 1
    assert await seqs(apart) == [(1, "stored a")]


async def test_the_longest_names_can_be_kept(kit: Kit) -> None:
    """Id and collection together fit into every index, also of characters that cannot be compressed."""
    dice = random.Random(7)
    collection = "".join(chr(dice.randrange(0x20000, 0x2A6DF)) for _ in range(512))
    await record(kit.backend, stored(collection[:128], collection=collection))
    assert await names(kit, collection=collection) == [collection[:128]]
    with pytest.raises(InvalidPatternError):
        await record(kit.backend, stored(collection, collection=collection))


async def test_verdicts_are_kept_with_their_pattern(kit: Kit) -> None:
    """As they were given; what is judged can be asked for; taken back, they leave nothing."""
    said = {"verdict": "wrong", "who": "w", "weight": 0.5, "to": ["b"], "context": "moved", "odds": -1.25}
    said |= {"confidence": 0.25, "evidence": {"margin": 1.5}, "category": "noise", "start_s": 1.0, "end_s": 2.5}
    said |= {"told_s": 0.75, "note_ref": "text://r/note"}
    await record(kit.backend, stored("a", data={"category": "music"}), stored("b"))
    before = await kit.backend.book.facts(["a"])
    await record(kit.backend, change("judged", "a", "v1", data=said))
    [facts] = await kit.backend.book.find(PatternQuery(judged=True))
    [verdict] = facts.verdicts
    assert (facts.pattern_id, facts.category, facts.category_said) == ("a", "noise", "music")
    assert (verdict.event_id, verdict.seq, verdict.who, verdict.right, verdict.weight) == ("v1", 3, "w", False, 0.5)
    assert (verdict.spread_to, verdict.context, verdict.odds, verdict.confidence) == (("b",), "moved", -1.25, 0.25)
    assert (verdict.evidence, verdict.said_s) == ({"margin": 1.5}, NOON.timestamp())
    assert (verdict.start_s, verdict.end_s, verdict.told_s, verdict.note_ref) == (1.0, 2.5, 0.75, "text://r/note")
    assert await kit.backend.book.count(PatternQuery(judged=True)) == 1
    await record(kit.backend, change("withdrawn", "a", "v1 back", data={"of": "v1"}))
    after = await kit.backend.book.facts(["a"])
    assert {name: replace(one, last_seq=0) for name, one in after.items()} == {
        name: replace(one, last_seq=0) for name, one in before.items()
    }
    assert await names(kit, judged=True) == []


async def test_a_verdict_is_taken_back_once(kit: Kit) -> None:
    """Of two who take it back at once, one is refused, and the table stays as the events have it."""
    await record(kit.backend, stored("a"), change("judged", "a", "v1", data={"verdict": "right", "who": "w"}))
    backs = [change("withdrawn", "a", f"back {n}", data={"of": "v1"}) for n in range(2)]
    told = await asyncio.gather(*(record(kit.backend, one) for one in backs), return_exceptions=True)
    refused = [one for one in told if isinstance(one, InvalidPatternError)]
    assert [one.code for one in refused] == ["pattern.no_verdict"]
    assert sum(one is None for one in told) == 1
