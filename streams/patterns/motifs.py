"""The melodic ideas of a remembered pattern."""

from grym.errors import InvalidPatternError
from grym.ports.patterns import Pattern
from schemas.body import MotifData
from streams.patterns.numbers import motif_of


def motifs_of_pattern(pattern: Pattern) -> tuple[MotifData, ...]:
    """Return the melodic ideas of a pattern, the most telling one first; at least one.

    Raises
    ------
    InvalidPatternError
        ``pattern.no_motif``.
    """
    if pattern.motif:
        return (motif_of(pattern.motif, pattern_id=pattern.facts.pattern_id),)
    raise InvalidPatternError(
        f"no melody stands out in {pattern.facts.name or pattern.facts.pattern_id}",
        code="pattern.no_motif",
        hint="Name a pattern in which one line leads.",
        details={"pattern_id": pattern.facts.pattern_id},
    )
