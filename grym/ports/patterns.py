"""Pattern memory as events: what was learned, heard again, corrected, merged and given up, in one order, for ever.

`seq` counts events from 1 without gaps, in the order of their commits: whoever has read up to a seq has missed nothing
before it. Everything else (the table of patterns, every index, every cache) follows from the events and may be lost.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:  # many processes name patterns and never touch a vector
    import numpy as np
    from numpy.typing import NDArray

PatternKind = Literal["recording", "motif", "favourite"]
PatternEventKind = Literal["stored", "reinforced", "corrected", "merged", "retired", "related", "reembedded"]
Order = Literal["newest", "name", "count", "duration"]

MAX_PATTERN_BYTES = 1024 * 1024
"""Vectors, imprint and motif of one pattern together (F50)."""


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
    last_heard_at
        By the log's clock.
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
    relations: tuple[Relation, ...] = ()
    first_seq: int
    last_seq: int
    stored_at: datetime
    last_heard_at: datetime


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
        The rest as plain values: ``name``, ``tags``, ``category``, ``duration_s``, ``pattern_kind`` (stored);
        what changes (corrected); ``into`` (merged); ``confidence`` (reinforced); ``relations`` (related);
        ``reason`` (retired).
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


class PatternBook(Protocol):
    """Read pattern memory. Writing is an effect (`RecordPatterns`), so that it commits with what caused it."""

    async def head(self) -> int:
        """Return the seq of the newest event; 0 when there is none."""
        ...

    async def events(self, after: int, *, limit: int, up_to: int | None = None) -> list[PatternEvent]:
        """Return events behind a seq in order, none beyond `up_to`."""
        ...

    async def known_events(self, event_ids: Collection[str]) -> set[str]:
        """Return those of these ids that were written already."""
        ...

    async def find(self, query: PatternQuery) -> list[PatternFacts]:
        """Return the facts of the patterns asked for; ties in order of id."""
        ...

    async def count(self, query: PatternQuery) -> int:
        """Return how many there are, whatever limit and offset."""
        ...

    async def load(self, pattern_ids: Sequence[str]) -> list[Pattern]:
        """Return patterns with their numbers, in the order asked for; unknown and retired ones are left out."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A remembered pattern that sounds here.

    Parameters
    ----------
    confidence
        0–1: the share of matches of this strength that were right, measured on sounds that were never learned.
    offset_s
        Where the sound begins within the pattern; negative before its start.
    transposition_semitones, tempo_ratio
        How the sound lies above the pattern, and its tempo over the pattern's.
    why
        One sentence for a person.
    evidence
        The numbers behind it by name: ``landmarks_aligned``, ``tonal_agreement``, ``margin`` to the runner-up, …
    """

    pattern_id: str
    name: str
    confidence: float
    offset_s: float
    transposition_semitones: int
    tempo_ratio: float
    why: str
    evidence: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognition:
    """What memory says of a sound.

    Parameters
    ----------
    known
        Whether the surest match is sure enough; a memory that does not know says so.
    matches
        Surest first; may hold unsure ones below the threshold when `known` is false: none, by default.
    searched
        How many patterns could have been found.
    as_of
        The seq up to which memory was read.
    degraded
        What could not be used, by name; empty when everything was.
    """

    known: bool
    matches: tuple[Match, ...]
    searched: int
    as_of: int
    degraded: tuple[str, ...] = ()


class Recogniser(Protocol):
    """Says what a sound is, from everything that was committed before the question."""

    async def recognise(self, imprint: bytes, *, collection: str, top: int) -> Recognition:
        """Compare an encoded imprint with the live recordings of a collection."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StoredPattern:
    """A pattern of the first design: windows of shape (windows, dim) float32, or a motif as JSON bytes."""

    pattern_id: str
    collection: str
    kind: str
    name: str
    extractor: str
    vectors: "NDArray[np.float32]"
    motif: bytes = b""
    tags: dict[str, str] = field(default_factory=dict)


class PatternStore(Protocol):
    """Read patterns of the first design; goes as soon as nothing reads them."""

    async def patterns(self, collection: str, *, kind: str, limit: int) -> list[StoredPattern]:
        """Return the newest patterns of a kind (``windows`` or ``motif``), ordered by id among equals."""
        ...
