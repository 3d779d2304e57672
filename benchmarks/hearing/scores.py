"""Scores as tables: notes, bars, keys and chord symbols of one movement, read once by music21 and kept as JSON.

Positions are quarter notes from the beginning. Reading takes up to twenty seconds a movement, so each is kept under the
content of its source and the version of this reading.
"""

import hashlib
import json
import os
import re
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

READING = "2"
"""Version of the reading; another one reads everything again."""

TUNE_START = re.compile(r"(?m)^(?=X: *\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A bar: where it starts, how long it is, its metre and its number in the score."""

    start: float
    length: float
    numerator: int
    denominator: int
    number: int

    @property
    def beat(self) -> float:
        """Length of the notated beat in quarters: three of the written units in compound metres."""
        unit = 4.0 / self.denominator
        return 3 * unit if self.numerator % 3 == 0 and self.numerator > 3 else unit

    @property
    def full(self) -> float:
        """Length in quarters that the metre asks for."""
        return 4.0 * self.numerator / self.denominator

    @property
    def metre(self) -> str:
        """As written, ``6/8``."""
        return f"{self.numerator}/{self.denominator}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A note, ties joined; `part` counts from the top of the score."""

    start: float
    end: float
    pitch: int
    part: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """What holds from one position to another: a chord in Harte's syntax, a key as ``G major``."""

    start: float
    end: float
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A movement.

    Parameters
    ----------
    name
        Folder and file, and in a file of many tunes the number.
    group
        The work it belongs to; no work is in both splits.
    key
        The key as the source says it, with its mode; None where it says a signature only.
    fifths
        The first signature: sharps, or flats below zero; None without one.
    chords, keys, sections
        What a person wrote below the notes, and what repeat signs say; empty where nobody did.
    """

    name: str
    group: str
    notes: list[Note]
    bars: list[Bar]
    key: str | None
    fifths: int | None = None
    chords: list[Span] = field(default_factory=list)
    keys: list[Span] = field(default_factory=list)
    sections: list[Span] = field(default_factory=list)

    @property
    def metres(self) -> set[str]:
        """Every metre of the movement."""
        return {bar.metre for bar in self.bars}

    @property
    def end(self) -> float:
        """End of the last bar."""
        return self.bars[-1].start + self.bars[-1].length


@cache
def corpus_root() -> Path:
    """Return the folder of music21's corpus."""
    from music21 import corpus  # noqa: PLC0415 (slow to import, and only reading needs it)

    return Path(corpus.__path__[0])


@cache
def tunes(source: str) -> tuple[str, ...]:
    """Return the tunes of an ABC file as text, one each."""
    return tuple(TUNE_START.split((corpus_root() / source).read_text(errors="replace"))[1:])


def read_score(name: str, kept: Path) -> Score | None:
    """Return a movement by its name, None where music21 cannot make sense of it.

    Parameters
    ----------
    name
        Path below the corpus, ``#number`` appended for a tune of an ABC file.
    kept
        Folder for what has been read.
    """
    source, _, number = name.partition("#")
    content = tunes(source)[int(number)].encode() if number else (corpus_root() / source).read_bytes()
    version = f"{READING}{name}{'expanded' * bool(number)}".encode()
    path = kept / f"{hashlib.sha256(version + content).hexdigest()[:24]}.json"
    if not path.exists():
        kept.mkdir(parents=True, exist_ok=True)
        score = _parsed(name, source, content.decode(errors="replace") if number else None)
        draft = path.with_suffix(f".{os.getpid()}")
        draft.write_text(json.dumps(asdict(score) if score else None))
        draft.replace(path)
    row = json.loads(path.read_text())
    return _score(row) if row else None


def _score(row: dict[str, Any]) -> Score:
    return Score(
        name=row["name"],
        group=row["group"],
        key=row["key"],
        fifths=row["fifths"],
        notes=[Note(**note) for note in row["notes"]],
        bars=[Bar(**bar) for bar in row["bars"]],
        chords=[Span(**span) for span in row["chords"]],
        keys=[Span(**span) for span in row["keys"]],
    )


def _parsed(name: str, source: str, tune: str | None) -> Score | None:
    """Read a file, or one tune of it."""
    from music21 import converter  # noqa: PLC0415 (as above)

    from benchmarks.hearing import symbols  # noqa: PLC0415 (imports music21 too)

    try:
        parsed = converter.parse(tune, format="abc") if tune else converter.parse(corpus_root() / source)
    except Exception as error:  # noqa: BLE001 (a damaged score among many is left out, whatever is wrong with it)
        print(f"left out {name}: {type(error).__name__}")
        return None
    parsed = _expanded(parsed) if tune else parsed
    notes, bars = _notes(parsed), _bars(parsed)
    if not notes or not bars:
        return None
    return Score(
        name=name,
        group=group_of(name),
        notes=notes,
        bars=bars,
        key=symbols.key_of(parsed),
        fifths=symbols.fifths_of(parsed),
        chords=symbols.chord_symbols(parsed, end=bars[-1].start + bars[-1].length),
    )


def _expanded(parsed: Any) -> Any:
    """Return a tune with its repeats played, as it stands where they contradict each other or it has no bars."""
    from music21 import exceptions21, repeat  # noqa: PLC0415 (as above)

    try:
        return parsed.expandRepeats()
    except (repeat.ExpanderException, exceptions21.StreamException):
        return parsed


def group_of(name: str) -> str:
    """Return the work that a movement belongs to; tunes of one title are one work, whichever book they are in."""
    if "#" in name:
        source, _, number = name.partition("#")
        title = re.search(r"^T: *(.+)$", tunes(source)[int(number)], re.MULTILINE)
        return "tune/" + re.sub(r"[^a-z]", "", (title[1] if title else name).lower())
    folder, _, rest = name.partition("/")
    if folder == "bach":
        return "bach/" + Path(rest).stem.split(".")[0]
    if folder == "monteverdi":
        return "monteverdi/" + Path(rest).stem
    return f"{folder}/{rest.split('/')[0]}" if rest.count("/") else f"{folder}/{rest}"


def _notes(parsed: Any) -> list[Note]:
    """Return every note by start; grace notes have no length and are dropped, chord symbols are no notes."""
    found = set()
    for number, part in enumerate(parsed.parts):
        for element in part.stripTies().flatten().notes:
            start, length = float(element.offset), float(element.quarterLength)
            if length > 0 and "Harmony" not in element.classes:
                found |= {(start, pitch.midi, number, start + length) for pitch in getattr(element, "pitches", ())}
    return [Note(start=start, end=end, pitch=pitch, part=part) for start, pitch, part, end in sorted(found)]


def _bars(parsed: Any) -> list[Bar]:
    """Return the bars of the first part."""
    bars = []
    metre = None
    for measure in parsed.parts[0].getElementsByClass("Measure"):
        metre = measure.timeSignature or metre
        if metre is None:
            return []
        bars.append(
            Bar(
                start=float(measure.offset),
                length=float(measure.duration.quarterLength),
                numerator=metre.numerator,
                denominator=metre.denominator,
                number=measure.number,
            )
        )
    return bars
