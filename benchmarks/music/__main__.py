"""The examination in composing; how to use it: `benchmarks.music`."""

import argparse
import json
import tempfile
from pathlib import Path

from benchmarks.music.corpus import KINDS, SPLITS
from benchmarks.music.likeness import examine
from benchmarks.music.report import WORST, rows_of, tables

HOME = Path(tempfile.gettempdir()) / "grym-music"


def main() -> None:
    """Read the arguments, examine, report."""
    words = _arguments()
    kinds = examine(words.kinds.split(","), words.split, pieces=words.pieces, cache=words.cache, more=dict(words.more))
    told = tables(kinds, worst=words.worst)
    print(json.dumps(rows_of(kinds), indent=1) if words.json else told)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.music", description=__doc__)
    parser.add_argument("part", nargs="?", choices=["likeness"], default="likeness")
    parser.add_argument("--split", choices=SPLITS, default="dev")
    parser.add_argument("--kinds", default=",".join(KINDS), help="kinds, separated by commas")
    parser.add_argument("--pieces", type=int, default=20, help="pieces that grym composes of each kind")
    parser.add_argument("--worst", type=int, default=WORST, help="how many of the furthest measures to show")
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    parser.add_argument("--cache", type=Path, default=HOME, help="where scores and values are kept")
    parser.add_argument("--more", type=_folder, action="append", default=[], help="KIND=FOLDER of further scores")
    return parser.parse_args()


def _folder(text: str) -> tuple[str, Path]:
    """Read ``KIND=FOLDER``."""
    kind, _, folder = text.partition("=")
    if kind not in KINDS or not Path(folder).is_dir():
        msg = f"{text!r} is no KIND=FOLDER with a kind of {', '.join(KINDS)} and a folder that is there"
        raise argparse.ArgumentTypeError(msg)
    return kind, Path(folder)


if __name__ == "__main__":
    main()
