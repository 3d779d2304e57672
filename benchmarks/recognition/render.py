"""Make the sounds of an examination: ``python -m benchmarks.recognition.render --split dev --into FOLDER``."""

import argparse
import hashlib
import os
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from benchmarks.recognition.casting import SPLITS, cast
from benchmarks.recognition.pieces import read_pieces
from benchmarks.recognition.sounds import Sounds, write_folder

HOME = Path(tempfile.gettempdir()) / "grym-recognition"


def main() -> None:
    """Read the arguments, choose the tunes, play them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--split", choices=SPLITS, default="dev")
    parser.add_argument("--known", type=int, default=60)
    parser.add_argument("--strangers", type=int, default=120)
    parser.add_argument("--into", type=Path)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    words = parser.parse_args()
    folder = words.into or HOME / words.split
    prepare(folder, split=words.split, known=words.known, strangers=words.strangers, processes=words.processes)
    print(folder)


def prepare(
    folder: Path, *, split: str, known: int, strangers: int, processes: int, decoys: int = 0, few: bool = False
) -> Sounds:
    """Choose the tunes and play whatever is not there yet; `few` reads less of the corpus, for small examinations."""
    pieces = read_pieces(HOME / "notes", processes=processes, few=few)
    casting = cast(pieces, split=split, known=known, strangers=strangers, decoys=decoys)
    tunes = [
        (_short(piece.name), piece.name, role, played)
        for role, side in (("known", casting.known), ("stranger", casting.strangers), ("decoy", casting.decoys))
        for piece, played in side
    ]
    write_folder(folder, split=split, tunes=tunes)
    sounds = Sounds(folder)
    with ProcessPoolExecutor(processes) as pool:
        for number, _ in enumerate(pool.map(_render, [folder] * len(tunes), range(len(tunes)), chunksize=2)):
            if number % 100 == 99:
                print(f"{number + 1} of {len(tunes)} tunes", flush=True)
    return sounds


def _short(source: str) -> str:
    """Return a name for files, the same wherever a tune is used."""
    return f"{source.split('/', maxsplit=1)[0]}-{hashlib.sha256(source.encode()).hexdigest()[:8]}"


def _render(folder: Path, number: int) -> None:
    """Play everything of one tune."""
    sounds = _opened(folder)
    sounds.render(sounds.tunes[number])


def _opened(folder: Path, seen: dict[Path, Sounds] = {}) -> Sounds:  # noqa: B006 (one folder a process, opened once)
    return seen.setdefault(folder, seen.get(folder) or Sounds(folder))


if __name__ == "__main__":
    main()
