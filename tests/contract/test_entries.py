"""One suite over every store of entries: what the contract says holds for all of them."""

import asyncio
import random
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from redis.asyncio import Redis

from grym.adapters.clock import VirtualClock
from grym.adapters.entries.in_memory import InMemoryEntries
from grym.ports.entries import (
    Entry,
    EntryStore,
    Filter,
    InvalidEntryError,
    Query,
    StoreClosedError,
)
from tests.contract.conftest import empty
from tests.contract.entry_stores import LONG_AGO, SERVERS, STORES, at, entry, found, results, soon
from tests.support.redis_server import running_redis


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """Run one Redis for the session."""
    with running_redis() as server:
        yield server.url


@pytest.fixture
def clock() -> VirtualClock:
    """Return a clock that stands still."""
    return VirtualClock()


LONGER = {"composite around", "composite behind", "switch", "vector over redis"}
"""Made of the same parts as others, so left to the longer run."""


@pytest.fixture(params=[pytest.param(name, marks=[pytest.mark.slow] * (name in LONGER)) for name in sorted(STORES)])
def wanted(request: pytest.FixtureRequest) -> tuple[str, dict[str, str]]:
    """Name each store in turn, with the servers it needs; they start only when a test needs them."""
    needed = SERVERS.get(request.param, "")
    fixtures = {"postgres": "server_dsn", "redis": "redis_url"}
    return request.param, {name: request.getfixturevalue(fixtures[name]) for name in needed.split()}


@pytest.fixture
async def closed(wanted: tuple[str, dict[str, str]], clock: VirtualClock) -> AsyncIterator[EntryStore]:
    """Make each store over empty servers, not yet initialised."""
    name, servers = wanted
    if "postgres" in servers:
        await empty(servers["postgres"])
    if "redis" in servers:
        client = Redis.from_url(servers["redis"])
        await client.flushall()
        await client.aclose()
    async with STORES[name](clock, servers) as made:
        yield made
        await made.close()


@pytest.fixture
async def store(closed: EntryStore) -> EntryStore:
    """Return each store, ready."""
    await closed.initialise()
    return closed


async def test_use_before_initialise_is_refused(closed: EntryStore) -> None:
    """A store that was not opened says so, whatever is asked of it."""
    with pytest.raises(StoreClosedError) as caught:
        await closed.store(entry("a"))
    assert (caught.value.store, caught.value.code) == (closed.name, "store.not_initialised")
    assert caught.value.hint
    with pytest.raises(StoreClosedError):
        await closed.retrieve(at("a"))
    with pytest.raises(StoreClosedError):
        closed.search(Query())
    assert not (await closed.health()).ready


async def test_opens_and_closes_as_often_as_one_likes(closed: EntryStore) -> None:
    """Initialising and closing twice is harmless, and a store can be opened again."""
    await closed.initialise()
    await closed.initialise()
    await closed.close()
    await closed.close()
    with pytest.raises(StoreClosedError):
        await closed.count()
    async with closed as opened:
        assert (await opened.health()).ready


async def test_gives_back_what_was_stored(store: EntryStore, clock: VirtualClock) -> None:
    """Every field of an entry survives, and times are filled in."""
    given = Entry(
        key="päper/\u2028*?[x]:1",
        value={"text": "A waltz", "deep": {"list": [1, 2.5, None, True, "ß"]}, "big": 2**60},
        type="short",
        scope="session",
        owner="an:na/x%*",
        metadata={"style": "waltz", "stars": 4.5, "liked": True, "tags": ["a", "b"], "none": None},
        indices={"causal": "event/1", "temporal": "2026-01-01T00:00:00+00:00"},
        vector=(0.25, -1.0),
        expires_at=soon(clock, 60),
    )
    stored = await store.store(given)
    assert stored.entry == replace(given, created_at=clock.now(), updated_at=clock.now())
    lookup = await store.retrieve(given.address)
    assert lookup.entry == stored.entry
    assert lookup.store
    assert lookup.degraded == ()


