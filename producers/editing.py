"""Editing a dead letter before it is sent again: what was changed must be valid, and the letter keeps its own bytes.

An edit is what ``grym dlq show ID --json`` prints, changed by a person: of its keys ``data``, ``headers`` and ``key``
count, each may be left out, and everything else is ignored. A header whose text was not touched keeps its bytes, so
one that is no UTF-8 survives being shown.
"""

from collections import defaultdict
from typing import Any

import msgspec

from grym.errors import ContractError, InvalidRequestError
from schemas.envelope import decode
from schemas.records import Headers, Message

MARK = "grym_"
"""What begins the headers of grym's own transport; they are never taken from an edit."""


class Edit(msgspec.Struct, frozen=True, kw_only=True):
    """What replaces parts of a dead letter.

    Parameters
    ----------
    data
        The new body; null leaves the value as it is.
    headers
        All headers of the new record as pairs of name and text, in order.
    key
        The new record key as text.
    """

    data: Any = None
    headers: tuple[tuple[str, str], ...] | None = None
    key: str | None = None


def read_edit(content: bytes) -> Edit:
    """Understand the file of an edit.

    Raises
    ------
    InvalidRequestError
        ``dlq.edit`` where it is no such file.
    """
    try:
        edit = msgspec.json.decode(content, type=Edit)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise InvalidRequestError(
            "the edit is not a JSON object with data, headers or key",
            code="dlq.edit",
            hint="Change what `grym dlq show ID --json` prints, and give that file.",
            details={"cause": str(error)[:200]},
        ) from error
    if edit.data is None and edit.headers is None and edit.key is None:
        raise InvalidRequestError(
            "the edit has neither data nor headers nor key",
            code="dlq.edit",
            hint="Change what `grym dlq show ID --json` prints, and give that file.",
        )
    return edit


def edited(original: Message, edit: Edit) -> Message:
    """Return the message with the edit in it.

    Parameters
    ----------
    original
        What would be sent without the edit.

    Raises
    ------
    InvalidRequestError
        ``dlq.edit_invalid`` where the result would become a dead letter again, ``dlq.edit_unchanged`` where nothing
        was changed.
    """
    marks = tuple(pair for pair in original.headers if pair[0].startswith(MARK))
    headers = original.headers if edit.headers is None else (*_headers(original.headers, edit.headers), *marks)
    value = original.value if edit.data is None else msgspec.json.encode(edit.data)
    if _same_json(original.value, edit.data):
        value = original.value
    if value != original.value:
        headers = tuple(pair for pair in headers if not pair[0].startswith("grym_claim"))
    changed = Message(topic=original.topic, key=_key(original.key, edit.key), headers=headers, value=value)
    if changed == original:
        raise InvalidRequestError(
            "the edit changes nothing", code="dlq.edit_unchanged", hint="Redrive the letter without --edit."
        )
    _check(changed)
    return changed


def _check(message: Message) -> None:
    """Refuse a record that no processor could read."""
    try:
        envelope = decode(message)
    except ContractError as error:
        raise InvalidRequestError(
            f"the edited record is not valid: {error.message}",
            code="dlq.edit_invalid",
            hint=error.hint or "`grym schema export DIR` writes the schema of every type.",
            details={"code": error.code},
        ) from error
    if message.topic != envelope.body.TOPIC:
        raise InvalidRequestError(
            f"{envelope.type} does not belong to {message.topic}",
            code="dlq.edit_invalid",
            hint="Keep the type, or choose one of the same topic.",
        )


def _headers(original: Headers, wanted: tuple[tuple[str, str], ...]) -> Headers:
    """Return the wanted headers; one whose text is that of an original one keeps its bytes."""
    shown: dict[tuple[str, str], list[bytes]] = defaultdict(list)
    for name, content in original:
        shown[name, content.decode(errors="replace")].append(content)
    found: list[tuple[str, bytes]] = []
    for name, text in wanted:
        if name.startswith(MARK):
            continue
        untouched = shown.get((name, text))
        found.append((name, untouched.pop(0) if untouched else text.encode()))
    return tuple(found)


def _key(original: bytes | None, wanted: str | None) -> bytes | None:
    if wanted is None or wanted == (original or b"").decode(errors="replace"):
        return original
    return wanted.encode()


def _same_json(value: bytes | None, data: Any) -> bool:
    """Tell whether an edit's body says what the value says, however it is spaced."""
    try:
        return data is not None and msgspec.json.decode(value or b"") == data
    except msgspec.MsgspecError:
        return False
