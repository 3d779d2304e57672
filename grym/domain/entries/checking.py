"""What an entry and a question must be; everything else is refused with a code and a hint."""

import math
import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, get_args

from grym.domain.entries.codec import encode
from grym.domain.entries.faults import InvalidEntryError
from grym.domain.entries.values import (
    MAX_ENTRY_BYTES,
    MAX_KEY_CHARACTERS,
    MAX_VECTOR_VALUES,
    Direction,
    Entry,
    EntryType,
    IndexKind,
    Operator,
    OrderBy,
    Query,
    Scope,
)

MAX_LIMIT = 10_000
MAX_OFFSET = 1_000_000
MAX_NAMES_BYTES = 2_560
"""Key and owner stand in one entry of an index of PostgreSQL, which holds 2.7 kB."""
MAX_NESTING = 32
"""Deeper values are a mistake, and some JSON readers refuse them."""
AHEAD = timedelta(minutes=5)
"""How far clocks of two machines may differ; an entry from the future would shadow every later write."""

_FIELD = re.compile(r"[A-Za-z0-9_.-]{1,100}")
_TYPES, _SCOPES, _INDICES = get_args(EntryType), get_args(Scope), get_args(IndexKind)
_ORDERS, _DIRECTIONS, _OPERATORS = get_args(OrderBy), get_args(Direction), get_args(Operator)
_COMPARED = frozenset({"lt", "le", "gt", "ge"})


def check_entry(entry: Entry, *, now: datetime, store: str = "") -> None:
    """Refuse an entry that cannot be kept.

    Raises
    ------
    InvalidEntryError
        ``entry.key``, ``entry.type``, ``entry.scope``, ``entry.owner``, ``entry.value``, ``entry.metadata``,
        ``entry.index``, ``entry.vector``, ``entry.expiry``, ``entry.time`` or ``entry.too_large``.
    """
    try:
        _check_names(entry)
        _check_times(entry, now)
        _check_content(entry)
    except InvalidEntryError as error:
        raise _placed(error, store, str(entry.key)) from error.__cause__


def check_query(query: Query, *, store: str = "") -> None:
    """Refuse a question that has no answer.

    Raises
    ------
    InvalidEntryError
        ``query.type``, ``query.scope``, ``query.index``, ``query.order``, ``query.score``, ``query.page``,
        ``query.filter``, ``query.vector`` or ``query.time``.
    """
    try:
        _check_choices(query)
        _check_numbers(query)
        _check_filters(query)
    except InvalidEntryError as error:
        raise _placed(error, store, "") from error.__cause__


def _check_names(entry: Entry) -> None:
    _require_text(entry.key, "entry.key", "the key", longest=MAX_KEY_CHARACTERS)
    if not entry.key:
        raise InvalidEntryError("an entry needs a key", code="entry.key", hint="Name it, such as 'session'.")
    _one_of(entry.type, _TYPES, "entry.type", "type")
    _one_of(entry.scope, _SCOPES, "entry.scope", "scope")
    _require_text(entry.owner, "entry.owner", "the owner", longest=MAX_KEY_CHARACTERS)
    if len(entry.key.encode()) + len(entry.owner.encode()) > MAX_NAMES_BYTES:
        raise InvalidEntryError(
            f"key and owner take more than {MAX_NAMES_BYTES:,} bytes together",
            code="entry.key",
            hint="Shorten them.",
        )
    if entry.scope == "session" and not entry.owner:
        raise InvalidEntryError(
            "an entry of a session needs an owner", code="entry.owner", hint="Name the user, or choose scope agent."
        )


def _check_content(entry: Entry) -> None:
    for code, given in (("value", entry.value), ("metadata", entry.metadata), ("index", entry.indices)):
        _require_object(given, f"entry.{code}")
    _check_json(entry.value, "entry.value", "the value")
    _check_metadata(entry.metadata)
    for kind, text in entry.indices.items():
        _one_of(kind, _INDICES, "entry.index", "index")
        _require_text(text, "entry.index", f"the {kind} index", longest=MAX_ENTRY_BYTES)
    _check_vector(entry.vector, "entry.vector")
    size = len(encode(entry))
    if size > MAX_ENTRY_BYTES:
        raise InvalidEntryError(
            f"the entry takes {size:,} bytes; {MAX_ENTRY_BYTES:,} are allowed",
            code="entry.too_large",
            hint="Keep large things as artifacts and refer to them.",
            details={"size_bytes": size, "limit_bytes": MAX_ENTRY_BYTES},
        )


def _check_metadata(metadata: Mapping[Any, Any]) -> None:
    for name, value in metadata.items():
        if not isinstance(name, str) or not _FIELD.fullmatch(name):
            raise InvalidEntryError(
                f"{str(name)[:100]!r} cannot name a field of the metadata",
                code="entry.metadata",
                hint="Use 1 to 100 letters, digits, dots, dashes or underscores.",
            )
        if isinstance(value, Mapping) or (_is_list(value) and any(map(_is_nested, value))):
            raise InvalidEntryError(
                f"the metadata field {name} is nested", code="entry.metadata", hint="Put nested things into the value."
            )
    _check_json(metadata, "entry.metadata", "the metadata")


def _check_times(entry: Entry, now: datetime) -> None:
    for name in ("created_at", "updated_at", "expires_at"):
        _require_instant(name, getattr(entry, name))
    if entry.expires_at is not None and entry.expires_at <= now:
        raise InvalidEntryError(
            "the entry would have expired already", code="entry.expiry", hint="Let it expire later, or not at all."
        )
    if any(instant and instant > now + AHEAD for instant in (entry.created_at, entry.updated_at)):
        raise InvalidEntryError("the entry comes from the future", code="entry.time", hint="Leave its times out.")


