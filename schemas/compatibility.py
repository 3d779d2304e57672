"""Which changes of a schema would break somebody who still speaks the released one.

Within a major version fields are added with a default and nothing else happens. A default may not change either:
writers leave defaults out, so an absent field means the default it was written under. Enumerations may grow; readers
dead-letter a value they do not know.
"""

from collections.abc import Iterator
from typing import Any

from schemas.json_schema import Schema

_ABSENT = object()


def breaks(released: Schema, current: Schema) -> list[str]:
    """List what the current schema of a type breaks of its released one, each with its place; empty when nothing.

    Parameters
    ----------
    released, current
        Two JSON Schema documents of `schemas.json_schema.document`.
    """
    return list(_compare("$", released, current, roots=(released, current)))


def _compare(place: str, old: Schema, new: Schema, *, roots: tuple[Schema, Schema]) -> Iterator[str]:
    old, new = _resolved(old, roots[0]), _resolved(new, roots[1])
    if _kind(old, roots[0]) != _kind(new, roots[1]):
        yield f"{place}: the type changed from {_kind(old, roots[0])} to {_kind(new, roots[1])}"
        return
    if old.get("default", _ABSENT) != new.get("default", _ABSENT):
        yield f"{place}: the default changed"
    yield from _enumerations(place, old, new)
    yield from _properties(place, old, new, roots=roots)
    for part, mark in (("items", "[]"), ("additionalProperties", "{}")):
        if isinstance(old.get(part), dict):
            yield from _compare(place + mark, old[part], new.get(part, {}), roots=roots)
    for before, after in zip(_variants(old, roots[0]), _variants(new, roots[1]), strict=True):
        yield from _compare(place, before, after, roots=roots)


def _enumerations(place: str, old: Schema, new: Schema) -> Iterator[str]:
    gone = [value for value in old.get("enum", []) if value not in new.get("enum", [])]
    if gone:
        yield f"{place}: the enumeration lost {', '.join(map(str, gone))}"


def _properties(place: str, old: Schema, new: Schema, *, roots: tuple[Schema, Schema]) -> Iterator[str]:
    before, after = old.get("properties", {}), new.get("properties", {})
    needed_before, needed_after = set(old.get("required", [])), set(new.get("required", []))
    for name, field in before.items():
        if name not in after:
            yield f"{place}.{name}: the field was removed"
            continue
        if (name in needed_before) != (name in needed_after):
            yield f"{place}.{name}: {'became' if name in needed_after else 'is no longer'} required"
        yield from _compare(f"{place}.{name}", field, after[name], roots=roots)
    for name in sorted(needed_after - set(before)):
        yield f"{place}.{name}: a new field is required"


def _resolved(schema: Schema, root: Schema) -> Schema:
    """Follow a reference into ``$defs``, keeping what stands beside it (a default)."""
    target = schema.get("$ref")
    if target is None:
        return schema
    beside = {name: value for name, value in schema.items() if name != "$ref"}
    found: dict[str, Any] = root["$defs"][target.rsplit("/", 1)[-1]]
    return {**found, **beside}


def _kind(schema: Schema, root: Schema) -> str:
    """Name what a schema allows: a JSON type, a closed list of values, or a choice of these."""
    if "anyOf" in schema:
        return " or ".join(_kind(variant, root) for variant in _variants(schema, root))
    if "enum" in schema:
        return "one of a list"
    bounds = [f"{name} {schema[name]}" for name in ("minItems", "maxItems", "minimum", "maximum") if name in schema]
    return " ".join([str(schema.get("type", "anything")), *bounds])


def _variants(schema: Schema, root: Schema) -> list[Schema]:
    choices = [_resolved(variant, root) for variant in schema.get("anyOf", [])]
    return sorted(choices, key=lambda variant: (_kind(variant, root), str(variant.get("title", ""))))
