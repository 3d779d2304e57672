"""Dead letters as JSON and as tables: one by one, and grouped by what went wrong."""

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from grym.cli.screen import Screen

if TYPE_CHECKING:
    from grym.ports.work import Letter
    from schemas.records import Record

HEX_HEAD_BYTES = 256
SHORT_STACK = 8
ID_CHARACTERS = 36
EXAMPLES = 3
"""Ids named for each group; `grym dlq ls --where stack=…` lists all of it."""


def letter_json(letter: "Letter") -> dict[str, Any]:
    """Return the object of a letter."""
    return {
        "letter_id": letter.letter_id,
        "state": letter.state,
        "redrives": letter.redrives,
        "processor": letter.processor,
        "request_id": letter.request_id,
        "run": letter.run_no,
        "event_id": letter.event_id,
        "type": letter.event_type,
        "topic": letter.origin.topic,
        "partition": letter.origin.partition,
        "position": letter.origin_position,
        "attempts": letter.attempts,
        "class": letter.fault.error_class,
        "code": letter.fault.code,
        "stack": letter.fault.stack,
        "message": letter.fault.message,
        "hint": letter.fault.hint,
        "created_at": letter.created_at,
    }


def shown_letter(letter: "Letter", record: "Record") -> dict[str, Any]:
    """Return the object of a letter with its record: what an edit starts from."""
    value = record.value or b""
    data, error = _body(value)
    return {
        **letter_json(letter),
        "headers": [[name, content.decode(errors="replace")] for name, content in record.headers],
        "key": (record.key or b"").decode(errors="replace"),
        "bytes": len(value),
        "data": data,
        "hex": value[:HEX_HEAD_BYTES].hex() if error else "",
    }


def groups_json(letters: Sequence["Letter"]) -> list[dict[str, Any]]:
    """Return one object for each fault (class, code, place in the code, processor), the most frequent first."""
    groups: dict[tuple[str, str, str, str], list[Letter]] = defaultdict(list)
    for letter in letters:
        fault = letter.fault
        groups[fault.error_class, fault.code, fault.stack, letter.processor].append(letter)
    return [
        _group(*name, members=sorted(members, key=lambda letter: letter.created_at))
        for name, members in sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))
    ]


def _group(error_class: str, code: str, stack: str, processor: str, *, members: list["Letter"]) -> dict[str, Any]:
    newest = members[-1]
    return {
        "class": error_class,
        "code": code,
        "stack": stack,
        "processor": processor,
        "count": len(members),
        "first": members[0].created_at,
        "last": newest.created_at,
        "topics": sorted({letter.origin.topic for letter in members}),
        "message": newest.fault.message,
        "hint": newest.fault.hint,
        "examples": [letter.letter_id for letter in members[: -EXAMPLES - 1 : -1]],
    }


def draw_groups(screen: Screen, groups: Sequence[dict[str, Any]]) -> None:
    """Draw what went wrong, the most frequent fault first."""
    from rich import box
    from rich.table import Table

    if not groups:
        screen.show("no dead letters")
        return
    table = Table(box=box.SIMPLE, pad_edge=False)
    for heading in ("letters", "error", "place", "processor", "first", "last"):
        table.add_column(heading)
    table.add_column("newest letter", min_width=ID_CHARACTERS, overflow="fold")  # what `grym dlq show` is given
    table.add_column("message")
    for group in groups:
        table.add_row(
            str(group["count"]),
            f"{group['class']} {group['code']}",
            group["stack"][:SHORT_STACK],
            group["processor"],
            f"{group['first']:%Y-%m-%d %H:%M:%S}",
            f"{group['last']:%Y-%m-%d %H:%M:%S}",
            group["examples"][0],
            group["message"],
        )
    screen.show(table)


def draw_letter(screen: Screen, shown: dict[str, Any]) -> None:
    """Draw one letter with its headers and its body."""
    from rich import box
    from rich.json import JSON
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE, show_header=False, pad_edge=False)
    for name in ("letter_id", "state", "redrives", "processor", "request_id", "run", "type", "attempts", "class"):
        table.add_row(name, str(shown[name]))
    table.add_row("where", f"{shown['topic']}[{shown['partition']}]@{shown['position']}")
    table.add_row("error", f"{shown['code']}: {shown['message']}")
    table.add_row("hint", shown["hint"])
    for name, content in shown["headers"]:
        table.add_row(Text(name, style="dim"), content)
    screen.show(table)
    if shown["hex"]:
        screen.show(f"{shown['bytes']} bytes that are not JSON: {shown['hex']}")
    else:
        screen.show(JSON.from_data(shown["data"]))


def _body(value: bytes) -> tuple[Any, bool]:
    import msgspec

    try:
        return msgspec.json.decode(value), False
    except msgspec.MsgspecError:
        return None, True
