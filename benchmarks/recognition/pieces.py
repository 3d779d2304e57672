"""The scores: music21's own corpus, read once and kept as notes.

Reading is the slow part, so every source file becomes one small JSON file in a folder of the caller's choice, named by
the content of the source and by the version of this reading.
"""

import hashlib
import json
import re
import zlib
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

READING = "1"
"""Version of the reading; another one reads everything again."""

LEFT_OUT = frozenset({"demos", "theoryExercises", "leadSheet", "nottingham-dataset"})
"""Folders that hold exercises and examples rather than works."""

QUICKLY_READ = frozenset({"bach", "ryansMammoth", "palestrina", "trecento", "monteverdi"})

SUFFIXES = frozenset({".krn", ".abc", ".mxl", ".xml", ".musicxml"})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Piece:
    """One movement as notes.

    Parameters
    ----------
    name
        Where it comes from: folder, file and, in a file of many, its number.
    collection
        The first folder.
    group
        The work that its source says it belongs to; movements of one work share it.
    pitches, parts
        Shape (notes,): MIDI pitch, and number of the part counted from the top of the score.
    starts, ends
        Shape (notes,): quarter notes since the beginning; sorted by start.
    """

    name: str
    collection: str
    group: str
    pitches: NDArray[np.int64]
    parts: NDArray[np.int64]
    starts: NDArray[np.float64]
    ends: NDArray[np.float64]

    @property
    def voices(self) -> int:
        """Number of parts that sound."""
        return len(np.unique(self.parts))


def read_pieces(cache: Path, *, few: bool = False, processes: int = 2) -> list[Piece]:
    """Return every piece of the corpus, sorted by name.

    Parameters
    ----------
    cache
        Folder for the notes; made where it is missing.
    few
        Read an eighth of the collections that keep one piece in a file, which takes half a minute instead of twenty.
    processes
        How many read at once.
    """
    cache.mkdir(parents=True, exist_ok=True)
    sources = [path for path in _sources() if not few or _is_among_few(path)]
    with ProcessPoolExecutor(processes) as pool:
        files = list(pool.map(_read_file, sources, [cache] * len(sources), chunksize=8))
    return sorted((_piece(row) for path in files for row in json.loads(path.read_text())), key=lambda p: p.name)


def _sources() -> Iterator[Path]:
    """Yield the score files of the corpus; of a mass, whose movements share their themes, only one movement."""
    from music21 import corpus  # noqa: PLC0415 (slow to import, and only reading needs it)

    root = Path(corpus.__path__[0])
    masses = set()
    for path in sorted(root.rglob("*")):
        source = path.relative_to(root)
        if path.suffix not in SUFFIXES or source.parts[0] in LEFT_OUT:
            continue
        if source.parts[0] == "palestrina":
            mass = _group(source, path, source.as_posix())
            if mass in masses:
                continue
            masses.add(mass)
        yield path


def _is_among_few(path: Path) -> bool:
    """Return whether a file belongs to the eighth that is enough for a quick look."""
    return path.parent.name in QUICKLY_READ and zlib.crc32(path.name.encode()) % 8 == 0


def _read_file(path: Path, cache: Path) -> Path:
    """Read one file unless its notes are there already, and return where they are."""
    content = hashlib.sha256(path.read_bytes() + READING.encode()).hexdigest()[:24]
    kept = cache / f"{content}.json"
    if not kept.exists():
        draft = kept.with_suffix(".draft")
        draft.write_text(json.dumps(_rows(path)))
        draft.replace(kept)
    return kept


def _rows(path: Path) -> list[dict[str, Any]]:
    """Return the pieces of a file as plain rows; none where music21 cannot read it."""
    from music21 import converter, corpus, stream  # noqa: PLC0415 (as above)

    source = path.relative_to(Path(corpus.__path__[0]))
    try:
        parsed = converter.parse(path, forceSource=True)
    except Exception as error:  # noqa: BLE001 (a damaged score among thousands is left out, whatever is wrong with it)
        print(f"left out {source}: {type(error).__name__}")
        return []
    scores = list(parsed.scores) if isinstance(parsed, stream.Opus) else [parsed]
    rows = []
    for number, score in enumerate(scores):
        name = source.as_posix() + (f"#{number}" if len(scores) > 1 else "")
        notes = _notes(score)
        if notes:
            rows.append({"name": name, "group": _group(source, path, name), "notes": notes})
    return rows


def _notes(score: Any) -> list[tuple[int, int, float, float]]:
    """Return pitch, part, start and end of every note, ties joined, by start.

    Written-out repeats are left as they stand; grace notes have no length and are dropped.
    """
    notes = []
    for number, part in enumerate(score.parts or [score]):
        for element in part.stripTies().flatten().notes:
            start, length = float(element.offset), float(element.quarterLength)
            if length > 0:
                pitches = getattr(element, "pitches", ())
                notes += [(p.midi, number, start, start + length) for p in pitches]
    return sorted(notes, key=lambda note: (note[2], note[1], note[0]))


def _group(source: Path, path: Path, name: str) -> str:
    """Return the work that a file belongs to, by what its collection says."""
    folder = source.parts[0]
    if folder == "palestrina":
        mass = re.search(r"^!!!OPR: *(.+?)\s*$", path.read_text(errors="replace"), re.MULTILINE)
        return f"palestrina/{mass[1]}" if mass else name
    if folder == "bach":
        return "bach/" + source.stem.split(".")[0]
    if len(source.parts) > 2:
        return "/".join(source.parts[:2])
    return f"{folder}/{source.stem.removesuffix('_old')}" + name.partition("#")[2]


def _piece(row: dict[str, Any]) -> Piece:
    """Return a row as a piece that begins at zero."""
    table = np.array(row["notes"], dtype=np.float64)
    start = table[:, 2].min()
    return Piece(
        name=row["name"],
        collection=row["name"].split("/")[0],
        group=row["group"],
        pitches=table[:, 0].astype(np.int64),
        parts=table[:, 1].astype(np.int64),
        starts=table[:, 2] - start,
        ends=table[:, 3] - start,
    )
