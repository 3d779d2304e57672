"""The ablation of formal laws; how to use it: `benchmarks.formal`."""

import argparse
import sys
from collections.abc import Mapping, Sequence

import numpy as np

from benchmarks.formal.listening import heard
from benchmarks.formal.measuring import measured
from grym.domain.composing.compose import compose
from grym.domain.composing.formal.choice import FormalChoice
from grym.domain.composing.formal.concepts import CONCEPTS, choices_of
from grym.domain.composing.formal.presets import PRESETS, choices_in
from grym.domain.composing.plan import Wish
from grym.domain.composing.planner import plan
from grym.domain.composing.score import Score

PROMPTS = ("a waltz for violin, cello and piano", "an upbeat pop song", "an ambient piece", "a string quartet")
SECONDS = 30.0
VALUE = 0.9
AUDIBLE = 1.0
"""In deviations between seeds: a law must change something at least as much as another seed would."""

Row = Mapping[str, float]


def main() -> None:
    """Compare, print, judge."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.formal")
    parser.add_argument("--seeds", type=int, default=8)
    parser.add_argument("--sound", action="store_true", help="Measure the sound of the pieces instead of their scores.")
    parser.add_argument("--only", nargs="+", metavar="LAW", help="Concepts and presets, by name.")
    given = parser.parse_args()
    pieces = [(prompt, seed) for prompt in PROMPTS for seed in range(given.seeds)]
    measures = _heard if given.sound else _measured
    plain = [measures(prompt, seed, ()) for prompt, seed in pieces]
    # Between seeds of one prompt, so that prompts' own differences do not count.
    scale = {name: _deviation([row[name] for row in plain], given.seeds) for name in plain[0]}
    laws = {f"{name}={VALUE:g}": choices_of(one, VALUE) for name, one in CONCEPTS.items()}
    laws |= {name: choices_in(one) for name, one in PRESETS.items()}
    laws = {name: choices for name, choices in laws.items() if not given.only or name.partition("=")[0] in given.only}
    print("| law | changes most (deviations between seeds) | measures changed |\n|---|---|---|")
    silent = []
    for name, choices in laws.items():
        rows = [measures(prompt, seed, choices) for prompt, seed in pieces]
        moved = {key: _moved(rows, plain, key) / scale[key] for key in scale}
        most = sorted(moved, key=lambda key: -abs(moved[key]))
        count = sum(abs(value) >= AUDIBLE for value in moved.values())
        print(f"| {name} | {', '.join(f'{key} {moved[key]:+.1f}' for key in most[:3])} | {count} of {len(moved)} |")
        silent += [name] * (count == 0)
    if silent:
        sys.exit(f"These change nothing as much as another seed does: {', '.join(silent)}.")


def _measured(prompt: str, seed: int, choices: tuple[FormalChoice, ...]) -> Row:
    return measured(_composed(prompt, seed, choices))


def _heard(prompt: str, seed: int, choices: tuple[FormalChoice, ...]) -> Row:
    return heard(_composed(prompt, seed, choices), seed=seed)


def _composed(prompt: str, seed: int, choices: tuple[FormalChoice, ...]) -> Score:
    return compose(plan(Wish(prompt=prompt, seconds=SECONDS, formal=choices), seed=seed), seed=seed)


def _moved(rows: Sequence[Row], plain: Sequence[Row], key: str) -> float:
    """Return the median change of a measure."""
    return float(np.median([row[key] - before[key] for row, before in zip(rows, plain, strict=True)]))


def _deviation(values: list[float], each: int) -> float:
    """Return the deviation within prompts; a twentieth of the mean at least, for less would not be heard."""
    within = np.array(values).reshape(-1, each)
    return max(float(np.sqrt(within.var(axis=1, ddof=1).mean())), 0.05 * abs(float(within.mean())), 1e-6)


if __name__ == "__main__":
    main()