async def test_finds_nothing_where_nothing_is(store: EntryStore) -> None:
    """An unknown address, scope or owner of a known key has no entry."""
    await store.store(entry("a", owner="anna"))
    for address in (at("b", owner="anna"), at("a"), at("a", owner="anna", scope="global")):
        assert (await store.retrieve(address)).entry is None


async def test_the_later_version_stays(store: EntryStore, clock: VirtualClock) -> None:
    """An update replaces and keeps when it was made; an older copy that comes late changes nothing."""
    first = (await store.store(entry("a", "one"))).entry
    await clock.advance(5)
    second = (await store.store(entry("a", "two"))).entry
    assert second.created_at == first.created_at
    assert second.updated_at == clock.now()
    late = await store.store(replace(first, value={"text": "late copy"}))
    assert late.entry == second
    assert (await store.retrieve(at("a"))).entry == second
    assert await store.count() == 1


async def test_one_batch_may_name_an_entry_twice(store: EntryStore) -> None:
    """Of two versions in a batch the last one stays, and every entry is answered for."""
    answers = await store.store_all([entry("a", "one"), entry("b"), entry("a", "two")])
    assert [answer.entry.value.get("text") for answer in answers][-1] == "two"
    assert len(answers) == 3
    assert await store.count() == 2
    assert await store.store_all([]) == ()


async def test_deletes_at_once(store: EntryStore) -> None:
    """What was deleted is found in no way, and deleting it again says that it was gone."""
    await store.store_all([entry("a", "one"), entry("b", "one")])
    assert await store.delete(at("a"))
    assert not await store.delete(at("a"))
    assert (await store.retrieve(at("a"))).entry is None
    assert await found(store, text="one") == ["b"]
    await store.store(entry("a", "again"))
    assert await store.count() == 2


async def test_deletes_no_newer_version(store: EntryStore, clock: VirtualClock) -> None:
    """Who deletes a version that was replaced meanwhile deletes nothing."""
    old = (await store.store(entry("a", "one"))).entry
    await clock.advance(1)
    await store.store(entry("a", "two"))
    assert not await store.delete(at("a"), up_to=old.updated_at)
    assert await found(store, text="two") == ["a"]
    assert await store.delete(at("a"), up_to=clock.now())
    assert await found(store, text="two") == []


async def test_clears_by_scope_and_owner(store: EntryStore) -> None:
    """Clearing removes what it names and nothing else."""
    await store.store_all(
        [
            entry(key, owner=owner, scope=scope)
            for key in "xy"
            for owner in ("anna", "ben")
            for scope in ("agent", "global")
        ]
    )
    assert await store.clear(owner="anna", scope="agent") == 2
    assert await store.count() == 6
    assert await store.clear(owner="anna") == 2
    assert await found(store, order_by="key", limit=None) == ["x", "x", "y", "y"]
    assert await store.clear() == 4
    assert await store.count() == 0


async def test_expired_entries_are_gone(store: EntryStore, clock: VirtualClock) -> None:
    """From its expiry on an entry is found by nobody, swept or not, and may be made anew."""
    await store.store_all([entry("a", "one", expires_at=soon(clock, 10)), entry("b", "one")])
    await clock.advance(9.999)
    assert (await store.retrieve(at("a"))).entry is not None
    await clock.advance(0.001)
    assert (await store.retrieve(at("a"))).entry is None
    assert await found(store, text="one") == ["b"]
    assert await store.count() == 1
    assert not await store.delete(at("a"))
    again = (await store.store(entry("a", "two"))).entry
    assert again.created_at == clock.now()


async def test_sweeping_removes_only_what_has_expired(store: EntryStore, clock: VirtualClock) -> None:
    """A sweep is bounded, and what is alive stays."""
    doomed = [entry(f"old{n}", expires_at=soon(clock, 1)) for n in range(5)]
    await store.store_all([*doomed, entry("new", expires_at=soon(clock, 100)), entry("ever")])
    await clock.advance(2)
    swept = [await store.sweep(limit=2) for _ in range(4)]
    assert swept in ([2, 2, 1, 0], [0, 0, 0, 0])  # Redis sweeps by itself
    assert await found(store, order_by="key") == ["ever", "new"]


