"""A score: what is to be played, by whom and when; the primary artifact of a composition.

Time is counted in ticks of 1/480 quarter note, so bars, MIDI and notation agree exactly. Written values
(`start_ticks`, `duration_ticks`) are what the page shows; `onset_shift_ticks` and `velocity` are how it is played.
Parts and notes are sorted by start, then pitch.
"""

from dataclasses import dataclass
from typing import Literal

TICKS_PER_QUARTER = 480

Role = Literal["melody", "counter", "chords", "pad", "bass", "drums"]

Hand = Literal["", "right", "left"]

PITCH_CLASS_NAMES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")


@dataclass(frozen=True, slots=True, kw_only=True)
class Metre:
    """A time signature: `beats` notes of 1/`unit` a bar (``4/4``, ``6/8``)."""

    beats: int
    unit: int

    @property
    def bar_ticks(self) -> int:
        """Length of one bar in ticks."""
        return self.beats * TICKS_PER_QUARTER * 4 // self.unit

    def __str__(self) -> str:
        return f"{self.beats}/{self.unit}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tonality:
    """A key: tonic pitch class 0–11 (C = 0) and mode (``major``, ``minor``, ``dorian``, …)."""

    tonic: int
    mode: str

    def __str__(self) -> str:
        return f"{PITCH_CLASS_NAMES[self.tonic % 12]} {self.mode}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One note.

    Parameters
    ----------
    start_ticks, duration_ticks
        Written position from the start of the piece and written length; ≥ 0 and ≥ 1.
    midi_pitch
        0–127, 60 = middle C; a General MIDI drum number in percussion parts.
    velocity
        1–127.
    onset_shift_ticks
        How much earlier (negative) or later than written it is played.
    ring_ticks
        How much longer (negative: shorter) than written it sounds: pedal and let-ring, staccato.
    """

    start_ticks: int
    duration_ticks: int
    midi_pitch: int
    velocity: int
    onset_shift_ticks: int = 0
    ring_ticks: int = 0

    @property
    def end_ticks(self) -> int:
        """Written end of the note."""
        return self.start_ticks + self.duration_ticks


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one player plays.

    Parameters
    ----------
    program
        General MIDI program 0–127 (0 = acoustic grand piano); ignored when `percussion`.
    pan
        −1 (left) to 1 (right).
    gain_db
        Level against the other parts.
    hand
        ``right`` or ``left`` where one player of a keyboard plays several parts: those of the right hand are written on
        the upper staff of one system, those of the left on the lower; empty for a player of his own.
    """

    name: str
    role: Role
    program: int
    notes: tuple[Note, ...]
    percussion: bool = False
    pan: float = 0.0
    gain_db: float = 0.0
    hand: Hand = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChordSpan:
    """A chord of the harmony: symbol (``Dm7``), Roman numeral (``ii7``), pitch classes (root first) and its span."""

    start_ticks: int
    duration_ticks: int
    symbol: str
    numeral: str
    pitch_classes: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionSpan:
    """A named section (``A``, ``B``, ``verse``, ``coda``) and its span."""

    name: str
    start_ticks: int
    duration_ticks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A whole piece; `length_ticks` is a whole number of bars and the tempo is constant.

    Parameters
    ----------
    hold_ticks
        How much longer than written the last chord sounds.
    loop
        It goes round: its sound is exactly as long as it is written, and what rings on is heard over its beginning.
    """

    title: str
    tempo_bpm: float
    metre: Metre
    tonality: Tonality
    parts: tuple[Part, ...]
    chords: tuple[ChordSpan, ...]
    sections: tuple[SectionSpan, ...]
    length_ticks: int
    hold_ticks: int = 0
    loop: bool = False

    @property
    def duration_s(self) -> float:
        """Written length in seconds (a beat of `tempo_bpm` is a quarter note)."""
        return self.length_ticks / TICKS_PER_QUARTER * 60.0 / self.tempo_bpm

    @property
    def sounding_s(self) -> float:
        """Length in seconds with the last chord held."""
        return (self.length_ticks + self.hold_ticks) / TICKS_PER_QUARTER * 60.0 / self.tempo_bpm
