"""What people say of matches: whether they are right, what is right instead, and that they take it back."""

from typing import ClassVar

import msgspec

from schemas.body import Body


class VerdictData(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What somebody says of a match with a pattern, and what recognition had said of it.

    Parameters
    ----------
    right
        Whether the match was right.
    certainty
        How sure the person is, 0 to 1; more than 0.
    confidence
        How sure recognition was, 0 to 1; null where no match is meant, or nobody knows.
    start_s, end_s
        Where in the recording the sound really lies, in seconds; null where nothing is said of that.
    similar
        Whether it is to spread to similar patterns of the same category.
    """

    right: bool
    certainty: float = 1.0
    confidence: float | None = None
    offset_s: float | None = None
    transposition_semitones: int = 0
    tempo_ratio: float = 1.0
    evidence: dict[str, float] = msgspec.field(default_factory=dict)
    start_s: float | None = None
    end_s: float | None = None
    similar: bool = False


class PatternJudged(Body, frozen=True, kw_only=True):
    """Somebody said whether a match with a pattern was right, or that spread from a similar one.

    Parameters
    ----------
    who
        Digest that stands for the person.
    weight
        How sure the person was, or how much of a verdict came here, 0 to 1.
    spread_from
        The verdict that this one spread from, by event id; empty for what somebody said of this very pattern.
    spread_to
        Patterns that it spreads to.
    context
        By which evidence the match was found: ``landmarks``, ``moved`` or ``pitches``; empty where nobody knows.
    odds
        Logarithm of the odds of the match before anything was learned; null where nobody knows.
    start_s, end_s
        Where in the recording the sound really lies, in seconds; null where nothing was said of that.
    told_s
        Where recognition said that it begins, in seconds; null where nobody knows.
    """

    TYPE: ClassVar[str] = "grym.pattern.judged.v1"
    TOPIC: ClassVar[str] = "grym.pattern-events.v1"

    pattern_id: str
    collection: str
    right: bool
    who: str
    weight: float = 1.0
    spread_from: str = ""
    spread_to: tuple[str, ...] = ()
    context: str = ""
    odds: float | None = None
    confidence: float | None = None
    evidence: dict[str, float] = msgspec.field(default_factory=dict)
    category: str = ""
    start_s: float | None = None
    end_s: float | None = None
    told_s: float | None = None
    note_ref: str = ""


class VerdictWithdrawn(Body, frozen=True, kw_only=True):
    """A verdict on a pattern was taken back: it counts no more, as if it had never been given.

    Parameters
    ----------
    of
        The verdict, by event id.
    """

    TYPE: ClassVar[str] = "grym.pattern.withdrawn.v1"
    TOPIC: ClassVar[str] = "grym.pattern-events.v1"

    pattern_id: str
    collection: str
    of: str
