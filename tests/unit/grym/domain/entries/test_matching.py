"""What matches and in which order: a total order, for every question."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from grym.domain.entries.matching import matches, ranked, same, sort_key, text_of
from grym.domain.entries.values import Direction, Entry, OrderBy, Query, Result

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def entry(number: int, *, key: str = "k", expires_s: int | None = None, owner: str = "") -> Entry:
    """Return an entry of some age."""
    at = NOW - timedelta(seconds=number)
    expires_at = None if expires_s is None else NOW + timedelta(seconds=expires_s)
    return Entry(key=key, owner=owner, value={}, created_at=at, updated_at=at, expires_at=expires_at)


ENTRIES = st.builds(
    entry,
    st.integers(0, 5),
    key=st.sampled_from("abc"),
    expires_s=st.none() | st.integers(1, 3),
    owner=st.sampled_from(["", "anna", "ben"]),
)
RESULTS = st.builds(Result, entry=ENTRIES, score=st.sampled_from([0.25, 0.5, 1.0]))


@given(
    st.lists(RESULTS, min_size=2, max_size=8),
    st.sampled_from(["score", "key", "created_at", "updated_at", "expires_at"]),
    st.sampled_from(["asc", "desc"]),
)
def test_sorting_is_total_and_never_fails(results: list[Result], order_by: OrderBy, direction: Direction) -> None:
    """Whatever is missing, the same set has one order, however it came."""
    query = Query(order_by=order_by, direction=direction)
    addressed = {one.entry.address: one for one in results}
    once = list(addressed.values())
    one_way = sorted(once, key=lambda one: sort_key(one, query))
    backwards = list(reversed(once))
    assert sorted(backwards, key=lambda one: sort_key(one, query)) == one_way
    ends = [one.entry.expires_at is None for one in one_way]
    assert order_by != "expires_at" or ends == sorted(ends)


@given(st.lists(ENTRIES, max_size=12, unique_by=lambda one: one.address), st.integers(1, 4))
def test_pages_put_together_are_the_whole(entries: list[Entry], size: int) -> None:
    """Each entry comes once."""
    whole = ranked(entries, Query(limit=None), now=NOW)
    pages = [ranked(entries, Query(limit=size, offset=at), now=NOW) for at in range(0, len(entries), size)]
    assert [one for page in pages for one in page] == whole
    assert len(whole) == len(entries)


def test_expiry_is_exact() -> None:
    """At its instant an entry is gone."""
    brief = entry(0, expires_s=1)
    assert matches(brief, Query(), now=NOW + timedelta(microseconds=999_999))
    assert not matches(brief, Query(), now=NOW + timedelta(seconds=1))


def test_values_are_compared_as_json() -> None:
    """Truth is no number, also within lists."""
    assert same(1, 1.0)
    assert not same(1, True)
    assert same([1, "a"], (1.0, "a"))
    assert not same([1], [True])
    assert not same("1", 1)


def test_the_text_of_an_entry() -> None:
    """The semantic index, else the text of the value, else all text in it."""
    value = {"text": "a", "more": {"deep": ["b", 1]}}
    assert text_of(Entry(key="k", value=value, indices={"semantic": "chosen"})) == "chosen"
    assert text_of(Entry(key="k", value=value)) == "a"
    assert text_of(Entry(key="k", value={"x": "a", **value, "text": 3})) == "a b"
