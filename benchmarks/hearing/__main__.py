"""The examination in hearing; how to use it: `benchmarks.hearing`."""

import argparse
import json
import sys
from pathlib import Path

import numpy as np

from benchmarks.hearing.answers import TASKS
from benchmarks.hearing.asking import PEERS, Result, ask_all, contestant
from benchmarks.hearing.report import failures, listing, rows_of, tables, values_of
from benchmarks.hearing.scoring import has_truth
from benchmarks.hearing.sounds import HOME, Sound, prepared
from benchmarks.hearing.works import SPLITS

LEAST = {
    "tempo Acc2": 0.6,
    "beat F": 0.5,
    "onset F": 0.7,
    "key": 0.6,
    "chord root": 0.6,
    "note F": 0.6,
    "section F 3 s": 0.3,
}
"""What the quick examination requires: less than the numbers, by what chance makes of two works a kind."""


def main() -> None:
    """Read the arguments, play, ask, judge, report."""
    words = _arguments()
    sounds = _selected(prepared(words.split, words.cache, processes=words.processes, few=words.quick), words)
    if words.list:
        print(listing(sounds))
        return
    results = [
        ask_all(contestant(name), sounds, tuple(words.only), cache_folder=words.cache, processes=words.processes)
        for name in words.contestants
    ]
    told = tables(results) if not words.failures else f"{tables(results)}\n\n{failures(results, words.only)}"
    print(json.dumps(rows_of(results), indent=1) if words.json else told)
    if words.out:
        words.out.mkdir(parents=True, exist_ok=True)
        (words.out / f"hearing-{words.split}.md").write_text(told + "\n")
        (words.out / f"hearing-{words.split}.json").write_text(json.dumps(rows_of(results), indent=1))
    if words.quick and (low := _too_low(results[0])):
        sys.exit(f"grym hears less than the quick examination requires: {', '.join(low)}")


def _too_low(result: Result) -> list[str]:
    """Return the metrics in which a contestant does not reach what the quick examination requires."""
    return [
        f"{metric} {np.mean(values):.2f}"
        for metric, least in LEAST.items()
        if (values := values_of(result, metric)) and np.mean(values) < least
    ]


def _selected(sounds: list[Sound], words: argparse.Namespace) -> list[Sound]:
    """Return the works that the arguments ask for and that can be judged."""
    named = [
        sound
        for sound in sounds
        if (not words.works or any(part in sound.work.name for part in words.works))
        and (not words.kinds or sound.work.kind in words.kinds)
        and any(has_truth(sound.truth, task) for task in words.only)
    ]
    every = max(1, len(named) // words.limit) if words.limit else 1
    return named[::every][: words.limit]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hearing", description=__doc__)
    parser.add_argument("--split", choices=SPLITS, default="dev")
    parser.add_argument("--only", nargs="+", choices=TASKS, default=list(TASKS), help="what to judge")
    parser.add_argument("--contestants", nargs="+", default=["grym"], help=f"{', '.join(PEERS)}, or module:function")
    parser.add_argument("--works", nargs="+", help="parts of the names of works")
    parser.add_argument("--kinds", nargs="+", help="kinds of works")
    parser.add_argument("--limit", type=int, help="so many works, spread over all")
    parser.add_argument("--failures", action="store_true", help="show the worst works with truth and answer")
    parser.add_argument("--list", action="store_true", help="show the works and where they lie")
    parser.add_argument("--quick", action="store_true", help="two works of each kind of dev, grym alone, in a minute")
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    parser.add_argument("--out", type=Path, help="folder for the tables and the JSON")
    parser.add_argument("--cache", type=Path, default=HOME, help="where scores, sounds and answers are kept")
    parser.add_argument("--processes", type=int, default=2)
    return parser.parse_args()


if __name__ == "__main__":
    main()
