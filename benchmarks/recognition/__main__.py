"""The examination in recognising: ``python -m benchmarks.recognition --known 200 --strangers 1000``."""

import argparse
import json
import os
import sys
from pathlib import Path

from benchmarks.recognition.asking import CONTESTANTS, Taught, ask_all, teach
from benchmarks.recognition.casting import SPLITS
from benchmarks.recognition.conditions import BY_NAME, CONDITIONS, LENGTHS_S
from benchmarks.recognition.growth import REAL, SIZES, grow
from benchmarks.recognition.nothing import nothings
from benchmarks.recognition.recordings import Recordings, recordings
from benchmarks.recognition.render import HOME, prepare
from benchmarks.recognition.report import Result, as_rows, nothing_table, tables
from benchmarks.recognition.scoring import named
from benchmarks.recognition.sounds import TURNS, Question, Sounds

LEAST_NAMED = 0.95
LEAST_TOLD = 0.80
"""What the quick examination requires: less than the numbers, by what chance makes of 120 questions."""

OUT = Path("out/benchmarks")
QUICK_CONDITIONS = ("clean", "pink +0 dB", "mp3", "tempo +5 %", "transposed up", "other instruments")


def main() -> None:
    """Read the arguments, ask, report."""
    words = _arguments()
    folder = words.folder or HOME / (f"{words.split}-few" if words.quick else words.split)
    told, rows, holds = _growing(folder, words) if words.growth else _examination(folder, words)
    OUT.mkdir(parents=True, exist_ok=True)
    kind = "growth" if words.growth else f"{words.known}-{words.strangers}"
    stem = OUT / f"recognition-{words.split}-{kind}"
    stem.with_suffix(".json").write_text(json.dumps(rows, indent=1))
    stem.with_suffix(".md").write_text(told)
    print(told)
    if words.quick and not holds:
        sys.exit("grym names or tells apart less than the quick examination requires")


def _examination(folder: Path, words: argparse.Namespace) -> tuple[str, object, bool]:
    """Ask about rendered scores, real recordings, and sounds that are no tune."""
    sounds = prepare(
        folder,
        split=words.split,
        known=words.known,
        strangers=words.strangers,
        processes=words.processes,
        few=words.quick,
    )
    results, taught = [], {}
    for name in words.contestants:
        every = words.every if name == "grym" else words.peers_every or words.every
        questions = _questions(sounds, words, every=every)
        taught[name] = teach(name, sounds, processes=words.processes)
        answers = ask_all(taught[name], sounds, questions, processes=words.processes)
        results.append(Result(name=name, learned=taught[name].learned, answers=answers))
    told, rows = tables(results), {"scores": as_rows(results)}
    if "grym" in taught:
        told += f"\n\n{nothing_table(_nothing(taught['grym']))}"
    if words.recordings and recordings():
        real = [_recordings(folder / "recordings", name, processes=words.processes) for name in words.contestants]
        told += "\n\nReal recordings:\n\n" + tables(real)
        rows["recordings"] = as_rows(real)
    return told + "\n", rows, _holds(results[0])


def _holds(result: Result) -> bool:
    """Return whether a contestant does what the quick examination requires."""
    return named(result.judged).top1 >= LEAST_NAMED and result.overall.told_rightly >= LEAST_TOLD


def _recordings(folder: Path, name: str, *, processes: int) -> Result:
    """Ask about both halves of the recordings."""
    answers = []
    for half in (0, 1):
        sounds = Recordings(folder, half=half)
        taught = teach(name, sounds, processes=processes)
        answers += ask_all(taught, sounds, sounds.questions(), processes=processes)
    return Result(name=name, learned=taught.learned, answers=answers)


def _nothing(taught: Taught) -> list[tuple[str, float]]:
    """Return the highest confidence for each sound that is no tune, over all lengths."""
    highest: dict[str, float] = {}
    for length_s in LENGTHS_S:
        for name, signal in nothings(length_s).items():
            highest[name] = max(highest.get(name, 0.0), taught.contestant.ask(signal).confidence or 0.0)
    return list(highest.items())


def _growing(folder: Path, words: argparse.Namespace) -> tuple[str, object, bool]:
    sounds = prepare(
        folder,
        split=words.split,
        known=words.known,
        strangers=words.strangers,
        decoys=min(REAL, max(words.sizes)) - words.known,
        processes=words.processes,
    )
    return *grow(sounds, words.contestants, processes=words.processes, sizes=words.sizes), True


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="20 known tunes, 20 strangers, six conditions, grym alone")
    parser.add_argument("--growth", action="store_true", help="ask among 200, 2,000 and 20,000 tunes instead")
    parser.add_argument("--sizes", nargs="+", type=int, default=list(SIZES), help="among how many tunes, for --growth")
    parser.add_argument("--recordings", action="store_true", help="ask about real recordings too, where installed")
    parser.add_argument("--split", choices=SPLITS, help="exam unless --quick, which looks at dev")
    parser.add_argument("--known", type=int)
    parser.add_argument("--strangers", type=int)
    parser.add_argument("--folder", type=Path, help="where the sounds are kept")
    parser.add_argument("--contestants", nargs="+", choices=list(CONTESTANTS))
    parser.add_argument("--conditions", nargs="+", choices=list(BY_NAME))
    parser.add_argument("--lengths", nargs="+", type=float, help="seconds of the questions")
    parser.add_argument("--turns", type=int, help="in how many conditions each stranger asks")
    parser.add_argument(
        "--every", type=int, default=1, help="ask every n-th question; 3 meets every tune and condition"
    )
    parser.add_argument("--peers-every", type=int, help="the same for the peers, where it is to differ")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    words = parser.parse_args()
    words.split = words.split or ("dev" if words.quick else "exam")
    words.known = words.known or (20 if words.quick else 200)
    words.strangers = words.strangers or (20 if words.quick else 1_000)
    words.contestants = words.contestants or (["grym"] if words.quick else list(CONTESTANTS))
    words.conditions = words.conditions or (QUICK_CONDITIONS if words.quick else list(BY_NAME))
    words.lengths = words.lengths or ([5.0] if words.quick else list(LENGTHS_S))
    words.turns = words.turns or TURNS
    return words


def _questions(sounds: Sounds, words: argparse.Namespace, *, every: int) -> list[Question]:
    """Return the questions asked of one contestant."""
    conditions = [condition for condition in CONDITIONS if condition.name in words.conditions]
    return sounds.questions(conditions=conditions, lengths_s=words.lengths, turns=words.turns, every=every)


if __name__ == "__main__":
    main()
