"""Following the journal of one collection: events in order, each applied once, into what can be recognised.

Whoever asks has the journal followed first, so what was committed before the question counts in the answer, in every
process alike. A new process begins with the first event, or behind what a sealed generation covers.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np

from grym.domain.recognition.codec import decode
from grym.domain.recognition.landmarks import landmarks_of
from grym.errors import InvalidPatternError, InvalidVectorError
from grym.memory.recognising.contents import Contents, Holding, View
from grym.memory.recognising.imprints import Imprints
from grym.ports.patterns import PatternChange, PatternEvent

PAGE = 64
"""Events read at once: with some 100 KB each they stay far below what a process may hold."""


class Journal(Protocol):
    """The part of `PatternBook` that is followed."""

    async def events(
        self,
        after: int,
        *,
        limit: int,
        up_to: int | None = None,
        numbers: bool = True,
        collection: str | None = None,
    ) -> list[PatternEvent]:
        """Return events of a collection behind a seq in order, none beyond `up_to`; without numbers if so wished."""
        ...


class Follower:
    """Keeps contents up to date with the journal.

    Parameters
    ----------
    contents
        What they hold covers the journal up to `start`.
    start
        Seq and id of an event.
    up_to
        The last event that counts; None for all there are.
    """

    def __init__(
        self,
        journal: Journal,
        collection: str,
        *,
        contents: Contents,
        imprints: Imprints,
        start: tuple[int, str] = (0, ""),
        up_to: int | None = None,
    ) -> None:
        self._journal = journal
        self._collection = collection
        self._contents = contents
        self._imprints = imprints
        self._up_to = up_to
        self._seq, self._last_event = start
        self._unreadable: dict[str, str] = {}
        self._one_at_a_time = asyncio.Lock()

    @property
    def seq(self) -> int:
        """The last event that was applied."""
        return self._seq

    @property
    def last_event(self) -> str:
        """Its id; empty before the first."""
        return self._last_event

    @property
    def unreadable(self) -> Mapping[str, str]:
        """What cannot be recognised although it is remembered: why, by pattern."""
        return self._unreadable

    @property
    def settled(self) -> asyncio.Lock:
        """Held while events are applied; whoever holds it sees seq and contents belong together."""
        return self._one_at_a_time

    async def catch_up(self) -> tuple[int, View]:
        """Apply everything that was committed by now, and return the last event's seq with what follows from it."""
        async with self._one_at_a_time:
            while True:
                events = await self._journal.events(
                    self._seq, limit=PAGE, up_to=self._up_to, collection=self._collection
                )
                if events:
                    await asyncio.to_thread(self._apply_all, events)
                if len(events) < PAGE:
                    return self._seq, self._contents.view

    def _apply_all(self, events: Sequence[PatternEvent]) -> None:
        """Apply a page; in a thread, since decoding and indexing take some milliseconds an event."""
        for event in events:
            self._apply(event.seq, event.change)
            self._seq, self._last_event = event.seq, event.change.event_id
        self._contents.publish()

    def _apply(self, seq: int, change: PatternChange) -> None:
        match change.kind:
            case "stored" | "reembedded":
                self._put(seq, change)
            case "merged" | "retired":
                self._drop(change.pattern_id)
            case "reinforced":
                self._contents.describe(change.pattern_id, lambda known: _heard_again(known, change))
            case "corrected":
                self._contents.describe(change.pattern_id, lambda known: _renamed(known, change.data))
            case "related":
                pass

    def _put(self, seq: int, change: PatternChange) -> None:
        """Make a pattern recognisable; one whose numbers make no sense is noted, and holds up nobody behind it."""
        known = self._contents.holding_of(change.pattern_id)
        if known is not None and change.kind == "stored":  # the same numbers, or the journal would have refused them
            self._contents.describe(change.pattern_id, lambda holding: _heard_again(holding, change))
            return
        self._drop(change.pattern_id)
        if not change.imprint:  # a motif, or a recording of an extractor that left none
            return
        vectors = np.frombuffer(change.vectors, dtype="<f2").astype(np.float32).reshape(-1, max(1, change.dim))
        fresh = known or Holding(pattern_id=change.pattern_id, name="")
        holding = replace(_renamed(fresh, change.data), version=seq, last_heard_s=change.at.timestamp())
        try:
            self._contents.put(holding, landmarks_of(decode(change.imprint).peaks), vectors)
            self._imprints.keep(holding, change.imprint)
        except (InvalidPatternError, InvalidVectorError) as error:
            self._unreadable[change.pattern_id] = error.code

    def _drop(self, pattern_id: str) -> None:
        self._contents.drop(pattern_id)
        self._imprints.forget(pattern_id)
        self._unreadable.pop(pattern_id, None)


def _heard_again(known: Holding, change: PatternChange) -> Holding:
    return replace(known, count=known.count + 1, last_heard_s=change.at.timestamp())


def _renamed(known: Holding, data: Mapping[str, object]) -> Holding:
    name = data.get("name")
    return known if name is None else replace(known, name=str(name))
