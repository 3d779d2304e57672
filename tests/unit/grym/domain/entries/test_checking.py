"""What cannot be kept is refused before any store sees it; each refusal has a code and a hint."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from grym.domain.entries.checking import AHEAD, MAX_NESTING, check_entry, check_query
from grym.domain.entries.faults import InvalidEntryError
from grym.domain.entries.values import Entry, Filter, Query

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def nested(depth: int) -> Any:
    """Return a list in lists."""
    return [nested(depth - 1)] if depth else 1


REFUSED: list[tuple[str, dict[str, Any]]] = [
    ("entry.key", {"key": "x" * 513}),
    ("entry.key", {"key": 7}),
    ("entry.key", {"key": "nul\x00"}),
    ("entry.owner", {"owner": "half \udfff"}),
    ("entry.value", {"value": ["a list"]}),
    ("entry.value", {"value": {1: "no text"}}),
    ("entry.value", {"value": {"x": b"bytes"}}),
    ("entry.value", {"value": {"x": float("inf")}}),
    ("entry.value", {"value": {"x": "\x00"}}),
    ("entry.value", {"value": {"x": nested(MAX_NESTING + 1)}}),
    ("entry.metadata", {"metadata": {"a b": 1}}),
    ("entry.metadata", {"metadata": {"": 1}}),
    ("entry.metadata", {"metadata": {"x": [[1]]}}),
    ("entry.metadata", {"metadata": ["x"]}),
    ("entry.index", {"indices": "semantic"}),
    ("entry.index", {"indices": {"causal": 7}}),
    ("entry.vector", {"vector": ("1", "2")}),
    ("entry.vector", {"vector": (0.0, 0.0)}),
    ("entry.vector", {"vector": (1.0,) * 4097}),
    ("entry.expiry", {"expires_at": NOW}),
    ("entry.expiry", {"expires_at": datetime(2027, 1, 1)}),  # noqa: DTZ001 - that is the mistake
    ("entry.time", {"created_at": "yesterday"}),
    ("entry.time", {"updated_at": NOW + AHEAD + timedelta(seconds=1)}),
]


@pytest.mark.parametrize(("code", "fields"), REFUSED)
def test_each_mistake_has_its_code(code: str, fields: dict[str, Any]) -> None:
    """It names the store it was meant for, and what to do."""
    with pytest.raises(InvalidEntryError) as caught:
        check_entry(Entry(**{"key": "k", "value": {}, **fields}), now=NOW, store="s")
    assert (caught.value.code, caught.value.store) == (code, "s")
    assert caught.value.hint


@pytest.mark.parametrize(
    "fields",
    [
        {"key": "x" * 512},
        {"value": {"x": nested(MAX_NESTING - 1)}},
        {"metadata": {"a.b-c_1": ["x", 1, None]}},
        {"vector": (0.0, -1.0)},
        {"updated_at": NOW + AHEAD},
        {"value": {"emoji": "🎹", "big": 10**30}},
    ],
)
def test_what_just_fits_is_taken(fields: dict[str, Any]) -> None:
    """The limits are where they say."""
    check_entry(Entry(**{"key": "k", "value": {}, **fields}), now=NOW)


@pytest.mark.parametrize(
    "condition",
    [
        Filter(field="a b", value=1),
        Filter(field="x", value={"no": "object"}),
        Filter(field="x", value="alone", operator="in"),
        Filter(field="x", value=["list"], operator="contains"),
        Filter(field="x", value=None, operator="lt"),
        Filter(field="x", value=float("nan"), operator="ge"),
        Filter(field="x", operator="resembles"),  # type: ignore[arg-type]
    ],
)
def test_impossible_filters_are_refused(condition: Filter) -> None:
    """Names, values and operators."""
    with pytest.raises(InvalidEntryError) as caught:
        check_query(Query(filters=(condition,)))
    assert caught.value.code == "query.filter"
