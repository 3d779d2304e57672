"""Any body of any type survives the wire and fits its published schema."""

import json
from collections.abc import Callable
from datetime import UTC
from typing import Any

import jsonschema
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import inspect as mi

from schemas.body import Body
from schemas.export import documents
from schemas.payload import decode_body, encode_body
from schemas.registry import BODIES

DOCUMENTS = {name.removesuffix(".json"): json.loads(text) for name, text in documents().items() if ".json" in name}

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
NUMBER = st.floats(allow_nan=False, allow_infinity=False)
INTEGER = st.integers(-(2**63), 2**63 - 1)
ANY_JSON = st.recursive(
    st.none() | st.booleans() | INTEGER | NUMBER | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
PLAIN: dict[type[mi.Type], st.SearchStrategy[Any]] = {
    mi.StrType: TEXT,
    mi.IntType: INTEGER,
    mi.FloatType: NUMBER,
    mi.BoolType: st.booleans(),
    mi.NoneType: st.none(),
    mi.CustomType: ANY_JSON,
    mi.DateTimeType: st.datetimes(timezones=st.just(UTC)),
}


MADE: dict[type[mi.Type], Callable[[Any], st.SearchStrategy[Any]]] = {
    mi.StructType: lambda node: st.builds(node.cls, **{field.name: values(field.type) for field in node.fields}),
    mi.UnionType: lambda node: st.one_of([values(part) for part in node.types]),
    mi.LiteralType: lambda node: st.sampled_from(node.values),
    mi.VarTupleType: lambda node: st.lists(values(node.item_type), max_size=2).map(tuple),
    mi.TupleType: lambda node: st.tuples(*map(values, node.item_types)),
    mi.DictType: lambda node: st.dictionaries(values(node.key_type), values(node.value_type), max_size=2),
}
"""What is made of other types."""


def values(node: mi.Type) -> st.SearchStrategy[Any]:
    """Return a strategy for every value that a wire type allows."""
    make = MADE.get(type(node))
    return PLAIN[type(node)] if make is None else make(node)


@pytest.mark.parametrize("cls", BODIES, ids=lambda cls: cls.TYPE)
@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_body_survives_the_wire_and_fits_its_schema(cls: type[Body], data: st.DataObject) -> None:
    """Writing and reading a body gives an equal body, and the bytes between satisfy the JSON Schema of the type."""
    body = data.draw(values(mi.type_info(cls)))
    value = encode_body(body)
    assert decode_body(cls, value) == body
    jsonschema.Draft202012Validator(DOCUMENTS[cls.TYPE]).validate(json.loads(value))


@pytest.mark.parametrize("cls", BODIES, ids=lambda cls: cls.TYPE)
@settings(max_examples=5, deadline=None)
@given(data=st.data())
def test_fields_of_a_newer_minor_version_are_ignored(cls: type[Body], data: st.DataObject) -> None:
    """An unknown field changes nothing of what is read."""
    body = data.draw(values(mi.type_info(cls)))
    newer = {**json.loads(encode_body(body)), "a_field_of_tomorrow": [1, {"deep": True}]}
    assert decode_body(cls, msgspec.json.encode(newer)) == body
