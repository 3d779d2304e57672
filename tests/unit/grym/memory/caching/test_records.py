"""The record cache over a source: loaded once, never outdated, and prefetched without harm."""

import asyncio
import threading
from collections.abc import AsyncIterator, Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grym.errors import AdapterError, ContractError, TransientError
from grym.memory.caching.records import Codec, RecordCache
from grym.memory.caching.settings import CacheSettings
from grym.memory.caching.sizing import SizingSettings
from grym.ports.caching import Record


class Store:
    """A store of numbers by key, in the version they were written in; loads wait while a test holds them."""

    def __init__(self) -> None:
        self.records: dict[str, Record] = {}
        self.loaded: list[tuple[str, ...]] = []
        self.free = asyncio.Event()
        self.free.set()
        self.fault: Exception | None = None

    def write(self, key: str, version: int) -> None:
        """Commit a version."""
        self.records[key] = Record(version=version, payload=f"{key}:{version}".encode())

    async def load(self, keys: Sequence[str]) -> Mapping[str, Record]:
        """Read, and answer once the test lets go: meanwhile others may write."""
        self.loaded.append(tuple(sorted(keys)))
        if self.fault is not None:
            raise self.fault
        found = {key: self.records[key] for key in keys if key in self.records}
        await self.free.wait()
        return found


class Copies:
    """A shared level in a dict."""

    degraded = ""

    def __init__(self) -> None:
        self.copies: dict[str, Record] = {}
        self.closed = False

    async def find(self, wanted: Mapping[str, int]) -> Mapping[str, Record]:
        """Return copies of exactly these versions."""
        return {
            key: self.copies[key]
            for key, version in wanted.items()
            if key in self.copies and self.copies[key].version == version
        }

    def offer(self, records: Mapping[str, Record]) -> None:
        """Keep copies."""
        self.copies.update(records)

    async def aclose(self) -> None:
        """Note it."""
        self.closed = True


def decode(payload: bytes) -> str:
    """Return the text; what has no colon is no record."""
    text = payload.decode()
    if ":" not in text:
        raise ContractError("no record")
    return text


CODEC = Codec(decode=decode, size_of=len)


@pytest.fixture
def store() -> Store:
    """Return a store of three records."""
    store = Store()
    for key in "abc":
        store.write(key, 1)
    return store


@pytest.fixture
async def cache(store: Store) -> AsyncIterator[RecordCache[str]]:
    """Return a cache over the store."""
    cache = RecordCache(store, CODEC, versions=lambda key: store.records[key].version if key in store.records else None)
    yield cache
    await cache.aclose()


async def test_a_record_is_loaded_once(store: Store, cache: RecordCache[str]) -> None:
    """Then it is at hand."""
    for _ in range(3):
        assert await cache.get_many({"a": 1, "b": 1}) == {"a": "a:1", "b": "b:1"}
    assert store.loaded == [("a", "b")]
    assert (cache.counts.compulsory_misses, cache.counts.hits, cache.counts.loads) == (2, 4, 2)


async def test_many_who_wait_cause_one_load(store: Store, cache: RecordCache[str]) -> None:
    """However many ask before it is there, in whatever company."""
    store.free.clear()
    asking = [asyncio.ensure_future(cache.get_many({"a": 1, key: 1})) for key in "abc" for _ in range(20)]
    await turns()
    store.free.set()
    answers = await asyncio.gather(*asking)
    assert all(answer["a"] == "a:1" for answer in answers)
    assert sorted(key for keys in store.loaded for key in keys) == ["a", "b", "c"]


async def test_what_does_not_exist_is_left_out(cache: RecordCache[str]) -> None:
    """And counted."""
    assert await cache.get_many({"a": 1, "nothing": 1}) == {"a": "a:1"}
    assert await cache.get("nothing", version=1) is None
    assert cache.counts.absent == 2


async def test_a_newer_version_is_loaded_at_once(store: Store, cache: RecordCache[str]) -> None:
    """Whoever knows of it gets it, with nobody having told the cache."""
    await cache.get("a", version=1)
    store.write("a", 7)
    assert await cache.get("a", version=7) == "a:7"
    assert cache.counts.version_misses == 1
    assert await cache.get("a", version=1) == "a:7"


