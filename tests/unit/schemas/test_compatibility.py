"""Tests of schemas.compatibility: every kind of break is found, and additions are none."""

import copy
from typing import Any

import pytest

from schemas.compatibility import breaks

RELEASED: dict[str, Any] = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "count": {"type": "integer", "default": 1},
        "mode": {"enum": ["major", "minor"]},
        "level": {"anyOf": [{"type": "number"}, {"type": "null"}], "default": None},
        "parts": {"type": "array", "items": {"$ref": "#/$defs/Part"}},
        "shares": {"type": "object", "additionalProperties": {"type": "number"}},
        "best": {"anyOf": [{"$ref": "#/$defs/Part"}, {"type": "null"}]},
    },
    "required": ["name", "mode", "parts"],
    "$defs": {"Part": {"title": "Part", "type": "object", "properties": {"at_s": {"type": "number"}}, "required": []}},
}


def changed(*path: str, to: Any) -> dict[str, Any]:
    """Return the released schema with one place replaced, or removed where `to` is None."""
    schema = copy.deepcopy(RELEASED)
    place = schema
    for step in path[:-1]:
        place = place[step]
    if to is None:
        del place[path[-1]]
    else:
        place[path[-1]] = to
    return schema


def test_equal_schemas_break_nothing() -> None:
    """A schema is compatible with itself."""
    assert breaks(RELEASED, copy.deepcopy(RELEASED)) == []


@pytest.mark.parametrize(
    ("current", "finding"),
    [
        (changed("properties", "count", to=None), "$.count: the field was removed"),
        (changed("properties", "name", to={"type": "integer"}), "$.name: the type changed from string to integer"),
        (changed("properties", "count", "default", to=2), "$.count: the default changed"),
        (changed("properties", "count", "default", to=None), "$.count: the default changed"),
        (changed("properties", "mode", "enum", to=["major"]), "$.mode: the enumeration lost minor"),
        (changed("properties", "mode", to={"type": "string"}), "$.mode: the type changed from one of a list to string"),
        (changed("required", to=["name", "mode", "parts", "count"]), "$.count: became required"),
        (changed("required", to=["name", "mode"]), "$.parts: is no longer required"),
        (changed("required", to=["name", "mode", "parts", "new"]), "$.new: a new field is required"),
        (
            changed("properties", "level", "anyOf", to=[{"type": "number"}]),
            "$.level: the type changed from null or number to number",
        ),
        (
            changed("properties", "shares", "additionalProperties", to={"type": "string"}),
            "$.shares{}: the type changed from number to string",
        ),
    ],
)
def test_one_break(current: dict[str, Any], finding: str) -> None:
    """Each broken promise is reported once, with its place."""
    assert breaks(RELEASED, current) == [finding]


def test_break_behind_a_reference() -> None:
    """A change of a shared value is found wherever it is used, in lists and in choices."""
    current = changed("$defs", "Part", "properties", "at_s", to={"type": "string"})
    assert breaks(RELEASED, current) == [
        "$.parts[].at_s: the type changed from number to string",
        "$.best.at_s: the type changed from number to string",
    ]


@pytest.mark.parametrize(
    "current",
    [
        changed("properties", "new", to={"type": "string", "default": ""}),
        changed("properties", "mode", "enum", to=["major", "minor", "dorian"]),
        changed("$defs", "Part", "properties", "new", to={"type": "string"}),
        changed("properties", "name", to={"type": "string", "description": "told better"}),
    ],
)
def test_additions_are_compatible(current: dict[str, Any]) -> None:
    """New optional fields, new values of an enumeration and better words break nothing."""
    assert breaks(RELEASED, current) == []
