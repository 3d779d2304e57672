"""Following the journal: events in order, each applied once, into the contents of its collection.

Whoever asks has the journal followed first, so what was committed before the question counts in the answer, in every
process alike. A new process begins with the first event, or with what a sealed generation covers.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from grym.domain.recognition.codec import decode
from grym.domain.recognition.landmarks import landmarks_of
from grym.errors import InvalidPatternError, InvalidVectorError
from grym.memory.recognising.contents import Contents, Holding
from grym.memory.recognising.imprints import Imprints
from grym.ports.patterns import PatternChange, PatternEvent

PAGE = 64
"""Events read at once: with some 100 KB each they stay far below what a process may hold."""


class Journal(Protocol):
    """The part of `PatternBook` that is followed."""

    async def events(self, after: int, *, limit: int, up_to: int | None = None) -> list[PatternEvent]:
        """Return events behind a seq in order, none beyond `up_to`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """One collection: what can be recognised, and its imprints."""

    contents: Contents
    imprints: Imprints


class Follower:
    """Keeps contents up to date with the journal.

    Parameters
    ----------
    book
        The journal.
    shelf_of
        Opens the shelf of a collection, or returns the one that is open.
    up_to
        The last event that counts; None for all there are.
    """

    def __init__(
        self,
        book: Journal,
        *,
        shelf_of: Callable[[str], Shelf],
        up_to: int | None = None,
    ) -> None:
        self._book = book
        self._shelf_of = shelf_of
        self._up_to = up_to
        self._seq = 0
        self._unreadable: dict[str, str] = {}
        self._one_at_a_time = asyncio.Lock()

    @property
    def seq(self) -> int:
        """The last event that was applied."""
        return self._seq

    @property
    def unreadable(self) -> Mapping[str, str]:
        """What cannot be recognised although it is remembered: why, by pattern."""
        return self._unreadable

    async def catch_up(self) -> int:
        """Apply everything that was committed by now and return the seq of the newest event."""
        async with self._one_at_a_time:
            while True:
                events = await self._book.events(self._seq, limit=PAGE, up_to=self._up_to)
                if events:
                    await asyncio.to_thread(self._apply_all, events)
                if len(events) < PAGE:
                    return self._seq

    def _apply_all(self, events: Sequence[PatternEvent]) -> None:
        """Apply a page; in a thread, since decoding and indexing take some milliseconds an event."""
        for collection in {self._apply(event) for event in events}:
            self._shelf_of(collection).contents.publish()

    def _apply(self, event: PatternEvent) -> str:
        change = event.change
        shelf = self._shelf_of(change.collection)
        match change.kind:
            case "stored" | "reembedded":
                self._put(shelf, change)
            case "merged" | "retired":
                _drop(shelf, change.pattern_id)
            case "reinforced":
                shelf.contents.describe(change.pattern_id, lambda known: _heard_again(known, change))
            case "corrected":
                shelf.contents.describe(change.pattern_id, lambda known: _renamed(known, change.data))
            case "related":
                pass
        self._seq = event.seq
        return change.collection

    def _put(self, shelf: Shelf, change: PatternChange) -> None:
        """Put a pattern on its shelf; one whose numbers make no sense holds up nobody behind it."""
        self._unreadable.pop(change.pattern_id, None)
        try:
            _put(shelf, change)
        except (InvalidPatternError, InvalidVectorError) as error:
            self._unreadable[change.pattern_id] = error.code


def _put(shelf: Shelf, change: PatternChange) -> None:
    known = shelf.contents.holding_of(change.pattern_id) or Holding(pattern_id=change.pattern_id, name="")
    _drop(shelf, change.pattern_id)
    if not change.imprint:  # a motif, or a recording of an extractor that left none
        return
    vectors = np.frombuffer(change.vectors, dtype="<f2").astype(np.float32).reshape(-1, max(1, change.dim))
    holding = replace(_renamed(known, change.data), last_heard_s=change.at.timestamp())
    number = shelf.contents.put(holding, landmarks_of(decode(change.imprint).peaks), vectors)
    shelf.imprints.keep(number, change.imprint)


def _drop(shelf: Shelf, pattern_id: str) -> None:
    number = shelf.contents.drop(pattern_id)
    if number is not None:
        shelf.imprints.forget(number)


def _heard_again(known: Holding, change: PatternChange) -> Holding:
    return replace(known, count=known.count + 1, last_heard_s=change.at.timestamp())


def _renamed(known: Holding, data: Mapping[str, object]) -> Holding:
    name = data.get("name")
    return known if name is None else replace(known, name=str(name))
