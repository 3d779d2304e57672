"""Bodies of any wire type, made by hypothesis from the types themselves: everything that decoding lets through."""

from collections.abc import Callable
from datetime import UTC
from typing import Any

from hypothesis import strategies as st
from msgspec import inspect

from schemas.body import Body
from schemas.envelope import Envelope, decode
from tests.contract.fakes import message

Any_ = st.SearchStrategy[Any]

TEXTS = st.one_of(
    st.sampled_from(
        ("", "r1", "default", "C minor", "3/4", "dsp", "nocturne", "minor", "melody", "../../etc", "🎹" * 9)
    ),
    st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12),
)
NUMBERS = st.one_of(
    st.sampled_from((0.0, -0.0, 1.0, -1.0, 0.5, 30.0, 120.0, 1e308, -1e308, 5e-324)),
    st.floats(allow_nan=False, allow_infinity=False),
)
COUNTS = st.one_of(st.sampled_from((0, 1, 2, 4, -1, 127, 10**9)), st.integers(-(2**63), 2**63 - 1))


def bodies(cls: type[Body]) -> Any_:
    """Return a strategy for a body type."""
    return _struct(cls)


def events(cls: type[Body], *, subject: str = "r1") -> st.SearchStrategy[Envelope]:
    """Return a strategy for envelopes as a processor would get them: what survives the wire."""

    def on_the_wire(body: Body, number: int, run_no: int) -> Envelope:
        return decode(message(body, subject=subject, event_id=f"h{number}", run_no=run_no))

    return st.builds(on_the_wire, bodies(cls), st.integers(0, 10**6), st.integers(1, 3))


def _struct(cls: type[Any]) -> Any_:
    known = inspect.type_info(cls)
    assert isinstance(known, inspect.StructType)
    required = {field.name: _of(field.type) for field in known.fields if field.required}
    optional = {field.name: _of(field.type) for field in known.fields if not field.required}
    return st.fixed_dictionaries(required, optional=optional).map(lambda values: cls(**values))


def _of(kind: inspect.Type) -> Any_:
    for wanted, make in _MAKERS.items():
        if isinstance(kind, wanted):
            return make(kind)
    raise AssertionError(f"no strategy for {kind}")


_MAKERS: dict[type[inspect.Type], Callable[[Any], Any_]] = {
    inspect.StrType: lambda _: TEXTS,
    inspect.BoolType: lambda _: st.booleans(),
    inspect.IntType: lambda _: COUNTS,
    inspect.FloatType: lambda _: NUMBERS,
    inspect.NoneType: lambda _: st.none(),
    inspect.AnyType: lambda _: st.one_of(st.none(), st.booleans(), TEXTS),
    inspect.DateTimeType: lambda _: st.datetimes(timezones=st.just(UTC)),
    inspect.LiteralType: lambda kind: st.sampled_from(kind.values),
    inspect.UnionType: lambda kind: st.one_of(*map(_of, kind.types)),
    inspect.VarTupleType: lambda kind: st.lists(_of(kind.item_type), max_size=3).map(tuple),
    inspect.TupleType: lambda kind: st.tuples(*map(_of, kind.item_types)),
    inspect.ListType: lambda kind: st.lists(_of(kind.item_type), max_size=3),
    inspect.DictType: lambda kind: st.dictionaries(_of(kind.key_type), _of(kind.value_type), max_size=3),
    inspect.StructType: lambda kind: _struct(kind.cls),
}
