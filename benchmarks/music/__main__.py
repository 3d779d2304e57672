"""The examination in composing; how to use it: `benchmarks.music`."""

import argparse
import json
import logging
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import structlog

from benchmarks.music import likeness, report, variety
from benchmarks.music.corpus import KINDS, SPLITS
from benchmarks.music.craft import examining
from benchmarks.music.following import asking, sound
from benchmarks.music.speed import examining as speed

HOME = Path(tempfile.gettempdir()) / "grym-music"
QUICK_KINDS = "chorale,march"
QUICK = {"all": 0.6, "repetition, form": 0.6}
"""What the quick examination requires: less than the goals, by what chance makes of twelve pieces of two kinds."""

Told = tuple[str, Any]


def main() -> None:
    """Read the arguments, examine, report."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    words = _arguments()
    parts = list(PARTS) if words.part == "all" else [words.part]
    for part in parts:
        told, rows = PARTS[part](words)
        print(json.dumps(rows, indent=1) if words.json else told, flush=True)
        if words.out:
            words.out.mkdir(parents=True, exist_ok=True)
            (words.out / f"music-{part}-{words.split}.md").write_text(told + "\n")
            (words.out / f"music-{part}-{words.split}.json").write_text(json.dumps(rows, indent=1))


def _likeness(words: argparse.Namespace) -> Told:
    names = (QUICK_KINDS if words.quick else words.kinds).split(",")
    pieces = 12 if words.quick else words.pieces
    kinds = likeness.examine(names, words.split, pieces=pieces, cache=words.cache, more=dict(words.more))
    if words.quick:
        _require(kinds)
    return report.tables(kinds, worst=words.worst), report.rows_of(kinds)


def _require(kinds: list[likeness.Kind]) -> None:
    """End with an error where grym is less like real music than the quick examination requires."""
    reached = {
        "all": float(likeness.ratio(kinds, "grym").mean()),
        "repetition, form": float(likeness.ratio(kinds, "grym", likeness.FORMAL).mean()),
    }
    low = [f"{name} {value:.2f} of {QUICK[name]:.2f}" for name, value in reached.items() if value < QUICK[name]]
    if low:
        sys.exit(f"grym is less like real music than the quick examination requires: {', '.join(low)}")


def _following(words: argparse.Namespace) -> Told:
    verdicts = list(asking.asked(words.split, words.prompts or asking.COUNT))
    heard = list(sound.listened(words.split, words.sounds)) if words.sounds else []
    told = f"{asking.tables(verdicts)}\n\n{sound.tables(heard)}" if heard else asking.tables(verdicts)
    return told, asking.rows_of(verdicts)


def _variety(words: argparse.Namespace) -> Told:
    tunes = variety.composed_tunes(words.split, prompts=words.prompts or variety.PROMPTS)
    told = variety.tables(tunes, variety.real_tunes(words.cache))
    return told, {"table": told}


def _craft(words: argparse.Namespace) -> Told:
    told = examining.examined(words.split, words.cache, pieces=words.prompts or examining.PIECES)
    return told, {"table": told}


def _speed(words: argparse.Namespace) -> Told:
    return speed.examined(queue=words.prompts or speed.QUEUE)


PARTS: dict[str, Callable[[argparse.Namespace], Told]] = {
    "likeness": _likeness,
    "following": _following,
    "variety": _variety,
    "craft": _craft,
    "speed": _speed,
}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.music", description=__doc__)
    parser.add_argument("part", nargs="?", choices=[*PARTS, "all"], default="likeness")
    parser.add_argument("--split", choices=SPLITS, default="dev")
    parser.add_argument("--kinds", default=",".join(KINDS), help="likeness: kinds, separated by commas")
    parser.add_argument("--pieces", type=int, default=20, help="likeness: pieces that grym composes of each kind")
    parser.add_argument("--prompts", type=int, help="following, variety, craft, speed: so many requests")
    parser.add_argument("--sounds", type=int, default=0, help="following: render and listen to so many pieces")
    parser.add_argument("--worst", type=int, default=report.WORST, help="likeness: how many measures to show")
    parser.add_argument(
        "--quick", action="store_true", help="likeness: two kinds, and an error where too little is met"
    )
    parser.add_argument("--more", type=_folder, action="append", default=[], help="KIND=FOLDER of further scores")
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    parser.add_argument("--out", type=Path, help="folder for the tables and the JSON")
    parser.add_argument("--cache", type=Path, default=HOME, help="where scores and values are kept")
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
