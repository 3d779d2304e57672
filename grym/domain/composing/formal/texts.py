"""Presets as text: a TOML file with a name, values by concept and laws, checked before anything obeys it.

```toml
name = "rain"
description = "drops on a sieve"
tags = ["points"]

[concepts]
grain-density = 0.7

[[laws]]
generator = "sieve"
law = "5@0 | 7@2"
target = "pitch"
roles = ["melody", "chords"]
```
"""

import re
import tomllib
from dataclasses import fields
from typing import Any, Final

from grym.domain.composing.formal.choice import FormalChoice, refusal
from grym.domain.composing.formal.presets import Preset, choices_in

MAX_CHARACTERS: Final = 16_384
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_FIELDS: Final = {field.name for field in fields(Preset)}
_LAW_FIELDS: Final = tuple(field.name for field in fields(FormalChoice) if field.name != "source")
_TEXTS: Final = frozenset({"generator", "law", "target"})
_LISTS: Final = frozenset({"roles", "forbidden"})
_LONGEST_TEXT: Final = 200


def read_preset(text: str) -> Preset:
    """Read a preset from the text of its file.

    Raises
    ------
    InvalidRequestError
        ``formal.invalid`` (``formal.sieve`` for a sieve), naming the field and with a hint.
    """
    table = _table(text)
    unknown = sorted(set(table) - _FIELDS)
    if unknown:
        raise refusal(f"there is no field {unknown[0][:40]!r}", hint=f"Fields are: {', '.join(sorted(_FIELDS))}.")
    name = _text("name", table.get("name"))
    if not _NAME.fullmatch(name):
        raise refusal("the name is no name", hint="Use small letters, digits and hyphens, at most 40.")
    preset = Preset(
        name=name,
        description=_text("description", table.get("description", "")),
        tags=tuple(_text("tags", tag) for tag in _list("tags", table.get("tags", []))),
        concepts={key: _number(key, value) for key, value in _rows(table.get("concepts", {})).items()},
        laws=tuple(_law(_rows(row)) for row in _list("laws", table.get("laws", []))),
    )
    if not choices_in(preset):
        raise refusal("the preset asks for nothing", hint="Give a concept a value, or write a law.")
    return preset


def _table(text: str) -> dict[str, Any]:
    """Parse the text."""
    if len(text) > MAX_CHARACTERS:
        raise refusal(f"the file has more than {MAX_CHARACTERS} characters", hint="Keep to what the piece needs.")
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise refusal(f"the file is no TOML ({str(error)[:120]})", hint="See docs/formal.md for an example.") from error


def _law(row: dict[str, Any]) -> FormalChoice:
    """Read one law."""
    unknown = sorted(set(row) - set(_LAW_FIELDS))
    if unknown:
        raise refusal(f"a law has no field {unknown[0][:40]!r}", hint=f"Fields are: {', '.join(_LAW_FIELDS)}.")
    if not set(row) >= _TEXTS:
        raise refusal("a law lacks its generator, law or target", hint="Give all three.")
    return FormalChoice(**{field: _value(field, value) for field, value in row.items()})


def _value(field: str, value: object) -> Any:
    """Read the value of a law's field."""
    if field in _TEXTS:
        return _text(field, value)
    if field in _LISTS:
        read = _text if field == "roles" else _number
        return tuple(read(field, one) for one in _list(field, value))
    return _number(field, value)


def _text(field: str, value: object) -> str:
    if not isinstance(value, str) or len(value) > _LONGEST_TEXT:
        raise refusal(f"{field} is no text of at most {_LONGEST_TEXT} characters", hint="Write it in quotation marks.")
    return value


def _number(field: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise refusal(f"{field[:40]} is no number", hint="Write a number from 0 to 1.")
    return float(value)


def _list(field: str, value: object) -> list[Any]:
    if not isinstance(value, list):
        raise refusal(f"{field} is no list", hint="Write [ and ] around it; each law begins with [[laws]].")
    return value


def _rows(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise refusal("a table is missing", hint="Write [concepts] and [[laws]].")
    return value
