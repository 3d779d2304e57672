"""Pattern memory as values: what is known of a pattern, what happens to it, and which ones are wanted."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:  # many processes name patterns and never touch a vector
    import numpy as np
    from numpy.typing import NDArray

PatternKind = Literal["recording", "motif", "favourite"]
PatternEventKind = Literal[
    "stored", "reinforced", "corrected", "merged", "retired", "related", "reembedded", "judged", "withdrawn"
]
Order = Literal["newest", "oldest", "name", "count", "duration"]

MAX_PATTERN_BYTES = 1024 * 1024
"""Vectors, imprint and motif of one pattern together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where the vectors of a pattern came from.

    Parameters
    ----------
    extractor
        Name and version, such as ``imprint/1``.
    event_id
        The event that led to them.
    request_id
        The request that event belongs to.
    """

    extractor: str
    event_id: str
    request_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """How a pattern stands to another: ``similar``, ``variant``, ``sequential``, ``contains``; strength 0–1."""

    other_id: str
    kind: str
    strength: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What somebody said of a match with a pattern, or what spread from that to a pattern like it.

    Parameters
    ----------
    event_id, seq
        The event that says so.
    who
        Digest of the person's name: the journal is for ever, and no name belongs there.
    right
        Whether the match was right.
    weight
        0–1: how sure the person was; of what spread, how much of it came here.
    said_s
        Unix time by the log's clock.
    spread_from
        The event it spread from; empty for what somebody said of this very pattern.
    spread_to
        The patterns it spread to.
    context
        By which evidence the match was found (see `grym.domain.patterns.calibrating`); empty where nobody knows.
    odds
        Logarithm of the odds that recognition gave the match before anything was learned; None where nobody knows.
    confidence
        How sure the answer said it was, what was learned by then included; None where nobody knows.
    evidence
        Numbers behind the match by name, as far as learning uses them.
    category
        What the pattern should be called by kind; empty where nothing was said, or something later counts.
    start_s, end_s
        Where in the recording the sound really lies; None where nothing was said.
    told_s
        Where recognition said that it begins.
    note_ref
        Where the person's own words are kept, beside the log; empty without.
    """

    event_id: str
    seq: int
    who: str
    right: bool
    weight: float = 1.0
    said_s: float = 0.0
    spread_from: str = ""
    spread_to: tuple[str, ...] = ()
    context: str = ""
    odds: float | None = None
    confidence: float | None = None
    evidence: Mapping[str, float] = field(default_factory=dict)
    category: str = ""
    start_s: float | None = None
    end_s: float | None = None
    told_s: float | None = None
    note_ref: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternFacts:
    """A pattern without its numbers.

    Parameters
    ----------
    kind
        ``recording`` (a sound that can be recognised), ``motif`` (a melodic idea), ``favourite`` (one somebody liked).
    category
        Such as ``harmonic`` or ``rhythmic``; empty where nobody said.
    count
        How often it was heard, the first time included.
    confirmed, denied
        How often somebody said that a match with it was right, or wrong.
    merged_into
        The pattern that stands for this one now; empty while it stands for itself.
    first_seq, last_seq
        The events that made it and that changed it last.
    retired
        Whether it was given up: it is found no more, until it is stored again.
    last_heard_at
        By the log's clock.
    verdicts
        What was said of matches with it and counts, in the order of the events.
    category_said
        The category without what verdicts say of it; None where they say nothing.
    """

    pattern_id: str
    collection: str
    kind: PatternKind
    name: str
    origin: Origin
    duration_s: float = 0.0
    tags: Mapping[str, str] = field(default_factory=dict)
    category: str = ""
    count: int = 1
    confirmed: int = 0
    denied: int = 0
    merged_into: str = ""
    retired: bool = False
    relations: tuple[Relation, ...] = ()
    first_seq: int
    last_seq: int
    stored_at: datetime
    last_heard_at: datetime
    verdicts: tuple[Verdict, ...] = ()
    category_said: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pattern:
    """A pattern with its numbers: the one type for everything that is remembered.

    Parameters
    ----------
    vectors
        Shape (windows, dim), float32, rows of unit length; no rows for a motif.
    imprint
        The evidence as encoded by `grym.domain.recognition`; empty for a motif.
    motif
        Intervals and durations as JSON bytes; empty for a recording.
    """

    facts: PatternFacts
    vectors: "NDArray[np.float32]"
    imprint: bytes = b""
    motif: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PatternChange:
    """One event of pattern memory before it has its place.

    Parameters
    ----------
    event_id
        Known ones are not written again, whatever they carry.
    kind
        ``stored`` and ``reembedded`` carry `vectors`, `imprint` or `motif`; the others none.
    data
        The rest as plain values: ``name``, ``tags``, ``category``, ``duration_s``, ``pattern_kind`` and, where it was
        known elsewhere before, ``count``, ``confirmed``, ``denied`` (stored); what changes, an empty tag being removed
        (corrected); ``into`` (merged); ``confidence`` and, where somebody judged a match, ``verdict`` as ``right`` or
        ``wrong`` (reinforced); ``relations`` (related); ``reason`` (retired); ``verdict``, ``who``, ``weight`` and what
        else a `Verdict` has (judged); ``of``, the event that is taken back (withdrawn). The journal adds ``content``:
        the SHA-256 of the numbers as hexadecimal digits.
    at
        By the log's clock.
    vectors
        float16 little-endian, `dim` values a row.
    """

    event_id: str
    kind: PatternEventKind
    pattern_id: str
    collection: str
    at: datetime
    origin: Origin
    data: Mapping[str, object] = field(default_factory=dict)
    vectors: bytes = b""
    dim: int = 0
    imprint: bytes = b""
    motif: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PatternEvent:
    """A change with its place in the order."""

    seq: int
    change: PatternChange


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternQuery:
    """Which patterns are wanted; what is left out does not narrow.

    Parameters
    ----------
    text
        Part of the name, of a tag's value or of the category, whatever its case.
    tags
        All of them must be there; an empty value stands for any.
    live
        Only patterns that stand for themselves: neither merged nor retired.
    judged
        Only patterns of which somebody said something, or that something spread to.
    """

    collection: str | None = None
    kind: PatternKind | None = None
    text: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    category: str = ""
    order: Order = "newest"
    limit: int = 100
    offset: int = 0
    live: bool = True
    judged: bool = False
