"""Relations of a pattern, found anew: what sounds like it, what it shares a passage with, what it is made of.

Learning a recording finds its sure kin of that moment. Asked for by hand, all of memory is compared as it is now: by
windows, which say what is alike on the whole, and by recognition, which says where two lie upon each other.
"""

from dataclasses import dataclass, replace

from grym.domain.recognition.codec import decode
from grym.ports.patterns import PatternBook, PatternFacts, Recogniser, Relation
from streams.patterns.kin import LEAST_STRENGTH, MOST_RELATIONS, kin_of
from streams.patterns.ledger import Ledger

OF_KIN = {"contains": "contains", "sequential": "sequential", "variant": "variant", "similar": "overlapping"}
"""What kinship finds, as a relation: two that are neither copies nor variants share a passage."""

PARTS = 2
"""Patterns within one from which on it is composed of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relating:
    """Finds relations."""

    book: PatternBook
    recogniser: Recogniser

    async def relate(self, facts: PatternFacts, ledger: Ledger) -> None:
        """Write down how a pattern stands to others; what was found before and still stands is kept."""
        found = {one.other_id: one for one in await self._alike(facts)}
        found |= {one.other_id: one for one in await self._kin(facts)}
        kept = {one.other_id: one for one in facts.relations if one.other_id not in found}
        standing = await self.book.facts(list(kept)) if kept else {}
        for name, relation in kept.items():
            if name in standing and not (standing[name].retired or standing[name].merged_into):
                found[name] = relation
        ledger.related(facts.pattern_id, _strongest(list(found.values())))

    async def _alike(self, facts: PatternFacts) -> list[Relation]:
        """Return what sounds like it: of the same type where both have the same category."""
        near = await self.recogniser.neighbours(facts.pattern_id, collection=facts.collection, top=MOST_RELATIONS)
        sure = {one.pattern_id: one.similarity for one in near if one.similarity >= LEAST_STRENGTH}
        known = await self.book.facts(list(sure)) if sure else {}
        return [
            Relation(other_id=name, kind=_kind(facts, other), strength=round(sure[name], 4))
            for name, other in known.items()
            if not (other.retired or other.merged_into)
        ]

    async def _kin(self, facts: PatternFacts) -> list[Relation]:
        """Return what it shares a passage with."""
        loaded = await self.book.load([facts.pattern_id])
        if not loaded or not loaded[0].imprint:
            return []
        encoded = loaded[0].imprint
        kin = await kin_of(self.book, self.recogniser, decode(encoded), encoded, collection=facts.collection)
        relations = [
            Relation(other_id=one.facts.pattern_id, kind=OF_KIN[one.kind], strength=one.confidence)
            for one in kin
            if one.kind in OF_KIN and one.facts.pattern_id != facts.pattern_id
        ]
        parts = [one for one in relations if one.kind == "contains"]
        if len(parts) < PARTS:
            return relations
        return [replace(one, kind="composite") if one in parts else one for one in relations]


def _kind(facts: PatternFacts, other: PatternFacts) -> str:
    return "same-type" if facts.category and facts.category == other.category else "similar"


def _strongest(relations: list[Relation]) -> list[Relation]:
    return sorted(relations, key=lambda one: (-one.strength, one.other_id))[:MOST_RELATIONS]
