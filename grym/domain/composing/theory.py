"""Pitch, scale and chord: what a Roman numeral means in a key, and how pitches are spelled.

Conventions: pitch classes 0–11 with C = 0; scales are ascending semitones from the tonic; numerals are read against
the scale of the key's own mode (``VII`` in D minor is C major, in D major C sharp), upper case major, lower case
minor. Spelling follows the line of fifths (Temperley 2001, ch. 5): a pitch class takes the name nearest to the key.
"""

import re
from dataclasses import dataclass

from grym.domain.composing.score import Tonality
from grym.errors import InvariantError

SCALES: dict[str, tuple[int, ...]] = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "minor": (0, 2, 3, 5, 7, 8, 10),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "phrygian": (0, 1, 3, 5, 7, 8, 10),
    "lydian": (0, 2, 4, 6, 7, 9, 11),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
    "locrian": (0, 1, 3, 5, 6, 8, 10),
}
MINOR_MODES = frozenset({"minor", "dorian", "phrygian", "locrian"})

# Semitones from a mode's tonic up to the tonic of the major key with the same signature.
_TO_RELATIVE_MAJOR = {"major": 0, "minor": 3, "dorian": 10, "phrygian": 8, "lydian": 7, "mixolydian": 5, "locrian": 1}

# Chord quality (the suffix of a lead-sheet symbol) to semitones above the root.
QUALITIES: dict[str, tuple[int, ...]] = {
    "": (0, 4, 7),
    "m": (0, 3, 7),
    "dim": (0, 3, 6),
    "aug": (0, 4, 8),
    "7": (0, 4, 7, 10),
    "maj7": (0, 4, 7, 11),
    "m7": (0, 3, 7, 10),
    "m7b5": (0, 3, 6, 10),
    "dim7": (0, 3, 6, 9),
    "6": (0, 4, 7, 9),
    "m6": (0, 3, 7, 9),
    "9": (0, 4, 7, 10, 2),
    "maj9": (0, 4, 7, 11, 2),
    "m9": (0, 3, 7, 10, 2),
    "add9": (0, 4, 7, 2),
    "madd9": (0, 3, 7, 2),
    "sus2": (0, 2, 7),
    "sus4": (0, 5, 7),
    "7sus4": (0, 5, 7, 10),
    "5": (0, 7),
}

_NUMERAL = re.compile(r"^(?P<alter>[b#]?)(?P<degree>[iIvV]+)(?P<rest>[^/:]*)(?:/(?P<of>[^:]+))?(?::(?P<inv>\d))?$")
_DEGREES = {"i": 0, "ii": 1, "iii": 2, "iv": 3, "v": 4, "vi": 5, "vii": 6}
_SPECIAL = {"°": "dim", "°7": "dim7", "ø7": "m7b5", "+": "aug"}

# The line of fifths; position −1 is F, 0 is C, and seven further on come the same letters with one sharp more.
_FIFTHS_LETTERS = "FCGDAEB"


@dataclass(frozen=True, slots=True)
class Chord:
    """A chord in a key: numeral as written, quality suffix, pitch classes root first, bass pitch class."""

    numeral: str
    root: int
    quality: str
    pitch_classes: tuple[int, ...]
    bass: int

    @property
    def is_dominant(self) -> bool:
        """Whether the chord pulls to the tonic or to another degree: V, vii° or a secondary dominant."""
        head = self.numeral.split(":", maxsplit=1)[0]
        return (head.startswith(("V", "vii°", "viiø")) and not head.startswith("VI")) or "/" in head


def scale_of(tonality: Tonality) -> tuple[int, ...]:
    """Return the seven pitch classes of a key, tonic first."""
    return tuple((tonality.tonic + step) % 12 for step in SCALES[tonality.mode])


