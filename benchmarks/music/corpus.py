"""The reference: notated works of music21's corpus by kind, read once and kept as JSON.

A work is on one side only: its split follows from the hash of its name, and so does the order in which works are
taken, so that no person chooses. What the corpus says of its licences: `LICENCES`.
"""

import hashlib
import json
import os
import re
import warnings
from collections.abc import Iterator
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any, Literal

from benchmarks.music.pieces import Bar, Note, Piece, windows_of
from benchmarks.music.repeats import played_order

READING = "2"
"""Version of the reading; another one reads everything again."""

Split = Literal["dev", "test"]
SPLITS: tuple[Split, ...] = ("dev", "test")
TUNE_START = re.compile(r"(?m)^(?=X: *\d)")

LICENCES = {
    "music21 corpus": "Out of copyright in the United States, or licensed by the encoders, by some of them for "
    "non-commercial use only (corpus/license.txt). It is read where music21 is installed; nothing is copied from it.",
    "essenFolksong": "Status unclear; non-commercial distribution and use are permitted (its license.txt).",
}

KINDS: dict[str, tuple[tuple[str, int], ...]] = {
    "chorale": (("bach/*.mxl", 400),),
    "folk": (("essenFolksong/*.abc", 160), ("miscFolk/northumbrian*.abc", 60)),
    "dance": (("ryansMammoth/*.abc", 90), ("oneills1850/*.abc", 90), ("airdsAirs/*.abc", 60)),
    "march": (("airdsAirs/*.abc", 60), ("oneills1850/*.abc", 60), ("miscFolk/american*.abc", 60)),
    "quartet": (
        ("haydn/**/*.mxl", 40),
        ("mozart/k1*/*.mxl", 40),
        ("mozart/k8*/*.mxl", 40),
        ("mozart/k4*/*.mxl", 40),
        ("beethoven/**/*.mxl", 60),
        ("schumann_robert/opus41no1/*.mxl", 20),
    ),
    "piano": (
        ("mozart/k545/*.mxl", 4),
        ("chopin/*.krn", 4),
        ("schumann_clara/polonaise*.mxl", 8),
        ("cpebach/*.mxl", 4),
        ("joplin/*.mxl", 4),
    ),
    "ragtime": (("joplin/*.mxl", 1),),
}
"""Each kind's collections, and of each at most so many movements in the order of the hash of their names."""

VOICES = {"chorale": (4, 4), "folk": (1, 1), "dance": (1, 1), "march": (1, 1), "quartet": (4, 4)}
MELODIES = frozenset({"folk", "dance", "march"})
"""Kinds of a single line: of a composed piece only its melody is compared."""

UNDIVIDED = frozenset({"ragtime", "piano"})
"""Kinds of so few works that both splits have all of them, unless further ones are given."""

SUFFIXES = frozenset({".abc", ".krn", ".mxl", ".xml", ".musicxml"})
MOST_MORE = 80

LARGEST_BYTES = 250_000
_DANCE = re.compile(r"reel|jig|hornpipe|strathspey|clog|slip|dance", re.IGNORECASE)


@cache
def root() -> Path:
    """Return the folder of music21's corpus."""
    from music21 import corpus  # noqa: PLC0415 (slow to import, and only reading needs it)

    return Path(corpus.__path__[0])


@cache
def tunes(source: str) -> tuple[str, ...]:
    """Return the tunes of an ABC file as text, one each."""
    return tuple(TUNE_START.split((root() / source).read_text(errors="replace"))[1:])


def pieces(kind: str, split: Split, kept: Path, more: Path | None = None) -> list[Piece]:
    """Return the movements of a kind and split that have a window, by place in the order of hashes.

    Parameters
    ----------
    kept
        Folder for what has been read.
    more
        Folder of further scores of this kind (``*.krn``, ``*.mxl``, ``*.musicxml``, ``*.abc``).
    """
    found: dict[str, Piece] = {}
    undivided = kind in UNDIVIDED and more is None
    for pattern, most in [*KINDS[kind], *([(f"{more.resolve()}/*", MOST_MORE)] if more else [])]:
        names = sorted(set(_names(pattern, kind)), key=_place)
        wanted = [name for name in names if undivided or split_of(group_of(name)) == split]
        for name in wanted[:most]:
            piece = read(name, kind, kept)
            if piece is not None and (kind not in MELODIES or piece.group not in found):
                found[piece.group if kind in MELODIES else piece.name] = piece
    return list(found.values())


def split_of(group: str) -> Split:
    """Return the split of a work: half of them each, by the hash of their names."""
    return SPLITS[_place(group)[0] & 1]


def group_of(name: str) -> str:
    """Return the work that a movement belongs to; tunes of one title are one work, whichever book they are in."""
    source, _, number = name.partition("#")
    if number:
        title = re.search(r"^T: *(.+)$", tunes(source)[int(number)], re.MULTILINE)
        return "tune/" + re.sub(r"[^a-z]", "", (title[1] if title else name).lower())
    if source.startswith("/"):
        return Path(source).stem.split("-")[0]
    folder, _, rest = source.partition("/")
    if folder == "bach":
        return "bach/" + Path(rest).stem.split(".")[0]
    return f"{folder}/{rest.split('/')[0]}" if "/" in rest else f"{folder}/{Path(rest).stem}"


def _names(pattern: str, kind: str) -> Iterator[str]:
    """Yield the names of movements below a pattern; tunes of ABC files by number."""
    beside = pattern.startswith("/")
    for path in sorted(Path("/").glob(pattern[1:]) if beside else root().glob(pattern)):
        source = path.as_posix() if beside else path.relative_to(root()).as_posix()
        if path.suffix not in SUFFIXES:
            continue
        if path.suffix != ".abc":
            if path.stat().st_size <= LARGEST_BYTES:
                yield source
            continue
        yield from (f"{source}#{number}" for number, text in enumerate(tunes(source)) if _serves(text, source, kind))


