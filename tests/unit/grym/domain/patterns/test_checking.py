"""What a change must look like; the contract suite tells the codes, here is what is kept."""

import hashlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grym.domain.patterns.checking import checked, content_of
from grym.errors import GrymError, InvalidPatternError, InvalidVectorError
from tests.contract.pattern_changes import ORIGIN, change, stored

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def test_checking_twice_changes_nothing() -> None:
    """What is kept may be checked again."""
    once = checked(stored("a", collection="ü\x00", data={"tags": {"k\udc80": "v\x00"}}))
    twice = checked(once)
    assert (twice.collection, twice.data) == (once.collection, once.data)
    assert once.data["tags"] == {"k?": "v\ufffd"}


def test_the_digest_covers_every_number() -> None:
    """The same bytes in another place are another pattern."""
    digests = {
        content_of(change("stored", "a", **parts))
        for parts in (
            {"vectors": b"ab"},
            {"imprint": b"ab"},
            {"motif": b"ab"},
            {"imprint": b"a", "motif": b"b"},
            {"dim": 1},
        )
    }
    assert len(digests) == 5
    empty = hashlib.sha256(bytes(4 + 3 * 8)).hexdigest()
    assert content_of(change("stored", "a")) == empty


def test_who_made_the_numbers_must_be_known() -> None:
    """Otherwise nobody could tell what to compare them with."""
    with pytest.raises(InvalidPatternError) as raised:
        checked(stored("a", origin=replace(ORIGIN, extractor="")))
    assert raised.value.code == "pattern.field"


@given(
    kind=st.sampled_from(["stored", "corrected", "merged", "related", "reinforced", "retired"]),
    data=st.dictionaries(
        st.sampled_from(
            ["name", "tags", "category", "duration_s", "pattern_kind", "count", "into", "relations", "verdict"]
        ),
        anything,
    ),
)
def test_odd_data_is_kept_plain_or_refused(kind: str, data: dict[str, object]) -> None:
    """Nothing else happens, whatever somebody sends."""
    given_change = change(kind, "a", data=data) if kind != "stored" else stored("a", data=data)
    try:
        kept = checked(given_change)
    except GrymError as error:
        assert error.code.startswith("pattern.")  # noqa: PT017 - either outcome is right, this is what one must say
    else:
        assert "\x00" not in str(kept.data)


@pytest.mark.parametrize("dim", [-1, 2**33])
def test_a_dimension_without_vectors_is_checked_too(dim: int) -> None:
    """No column could hold it."""
    with pytest.raises(InvalidVectorError) as raised:
        checked(stored("a", dim=dim, vectors=b"", motif=b"{}", data={"pattern_kind": "motif"}))
    assert raised.value.code == "vector.dimension"


def test_an_id_fits_into_an_index_beside_the_longest_collection() -> None:
    """Counted in bytes, as PostgreSQL counts."""
    with pytest.raises(InvalidPatternError) as raised:
        checked(stored("\U00020000" * 200))
    assert raised.value.code == "pattern.id"
