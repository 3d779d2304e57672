"""Comparing two outputs of one id: attributes, and bodies value by value.

Numbers are equal within one part in 10⁹: recomputation on another processor may differ in the last bits (promise 1),
and nothing anybody hears or decides depends on those.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from schemas.envelope import peek
from schemas.records import Message, Record

RELATIVE = 1e-9
ABSOLUTE = 1e-12
ATTRIBUTES = ("ce_type", "ce_subject", "ce_runno", "ce_attempt", "ce_tenant", "ce_correlationid")
ABSENT = "(absent)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One value that differs; `path` names it as in ``data.plan.tempo_bpm`` or ``sections[2]``."""

    path: str
    was: Any
    now: Any

    @property
    def distance(self) -> float | None:
        """How far two numbers lie apart; None where they are no numbers."""
        if _is_number(self.was) and _is_number(self.now):
            return abs(float(self.now) - float(self.was))
        return None


def changes(was: Record, now: Message) -> list[Change]:
    """Return everything that differs between what lies in the log and what was decided now.

    Parameters
    ----------
    was
        With its real value, where that travelled by claim check.
    """
    found = [
        Change(path=name, was=peek(was.headers, name), now=peek(now.headers, name))
        for name in ATTRIBUTES
        if peek(was.headers, name) != peek(now.headers, name)
    ]
    if was.key != now.key:
        found.append(Change(path="key", was=_text(was.key), now=_text(now.key)))
    return found + list(_values("data", _body(was.value), _body(now.value)))


def _values(path: str, was: Any, now: Any) -> Iterator[Change]:
    if isinstance(was, dict) and isinstance(now, dict):
        for name in sorted(was.keys() | now.keys()):
            yield from _values(f"{path}.{name}", was.get(name, ABSENT), now.get(name, ABSENT))
    elif isinstance(was, list) and isinstance(now, list) and len(was) == len(now):
        for number, (one, other) in enumerate(zip(was, now, strict=True)):
            yield from _values(f"{path}[{number}]", one, other)
    elif not _equal(was, now):
        yield Change(path=path, was=was, now=now)


def _equal(was: Any, now: Any) -> bool:
    if _is_number(was) and _is_number(now):
        return math.isclose(was, now, rel_tol=RELATIVE, abs_tol=ABSOLUTE)
    return type(was) is type(now) and bool(was == now)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _body(value: bytes | None) -> Any:
    try:
        return msgspec.json.decode(value or b"null")
    except msgspec.MsgspecError:
        return {"bytes": (value or b"").hex()}


def _text(key: bytes | None) -> str:
    return (key or b"").decode(errors="replace")