def _serves(text: str, source: str, kind: str) -> bool:
    """Return whether a tune is of a kind by what its header says."""
    head = f"{source} " + " ".join(re.findall(r"^[TR]: *(.+)$", text, re.MULTILINE))
    marches = "march" in head.lower()
    return {"march": marches, "dance": bool(_DANCE.search(head)) and not marches}.get(kind, not marches)


def _place(name: str) -> bytes:
    # Further scores lie anywhere: their file names count.
    return hashlib.sha256(b"music " + name[name.startswith("/") and name.rindex("/") :].encode()).digest()


def read(name: str, kind: str, kept: Path) -> Piece | None:
    """Return a movement by its name, None where it is damaged, has no window or another number of voices."""
    source, _, number = name.partition("#")
    content = tunes(source)[int(number)].encode() if number else (root() / source).read_bytes()
    path = kept / "scores" / f"{hashlib.sha256(f'{READING}{name}'.encode() + content).hexdigest()[:24]}.json"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(f".{os.getpid()}")
        draft.write_text(json.dumps(_parsed(name, content.decode(errors="replace") if number else None)))
        draft.replace(path)
    row = json.loads(path.read_text())
    piece = _piece(name, kind, row) if row else None
    fewest, most = VOICES.get(kind, (1, 99))
    return piece if piece and fewest <= len(piece.voices) <= most and windows_of(piece) else None


def _piece(name: str, kind: str, row: dict[str, Any]) -> Piece:
    voices = tuple(tuple(Note(**note) for note in voice) for voice in row["voices"])
    bars = tuple(Bar(**bar) for bar in row["bars"])
    return Piece(name=name, kind=kind, group=group_of(name), voices=voices, bars=bars)


def _parsed(name: str, tune: str | None) -> dict[str, Any] | None:
    """Read a file, or one tune of it, into plain rows with its repeats played."""
    from music21 import converter  # noqa: PLC0415 (as above)

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            parsed: Any = converter.parse(tune, format="abc") if tune else converter.parse(root() / name)
            return _rows(parsed)
    except Exception as error:  # noqa: BLE001 (a damaged score among many is left out, whatever is wrong with it)
        print(f"left out {name}: {type(error).__name__}: {error}")
        return None


def _rows(parsed: Any) -> dict[str, Any] | None:
    """Return voices and bars of a parsed score; parts whose bars do not agree with the first part's are left out."""
    bars, order = _bars(parsed.parts[0])
    if not bars:
        return None
    voices = [voice for part in parsed.parts if (voice := _played(_notes(part), bars, order))]
    if voices and _register(voices[0]) < _register(voices[-1]):
        # Kern lists staves from below.
        voices.reverse()
    return {
        "voices": [[asdict(n) for n in v] for v in voices],
        "bars": [asdict(b) for b in _laid_out(bars, order)],
    }


def _notes(part: Any) -> list[Note]:
    """Return the notes of a part; grace notes have no length and are dropped, chord symbols are no notes."""
    found = set()
    for element in part.stripTies().flatten().notes:
        start, length = float(element.offset), float(element.quarterLength)
        if length > 0 and "Harmony" not in element.classes:
            found |= {(start, pitch.midi, length) for pitch in getattr(element, "pitches", ())}
    return [Note(start=start, length=length, pitch=pitch) for start, pitch, length in sorted(found)]


def _bars(part: Any) -> tuple[list[Bar], list[int]]:
    """Return the written bars and the order in which they are played."""
    bars, metre = [], None
    begins, ends, endings = set(), set(), {}
    for at, measure in enumerate(part.getElementsByClass("Measure")):
        metre = measure.timeSignature or metre
        if metre is None:
            return [], []
        length = float(measure.duration.quarterLength)
        bars.append(Bar(start=float(measure.offset), length=length, beats=metre.numerator, unit=metre.denominator))
        begins |= {at} if _repeats(measure.leftBarline, "start") else set()
        ends |= {at} if _repeats(measure.rightBarline, "end") else set()
        for bracket in measure.getSpannerSites("RepeatBracket"):
            endings[at] = list(bracket.numberRange)
    return bars, played_order(len(bars), begins=begins, ends=ends, endings=endings)


def _register(notes: list[Note]) -> float:
    return sum(note.pitch for note in notes) / len(notes)


def _repeats(barline: Any, direction: str) -> bool:
    return barline is not None and getattr(barline, "direction", None) == direction


def _laid_out(bars: list[Bar], order: list[int]) -> list[Bar]:
    """Return bars in the order played, one after the other."""
    found, at = [], 0.0
    for place in order:
        bar = bars[place]
        found.append(Bar(start=at, length=bar.length, beats=bar.beats, unit=bar.unit))
        at += bar.length
    return found


def _played(notes: list[Note], bars: list[Bar], order: list[int]) -> list[Note]:
    """Return notes moved to where their bars are played."""
    by_bar: dict[int, list[Note]] = {}
    place = 0
    for note in notes:
        while place + 1 < len(bars) and note.start >= bars[place + 1].start - 1e-6:
            place += 1
        by_bar.setdefault(place, []).append(note)
    moved = []
    for number, bar in zip(order, _laid_out(bars, order), strict=True):
        shift = bar.start - bars[number].start
        moved += [Note(start=n.start + shift, length=n.length, pitch=n.pitch) for n in by_bar.get(number, ())]
    return moved
