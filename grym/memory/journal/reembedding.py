"""Making the numbers of recordings anew by another extractor, without losing what the old ones told apart.

A sample is made anew first and compared with what is there; only when enough is kept does anything change. Every
pattern that is made anew is an event of its own, so whoever begins again goes on with what is left. A pattern whose
sound is gone keeps its numbers and is listed: nothing is made up.
"""

import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from grym.domain.patterns.numbers import rows_of
from grym.domain.patterns.resemblance import ACCEPTABLE, Kept, centre_of, kept
from grym.errors import GrymError
from grym.memory.journal.writer import PatternWriter
from grym.ports.clock import Clock
from grym.ports.patterns import PatternBook, PatternChange, PatternFacts, PatternQuery

SAMPLE = 200
"""Patterns that are compared: their score is known to about ±0.03 then."""
PAGE = 500
BATCH = 16
"""Patterns that are made anew before they are written: what an interruption costs at most."""

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:grym:reembedding")


@dataclass(frozen=True, slots=True, kw_only=True)
class Remade:
    """New numbers of a pattern; vectors are float16 little-endian, `dim` values a row."""

    vectors: bytes
    dim: int
    imprint: bytes
    duration_s: float


Make = Callable[[PatternFacts], Awaitable[Remade | None]]
"""Makes the numbers of a pattern anew from its sound; None where that is gone."""


@dataclass(slots=True, kw_only=True)
class Reembedding:
    """What became of it; lists of pattern ids.

    Parameters
    ----------
    outdated
        How many recordings have numbers of another extractor.
    kept
        What the sample keeps; None where nothing could be compared.
    accepted
        Whether that is enough, or was waived.
    done, gone
        Those that have new numbers, and those whose sound is gone.
    failed
        Why a pattern could not be made anew or written, by id.
    """

    outdated: int = 0
    kept: Kept | None = None
    accepted: bool = True
    done: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    failed: dict[str, GrymError] = field(default_factory=dict)


class Reembedder:
    """Makes recordings anew.

    Parameters
    ----------
    extractor
        Name and version of what makes the new numbers.
    make
        Makes them.
    """

    def __init__(self, book: PatternBook, writer: PatternWriter, clock: Clock, *, extractor: str, make: Make) -> None:
        self._book = book
        self._writer = writer
        self._clock = clock
        self._extractor = extractor
        self._make = make

    async def look(self, *, collection: str | None = None, sample: int = SAMPLE, force: bool = False) -> Reembedding:
        """Return what would be kept, from a sample spread over all; nothing changes.

        Parameters
        ----------
        force
            Accept whatever is kept.
        """
        outdated = [facts async for facts in self._outdated(collection)]
        report = Reembedding(outdated=len(outdated))
        step = max(1, len(outdated) // max(1, sample))
        report.kept = await self._compared(outdated[::step][:sample], report)
        report.accepted = force or report.kept is None or report.kept.score >= ACCEPTABLE
        return report

    async def run(self, *, collection: str | None = None, sample: int = SAMPLE, force: bool = False) -> Reembedding:
        """Make all outdated recordings anew, unless too little would be kept; a further run goes on where one ended."""
        report = await self.look(collection=collection, sample=sample, force=force)
        if not report.accepted:
            return report
        report.gone, report.failed = [], {}
        outdated = [facts async for facts in self._outdated(collection)]
        for start in range(0, len(outdated), BATCH):
            await self._renew(outdated[start : start + BATCH], report)
        return report

    async def _outdated(self, collection: str | None) -> AsyncIterator[PatternFacts]:
        offset = 0
        query = PatternQuery(collection=collection, kind="recording", order="oldest", limit=PAGE)
        while page := await self._book.find(replace(query, offset=offset)):
            offset += len(page)
            for facts in page:
                if facts.origin.extractor != self._extractor:
                    yield facts

    async def _compared(self, sample: Sequence[PatternFacts], report: Reembedding) -> Kept | None:
        before, after = [], []
        for facts in sample:
            remade = await self._remade(facts, report)
            patterns = await self._book.load([facts.pattern_id])
            if remade is None or not remade.vectors or not patterns or not len(patterns[0].vectors):
                continue
            before.append(centre_of(patterns[0].vectors))
            after.append(centre_of(rows_of(remade.vectors, dim=remade.dim)))
        alike = len({len(centre) for centre in before}) == 1  # of several old extractors nothing can be said at once
        return kept(np.stack(before), np.stack(after)) if before and alike else None

    async def _renew(self, batch: Sequence[PatternFacts], report: Reembedding) -> None:
        changes = [
            self._change(facts, remade, report) for facts in batch if (remade := await self._remade(facts, report))
        ]
        for change, error in zip(changes, await self._writer.write_all(changes), strict=True):
            if error is None:
                report.done.append(change.pattern_id)
            else:
                report.failed[change.pattern_id] = error

    async def _remade(self, facts: PatternFacts, report: Reembedding) -> Remade | None:
        try:
            remade = await self._make(facts)
        except GrymError as error:
            report.failed[facts.pattern_id] = error
            return None
        if remade is None:
            report.gone.append(facts.pattern_id)
        return remade

    def _change(self, facts: PatternFacts, remade: Remade, report: Reembedding) -> PatternChange:
        """Return the event of one pattern; doing the same again gives the same event."""
        event_id = str(uuid.uuid5(_NAMESPACE, f"{facts.pattern_id}/{facts.last_seq}/{self._extractor}"))
        data: dict[str, object] = {"duration_s": remade.duration_s, "from": facts.origin.extractor}
        if report.kept is not None:
            data["score"] = round(report.kept.score, 4)
        return PatternChange(
            event_id=event_id,
            kind="reembedded",
            pattern_id=facts.pattern_id,
            collection=facts.collection,
            at=self._clock.now(),
            origin=replace(facts.origin, extractor=self._extractor),
            data=data,
            vectors=remade.vectors,
            dim=remade.dim,
            imprint=remade.imprint,
        )