async def test_a_load_under_way_does_not_answer_for_a_newer_version(store: Store, cache: RecordCache[str]) -> None:
    """What was read before a write is not given to who asks after it, and does not stay."""
    store.free.clear()
    early = asyncio.ensure_future(cache.get("a", version=1))
    await turns()
    store.write("a", 2)
    late = asyncio.ensure_future(cache.get("a", version=2))
    await turns()
    store.free.set()
    assert (await early, await late) == ("a:1", "a:2")
    assert await cache.get("a", version=2) == "a:2"


async def test_a_source_that_lags_behind_is_an_error(cache: RecordCache[str]) -> None:
    """An older version than is known to exist is never passed on."""
    with pytest.raises(TransientError) as caught:
        await cache.get("a", version=2)
    assert caught.value.code == "cache.behind"


async def test_a_fault_of_the_source_reaches_all_who_wait_and_nobody_later(
    store: Store, cache: RecordCache[str]
) -> None:
    """Faults are not cached."""
    store.fault = AdapterError("away", code="store.away")
    failed = await asyncio.gather(*(cache.get("a", version=1) for _ in range(3)), return_exceptions=True)
    assert [getattr(one, "code", "") for one in failed] == ["store.away"] * 3
    assert len(store.loaded) == 1
    store.fault = None
    assert await cache.get("a", version=1) == "a:1"


async def test_who_asked_first_may_go(store: Store, cache: RecordCache[str]) -> None:
    """A cancelled request takes nothing from those who wait for the same record."""
    store.free.clear()
    first = asyncio.ensure_future(cache.get("a", version=1))
    await turns()
    second = asyncio.ensure_future(cache.get("a", version=1))
    await turns()
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    store.free.set()
    assert await second == "a:1"
    assert len(store.loaded) == 1


async def test_what_follows_is_there_before_it_is_asked_for(store: Store, cache: RecordCache[str]) -> None:
    """Once a session has shown the way, the next one finds it prepared."""
    for key in "abc":
        cache.heard("first", key)
    cache.heard("second", "a")
    await settled(cache)
    assert store.loaded == [("b",)]
    assert await cache.get("b", version=1) == "b:1"
    assert (cache.counts.prefetches, cache.counts.prefetch_hits) == (1, 1)


async def test_a_guess_that_fails_harms_nobody(store: Store, cache: RecordCache[str]) -> None:
    """Its fault is nobody's; what is gone is not even tried."""
    for key in "abx":
        cache.heard("first", key)
    store.fault = AdapterError("away", code="store.away")
    cache.heard("second", "a")
    cache.heard("third", "b")
    await settled(cache)
    assert store.loaded == [("b",)]
    assert cache.counts.prefetches_dropped == 1


async def test_guesses_are_bounded(store: Store, cache: RecordCache[str]) -> None:
    """While four are being loaded, further ones are dropped."""
    store.free.clear()
    for at in range(8):
        store.write(f"next {at}", 1)
        cache.heard(f"{at}", f"this {at}")
        cache.heard(f"{at}", f"next {at}")
        cache.heard(f"again {at}", f"this {at}")
    await turns()
    assert len(store.loaded) == 4
    assert cache.counts.prefetches_dropped == 4
    store.free.set()


async def test_a_prefetched_record_that_was_changed_is_loaded_again(store: Store, cache: RecordCache[str]) -> None:
    """A guess is no better than its version."""
    for key in "ab":
        cache.heard("first", key)
    cache.heard("second", "a")
    await settled(cache)
    store.write("b", 2)
    assert await cache.get("b", version=2) == "b:2"
    assert (cache.counts.version_misses, cache.counts.prefetches_wasted) == (1, 1)


async def test_copies_of_others_save_a_load(store: Store) -> None:
    """What one process loaded another finds; a damaged copy is as good as none."""
    copies = Copies()
    one, other = (RecordCache(store, CODEC, shared=copies) for _ in range(2))
    await one.get_many({"a": 1, "b": 1})
    copies.copies["b"] = Record(version=1, payload=b"damaged")
    assert await other.get_many({"a": 1, "b": 1}) == {"a": "a:1", "b": "b:1"}
    assert store.loaded == [("a", "b"), ("b",)]
    assert (other.counts.shared_hits, other.counts.loads) == (1, 1)
    await one.aclose()
    assert copies.closed


