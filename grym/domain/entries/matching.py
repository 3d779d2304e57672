"""Which entries match a question, how well, and in which order: the one meaning every store must keep.

A store may answer in its own way, but never differently; the conformance suite compares it with this module.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from operator import ge, gt, le, lt, mul
from typing import Any

from grym.domain.entries import lexical
from grym.domain.entries.values import Entry, Filter, Query, Result

FLOOR = 0.12
"""Least score of a text that counts as like it at all.

Measured with words of this project's own pages: a word of the query among 16 words of a text reaches 0.14 in 99 of 100
draws; four words reach 0.16 with eight others, none of them shared, in 5 of 100 (common endings, colliding trigrams).
So hardly anything that shares a word is lost, and `min_score` narrows.
"""

SortKey = tuple[Any, ...]


def matches(entry: Entry, query: Query, *, now: datetime) -> bool:
    """Return whether an entry is among those asked for, whatever its score."""
    return (
        entry.alive(now)
        and (query.as_of is None or _was_there(entry, query.as_of))
        and query.type in {None, entry.type}
        and query.scope in {None, entry.scope}
        and query.owner in {None, entry.owner}
        and (not query.keys or entry.key in query.keys)
        and entry.key.startswith(query.prefix)
        and all(_lies_below(entry.indices.get(kind), kind, text) for kind, text in query.indices.items())
        and all(meets(entry.metadata, condition) for condition in query.conditions)
    )


def scored(entry: Entry, query: Query) -> Result | None:
    """Return a matching entry with its score; None where it is not like enough."""
    if not query.scored:
        return Result(entry=entry)
    score = _cosine(query.vector, entry.vector) if query.vector else lexical.likeness(query.text, text_of(entry))
    return result_of(entry, query, score=score)


def result_of(entry: Entry, query: Query, *, score: float, floor: float = FLOOR) -> Result | None:
    """Return an entry with a score known already; None where that is too low."""
    if score < max(query.min_score, floor):
        return None
    return Result(entry=entry, score=score, highlights=lexical.highlights(query.text, text_of(entry)))


def text_of(entry: Entry) -> str:
    """Return the text that stands for an entry: its semantic index, the value's ``text``, or all text in the value."""
    if chosen := entry.indices.get("semantic"):
        return chosen
    text = entry.value.get("text")
    return text if isinstance(text, str) else " ".join(_leaves(entry.value))


def meets(metadata: Mapping[str, Any], condition: Filter) -> bool:
    """Return whether metadata meet a condition."""
    if condition.operator == "missing":
        return condition.field not in metadata
    return condition.field in metadata and _MEETS[condition.operator](metadata[condition.field], condition.value)


def same(left: Any, right: Any) -> bool:
    """Return whether two JSON values are equal: 1 is 1.0, but true is not 1."""
    if isinstance(left, list | tuple) and isinstance(right, list | tuple):
        return len(left) == len(right) and all(map(same, left, right))
    return isinstance(left, bool) == isinstance(right, bool) and bool(left == right)


def sort_key(result: Result, query: Query) -> SortKey:
    """Return what results are sorted by, upwards; no two addresses share one."""
    order_by, direction = query.order
    value = result.score if order_by == "score" else getattr(result.entry, order_by)
    if value is None:  # what never expires comes last either way
        return (1, 0, result.entry.address)
    placed = _Backwards(value) if direction == "desc" else value
    return (0, placed, result.entry.address)


def ranked(entries: Iterable[Entry], query: Query, *, now: datetime) -> list[Result]:
    """Return the page of a question over entries that are all at hand."""
    found = (scored(entry, query) for entry in entries if matches(entry, query, now=now))
    results = sorted((one for one in found if one is not None), key=lambda one: sort_key(one, query))
    return results[query.offset : None if query.limit is None else query.offset + query.limit]


def written(entry: Entry) -> datetime:
    """Return when a stored entry was last updated."""
    assert entry.updated_at is not None
    return entry.updated_at


def newer(known: Entry | None, entry: Entry) -> bool:
    """Return whether there is a known version that is newer than another."""
    return known is not None and written(known) > written(entry)


def since(entry: Entry, known: Entry | None) -> Entry:
    """Return an entry as made when its first version was."""
    made = [one.created_at for one in (entry, known) if one is not None and one.created_at is not None]
    return replace(entry, created_at=min(made))


def unknown_fields(query: Query, known: Iterable[str]) -> tuple[str, ...]:
    """Return fields a question filters by that are not among those known; ``missing`` may name any."""
    asked = {condition.field for condition in query.conditions if condition.operator not in {"missing", "exists"}}
    return tuple(sorted(asked - set(known)))


def _was_there(entry: Entry, at: datetime) -> bool:
    return entry.updated_at is not None and entry.updated_at <= at and entry.alive(at)


def _lies_below(found: str | None, kind: str, wanted: str) -> bool:
    if found is None:
        return False
    return found.startswith(wanted) if kind == "temporal" else found == wanted or found.startswith(f"{wanted}/")


def _cosine(left: tuple[float, ...], right: tuple[float, ...]) -> float:
    if len(left) != len(right):
        return 0.0
    lengths = math.hypot(*left) * math.hypot(*right)
    return lexical.clipped(sum(map(mul, left, right)) / lengths)


def _leaves(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _leaves(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _leaves(inner)


def _kind(value: Any) -> str:
    if isinstance(value, str):
        return "text"
    return "number" if isinstance(value, int | float) and not isinstance(value, bool) else "other"


def _compared(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    """Return a comparison that holds for numbers with numbers and text with text only."""

    def holds(found: Any, wanted: Any) -> bool:
        return _kind(found) == _kind(wanted) != "other" and compare(found, wanted)

    return holds


_MEETS: Mapping[str, Callable[[Any, Any], bool]] = {
    "exists": lambda _found, _wanted: True,
    "eq": same,
    "ne": lambda found, wanted: not same(found, wanted),
    "in": lambda found, wanted: any(same(found, one) for one in wanted),
    "contains": lambda found, wanted: isinstance(found, list | tuple) and any(same(one, wanted) for one in found),
    "lt": _compared(lt),
    "le": _compared(le),
    "gt": _compared(gt),
    "ge": _compared(ge),
}


@dataclass(frozen=True, slots=True)
class _Backwards:
    """Sorts the other way round."""

    value: Any

    def __lt__(self, other: "_Backwards") -> bool:
        return bool(other.value < self.value)