def key_fifths(tonality: Tonality) -> int:
    """Return the key signature: sharps positive, flats negative, −6 to 6."""
    relative = (tonality.tonic + _TO_RELATIVE_MAJOR[tonality.mode]) % 12
    fifths = relative * 7 % 12
    flat_side = 6 if tonality.mode in MINOR_MODES else 7
    return fifths - 12 if fifths >= flat_side else fifths


def spell(pitch_class: int, tonality: Tonality) -> tuple[str, int]:
    """Name a pitch class in a key as letter and accidentals (−2 to 2, sharps positive).

    Minor keys lean to the sharp side, where their leading tone lives; major keys to the flat side, where borrowed
    chords live.
    """
    fifths = key_fifths(tonality)
    low = fifths - 2 if tonality.mode in MINOR_MODES else fifths - 4
    position = next(at for at in range(low, low + 12) if at * 7 % 12 == pitch_class)
    return _FIFTHS_LETTERS[(position + 1) % 7], (position + 1) // 7


def name(pitch_class: int, tonality: Tonality) -> str:
    """Name a pitch class in a key, ``F#`` or ``Eb``."""
    letter, alter = spell(pitch_class, tonality)
    return letter + ("#" * alter if alter > 0 else "b" * -alter)


def symbol_of(chord: Chord, tonality: Tonality) -> str:
    """Write a chord as a lead-sheet symbol, ``Dm7`` or ``C/E``."""
    symbol = name(chord.root, tonality) + chord.quality
    return symbol if chord.bass == chord.root else f"{symbol}/{name(chord.bass, tonality)}"


def chord_of(numeral: str, tonality: Tonality) -> Chord:
    """Read a Roman numeral in a key.

    Parameters
    ----------
    numeral
        Degree with optional accidental before, quality after, ``/`` and the degree it is applied to, and ``:`` with
        the inversion: ``V7``, ``bVImaj7``, ``V7/V``, ``I:1``.
    """
    match = _NUMERAL.match(numeral)
    if match is None:
        msg = f"{numeral!r} is no Roman numeral"
        raise InvariantError(msg)
    home = tonality
    if match["of"]:
        # An applied chord borrows the major key of its target: its dominant is major whatever the mode.
        home = Tonality(tonic=chord_of(match["of"], tonality).root, mode="major")
    degree = match["degree"]
    shift = {"b": -1, "#": 1, "": 0}[match["alter"]]
    root = (home.tonic + SCALES[home.mode][_DEGREES[degree.lower()]] + shift) % 12
    if degree.lower() == "vii" and match["rest"].startswith(("°", "ø")):
        root = (home.tonic + 11) % 12
    quality = _quality(match["rest"], lower=degree.islower())
    pitch_classes = tuple((root + step) % 12 for step in QUALITIES[quality])
    inversion = int(match["inv"] or 0)
    return Chord(numeral, root, quality, pitch_classes, pitch_classes[inversion % len(pitch_classes)])


def _quality(rest: str, *, lower: bool) -> str:
    """Turn the suffix of a numeral into a chord quality."""
    if rest in _SPECIAL:
        return _SPECIAL[rest]
    if lower and rest in {"", "7", "6", "9", "add9"}:
        return "m" + rest
    return rest


def altered_scale(tonality: Tonality, chord: Chord) -> tuple[int, ...]:
    """Return the pitch class of each scale degree while a chord sounds: its foreign tones displace their neighbours.

    Over V in a minor key degree 7 becomes the leading tone; over V/V in a major key degree 4 is raised.
    """
    degrees = list(scale_of(tonality))
    natural = set(degrees)
    for tone in chord.pitch_classes:
        if tone in natural:
            continue
        near = [at for at, pc in enumerate(degrees) if (tone - pc) % 12 in {1, 11} and pc not in chord.pitch_classes]
        if near:
            # The raised lower neighbour is the usual reading (leading tones); a lowered one otherwise.
            raised = [at for at in near if (tone - degrees[at]) % 12 == 1]
            degrees[(raised or near)[0]] = tone
    return tuple(degrees)
