"""Does what answers questions hold what the journal says, and does it find what is near: asked from the outside.

The journal's own store is the truth. Which patterns can be recognised is compared by name; how well the index finds is
measured against an exact search through the stored vectors, which shares no code with the index.
"""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grym.domain.recognition.imprint import EXTRACTOR, FloatArray
from grym.memory.recognising.collection import Collection
from grym.memory.recognising.contents import View
from grym.ports.patterns import Pattern, PatternBook, PatternFacts, PatternQuery

PAGE = 64
QUESTIONS = 200
NEAREST = 10
ROUNDING = 2e-3
"""Similarities of one pair differ by less than this between half precision and the index's codes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """What was found.

    Parameters
    ----------
    as_of
        Seq of the newest event that was compared.
    patterns, vectors
        How many can be recognised, and by how many windows.
    missing
        Patterns that are remembered and cannot be recognised, though their numbers are of this extractor.
    orphans
        Patterns that are recognised and not remembered.
    unreadable, outdated
        Patterns whose numbers make no sense, and whose are of another extractor.
    recall_at_10
        Share of the ten nearest windows that the index finds, over `questions`; None where there is no window.
    generation
        Name of the sealed generation below; empty where there is none.
    """

    as_of: int
    patterns: int
    vectors: int
    missing: tuple[str, ...]
    orphans: tuple[str, ...]
    unreadable: tuple[str, ...]
    outdated: tuple[str, ...]
    recall_at_10: float | None
    questions: int
    generation: str

    @property
    def clean(self) -> bool:
        """Whether memory and what answers for it agree."""
        return not (self.missing or self.orphans or self.unreadable)


async def audit(asked: Collection, book: PatternBook, *, name: str) -> Audit:
    """Compare a collection with the journal's store, both as they are now.

    A change that is committed between the two looks may show as missing or orphan; an audit of a quiet memory is exact.
    """
    facts = [one async for one in _recordings(book, name)]
    as_of, view = await asked.now()
    current = {one.pattern_id for one in facts if one.origin.extractor == EXTRACTOR}
    held = {holding.pattern_id for holding in view.holdings.values() if not holding.into}
    aliases = [holding.pattern_id for holding in view.holdings.values() if holding.into]
    names = [*(one.pattern_id for one in facts), *aliases]
    unreadable = set(asked.unreadable)
    truth = _Truth(view)
    for first in range(0, len(names), PAGE):
        truth.take(await book.load(names[first : first + PAGE]))
    recall, questions = truth.recall()
    return Audit(
        as_of=as_of,
        patterns=len(held),
        vectors=sum(holding.windows for holding in view.holdings.values()),
        missing=tuple(sorted(current - held - unreadable)),
        orphans=tuple(sorted(held - {one.pattern_id for one in facts})),
        unreadable=tuple(sorted(unreadable)),
        outdated=tuple(sorted(one.pattern_id for one in facts if one.origin.extractor != EXTRACTOR)),
        recall_at_10=recall,
        questions=questions,
        generation="" if asked.generation is None else asked.generation.name,
    )


async def _recordings(book: PatternBook, collection: str) -> AsyncIterator[PatternFacts]:
    offset = 0
    while True:
        query = PatternQuery(collection=collection, kind="recording", order="name", limit=PAGE, offset=offset)
        page = await book.find(query)
        for facts in page:
            yield facts
        if len(page) < PAGE:
            return
        offset += PAGE


class _Truth:
    """The stored vectors, by the numbers of a view; the questions are some of them, evenly spread."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._numbers = {holding.pattern_id: number for number, holding in view.holdings.items()}
        self._ids: list[NDArray[np.int64]] = []
        self._vectors: list[NDArray[np.float16]] = []

    def take(self, patterns: list[Pattern]) -> None:
        """Take in the vectors of patterns that the view has."""
        for pattern in patterns:
            number = self._numbers.get(pattern.facts.pattern_id)
            if number is not None and len(pattern.vectors):
                self._ids.append(_names(np.int64(number), np.arange(len(pattern.vectors))))
                self._vectors.append(pattern.vectors.astype(np.float16))

    def recall(self) -> tuple[float | None, int]:
        """Return the share of the nearest that the index finds, and over how many questions."""
        if not self._ids:
            return None, 0
        ids, vectors = np.concatenate(self._ids), np.concatenate(self._vectors).astype(np.float32)
        asked = np.unique(np.linspace(0, len(ids) - 1, QUESTIONS).astype(np.int64))
        k = min(NEAREST, len(ids))
        near = self._view.nearest(vectors[asked], k=k)
        found = _names(near.numbers.astype(np.int64), near.windows)
        hits = sum(
            int(np.isin(row, ids[similarities >= np.partition(similarities, -k)[-k] - ROUNDING]).sum())
            for row, similarities in zip(found, _similarities(vectors, asked), strict=True)
        )
        return hits / (k * len(asked)), len(asked)


def _names(numbers: NDArray[np.int64] | np.int64, windows: NDArray[np.signedinteger]) -> NDArray[np.int64]:
    """Return one name for each window of each pattern."""
    return np.asarray((numbers << 32) + windows, dtype=np.int64)


def _similarities(vectors: FloatArray, asked: NDArray[np.int64]) -> Iterator[FloatArray]:
    """Yield the similarity of everything to each question, so that only one row at a time takes memory."""
    for place in asked:
        yield vectors @ vectors[place]
