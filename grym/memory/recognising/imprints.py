"""Imprints of candidates: from the journal's store through a cache, or kept in memory where the store has moved on.

An imprint is some 30 KB a minute encoded and takes about a millisecond to decode, so the decoded ones that were asked
for last are worth their memory; all of them would not be.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol

from grym.domain.patterns.values import Pattern
from grym.domain.recognition.codec import decode
from grym.domain.recognition.imprint import Imprint
from grym.domain.recognition.windows import DIM, HOP_FRAMES
from grym.memory.caching.records import Codec, RecordCache
from grym.memory.caching.settings import CacheSettings
from grym.memory.recognising.contents import Holding
from grym.ports.caching import Record, SharedLevel
from grym.ports.memory import Memory


class Imprints(Protocol):
    """The imprints of one collection."""

    def keep(self, holding: Holding, encoded: bytes) -> None:
        """Take in what the journal says; a copy, which need not be kept."""
        ...

    def forget(self, pattern_id: str) -> None:
        """Give an imprint up."""
        ...

    @property
    def degraded(self) -> str:
        """What of their ways into memory cannot be used at the moment, by name; empty while all can."""
        ...

    def heard(self, session: str, holding: Holding) -> None:
        """Note what a session heard; what it will ask for next may be loaded beforehand."""
        ...

    async def load(self, holdings: Sequence[Holding]) -> list[Imprint]:
        """Return imprints in the order asked for.

        Raises
        ------
        KeyError
            Where one was given up.
        """
        ...


class KeptImprints:
    """All imprints in memory: for answers as of an earlier event, whose patterns may be forgotten since."""

    degraded = ""

    def __init__(self) -> None:
        self._encoded: dict[str, bytes] = {}

    def keep(self, holding: Holding, encoded: bytes) -> None:
        """Keep an imprint, in place of what it was before."""
        self._encoded[holding.pattern_id] = encoded

    def forget(self, pattern_id: str) -> None:
        """Give an imprint up."""
        self._encoded.pop(pattern_id, None)

    def heard(self, session: str, holding: Holding) -> None:
        """Do nothing: all of them are here."""

    async def load(self, holdings: Sequence[Holding]) -> list[Imprint]:
        """Return decoded imprints."""
        encoded = [self._encoded[holding.pattern_id] for holding in holdings]
        return await asyncio.to_thread(lambda: [decode(one) for one in encoded])


class Shelves(Protocol):
    """The part of `PatternBook` that holds imprints."""

    async def load(self, pattern_ids: Sequence[str]) -> list[Pattern]:
        """Return patterns with their numbers; unknown and retired ones are left out."""
        ...


class CachedImprints:
    """Imprints loaded as they are asked for; the version in the question makes a stale answer impossible.

    Parameters
    ----------
    versions
        Filled with the version of each pattern that was seen: what the cache may load beforehand.
    """

    def __init__(self, cache: RecordCache[Imprint], versions: dict[str, int]) -> None:
        self._cache = cache
        self._versions = versions

    def keep(self, holding: Holding, encoded: bytes) -> None:
        """Keep the version alone: most imprints are never asked for."""
        del encoded
        self._versions[holding.pattern_id] = holding.version

    def forget(self, pattern_id: str) -> None:
        """Load it beforehand no more; nobody will ask for that version again, and it will make room."""
        self._versions.pop(pattern_id, None)

    def heard(self, session: str, holding: Holding) -> None:
        """Note what a session heard, and begin to load what it will ask for next."""
        self._versions[holding.pattern_id] = holding.version
        self._cache.heard(session, holding.pattern_id)

    @property
    def degraded(self) -> str:
        """What of the cache cannot be used at the moment; answers are only later for it."""
        return self._cache.degraded

    async def load(self, holdings: Sequence[Holding]) -> list[Imprint]:
        """Return decoded imprints."""
        found = await self._cache.get_many({holding.pattern_id: holding.version for holding in holdings})
        return [found[holding.pattern_id] for holding in holdings]

    async def aclose(self) -> None:
        """Give up what is being loaded."""
        await self._cache.aclose()


def imprint_cache(
    shelves: Shelves,
    *,
    settings: CacheSettings | None = None,
    shared: SharedLevel | None = None,
    memory: Memory | None = None,
    versions: Callable[[str], int | None] | None = None,
) -> RecordCache[Imprint]:
    """Open the cache of decoded imprints of this process, over what a book holds.

    Parameters
    ----------
    versions
        Tells what may be loaded beforehand, and in which version.
    """
    codec = Codec(decode=decode, size_of=size_of)
    return RecordCache(_Source(shelves), codec, settings=settings, shared=shared, memory=memory, versions=versions)


def size_of(imprint: Imprint) -> int:
    """Return the bytes of memory that the arrays of an imprint take, at least 1; its windows are cut if wanted."""
    peaks, tonal, melody = imprint.peaks, imprint.tonal.frames, imprint.melody
    windows_bytes = len(tonal) // HOP_FRAMES * DIM * tonal.itemsize
    arrays = (peaks.frames, peaks.bins, peaks.levels_db, tonal, melody.pitches, melody.starts_s, melody.ends_s)
    return 1 + windows_bytes + sum(array.nbytes for array in arrays)


class _Source:
    """The record source behind the cache."""

    def __init__(self, shelves: Shelves) -> None:
        self._shelves = shelves

    async def load(self, keys: Sequence[str]) -> dict[str, Record]:
        """Return imprints as they are now, each in the version of its pattern's last change."""
        patterns = await self._shelves.load(keys)
        return {one.facts.pattern_id: Record(version=one.facts.last_seq, payload=one.imprint) for one in patterns}
