"""A style on the wire: what somebody brought along travels with the wish and inside the plan."""

import msgspec


class PatternData(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A rhythm as text, a character a sixteenth (see `grym.domain.composing.patterns.pattern.Pattern`).

    Parameters
    ----------
    cells
        Group length in sixteenths to the text of the first group and of the others.
    bars, metres
        Bars that alternate, by length in sixteenths and by metre (``3/4``).
    ring
        Whether notes sound on until the chord changes.
    short
        Share of the written length that is played, 0 to 1.
    """

    cells: dict[int, tuple[str, str]] = msgspec.field(default_factory=dict)
    bars: dict[int, tuple[str, ...]] = msgspec.field(default_factory=dict)
    metres: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict)
    ring: bool = False
    short: float = 1.0


class StyleData(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One way of making music (see `grym.domain.composing.styles.Style`).

    Names are plain text here, so that a new dialect or form does not break an older reader of the log; whoever composes
    checks them.

    Parameters
    ----------
    words
        Further names it is asked for by.
    tempo_bpm
        Slowest, usual and fastest, in quarter notes a minute.
    metres, modes
        Choices, the usual one first.
    dialect, rhythm, form, writing
        Which harmony, melodic rhythm, form and kind of part writing.
    melody, chords, bass, pad, counter
        Instruments to choose from, by name.
    accompaniments, basses, drums, fills
        Patterns by name.
    crashes
        Whether a cymbal marks the beginnings of sections.
    drums_optional
        Whether quiet moods do without drums.
    major_loops, minor_loops
        Chord loops as Roman numerals.
    chords_per_bar
        0.5, 1 or 2.
    voices
        Voices of the chords, 3 or 4.
    satb
        Whether the parts are four voices under the rules of four-part writing.
    tessitura
        Centre of the melody as a MIDI pitch; 0 leaves it to the instrument.
    swing, density, dynamics, complexity, humanise
        Usual parameters, 0 to 1.
    mood
        The usual one.
    chord_patterns, bass_patterns, drum_patterns
        Patterns of its own by name; those of drums by General MIDI percussion key.
    """

    name: str
    words: tuple[str, ...]
    tempo_bpm: tuple[float, float, float]
    metres: tuple[str, ...]
    modes: tuple[str, ...]
    dialect: str
    rhythm: str
    melody: tuple[str, ...]
    form: str
    accompaniments: tuple[str, ...]
    chords: tuple[str, ...] = ()
    bass: tuple[str, ...] = ()
    pad: tuple[str, ...] = ()
    counter: tuple[str, ...] = ()
    basses: tuple[str, ...] = ("halves",)
    drums: str = ""
    major_loops: tuple[str, ...] = ()
    minor_loops: tuple[str, ...] = ()
    chords_per_bar: float = 1.0
    voices: int = 3
    swing: float = 0.0
    density: float = 0.5
    dynamics: float = 0.5
    mood: str = "calm"
    satb: bool = False
    tessitura: float = 0.0
    writing: str = ""
    complexity: float = 0.45
    humanise: float = 0.5
    drums_optional: bool = False
    fills: tuple[str, ...] = ()
    crashes: bool = False
    chord_patterns: dict[str, PatternData] = msgspec.field(default_factory=dict)
    bass_patterns: dict[str, PatternData] = msgspec.field(default_factory=dict)
    drum_patterns: dict[str, dict[int, PatternData]] = msgspec.field(default_factory=dict)