async def test_a_newer_record_is_shared_under_the_version_that_was_asked_for(store: Store) -> None:
    """What was confirmed or renamed since has the same numbers: others who ask for those find the copy."""
    copies = Copies()
    one, other = (RecordCache(store, CODEC, shared=copies) for _ in range(2))
    store.write("a", 9)
    assert await one.get("a", version=3) == "a:9"
    assert await other.get("a", version=3) == "a:9"
    assert len(store.loaded) == 1


async def test_large_records_are_decoded_beside_other_work(store: Store) -> None:
    """In a thread, so that nobody waits for it who asked for something else."""
    threads: list[bool] = []

    def decode_noting_where(payload: bytes) -> str:
        threads.append(threading.current_thread() is threading.main_thread())
        return decode(payload)

    cache = RecordCache(store, Codec(decode=decode_noting_where, size_of=len), settings=CacheSettings(beside_bytes=8))
    assert await cache.get("a", version=1) == "a:1"
    assert await cache.get_many({"b": 1, "c": 1, "a": 1}) == {"a": "a:1", "b": "b:1", "c": "c:1"}
    store.records["large"] = Record(version=1, payload=b"large:1" + bytes(9))
    assert await cache.get("large", version=1) is not None
    assert threads == [True, True, True, False]


async def test_closing_ends_what_is_under_way(store: Store, cache: RecordCache[str]) -> None:
    """Nothing goes on behind the back of a program that ends."""
    store.free.clear()
    asking = asyncio.ensure_future(cache.get("a", version=1))
    await turns()
    await cache.aclose()
    with pytest.raises(asyncio.CancelledError):
        await asking


async def turns() -> None:
    """Let everything go on that can."""
    for _ in range(10):
        await asyncio.sleep(0)


async def settled(cache: RecordCache[str]) -> None:
    """Wait until nothing is being prefetched."""
    while cache._prefetching:
        await asyncio.gather(*cache._prefetching)


Step = tuple[str, str, int]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(("write", "read", "hear", "yield", "hold", "let go")),
            st.sampled_from("abcd"),
            st.integers(0, 3),
        ),
        max_size=80,
    ),
    st.integers(1, 40),
    st.booleans(),
)
def test_no_answer_is_older_than_the_last_commit(steps: list[Step], budget: int, share: bool) -> None:
    """After any interleaving of writes and reads, in two processes, with loads of any length and copies of both."""
    asyncio.run(interleaved(steps, budget, share=share))


async def interleaved(steps: list[Step], budget: int, *, share: bool) -> None:
    """Play the steps; each read checks its answer against what was committed when it began."""
    store, copies, seq = Store(), Copies(), 0
    sizing = SizingSettings(first_bytes=budget, least_bytes=1, most_bytes=budget)
    caches = [
        RecordCache(
            store,
            CODEC,
            settings=CacheSettings(sizing=sizing),
            versions=lambda key: store.records[key].version if key in store.records else None,
            shared=copies if share else None,
        )
        for _ in range(2)
    ]

    async def read(cache: RecordCache[str], key: str, version: int) -> None:
        answer = await cache.get(key, version=version)
        assert answer is not None
        assert int(answer.partition(":")[2]) >= version

    reads = []
    for what, key, number in steps:
        cache = caches[number % 2]
        if what == "write":
            seq += 1
            store.write(key, seq)
        elif what == "read" and key in store.records:
            reads.append(asyncio.ensure_future(read(cache, key, store.records[key].version)))
        elif what == "hear":
            cache.heard(f"{number}", key)
        elif what == "hold":
            store.free.clear()
        elif what == "let go":
            store.free.set()
        for _ in range(number):
            await asyncio.sleep(0)
    store.free.set()
    await asyncio.gather(*reads)
    for cache in caches:
        await cache.aclose()


async def test_a_load_that_began_for_others_never_answers_for_a_newer_version(store: Store) -> None:
    """Whoever waits for one of its records asks for the other in a newer version, whichever load lands first."""
    for _ in range(8):  # the order of a set of tasks is by their addresses
        cache = RecordCache(store, CODEC)
        store.write("a", 1)
        store.write("b", 1)
        store.free.clear()
        older = asyncio.create_task(cache.get_many({"a": 1, "b": 1}))
        await asyncio.sleep(0.0)
        await asyncio.sleep(0.0)
        store.write("a", 2)
        newer = asyncio.create_task(cache.get_many({"b": 1, "a": 2}))
        await asyncio.sleep(0.0)
        store.free.set()
        assert (await newer)["a"] == "a:2"
        await older
