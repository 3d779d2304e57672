"""Styles as text: a TOML file somebody writes, and every style written back in the same form.

The file has the fields of `Style` by their names; `base` names a style of grym whose values hold for everything the
file leaves out. Patterns of its own are tables of bars by metre; drums are named by piece.
"""

import json
import math
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields
from typing import Any, cast

from grym.domain.composing.naming import read_metre
from grym.domain.composing.patterns import Pattern
from grym.domain.composing.patterns.kit import PIECES
from grym.domain.composing.styles import STYLES, Style
from grym.domain.composing.styles.checking import refusal, require_sound
from grym.errors import InvalidRequestError

MAX_CHARACTERS = 65_536
_FIELDS: dict[str, Field[Any]] = {field.name: field for field in fields(Style)}
_PIECE_NAMES = {key: name for name, key in PIECES.items()}
_TEMPI = 3


def read_style(text: str) -> Style:
    """Read a style from the text of its file.

    Raises
    ------
    InvalidRequestError
        With the code ``style.not_toml`` or ``style.too_large`` for the text, ``style.invalid`` for a field.
    """
    table = _table(text)
    base = table.pop("base", None)
    if base is not None and base not in STYLES:
        raise refusal("base", f"{str(base)[:40]!r} is not known", hint=f"Choose from: {', '.join(sorted(STYLES))}.")
    unknown = sorted(set(table) - set(_FIELDS))
    if unknown:
        raise refusal(unknown[0][:40], "there is no such field", hint=f"Fields are: base, {', '.join(_FIELDS)}.")
    given = {name: _value(_FIELDS[name], value) for name, value in table.items()}
    style = Style(**{**_usual(STYLES[base] if base else None, given), **given})
    require_sound(style)
    return style


def _table(text: str) -> dict[str, Any]:
    """Parse the text."""
    if len(text) > MAX_CHARACTERS:
        raise InvalidRequestError(
            f"The style has {len(text)} characters.",
            code="style.too_large",
            hint=f"Use at most {MAX_CHARACTERS} characters.",
        )
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InvalidRequestError(
            f"The style is no TOML: {str(error)[:120]}.",
            code="style.not_toml",
            hint="`grym styles show waltz` prints a style to begin with.",
        ) from error


def _usual(base: Style | None, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of the fields that are not given, from the base or the defaults."""
    if base is not None:
        # A style of another name is asked for by its own words.
        inherited = {name: getattr(base, name) for name in _FIELDS}
        return {**inherited, "words": ()} if given.get("name") != base.name else inherited
    needed = [
        name
        for name, field in _FIELDS.items()
        if field.default is MISSING and field.default_factory is MISSING and name not in given and name != "words"
    ]
    if needed:
        raise refusal(needed[0], "is missing", hint='Give it, or name a style to begin with: base = "waltz".')
    return {"words": ()}


def _value(field: Field[Any], value: object) -> Any:
    """Read the value of one field by the kind the field has."""
    if field.name in {"chord_patterns", "bass_patterns"}:
        return {name: _pattern(f"{field.name}.{name}", row) for name, row in _rows(field.name, value).items()}
    if field.name == "drum_patterns":
        return {name: _groove(f"{field.name}.{name}", row) for name, row in _rows(field.name, value).items()}
    if field.name == "tempo_bpm":
        tempi = value if isinstance(value, list) else []
        if len(tempi) != _TEMPI:
            raise refusal(field.name, "needs three numbers", hint="Give the slowest, usual and fastest tempo.")
        return tuple(_number(field.name, tempo) for tempo in tempi)
    # Whatever else there is (dialect, form, writing) is one word of a few.
    return _KINDS.get(str(field.type), _text)(field.name, value)


def _rows(field: str, value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise refusal(field[:60], "is no table", hint=f"Write [{field[:60]}.NAME].")
    return value


def _pattern(field: str, value: object) -> Pattern:
    """Read a pattern of chords or of a bass."""
    row = dict(_rows(field, value))
    unknown = sorted(set(row) - {"bars", "ring", "short"})
    if unknown:
        raise refusal(field[:60], f"there is no {unknown[0][:40]!r}", hint="A pattern has bars, ring and short.")
    return Pattern(
        metres=_bars(field, row.get("bars")),
        ring=_flag(field, row.get("ring", False)),
        short=_number(field, row.get("short", 1.0)),
    )


def _groove(field: str, value: object) -> Mapping[int, Pattern]:
    """Read a groove: bars for each piece of the kit."""
    rows = _rows(field, value)
    for piece in rows:
        if piece not in PIECES:
            raise refusal(field[:60], f"{piece[:40]!r} is no drum", hint=f"Choose from: {', '.join(PIECES)}.")
    return {PIECES[piece]: Pattern(metres=_bars(f"{field}.{piece}", bars)) for piece, bars in rows.items()}


def _bars(field: str, value: object) -> Mapping[str, tuple[str, ...]]:
    """Read bars by metre; the metre is written as grym writes it, so that it is found again."""
    return {str(read_metre(metre)): _texts(field, bars) for metre, bars in _rows(field, value).items()}


def _text(field: str, value: object) -> str:
    if not isinstance(value, str):
        raise refusal(field, "is no text", hint="Write it in quotation marks.")
    return value


def _texts(field: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise refusal(field[:60], "is no list", hint='Write ["one", "two"].')
    return tuple(_text(field[:60], entry) for entry in value)


def _number(field: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise refusal(field[:60], "is no number", hint="Write a number, without quotation marks.")
    return float(value)


def _whole(field: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise refusal(field, "is no whole number", hint="Write a whole number.")
    return value


def _flag(field: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise refusal(field[:60], "is neither true nor false", hint="Write true or false.")
    return value


_KINDS: dict[str, Callable[[str, object], Any]] = {
    str(str): _text,
    str(float): _number,
    str(int): _whole,
    str(bool): _flag,
    str(tuple[str, ...]): _texts,
}


def style_text(style: Style) -> str:
    """Write a style as the text of a file that reads back as an equal style; what is as usual is left out."""
    lines = [
        f"{name} = {_literal(getattr(style, name))}"
        for name, field in _FIELDS.items()
        if not name.endswith("_patterns") and getattr(style, name) != field.default
    ]
    for kind in ("chord_patterns", "bass_patterns"):
        for name, pattern in cast("Mapping[str, Pattern]", getattr(style, kind)).items():
            lines += ["", f"[{kind}.{_literal(name)}]", f"bars = {_inline(pattern)}"]
            lines += ["ring = true"] * pattern.ring + [f"short = {pattern.short:g}"] * (pattern.short < 1)
    for name, groove in style.drum_patterns.items():
        lines += ["", f"[drum_patterns.{_literal(name)}]"]
        lines += [f"{_literal(_PIECE_NAMES[key])} = {_inline(pattern)}" for key, pattern in groove.items()]
    return "\n".join(lines) + "\n"


def _inline(pattern: Pattern) -> str:
    """Write bars by metre as an inline table."""
    return "{ " + ", ".join(f"{_literal(metre)} = {_literal(bars)}" for metre, bars in pattern.metres.items()) + " }"


def _literal(value: object) -> str:
    """Write a value as TOML: JSON's words for texts, numbers, lists and truth are TOML's too."""
    return json.dumps(value, ensure_ascii=False)
