"""Which pattern is meant by an id: the one that stands for it, or why there is none."""

from collections.abc import Mapping

from grym.errors import InvalidPatternError
from grym.ports.patterns import PatternBook, PatternFacts


async def standing_for(book: PatternBook, known: Mapping[str, PatternFacts], pattern_id: str) -> PatternFacts:
    """Return the facts of the pattern that stands for an id.

    Parameters
    ----------
    known
        Facts by id, of the ids at hand.

    Raises
    ------
    InvalidPatternError
        ``pattern.unknown``, ``pattern.retired``.
    """
    facts = known.get(pattern_id)
    if facts is not None and facts.merged_into:
        facts = (await book.facts([facts.merged_into])).get(facts.merged_into)
    if facts is None:
        raise InvalidPatternError(
            f"no pattern has the id {pattern_id}",
            code="pattern.unknown",
            hint="`grym patterns ls` lists the patterns.",
            details={"pattern_id": pattern_id},
        )
    if facts.retired:
        raise InvalidPatternError(
            f"the pattern {facts.name or pattern_id} was forgotten",
            code="pattern.retired",
            hint="Learn it again.",
            details={"pattern_id": pattern_id},
        )
    return facts
