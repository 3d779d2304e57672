"""What is said about harmony: chords and keys, each from one time to another.

Pitch classes are numbered from C = 0. Times are seconds from the start of the sound. Spans are in order, touch each
other and cover the sound; where nothing has pitch the chord is ``N`` and there is no key.
"""

from dataclasses import dataclass

from grym.domain.tonality import TONIC_NAMES, Key

QUALITY_SUFFIXES = {
    "maj": "",
    "min": "m",
    "dim": "dim",
    "aug": "aug",
    "7": "7",
    "maj7": "maj7",
    "min7": "m7",
    "hdim7": "m7b5",
    "dim7": "dim7",
}
"""How players write the qualities; the keys are those of Harte (2010), "Towards automatic extraction of harmony
information from music signals", table 3.2, which evaluations use."""

QUALITY_STEPS = {
    "maj": (0, 4, 7),
    "min": (0, 3, 7),
    "dim": (0, 3, 6),
    "aug": (0, 4, 8),
    "7": (0, 4, 7, 10),
    "maj7": (0, 4, 7, 11),
    "min7": (0, 3, 7, 10),
    "hdim7": (0, 3, 6, 10),
    "dim7": (0, 3, 6, 9),
}
"""Semitones above the root."""

NO_CHORD = "N"
MINOR_LIKE = frozenset({"min", "dim", "min7", "hdim7", "dim7"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ChordSpan:
    """A chord that sounds from `start_s` to `end_s`.

    Parameters
    ----------
    start_s, end_s
        Seconds; `end_s` is greater.
    root
        Pitch class 0–11, C = 0; None where no chord sounds.
    quality
        A key of `QUALITY_STEPS`, or ``N`` where no chord sounds.
    confidence
        0 (another chord fits as well) to 1; 0 for ``N``.
    root_name
        How the root is spelled in the key that sounds, ``C#``; empty where no key is known.
    """

    start_s: float
    end_s: float
    root: int | None
    quality: str
    confidence: float
    root_name: str = ""

    @property
    def name(self) -> str:
        """How players write it: ``C``, ``Am7``, ``G7``, ``Bdim``; ``N`` where no chord sounds."""
        if self.root is None:
            return NO_CHORD
        mode = "minor" if self.quality in MINOR_LIKE else "major"
        return (self.root_name or TONIC_NAMES[mode][self.root]) + QUALITY_SUFFIXES[self.quality]

    @property
    def label(self) -> str:
        """The same in the syntax of Harte (2010), as evaluations read it: ``A:min7``, ``N``."""
        if self.root is None:
            return NO_CHORD
        return f"{TONIC_NAMES['major'][self.root]}:{self.quality}"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeySpan:
    """A passage in one key, from `start_s` to `end_s` in seconds."""

    start_s: float
    end_s: float
    key: Key