async def test_expiry_can_be_taken_back(store: EntryStore, clock: VirtualClock) -> None:
    """A version without an expiry lives on."""
    await store.store(entry("a", expires_at=soon(clock, 10)))
    await store.store(entry("a"))
    await clock.advance(20)
    assert (await store.retrieve(at("a"))).entry is not None


REFUSED: dict[str, dict[str, Any]] = {
    "entry.key": {"key": ""},
    "entry.type": {"type": "eternal"},
    "entry.scope": {"scope": "team"},
    "entry.owner": {"scope": "session"},
    "entry.value": {"value": {"x": float("nan")}},
    "entry.metadata": {"metadata": {"deep": {"er": 1}}},
    "entry.index": {"indices": {"olfactory": "rose"}},
    "entry.vector": {"vector": (1.0, float("inf"))},
    "entry.expiry": {"expires_at": LONG_AGO},
    "entry.time": {"updated_at": datetime(2020, 1, 1)},  # noqa: DTZ001 - that is the mistake
    "entry.too_large": {"value": {"text": "x" * 1_000_000}},
}


@pytest.mark.parametrize("code", sorted(REFUSED))
async def test_refuses_what_it_cannot_keep(store: EntryStore, code: str) -> None:
    """Each mistake has its code, names store and key, gives a hint, and spoils nothing else of the batch."""
    bad = replace(entry("bad"), **REFUSED[code])
    with pytest.raises(InvalidEntryError) as caught:
        await store.store_all([entry("good"), bad])
    assert caught.value.code == code
    assert caught.value.store == store.name
    assert caught.value.hint
    assert await store.count() == 0


async def test_a_value_of_almost_a_megabyte_is_kept(store: EntryStore) -> None:
    """The limit is where it says."""
    text = "x" * 999_000
    await store.store(entry("big", text))
    kept = (await store.retrieve(at("big"))).entry
    assert kept is not None
    assert kept.value["text"] == text


ASKED_WRONGLY: dict[str, dict[str, Any]] = {
    "query.type": {"type": "eternal"},
    "query.scope": {"scope": "team"},
    "query.index": {"indices": {"olfactory": "rose"}},
    "query.order": {"order_by": "colour"},
    "query.score": {"min_score": 1.5},
    "query.page": {"limit": -1},
    "query.filter": {"filters": (Filter(field="stars", operator="lt", value=True),)},
    "query.vector": {"vector": (0.0, 0.0)},
    "query.time": {"as_of": datetime(2020, 1, 1)},  # noqa: DTZ001 - that is the mistake
}


@pytest.mark.parametrize("code", sorted(ASKED_WRONGLY))
async def test_refuses_what_it_cannot_answer(store: EntryStore, code: str) -> None:
    """Each impossible question has its code."""
    with pytest.raises(InvalidEntryError) as caught:
        store.search(Query(**ASKED_WRONGLY[code]))
    assert (caught.value.code, caught.value.store) == (code, store.name)


async def test_a_filter_on_a_missing_field_is_refused(store: EntryStore) -> None:
    """A field that no entry in question has is a mistake, not an empty answer; where nothing is there, it is none."""
    assert await found(store, metadata={"stile": "waltz"}) == []
    await store.store_all([entry("a", metadata={"style": "waltz"}), entry("b", scope="global", metadata={"x": 1})])
    with pytest.raises(InvalidEntryError) as caught:
        await found(store, scope="agent", metadata={"stile": "waltz"})
    assert caught.value.code == "query.field_missing"
    assert "style" in caught.value.hint
    assert await found(store, metadata={"style": "tango"}) == []
    assert await found(store, scope="agent", filters=(Filter(field="x", operator="exists"),)) == []


