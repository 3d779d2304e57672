"""JSON Schema 2020-12 of every body, made from the structs and their docstrings.

Schemas are open (unknown fields are allowed), as decoding is: a newer minor version adds fields. Each document stands
alone: what it refers to lies in its own ``$defs``.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from schemas.body import Body
from schemas.docstrings import description_of, fields_of
from schemas.registry import BODIES
from schemas.vocabulary import meaning

DIALECT = "https://json-schema.org/draft/2020-12/schema"

Schema = dict[str, Any]


def components(ref_prefix: str) -> dict[str, Schema]:
    """Return class name → schema for all bodies and the values within them, references starting with `ref_prefix`."""
    _, found = msgspec.json.schema_components(BODIES, schema_hook=_any_json, ref_template=ref_prefix + "{name}")
    classes = {cls.__name__: cls for body in BODIES for cls in _structs(body)}
    return {name: _described(schema, classes[name]) for name, schema in sorted(found.items())}


def document(body: type[Body], shared: dict[str, Schema]) -> Schema:
    """Return the JSON Schema document of one body; `shared` are the components under ``#/$defs/``."""
    schema = shared[body.__name__]
    needed = sorted(set(_reachable(schema, shared)) - {body.__name__})
    head = {"$schema": DIALECT, "$id": f"urn:grym:schema:{body.TYPE}"}
    tail = {"$defs": {name: shared[name] for name in needed}} if needed else {}
    return {**head, **schema, **tail}


def references(schema: Any) -> Iterator[str]:
    """Yield the target of every ``$ref`` in a schema."""
    if isinstance(schema, dict):
        if isinstance(schema.get("$ref"), str):
            yield schema["$ref"]
        schema = list(schema.values())
    if isinstance(schema, list):
        for part in schema:
            yield from references(part)


def _described(schema: Schema, cls: type) -> Schema:
    own = fields_of(cls)
    fields = schema.get("properties", {})
    texts = {name: own.get(name) or meaning(cls.__name__, name) for name in fields}
    properties = {
        name: ({**field, "description": texts[name]} if texts[name] else field) for name, field in fields.items()
    }
    title = {"title": cls.__name__, "description": description_of(cls)}
    return {**title, **{k: v for k, v in schema.items() if k not in title}, "properties": properties}


def _reachable(schema: Schema, shared: dict[str, Schema]) -> set[str]:
    found: set[str] = set()
    waiting = [schema]
    while waiting:
        names = {target.rsplit("/", 1)[-1] for target in references(waiting.pop())} - found
        found |= names
        waiting += [shared[name] for name in names]
    return found


def _structs(cls: type) -> Iterator[type]:
    """Yield a struct and every struct within it."""
    waiting: list[Any] = [msgspec.inspect.type_info(cls)]
    seen: set[type] = set()
    while waiting:
        node = waiting.pop()
        if isinstance(node, msgspec.inspect.StructType):
            if node.cls in seen:
                continue
            seen.add(node.cls)
            yield node.cls
            waiting += [field.type for field in node.fields]
        elif isinstance(node, msgspec.inspect.UnionType):
            waiting += node.types
        else:
            waiting += [getattr(node, part) for part in ("item_type", "value_type") if hasattr(node, part)]


def _any_json(cls: type) -> Schema:
    """Allow any JSON value where a field is typed `object`."""
    if cls is object:
        return {"$comment": "any JSON value"}  # the generator takes an empty schema for none
    raise NotImplementedError(cls)
