"""Which remembered recordings a new one is related to, and how.

Relations are found when a recording is learned, by asking memory for it as for any other sound; only sure ones count,
and a pattern has few.
"""

from collections.abc import Iterator, Mapping, Sequence
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


class Family:
    """Collects relations that one decision finds, those of one pattern side by side."""

    def __init__(self) -> None:
        self._known: dict[str, dict[str, Relation]] = {}
        self._changed: dict[str, None] = {}

    def welcome(self, pattern_id: str, kin: Sequence[Kin]) -> None:
        """Relate a new pattern to its kin, and them to it.

        A part and its whole are told apart at the whole; to the part, the whole is similar.
        """
        for one in kin:
            self._knows(one.facts)
            self._add(pattern_id, one.facts.pattern_id, _kind(one, _OURS), one.confidence)
            self._add(one.facts.pattern_id, pattern_id, _kind(one, _THEIRS), one.confidence)

    def follow(self, pattern_id: str, following_id: str, *, known: Mapping[str, PatternFacts]) -> None:
        """Relate a part of a recording to the next one, whatever else they are to each other."""
        for facts in known.values():
            self._knows(facts)
        self._add(pattern_id, following_id, "sequential", 1.0)
        self._add(following_id, pattern_id, "sequential", 1.0)

    def told(self) -> Iterator[tuple[str, tuple[Relation, ...]]]:
        """Yield each pattern whose relations changed with its strongest ones."""
        for pattern_id in self._changed:
            relations = self._known[pattern_id].values()
            ranked = sorted(relations, key=lambda relation: (-relation.strength, relation.other_id))
            yield pattern_id, tuple(ranked[:MOST_RELATIONS])

    def _knows(self, facts: PatternFacts) -> None:
        self._known.setdefault(facts.pattern_id, {relation.other_id: relation for relation in facts.relations})

    def _add(self, pattern_id: str, other_id: str, kind: str, strength: float) -> None:
        relation = Relation(other_id=other_id, kind=kind, strength=strength)
        self._known.setdefault(pattern_id, {})[other_id] = relation
        self._changed[pattern_id] = None


def _kind(one: Kin, names: dict[Kind, str]) -> str:
    return names.get(one.kind, "similar")