async def test_filters_mean_the_same_everywhere(store: EntryStore) -> None:
    """Numbers meet numbers, text meets text, truth is no number, lists are looked into."""
    await store.store_all(
        [
            entry("int", metadata={"v": 1}),
            entry("float", metadata={"v": 2.5}),
            entry("true", metadata={"v": True}),
            entry("text", metadata={"v": "Zebra"}),
            entry("low", metadata={"v": "apple"}),
            entry("list", metadata={"v": ["apple", 1]}),
            entry("null", metadata={"v": None}),
            entry("none"),
        ]
    )

    async def keys(operator: Any, value: Any = None) -> set[str]:
        return set(await found(store, filters=(Filter(field="v", operator=operator, value=value),), limit=None))

    every = {"int", "float", "true", "text", "low", "list", "null"}
    assert await keys("eq", 1.0) == {"int"}
    assert await keys("eq", value=True) == {"true"}
    assert await keys("eq") == {"null"}
    assert await keys("eq", ["apple", 1]) == {"list"}
    assert await keys("ne", 1) == every - {"int"}
    assert await keys("lt", 2) == {"int"}
    assert await keys("ge", 1) == {"int", "float"}
    assert await keys("lt", "a") == {"text"}  # by code points, in every locale
    assert await keys("gt", "Zebra") == {"low"}
    assert await keys("in", ["apple", 2.5]) == {"float", "low"}
    assert await keys("contains", "apple") == {"list"}
    assert await keys("exists") == every
    assert await keys("missing") == {"none"}


async def test_narrows_by_every_field(store: EntryStore) -> None:
    """Key, prefix, type, scope, owner and indices narrow, alone and together."""
    await store.store_all(
        [
            entry("plan/1", type="short", owner="anna", indices={"causal": "request/47/plan"}),
            entry(
                "plan/2", type="long", owner="ben", indices={"causal": "request/471", "temporal": "2026-03-01T10:00Z"}
            ),
            entry("note*1", type="short", scope="global", indices={"causal": "request/47"}),
        ]
    )
    assert await found(store, keys=("plan/2", "note*1"), order_by="key") == ["note*1", "plan/2"]
    assert await found(store, keys=("plan/1",)) == ["plan/1"]
    assert await found(store, prefix="plan/", order_by="key") == ["plan/1", "plan/2"]
    assert await found(store, prefix="note*") == ["note*1"]
    assert await found(store, prefix="*") == []
    assert await found(store, type="short", scope="global") == ["note*1"]
    assert await found(store, owner="ben") == ["plan/2"]
    assert await found(store, owner="") == ["note*1"]
    assert await found(store, indices={"causal": "request/47"}, order_by="key") == ["note*1", "plan/1"]
    assert await found(store, indices={"temporal": "2026-03"}) == ["plan/2"]
    assert await found(store, prefix="plan", type="short", owner="ben") == []
    assert await store.count(Query(prefix="plan", limit=1)) == 2


async def test_orders_and_pages(store: EntryStore, clock: VirtualClock) -> None:
    """Pages of any order put together are the whole, each entry once; what never expires comes last."""
    for n in (3, 1, 4, 0, 2):
        await store.store(entry(f"k{n}", expires_at=soon(clock, 100 + n) if n % 2 else None))
        await clock.advance(1)
    assert await found(store, limit=2) == ["k2", "k0"]
    assert await found(store, order_by="created_at", direction="asc", limit=2, offset=1) == ["k1", "k4"]
    assert await found(store, order_by="expires_at", direction="asc") == ["k1", "k3", "k0", "k2", "k4"]
    assert await found(store, order_by="expires_at", direction="desc") == ["k3", "k1", "k0", "k2", "k4"]
    assert await found(store, order_by="key", direction="desc", limit=3) == ["k4", "k3", "k2"]
    pages = [await found(store, order_by="key", limit=2, offset=offset) for offset in (0, 2, 4, 6)]
    assert pages == [["k0", "k1"], ["k2", "k3"], ["k4"], []]
    assert await found(store, limit=0) == []


