"""Entries as bytes come back as they were."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grym.domain.entries.codec import decode, encode
from grym.domain.entries.values import Entry

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
INSTANTS = st.none() | st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(
    value=st.dictionaries(TEXT, JSON, max_size=3), key=TEXT, vector=st.lists(st.floats(-9, 9), max_size=3), at=INSTANTS
)
def test_every_entry_survives(value: dict[str, object], key: str, vector: list[float], at: datetime | None) -> None:
    """With its types and to the microsecond."""
    entry = Entry(key=key, value=value, vector=tuple(vector), created_at=at, expires_at=at)
    again = decode(encode(entry))
    assert again == entry
    assert encode(again) == encode(entry)


@pytest.mark.parametrize("payload", [b"", b"{", b"[]", b"null", b'{"key": 1}', b'{"created_at": 5}', b"\xff"])
def test_other_bytes_are_refused(payload: bytes) -> None:
    """With one kind of error."""
    with pytest.raises(ValueError, match="no entry"):
        decode(payload)
