"""Taking in patterns from a file: all of them or none, and what is known already stays as it is."""

from collections.abc import Sequence

from grym.domain.patterns.archive import read_archive
from grym.domain.patterns.names import collection_name
from grym.domain.patterns.numbers import bytes_of
from grym.domain.recognition.codec import decode
from grym.errors import InvalidPatternError
from grym.ports.patterns import Pattern, PatternBook, PatternFacts, Relation
from streams.patterns.ledger import Ledger
from streams.patterns.numbers import Numbers, pattern_id_of

MOST_PATTERNS = 500
MOST_BYTES = 64 * 1024 * 1024
"""Of one file: what is decided at once is in memory at once. Larger exports are imported in parts."""


async def import_patterns(book: PatternBook, payload: bytes, ledger: Ledger, *, collection: str) -> tuple[str, ...]:
    """Store what is new in a file and return the ids of that.

    Raises
    ------
    InvalidPatternError
        ``archive.unreadable``, ``archive.newer``, ``archive.too_large``, ``imprint.damaged``, ``imprint.version``.
    """
    patterns = _checked(payload)
    names = {pattern.facts.pattern_id: _name_here(pattern, collection) for pattern in patterns}
    known = await book.facts([*names.values(), *_others(patterns)])
    new = [pattern for pattern in patterns if not _is_there(known.get(names[pattern.facts.pattern_id]))]
    for pattern in new:
        facts = pattern.facts
        ledger.stored(
            names[facts.pattern_id],
            kind=facts.kind,
            name=facts.name,
            numbers=_numbers(pattern),
            tags=facts.tags,
            category=facts.category,
            count=facts.count,
        )
    there = {**names, **{other: other for other, facts in known.items() if facts.collection == collection}}
    for pattern in new:
        relations = _carried(pattern.facts.relations, there)
        if relations:
            ledger.related(names[pattern.facts.pattern_id], relations)
    return tuple(names[pattern.facts.pattern_id] for pattern in new)


def _checked(payload: bytes) -> tuple[Pattern, ...]:
    """Return the patterns of a file, each once, after looking at everything that could be wrong with them."""
    if len(payload) > MOST_BYTES:
        raise _too_large(f"{len(payload)} bytes")
    _, patterns = read_archive(payload)
    if len(patterns) > MOST_PATTERNS:
        raise _too_large(f"{len(patterns)} patterns")
    for pattern in patterns:
        if pattern.imprint:
            decode(pattern.imprint)
    return tuple({pattern.facts.pattern_id: pattern for pattern in patterns}.values())


def _too_large(size: str) -> InvalidPatternError:
    return InvalidPatternError(
        f"{size} are too many for one import",
        code="archive.too_large",
        hint="`grym patterns import` sends a large file in parts.",
    )


def _name_here(pattern: Pattern, collection: str) -> str:
    """Return the id of a pattern in this collection: its own where it comes from one of that name."""
    facts = pattern.facts
    if facts.collection == collection_name(collection):
        return facts.pattern_id
    owner = facts.tags.get("user", "") if facts.kind == "favourite" else ""
    return pattern_id_of(facts.kind, collection, _numbers(pattern), owner=owner)


def _numbers(pattern: Pattern) -> Numbers:
    return Numbers(
        extractor=pattern.facts.origin.extractor,
        duration_s=pattern.facts.duration_s,
        vectors=bytes_of(pattern.vectors),
        dim=pattern.vectors.shape[1] if len(pattern.vectors) else 0,
        imprint=pattern.imprint,
        motif=pattern.motif,
    )


def _others(patterns: Sequence[Pattern]) -> set[str]:
    return {relation.other_id for pattern in patterns for relation in pattern.facts.relations}


def _carried(relations: Sequence[Relation], there: dict[str, str]) -> tuple[Relation, ...]:
    """Return relations to patterns that are here, too, under their names here."""
    return tuple(
        Relation(other_id=there[relation.other_id], kind=relation.kind, strength=relation.strength)
        for relation in relations
        if relation.other_id in there
    )


def _is_there(facts: PatternFacts | None) -> bool:
    return facts is not None and not facts.retired