async def test_more_entries_than_a_page(store: EntryStore) -> None:
    """Stores that read in pages lose and repeat nothing."""
    names = [f"k{n:04}" for n in range(450)]
    await store.store_all([entry(name, "waltz") for name in names])
    assert await found(store, order_by="key", limit=None) == names
    assert await found(store, text="waltz", limit=None) == names
    assert await found(store, order_by="key", limit=3, offset=400) == names[400:403]


async def test_text_finds_by_likeness(store: EntryStore) -> None:
    """The nearest comes first, scores lie between 0 and 1 and tell likeness, and the words are shown."""
    await store.store_all(
        [
            entry("waltz", "A slow waltz in three"),
            entry("waltzes", "Two quick waltzes, and then a very long walk along the river into town"),
            entry("storm", "Thunder on the sea"),
        ]
    )
    hits = await results(store, text="slow waltz")
    assert [hit.entry.key for hit in hits] == ["waltz", "waltzes"]
    assert 0.0 < hits[1].score < hits[0].score < 1.0
    assert any("slow" in text for text in hits[0].highlights)
    assert await found(store, text="slow waltz", min_score=hits[0].score) == ["waltz"]
    assert [hit.score for hit in await results(store, text="Thunder on the SEA", min_score=0.9)] == [1.0]
    assert await found(store, text="qqq xxx") == []
    assert await found(store, text="waltz", limit=1, offset=1) != await found(store, text="waltz", limit=1)


async def test_the_semantic_index_stands_for_an_entry(store: EntryStore) -> None:
    """The text of the index wins over that of the value, and values without text are read through."""
    await store.store_all(
        [
            entry("a", "unrelated", indices={"semantic": "tango in Lisbon"}),
            Entry(key="b", value={"title": {"main": "Lisbon story"}}),
        ]
    )
    assert set(await found(store, text="Lisbon")) == {"a", "b"}
    assert await found(store, text="unrelated") == []


async def test_a_vector_finds_vectors(store: EntryStore) -> None:
    """Given vectors are compared by cosine with those of the same length."""
    await store.store_all(
        [
            entry("x", vector=(1.0, 0.0)),
            entry("xy", vector=(3.0, 3.0)),
            entry("other", vector=(1.0, 0.0, 0.0)),
            entry("none"),
        ]
    )
    hits = await results(store, vector=(2.0, 0.0))
    assert [(hit.entry.key, round(hit.score, 3)) for hit in hits] == [("x", 1.0), ("xy", 0.707)]
    assert await found(store, vector=(-1.0, 0.0)) == []


async def test_as_of_an_instant(store: EntryStore, clock: VirtualClock) -> None:
    """Only what stood unchanged then is found, and only what is still alive then."""
    await store.store_all([entry("old"), entry("changed"), entry("brief", expires_at=soon(clock, 50))])
    then = clock.now() + timedelta(seconds=1)
    await clock.advance(2)
    await store.store_all([entry("changed"), entry("new")])
    assert await found(store, as_of=then, order_by="key") == ["brief", "old"]
    assert await found(store, as_of=soon(clock, 60), order_by="key") == ["changed", "new", "old"]


async def test_many_writers_at_once(store: EntryStore) -> None:
    """Writes beside each other all arrive, and one entry that all of them write is there once."""
    await asyncio.gather(*(store.store_all([entry(f"k{n}"), entry("shared", f"by {n}")]) for n in range(20)))
    assert await store.count() == 21


async def test_health_counts_or_answers(store: EntryStore) -> None:
    """A store that is well says so, by name."""
    await store.store(entry("a"))
    health = await store.health()
    assert (health.store, health.ready, health.degraded) == (store.name, True, ())
    assert health.entries in {1, None}


