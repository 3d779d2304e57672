"""Which remembered recordings a new one is related to, and how (F82).

Relations are found when a recording is learned, by asking memory for it as for any other sound; only sure ones count,
and a pattern has few.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from grym.domain.recognition.codec import decode
from grym.domain.recognition.imprint import Imprint
from grym.domain.recognition.kinship import Kind, Place, kinship
from grym.ports.patterns import PatternBook, PatternFacts, Recogniser, Relation

MOST_RELATIONS = 10
LEAST_STRENGTH = 0.8

_OURS: dict[Kind, str] = {"contains": "contains", "sequential": "sequential", "variant": "variant"}
_THEIRS: dict[Kind, str] = {"contained": "contains", "sequential": "sequential", "variant": "variant"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kin:
    """A remembered recording, and how a new one stands to it."""

    facts: PatternFacts
    kind: Kind
    confidence: float


async def kin_of(
    book: PatternBook, recogniser: Recogniser, imprint: Imprint, encoded: bytes, *, collection: str
) -> list[Kin]:
    """Return what a recording is related to, surest first; at most `MOST_RELATIONS`."""
    found = await recogniser.recognise(encoded, collection=collection, top=MOST_RELATIONS)
    sure = {match.pattern_id: match for match in found.matches if match.confidence >= LEAST_STRENGTH}
    kin = []
    for pattern in await book.load(list(sure)):
        match = sure.get(pattern.facts.pattern_id)
        if match is None or not pattern.imprint:
            continue
        place = Place(
            offset_s=match.offset_s,
            transposition_semitones=match.transposition_semitones,
            tempo_ratio=match.tempo_ratio,
        )
        kind = kinship(imprint, decode(pattern.imprint), place)
        kin.append(Kin(facts=pattern.facts, kind=kind, confidence=round(match.confidence, 4)))
    return kin


def relations_with(pattern_id: str, kin: Sequence[Kin]) -> dict[str, tuple[Relation, ...]]:
    """Return the relations of a new pattern and those of its kin with it, by pattern.

    A part and its whole are told apart at the whole; to the part, the whole is similar.
    """
    ours = [Relation(other_id=one.facts.pattern_id, kind=_kind(one, _OURS), strength=one.confidence) for one in kin]
    changed = {pattern_id: tuple(ours[:MOST_RELATIONS])} if ours else {}
    for one in kin:
        new = Relation(other_id=pattern_id, kind=_kind(one, _THEIRS), strength=one.confidence)
        others = [relation for relation in one.facts.relations if relation.other_id != pattern_id]
        ranked = sorted([*others, new], key=lambda relation: (-relation.strength, relation.other_id))
        if new in ranked[:MOST_RELATIONS]:
            changed[one.facts.pattern_id] = tuple(ranked[:MOST_RELATIONS])
    return changed


def _kind(one: Kin, names: dict[Kind, str]) -> str:
    return names.get(one.kind, "similar")
