"""What counts as a difference, and what the report makes of many."""

from typing import Any

import msgspec
import pytest

from consumers.replay.compare import ABSENT, Change, changes
from consumers.replay.report import LISTED, Difference, Report, quantiles
from schemas.records import Message, Record
from tests.contract.fakes import EPOCH

HEADERS = (("ce_id", b"1"), ("ce_type", b"t"), ("ce_runno", b"1"))


def _changes(
    was: Any, now: Any, *, headers: tuple[tuple[str, bytes], ...] = HEADERS, key: bytes = b"k"
) -> list[Change]:
    then = Record(
        topic="t",
        partition=0,
        position=1,
        key=b"k",
        headers=(*HEADERS, ("x-foreign", b"y")),
        value=was if isinstance(was, bytes) else msgspec.json.encode(was),
        appended_at=EPOCH,
    )
    value = now if isinstance(now, bytes) else msgspec.json.encode(now)
    return changes(then, Message(topic="t", key=key, headers=headers, value=value))


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ({"a": 1, "b": [1, 2]}, {"b": [1, 2], "a": 1}),
        ({"a": 0.1 + 0.2}, {"a": 0.3}),
        ({"a": 1}, {"a": 1.0}),
        (b'{"a":  1}', b'{"a":1}'),
        (b"\xff", b"\xff"),
        ({}, {}),
    ],
)
def test_what_says_the_same_is_equal(was: Any, now: Any) -> None:
    """The order of keys, spaces and the last bits of numbers do not matter."""
    assert _changes(was, now) == []


@pytest.mark.parametrize(
    ("was", "now", "path"),
    [
        ({"a": 1}, {"a": 2}, "data.a"),
        ({"a": 1.0}, {"a": 1.0 + 1e-8}, "data.a"),
        ({"a": True}, {"a": 1}, "data.a"),
        ({"a": None}, {}, "data.a"),
        ({"a": [1, {"b": 2}]}, {"a": [1, {"b": 3}]}, "data.a[1].b"),
        ({"a": [1]}, {"a": [1, 2]}, "data.a"),
        ({"a": "x"}, {"a": "y"}, "data.a"),
        ({"a": 1}, b"\xff", "data.a"),
    ],
)
def test_what_differs_is_named(was: Any, now: Any, path: str) -> None:
    """By its place in the body."""
    assert path in [change.path for change in _changes(was, now)]


def test_attributes_and_keys_are_compared() -> None:
    """Who an event is about and where it goes is part of what was decided; foreign headers are not."""
    other = (("ce_id", b"1"), ("ce_type", b"t"), ("ce_runno", b"2"))
    found = _changes({}, {}, headers=other, key=b"j")
    assert found == [Change(path="ce_runno", was="1", now="2"), Change(path="key", was="k", now="j")]


def test_only_numbers_have_a_distance() -> None:
    """A flag is no number, nor is what is not there."""
    assert Change(path="a", was=1, now=3.5).distance == 2.5
    for was, now in ((True, 2), ("1", 2), (ABSENT, 2), (None, 2)):
        assert Change(path="a", was=was, now=now).distance is None


def test_quantiles_are_those_of_the_values() -> None:
    """Of a hundred values the ninetieth is 90 %."""
    assert quantiles([float(n) for n in range(1, 101)]) == {"count": 100, "p50": 50, "p90": 90, "p99": 99, "max": 100}
    assert quantiles([3.0]) == {"count": 1, "p50": 3.0, "p90": 3.0, "p99": 3.0, "max": 3.0}


def test_a_report_counts_all_and_lists_some() -> None:
    """Elements of one list are one score; what is listed is bounded, and so is every value of it."""
    report = Report()
    for number in range(LISTED + 50):
        change = Change(path=f"data.beats[{number}]", was=0.0, now=float(number % 10))
        long = Change(path="data.text", was="x" * 10_000, now="")
        report.differ(
            Difference(
                kind="changed", processor="p", type="t", id=str(number), subject="s", cause="c", changes=(change, long)
            )
        )
    told = report.to_json()
    assert (told["changed"], told["equal"], len(told["differences"])) == (LISTED + 50, False, LISTED)
    assert told["scores"].keys() == {"t: data.beats[]"}
    assert told["scores"]["t: data.beats[]"]["max"] == 9.0
    assert len(msgspec.json.encode(told)) < 100_000
