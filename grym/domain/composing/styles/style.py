"""What a style is: tempo, metre, mode, harmony, rhythm, players and patterns, and the words that ask for it.

A style is a value, never a branch in the code. Tempi are quarter notes a minute. The first entry of a tuple of choices
is the usual one and is drawn twice as often as the others. A style that somebody wrote may bring patterns of its own,
so that the value says everything there is to know.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from grym.domain.composing.patterns import Pattern

Dialect = Literal["classical", "folk", "jazz", "loops", "blues"]
FormFamily = Literal[
    "aba", "aaba", "strophic", "binary", "rondo", "variations", "through", "bar", "march", "verse", "build", "chorus",
    "arc",
]  # fmt: skip
Writing = Literal["", "chorale", "quartet", "invention"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """One way of making music.

    Parameters
    ----------
    tempo_bpm
        Slowest, usual and fastest tempo.
    metres, modes
        Choices, the usual one first.
    dialect
        Which harmonic vocabulary speaks (`harmony`).
    major_loops, minor_loops
        Chord loops of the ``loops`` dialect, as numerals.
    chords_per_bar
        Harmonic rhythm: 0.5, 1 or 2.
    rhythm
        Family of melodic rhythms (`rhythm.FAMILIES`).
    melody, chords, bass, pad, counter
        Instruments to choose from by name; empty: the style does without that role.
    accompaniments, basses, drums
        Patterns by name; sections of different names take different ones.
    voices
        Voices of the accompanying chords, 3 or 4.
    swing, density, dynamics
        Usual parameters, 0–1.
    satb
        The parts are four voices, set by the rules of four-part writing.
    tessitura
        Centre of the melody as a MIDI pitch; 0 leaves it to the instrument.
    writing
        How the parts are written together: ``chorale`` (four voices), ``quartet`` (four players who share the
        material), ``invention`` (two voices that imitate); empty: melody and accompaniment.
    complexity, humanise
        Usual parameters, 0–1.
    drums_optional
        Quiet moods do without the drums unless they are asked for.
    fills
        Which fills lead from section to section (`patterns.FILLS`); none: the groove goes on.
    crashes
        A cymbal marks the beginnings of sections.
    chord_patterns, bass_patterns, drum_patterns
        Patterns of its own by name; they win over those of `patterns` that are called alike.
    """

    name: str
    words: tuple[str, ...]
    tempo_bpm: tuple[float, float, float]
    metres: tuple[str, ...]
    modes: tuple[str, ...]
    dialect: Dialect
    rhythm: str
    melody: tuple[str, ...]
    form: FormFamily
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
    writing: Writing = ""
    complexity: float = 0.45
    humanise: float = 0.5
    drums_optional: bool = False
    fills: tuple[str, ...] = ()
    crashes: bool = False
    chord_patterns: Mapping[str, Pattern] = field(default_factory=dict)
    bass_patterns: Mapping[str, Pattern] = field(default_factory=dict)
    drum_patterns: Mapping[str, Mapping[int, Pattern]] = field(default_factory=dict)