VALUES: list[Any] = [1, 2.5, -3, True, False, None, "a", "B", "ä", ["a", 1], []]
OPERATORS = ("eq", "ne", "lt", "le", "gt", "ge", "in", "contains", "exists", "missing")


def _random_entry(dice: random.Random, clock: VirtualClock) -> Entry:
    return Entry(
        key=dice.choice("abcä*%") * dice.randint(1, 3),
        value={"text": " ".join(dice.choices(("slow", "waltz", "piano", "storm", "river"), k=3))},
        type=dice.choice(("working", "short", "medium", "long")),
        scope=dice.choice(("agent", "global")),
        owner=dice.choice(("", "anna", "a:na")),
        metadata={name: dice.choice(VALUES) for name in dice.sample(("x", "y", "z"), 2)},
        indices={"causal": dice.choice(("r/1", "r/12", "r/1/a"))} if dice.random() < 0.5 else {},
        updated_at=clock.now() - timedelta(seconds=dice.randint(0, 50)),
        expires_at=soon(clock, dice.randint(1, 90)) if dice.random() < 0.4 else None,
    )


def _random_filter(dice: random.Random) -> Filter:
    operator: Any = dice.choice(OPERATORS)
    plain = [value for value in VALUES if not isinstance(value, list)]
    value: Any = dice.choice(VALUES if operator in {"eq", "ne"} else plain)
    if operator in {"lt", "le", "gt", "ge"}:
        value = dice.choice([1, 2.0, -1, "a", "Z"])
    if operator == "in":
        value = dice.sample(plain, 2)
    return Filter(field=dice.choice(("x", "y")), operator=operator, value=value)


def _random_query(dice: random.Random, clock: VirtualClock) -> Query:
    asked: dict[str, Any] = {"limit": dice.choice((1, 5, None)), "offset": dice.choice((0, 0, 2))}
    for name, choices in {
        "text": ("slow waltz", "river"),
        "prefix": ("a", "ä", "*"),
        "type": ("short", "long"),
        "scope": ("agent",),
        "owner": ("anna", ""),
        "order_by": ("key", "created_at", "updated_at", "expires_at", "score"),
        "direction": ("asc", "desc"),
        "indices": ({"causal": "r/1"},),
        "filters": ((_random_filter(dice),), (_random_filter(dice), _random_filter(dice))),
        "min_score": (0.4,),
        "as_of": (clock.now() - timedelta(seconds=20), soon(clock, 30)),
        "keys": (("a", "bb"),),
    }.items():
        if dice.random() < 0.25:
            asked[name] = dice.choice(choices)
    return Query(**asked)


async def test_random_questions_are_answered_as_the_reference_does(store: EntryStore, clock: VirtualClock) -> None:
    """Whatever is stored and asked, every store gives the same entries with the same scores in the same order."""
    dice = random.Random(20)
    reference = InMemoryEntries(clock=clock, name=store.name).opened()
    entries = [_random_entry(dice, clock) for _ in range(60)]
    for start in range(0, 60, 20):
        for one in (store, reference):
            await one.store_all(entries[start : start + 20])
    await clock.advance(20)
    for _ in range(120):
        query = _random_query(dice, clock)
        assert await _answer(store, query) == await _answer(reference, query), query


async def _answer(store: EntryStore, query: Query) -> object:
    try:
        return await store.search(query).all()
    except InvalidEntryError as error:
        return error.code, error.message


async def test_the_longest_names_can_be_kept(store: EntryStore) -> None:
    """Counted in bytes, as the index of a database counts; longer ones are refused by everybody alike."""
    dice = random.Random(7)
    owner, key = ("".join(chr(dice.randrange(0x20000, 0x2A6DF)) for _ in range(512)) for _ in range(2))
    await store.store(entry(key[:300], owner=owner[:300]))
    assert (await store.retrieve(at(key[:300], owner=owner[:300]))).entry is not None
    with pytest.raises(InvalidEntryError) as raised:
        await store.store(entry(key, owner=owner))
    assert raised.value.code == "entry.key"
