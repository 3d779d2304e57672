"""What is given: a score as it was read, what was found in it, and what is to be done with it.

A source keeps its notes as they were read, to the tick; grids are laid over copies of it where something is decided.
"""

from dataclasses import dataclass, field
from typing import Literal

from grym.domain.composing.plan import Instrument, Motif
from grym.domain.composing.score import Metre, Part, Score, Tonality
from grym.domain.composing.styles import Style

MadeOf = Literal["midi", "musicxml", "sound"]
Verb = Literal["reference", "continue", "vary", "harmonise", "arrange"]
Arpeggio = Literal["", "up", "down", "updown"]

MOST_NOTES = 60_000
"""An hour of a busy orchestra; what has more is no piece."""
MOST_PARTS = 64
LONGEST_S = 600.0
"""As long as a plan may be."""
SOURCE_ID = "source"
"""Stands where motifs name the pattern they come from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What a file holds, before anything is decided about it.

    Parameters
    ----------
    parts
        Their roles are not known yet; ticks are 1/480 quarter, the first bar begins at 0.
    tonality
        Where the file states one; None otherwise.
    stated
        Which of ``tempo``, ``metre`` and ``key`` the file states.
    warnings
        What could not be read, or was changed on reading.
    """

    made_of: MadeOf
    title: str
    tempo_bpm: float
    metre: Metre
    tonality: Tonality | None
    parts: tuple[Part, ...]
    length_ticks: int
    stated: frozenset[str] = frozenset()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFacts:
    """What was found in a source.

    Parameters
    ----------
    tempo_bpm
        Quarter notes a minute.
    bars, seconds
        Length of what was read.
    style
        The style of grym that comes nearest; `reasons` says by what.
    styles
        Of a sound, the most probable styles and how probable each is if it is in one of grym's; empty for a score.
    definition
        A style made from what was heard, where no style of grym is surely its own; None otherwise.
    traits
        Of a sound, what was measured of it by name (`grym.domain.composing.manner.traits.Traits`).
    swing, density
        As the parameters of a plan, 0 to 1.
    players
        Who plays, with roles.
    sure
        How sure tempo, metre, key, style and notes are, 0 to 1 by name; 1 where the file states them.
    """

    made_of: MadeOf
    tempo_bpm: float
    metre: Metre
    tonality: Tonality
    bars: int
    seconds: float
    style: str
    swing: float = 0.0
    density: float = 0.5
    notes: int = 0
    players: tuple[Instrument, ...] = ()
    sure: dict[str, float] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    motifs: tuple[Motif, ...] = ()
    styles: dict[str, float] = field(default_factory=dict)
    definition: Style | None = None
    traits: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A score that was given and what was found in it; its chords are those that were found."""

    score: Score
    facts: SourceFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class Rework:
    """What is to be done with a source (the fields are explained in `schemas.reworking.ReworkData`)."""

    verb: Verb
    only_new: bool = False
    first_bar: int = 0
    last_bar: int = 0
    as_is: bool = False
    quantise_ticks: int = 0
    humanise: float = 0.0
    arpeggiate: Arpeggio = ""
    instruments: tuple[str, ...] = ()
    styled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What a piece took of its source, and how like it is (explained in `schemas.reworking.TakenData`)."""

    verb: str
    source_sha256: str
    made_of: str
    taken: dict[str, str] = field(default_factory=dict)
    sure: dict[str, float] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    likeness: float | None = None
    likeness_limit: float | None = None
    longest_run: int = 0
    tries: int = 1
    unlike: bool = True
    kept_bars: tuple[tuple[int, int], ...] = ()
    uses: int = 0
    styles: dict[str, float] = field(default_factory=dict)
