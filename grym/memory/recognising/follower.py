"""Following the journal of one collection: events in order, each applied once, into what can be recognised.

Whoever asks has the journal followed first, so what was committed before the question counts in the answer, in every
process alike. A new process begins with the first event, or behind what a sealed generation covers.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

import numpy as np

from grym.domain.patterns.verdicts import united_verdicts, verdict_of
from grym.domain.recognition.codec import decode
from grym.domain.recognition.imprint import FloatArray
from grym.domain.recognition.landmarks import landmarks_of
from grym.errors import InvalidPatternError, InvalidVectorError
from grym.memory.recognising.aside import Aside
from grym.memory.recognising.contents import Contents, Holding, View
from grym.memory.recognising.imprints import Imprints
from grym.memory.recognising.sharing import Shared
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
    aside
        What is remembered beside them at `start`.
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
        aside: Aside | None = None,
        start: tuple[int, str] = (0, ""),
        up_to: int | None = None,
    ) -> None:
        self._journal = journal
        self._collection = collection
        self._contents = contents
        self._imprints = imprints
        self._aside = aside or Aside()
        self._up_to = up_to
        self._seq, self._last_event = start
        self._one_at_a_time = asyncio.Lock()
        self._reading = Shared(self._read)

    @property
    def seq(self) -> int:
        """The last event that was applied."""
        return self._seq

    @property
    def last_event(self) -> str:
        """Its id; empty before the first."""
        return self._last_event

    @property
    def aside(self) -> Aside:
        """What is remembered and cannot be recognised; to be read, or copied while it is `settled`."""
        return self._aside

    @property
    def settled(self) -> asyncio.Lock:
        """Held while events are applied; whoever holds it sees seq and contents belong together."""
        return self._one_at_a_time

    async def catch_up(self) -> tuple[int, View]:
        """Apply everything that was committed by now, and return the last event's seq with what follows from it.

        All who ask before a reading begins share it.
        """
        return await self._reading.result()

    async def _read(self) -> tuple[int, View]:
        async with self._one_at_a_time:
            self._reading.leave_behind()
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
        try:
            for event in events:
                self._apply(event.seq, event.change)
                self._seq, self._last_event = event.seq, event.change.event_id
        finally:  # what was applied and what is published must not differ, whatever went wrong behind it
            self._contents.publish()

    def _apply(self, seq: int, change: PatternChange) -> None:
        name, data = change.pattern_id, change.data
        self._contents.reach(change.at.timestamp())
        match change.kind:
            case "stored":
                self._store(seq, change)
            case "reembedded":
                self._put(seq, change, self._known(name) or Holding(pattern_id=name, name=""))
            case "merged":
                self._merge(name, str(data["into"]))
            case "retired":
                self._forget(name)
            case "reinforced":
                self._describe(self._aside.standing_for(name), lambda known: _heard_again(known, change))
            case "corrected":
                self._describe(name, lambda known: _renamed(known, data))
            case "judged":
                self._describe(name, lambda known: _judged(known, seq, change))
            case "withdrawn":
                self._describe(name, lambda known: _withdrawn(known, str(data["of"])))
            case "related":
                pass

    def _store(self, seq: int, change: PatternChange) -> None:
        """Learn a pattern; one that is known under this id, or stands for it, has been heard again."""
        meant = self._aside.standing_for(change.pattern_id)
        if self._known(meant) is not None:  # with the same numbers, or the journal would have refused them
            self._describe(meant, lambda known: _heard_again(known, change))
        elif change.imprint or change.data.get("pattern_kind") == "recording":
            self._put(seq, change, _fresh(change))

    def _put(self, seq: int, change: PatternChange, known: Holding) -> None:
        """Make a pattern recognisable; one whose numbers make no sense is noted, and holds up nobody behind it."""
        holding = replace(known, version=seq)
        self._drop(change.pattern_id)
        self._aside.take(change.pattern_id)
        try:
            if change.imprint:
                self._contents.put(holding, landmarks_of(decode(change.imprint).peaks), vectors_of(change))
                self._imprints.keep(holding, change.imprint)
                return
        except (InvalidPatternError, InvalidVectorError) as error:
            self._aside.unreadable[change.pattern_id] = error.code
        self._aside.waiting[change.pattern_id] = holding

    def _merge(self, pattern_id: str, into: str) -> None:
        """Let one pattern stand for two: what is heard as the other goes by its name from now on."""
        gone, stays = self._known(pattern_id), self._known(into)
        if gone is None or stays is None:
            return
        self._aside.take(pattern_id)
        self._aside.merge(pattern_id, into)
        both = _summed(stays, gone)
        self._describe(into, lambda known: both if known.pattern_id == into else _alias(known, both))

    def _known(self, pattern_id: str) -> Holding | None:
        return self._contents.holding_of(pattern_id) or self._aside.waiting.get(pattern_id)

    def _describe(self, pattern_id: str, change: Callable[[Holding], Holding]) -> None:
        """Change what is known of a pattern, and so of all that it stands for."""
        for name in (pattern_id, *self._aside.aliases_of(pattern_id)):
            self._contents.describe(name, change)
            self._aside.describe(name, change)

    def _forget(self, pattern_id: str) -> None:
        """Give a pattern up with all that it stands for."""
        for name in (pattern_id, *self._aside.aliases_of(pattern_id)):
            self._drop(name)
        self._aside.forget(pattern_id)

    def _drop(self, pattern_id: str) -> None:
        self._contents.drop(pattern_id)
        self._imprints.forget(pattern_id)


def vectors_of(change: PatternChange) -> FloatArray:
    """Return the windows that a change carries, shape (windows, dim).

    Raises
    ------
    InvalidVectorError
        ``vector.dimension`` where its bytes are no rows.
    """
    if change.vectors and (change.dim < 1 or len(change.vectors) % (2 * change.dim)):
        raise InvalidVectorError("the bytes of the windows are no rows", code="vector.dimension")
    return np.frombuffer(change.vectors, dtype="<f2").astype(np.float32).reshape(-1, max(1, change.dim))


def _fresh(change: PatternChange) -> Holding:
    data: Mapping[str, Any] = change.data
    return Holding(
        pattern_id=change.pattern_id,
        name=str(data.get("name") or ""),
        count=data.get("count", 1),
        confirmed=data.get("confirmed", 0),
        denied=data.get("denied", 0),
        last_heard_s=change.at.timestamp(),
    )


def _heard_again(known: Holding, change: PatternChange) -> Holding:
    """Return what is known after a pattern was heard, or was said to have been; as `domain.patterns.folding` counts."""
    verdict = change.data.get("verdict")
    if verdict == "wrong":
        return replace(known, denied=known.denied + 1)
    return replace(
        known,
        count=known.count + 1,
        confirmed=known.confirmed + (verdict == "right"),
        last_heard_s=max(known.last_heard_s, change.at.timestamp()),
    )


def _summed(stays: Holding, gone: Holding) -> Holding:
    return replace(
        stays,
        count=stays.count + gone.count,
        confirmed=stays.confirmed + gone.confirmed,
        denied=stays.denied + gone.denied,
        last_heard_s=max(stays.last_heard_s, gone.last_heard_s),
        verdicts=united_verdicts(stays.verdicts, gone.verdicts),
    )


def _alias(known: Holding, stays: Holding) -> Holding:
    """Return what is known of a pattern that another stands for: all that is known of that, under its own number."""
    own = replace(stays, pattern_id=known.pattern_id, version=known.version, windows=known.windows)
    return replace(own, into=stays.pattern_id)


def _renamed(known: Holding, data: Mapping[str, object]) -> Holding:
    name = data.get("name")
    return known if name is None else replace(known, name=str(name))


def _judged(known: Holding, seq: int, change: PatternChange) -> Holding:
    return replace(known, verdicts=(*known.verdicts, verdict_of(PatternEvent(seq=seq, change=change))))


def _withdrawn(known: Holding, event_id: str) -> Holding:
    return replace(known, verdicts=tuple(one for one in known.verdicts if one.event_id != event_id))
