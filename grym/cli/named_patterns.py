"""Patterns as people name them: by id, by how an id begins, or by a name."""

from typing import TYPE_CHECKING

from grym.errors import InvalidRequestError

if TYPE_CHECKING:
    from grym.ports.patterns import PatternBook, PatternFacts

SHORTEST_ID = 6
"""Fewest characters that stand for a whole id; the ids of a library of a million differ by then, most of them."""


async def found_pattern(book: "PatternBook", name: str) -> "PatternFacts":
    """Return the pattern that a person means: by id, by how an id alone begins, or by a name that only one has.

    Raises
    ------
    InvalidRequestError
        ``pattern.unknown``, ``pattern.ambiguous``.
    """
    from grym.ports.patterns import PatternQuery

    if facts := (await book.facts([name])).get(name):
        return facts
    found: list[PatternFacts] = []
    for live in (True, False):  # what stands for itself goes before what was merged or forgotten
        called = await book.find(PatternQuery(text=name, limit=100, live=live))
        found = found or [facts for facts in called if facts.name == name]
    if not found and len(name) >= SHORTEST_ID:
        found = await _beginning_with(book, name)
    if len(found) == 1:
        return found[0]
    if found:
        ids = ", ".join(facts.pattern_id for facts in found[:5])
        raise InvalidRequestError(
            f"{name!r} may be one of {len(found)} patterns: {ids}",
            code="pattern.ambiguous",
            hint="Name it by its id.",
            details={"pattern": name},
        )
    raise InvalidRequestError(
        f"there is no pattern {name!r}",
        code="pattern.unknown",
        hint="`grym patterns ls` lists the patterns.",
        details={"pattern": name},
    )


async def usable_pattern(book: "PatternBook", name: str) -> "PatternFacts":
    """Return the pattern that a person means and that stands for it now; otherwise as `found_pattern`.

    Raises
    ------
    InvalidRequestError
        ``pattern.retired`` for one that was forgotten.
    """
    facts = await found_pattern(book, name)
    if facts.merged_into:
        facts = (await book.facts([facts.merged_into]))[facts.merged_into]
    if facts.retired:
        raise InvalidRequestError(f"{name} was forgotten", code="pattern.retired", hint="Learn it again.")
    return facts


async def _beginning_with(book: "PatternBook", start: str) -> "list[PatternFacts]":
    from grym.ports.patterns import PatternQuery

    found, page, offset = [], 1000, 0
    while facts := await book.find(PatternQuery(live=False, order="name", limit=page, offset=offset)):
        found += [one for one in facts if one.pattern_id.startswith(start)]
        offset += page
    return found
