"""The examination in recognising: ``python -m benchmarks.recognition --known 200 --strangers 1000``."""

import argparse
import json
import os
from pathlib import Path

from benchmarks.recognition.asking import CONTESTANTS, ask_all
from benchmarks.recognition.casting import SPLITS
from benchmarks.recognition.conditions import BY_NAME, CONDITIONS, LENGTHS_S
from benchmarks.recognition.render import HOME, prepare
from benchmarks.recognition.report import Result, as_rows, tables
from benchmarks.recognition.sounds import TURNS, Question, Sounds

OUT = Path("out/benchmarks")
QUICK_CONDITIONS = ("clean", "pink +0 dB", "mp3", "tempo +5 %", "transposed up", "other instruments")


def main() -> None:
    """Read the arguments, ask, report."""
    words = _arguments()
    folder = words.folder or HOME / words.split
    sounds = prepare(folder, split=words.split, known=words.known, strangers=words.strangers, processes=words.processes)
    results = []
    for name in words.contestants:
        questions = _questions(sounds, words, every=words.every if name != "grym" else 1)
        learned, answers = ask_all(name, sounds, questions, processes=words.processes)
        results.append(Result(name=name, learned=learned, answers=answers))
    OUT.mkdir(parents=True, exist_ok=True)
    stem = OUT / f"recognition-{words.split}-{words.known}-{words.strangers}"
    told = tables(results)
    stem.with_suffix(".json").write_text(json.dumps(as_rows(results), indent=1))
    stem.with_suffix(".md").write_text(told)
    print(told)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="20 known tunes, 20 strangers, six conditions, grym alone")
    parser.add_argument("--split", choices=SPLITS, default="exam")
    parser.add_argument("--known", type=int)
    parser.add_argument("--strangers", type=int)
    parser.add_argument("--folder", type=Path, help="where the sounds are kept")
    parser.add_argument("--contestants", nargs="+", choices=list(CONTESTANTS))
    parser.add_argument("--conditions", nargs="+", choices=list(BY_NAME))
    parser.add_argument("--lengths", nargs="+", type=float, help="seconds of the questions")
    parser.add_argument("--turns", type=int, help="in how many conditions each stranger asks")
    parser.add_argument("--every", type=int, default=1, help="peers get every n-th question only")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    words = parser.parse_args()
    words.known = words.known or (20 if words.quick else 200)
    words.strangers = words.strangers or (20 if words.quick else 1_000)
    words.contestants = words.contestants or (["grym"] if words.quick else list(CONTESTANTS))
    words.conditions = words.conditions or (QUICK_CONDITIONS if words.quick else list(BY_NAME))
    words.lengths = words.lengths or ([5.0] if words.quick else list(LENGTHS_S))
    words.turns = words.turns or TURNS
    return words


def _questions(sounds: Sounds, words: argparse.Namespace, *, every: int) -> list[Question]:
    """Return the questions asked of one contestant; 2, 5 or 7 for `every` still meets all conditions and lengths."""
    conditions = [condition for condition in CONDITIONS if condition.name in words.conditions]
    asked = sounds.questions(conditions=conditions, lengths_s=words.lengths, turns=words.turns)
    return asked[::every]


if __name__ == "__main__":
    main()
