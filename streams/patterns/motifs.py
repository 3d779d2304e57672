"""The melodic ideas of a remembered pattern: its own where it is one, those of its leading line where it is a sound."""

from grym.domain.recognition.codec import decode
from grym.domain.recognition.ideas import motifs_of
from grym.domain.recognition.melody import melody_of
from grym.errors import InvalidPatternError
from grym.ports.patterns import Pattern
from schemas.body import MotifData
from streams.patterns.numbers import motif_of

MOST_MOTIFS = 4  # the ideas a listener would remember of a short piece


def motifs_of_pattern(pattern: Pattern) -> tuple[MotifData, ...]:
    """Return the melodic ideas of a pattern, the most telling one first; at least one.

    Raises
    ------
    InvalidPatternError
        ``pattern.no_motif``.
    """
    pattern_id = pattern.facts.pattern_id
    if pattern.motif:
        return (motif_of(pattern.motif, pattern_id=pattern_id),)
    if pattern.imprint:
        imprint = decode(pattern.imprint)
        melody = imprint.melody if len(imprint.melody.pitches) else melody_of(imprint.tonal)
        ideas = motifs_of(melody, limit=MOST_MOTIFS)
        if ideas:
            return tuple(
                MotifData(intervals=idea.intervals, durations_beats=idea.durations_beats, pattern_id=pattern_id)
                for idea in ideas
            )
    raise InvalidPatternError(
        f"no melody stands out in {pattern.facts.name or pattern_id}",
        code="pattern.no_motif",
        hint="Name a pattern in which one line leads.",
        details={"pattern_id": pattern_id},
    )