def _require_object(given: Any, code: str) -> None:
    if not isinstance(given, Mapping):
        raise InvalidEntryError("what should be an object is none", code=code, hint="Use {'text': …}.")


def _require_instant(name: str, instant: Any) -> None:
    if instant is not None and (not isinstance(instant, datetime) or instant.tzinfo is None):
        code = "entry.expiry" if name == "expires_at" else "entry.time"
        raise InvalidEntryError(f"{name} is no instant with a time zone", code=code, hint="Use UTC.")


def _check_choices(query: Query) -> None:
    if query.type is not None:
        _one_of(query.type, _TYPES, "query.type", "type")
    if query.scope is not None:
        _one_of(query.scope, _SCOPES, "query.scope", "scope")
    for kind in query.indices:
        _one_of(kind, tuple(name for name in _INDICES if name != "semantic"), "query.index", "index to ask")
    order_by, direction = query.order
    _one_of(order_by, _ORDERS, "query.order", "order")
    _one_of(direction, _DIRECTIONS, "query.order", "direction")


def _check_numbers(query: Query) -> None:
    if not 0.0 <= query.min_score <= 1.0:
        raise InvalidEntryError("scores go from 0 to 1", code="query.score", hint="Give a min_score between them.")
    limit = 0 if query.limit is None else query.limit
    if not 0 <= limit <= MAX_LIMIT or not 0 <= query.offset <= MAX_OFFSET:
        raise InvalidEntryError(
            f"limit goes from 0 to {MAX_LIMIT}, offset from 0 to {MAX_OFFSET}",
            code="query.page",
            hint="Ask for fewer entries at a time.",
        )
    if query.as_of is not None and query.as_of.tzinfo is None:
        raise InvalidEntryError("as_of has no time zone", code="query.time", hint="Use UTC.")
    _check_vector(query.vector, "query.vector")


def _check_filters(query: Query) -> None:
    for condition in query.conditions:
        _one_of(condition.operator, _OPERATORS, "query.filter", "operator")
        value, operator = condition.value, condition.operator
        fits = (operator == "in") == _is_list(value) and not isinstance(value, Mapping)
        if operator in {"eq", "ne"}:
            fits = not isinstance(value, Mapping)
        if operator in _COMPARED:
            fits = isinstance(value, int | float | str) and not isinstance(value, bool)
        if not _FIELD.fullmatch(condition.field) or not fits:
            raise InvalidEntryError(
                f"the filter on {condition.field[:100]!r} cannot be used",
                code="query.filter",
                hint="`in` takes a list, lt to ge take a number or text.",
            )
        _check_json({"value": value}, "query.filter", "a filter's value")


def _check_vector(vector: tuple[Any, ...], code: str) -> None:
    finite = all(isinstance(value, int | float) and math.isfinite(value) for value in vector)
    if len(vector) > MAX_VECTOR_VALUES or not finite or (vector and not any(vector)):
        raise InvalidEntryError(
            "the vector is too long, all zero, or holds values that are no numbers",
            code=code,
            hint=f"Give up to {MAX_VECTOR_VALUES} finite values.",
        )


def _check_json(value: Any, code: str, what: str) -> None:
    for part in _parts(value, MAX_NESTING, code):
        if isinstance(part, str):
            _require_text(part, code, what, longest=MAX_ENTRY_BYTES)
        elif isinstance(part, float) and not math.isfinite(part):
            raise InvalidEntryError(f"{what} holds a number that is none", code=code, hint="Leave it out.")
        elif part is not None and not isinstance(part, int | float):
            raise InvalidEntryError(
                f"{what} holds a {type(part).__name__}", code=code, hint="Use text, numbers, lists and objects."
            )


def _parts(value: Any, depth: int, code: str) -> Iterator[Any]:
    """Yield keys and plain values of a nested one."""
    if depth < 0:
        raise InvalidEntryError(f"nested deeper than {MAX_NESTING}", code=code, hint="Flatten it.")
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if not isinstance(name, str):
                raise InvalidEntryError("a name is no text", code=code, hint="Use text for names.")
            yield name
            yield from _parts(inner, depth - 1, code)
    elif _is_list(value):
        for inner in value:
            yield from _parts(inner, depth - 1, code)
    else:
        yield value


def _require_text(text: Any, code: str, what: str, *, longest: int) -> None:
    if not isinstance(text, str) or len(text) > longest:
        raise InvalidEntryError(f"{what} is no text, or too long", code=code, hint=f"Use up to {longest} characters.")
    # Neither PostgreSQL nor the next reader could give it back as it was.
    if "\x00" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise InvalidEntryError(f"{what} holds NUL or half a character", code=code, hint="Remove it.")


def _one_of(value: Any, known: tuple[str, ...], code: str, what: str) -> None:
    if value not in known:
        raise InvalidEntryError(f"{str(value)[:60]!r} is no {what}", code=code, hint=f"Choose: {', '.join(known)}.")


def _is_list(value: Any) -> bool:
    return isinstance(value, list | tuple)


def _is_nested(value: Any) -> bool:
    return isinstance(value, Mapping | list | tuple)


def _placed(error: InvalidEntryError, store: str, key: str) -> InvalidEntryError:
    return InvalidEntryError(
        error.message, store=store, key=key, code=error.code, hint=error.hint, details=error.details
    )
