"""Reworking on the wire: what is to be done with a score or a sound, what was found in it, and what was taken of it."""

from typing import Literal

import msgspec

from schemas.body import MotifData
from schemas.music import InstrumentData, MetreData, TonalityData
from schemas.styles import StyleData

Verb = Literal["reference", "continue", "vary", "harmonise", "arrange"]


class ReworkData(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is to be done with a source.

    Parameters
    ----------
    verb
        ``reference``: a new piece in its manner; ``continue``: go on from its end; ``vary``: theme and variations, or
        one stretch of bars made anew; ``harmonise``: chords, bass and inner voices under its melody; ``arrange``: other
        players, the same melody and harmony.
    only_new
        Leave out the given bars (continue).
    first_bar, last_bar
        The bars to be made anew, counted from 1, both included; 0: all (vary).
    as_is
        Nothing is written anew: what is given is played (arrange).
    quantise_ticks
        Grid the source is drawn to, in ticks of 1/480 quarter; 0 leaves the notes where they are.
    humanise
        How unevenly the source is played, 0 to 1.
    arpeggiate
        ``up``, ``down`` or ``updown``: chords are broken; empty: not.
    instruments
        Who plays, by names of the vocabulary, melody first; empty: the source's players, or those of the style.
    styled
        The style was asked for, so the players are those of the style.
    """

    verb: Verb
    only_new: bool = False
    first_bar: int = 0
    last_bar: int = 0
    as_is: bool = False
    quantise_ticks: int = 0
    humanise: float = 0.0
    arpeggiate: Literal["", "up", "down", "updown"] = ""
    instruments: tuple[str, ...] = ()
    styled: bool = False


class SourceFacts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was found in a source (see `grym.domain.composing.reworking.facts.SourceFacts`).

    Parameters
    ----------
    made_of
        ``midi``, ``musicxml`` or ``sound``.
    bars, seconds
        Length of what was read.
    sure
        How sure tempo, metre, key, style and notes are, 0 to 1 by name; 1 where the file states them.
    reasons
        Why this style: what was measured, in words.
    warnings
        What could not be read, or was changed on reading.
    styles
        Of a sound, the most probable styles and how probable each is if it is in one of grym's; empty for a score.
    definition
        A style made from what was heard, where no style of grym is surely its own; null otherwise.
    traits
        Of a sound, what was measured of it, by name: onsets a second, brightness in Hz, swing, shares of the energy.
    """

    made_of: Literal["midi", "musicxml", "sound"]
    tempo_bpm: float
    metre: MetreData
    tonality: TonalityData
    bars: int
    seconds: float
    style: str
    swing: float = 0.0
    density: float = 0.5
    notes: int = 0
    players: tuple[InstrumentData, ...] = ()
    sure: dict[str, float] = msgspec.field(default_factory=dict)
    reasons: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    motifs: tuple[MotifData, ...] = ()
    styles: dict[str, float] = msgspec.field(default_factory=dict)
    definition: StyleData | None = None
    traits: dict[str, float] = msgspec.field(default_factory=dict)


class TakenData(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a piece took of its source, and how like it the piece is.

    Parameters
    ----------
    source_sha256
        Digest of the file that was given.
    taken
        What was taken, by name, in words (``tempo``: ``92 BPM, sure 0.95``).
    likeness
        Share of the melody's turns of five intervals that the source has too; None where that is wanted (variations).
    likeness_limit
        What it must not exceed.
    longest_run
        Most notes in a row that melody and source share, transposition aside.
    tries
        How many pieces were composed until one was different enough.
    unlike
        Whether the piece keeps the limit; True where there is none.
    kept_bars
        Bars of the source that stand in the piece as they were, tick by tick, counted from 1.
    styles
        Of a sound, the most probable styles and how probable each is if it is in one of grym's.
    """

    verb: str
    source_sha256: str
    made_of: str
    taken: dict[str, str] = msgspec.field(default_factory=dict)
    sure: dict[str, float] = msgspec.field(default_factory=dict)
    reasons: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    likeness: float | None = None
    likeness_limit: float | None = None
    longest_run: int = 0
    tries: int = 1
    unlike: bool = True
    kept_bars: tuple[tuple[int, int], ...] = ()
    uses: int = 0
    styles: dict[str, float] = msgspec.field(default_factory=dict)
