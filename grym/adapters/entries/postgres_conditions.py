"""A question as SQL: exactly what `grym.domain.entries.matching` means, so that the server can count, sort and page."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from grym.ports.entries import Filter, Query

_COMPARED = {"lt": "<", "le": "<=", "gt": ">", "ge": ">="}
_PATTERNS = {
    # The first half is there for the index: it also holds for lists that contain the value's.
    "eq": "metadata @> jsonb_build_object({name}, {value}::jsonb) and metadata -> {name} = {value}::jsonb",
    "ne": "metadata -> {name} <> {value}::jsonb",
    "in": "metadata -> {name} = any(array(select jsonb_array_elements({value}::jsonb)))",
    "contains": "jsonb_typeof(metadata -> {name}) = 'array' and metadata -> {name} @> {value}::jsonb",
    "exists": "metadata ? {name}",
    "missing": "not metadata ? {name}",
}
_NUMBER = "jsonb_typeof(metadata -> {name}) = 'number' and metadata -> {name} {sign} {value}::jsonb"
_TEXT = "jsonb_typeof(metadata -> {name}) = 'string' and (metadata ->> {name}) collate \"C\" {sign} {value}::text"


@dataclass(slots=True)
class Conditions:
    """Conditions and their arguments, in step."""

    clauses: list[str] = field(default_factory=list)
    arguments: list[Any] = field(default_factory=list)

    def argument(self, value: Any) -> str:
        """Add an argument and return its place."""
        self.arguments.append(value)
        return f"${len(self.arguments)}"

    def add(self, pattern: str, *values: Any) -> None:
        """Add a condition with a place for each value."""
        self.clauses.append(pattern.format(*map(self.argument, values)))

    @property
    def where(self) -> str:
        """All of them."""
        return " and ".join(f"({clause})" for clause in self.clauses) or "true"


def conditions_of(query: Query, *, now: datetime) -> Conditions:
    """Return what an entry must meet, whatever its score."""
    found = Conditions()
    found.add("expires_at is null or expires_at > {}", now)
    for column in ("type", "scope", "owner"):
        if (wanted := getattr(query, column)) is not None:
            found.add(f"{column} = {{}}", wanted)
    if query.as_of is not None:
        found.add("updated_at <= {0} and (expires_at is null or expires_at > {0})", query.as_of)
    if query.keys:
        found.add("key = any({}::text[])", list(query.keys))
    if query.prefix:
        found.add("starts_with(key, {})", query.prefix)
    for kind, text in query.indices.items():
        below = text if kind == "temporal" else f"{text}/"
        found.add("indices ->> {0}::text = {1} or starts_with(indices ->> {0}::text, {2})", kind, text, below)
    for condition in query.conditions:
        _filter(found, condition)
    return found


def order_of(query: Query) -> str:
    """Return the order of a question without scores."""
    order_by, direction = query.order
    return f"{'' if order_by == 'score' else f'{order_by} {direction} nulls last, '}scope, owner, key"


def _filter(found: Conditions, condition: Filter) -> None:
    name, operator, value = condition.field, condition.operator, condition.value
    if operator in {"exists", "missing"}:
        found.clauses.append(_PATTERNS[operator].format(name=_name(found, name)))
        return
    is_text = operator in _COMPARED and isinstance(value, str)
    pattern = _PATTERNS.get(operator) or (_TEXT if is_text else _NUMBER)
    places = {"name": _name(found, name), "value": found.argument(value if is_text else json.dumps(value))}
    found.clauses.append(pattern.format(**places, sign=_COMPARED.get(operator, "")))


def _name(found: Conditions, name: str) -> str:
    return f"{found.argument(name)}::text"
