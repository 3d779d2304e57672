"""The examination in learning; how to use it: `benchmarks.learning`."""

import argparse
import importlib
import json
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from benchmarks.learning.jobs import RIVALS, SCENARIOS, Job, Row, done
from benchmarks.learning.report import as_plain, told
from benchmarks.learning.rivals import has_optuna
from benchmarks.learning.scenarios import LISTENERS

QUICK_SEEDS = 2
QUICK_REQUESTS = 150
RELAYED = 4
RELAYED_REQUESTS = 300
"""Seeds whose log is sent again, and its length: what must be equal in every bit needs no intervals."""

SURE = ("decision", "two replays", "batches")
"""Beginnings of the bars that the quick form requires: the others need more seeds than it has."""


def main() -> None:
    """Read the arguments, run, judge, report."""
    words = _arguments()
    rivals = tuple(name for name in RIVALS if name != "Optuna TPE" or has_optuna())
    jobs = [job for name in words.scenarios for job in _jobs(name, words, rivals if words.peers else rivals[:2])]
    rows = _done(jobs, words.rows, processes=words.processes)
    by_scenario = {name: [rows[job.key] for job in jobs if job.scenario == name] for name in words.scenarios}
    report, bars = told(by_scenario)
    head = f"Listener {words.listener}, {words.requests} requests, {words.seeds} seeds from {words.first}."
    print(f"{head}\n\n{report}")
    if words.out:
        words.out.mkdir(parents=True, exist_ok=True)
        (words.out / f"learning-{words.listener}.md").write_text(f"{head}\n\n{report}\n")
        (words.out / f"learning-{words.listener}.json").write_text(json.dumps(as_plain(bars), indent=1))
    missed = [bar.name for bar in bars if not bar.held and (not words.quick or bar.name.startswith(SURE))]
    if missed:
        sys.exit(f"missed: {'; '.join(missed)}")


def _jobs(scenario: str, words: argparse.Namespace, rivals: tuple[str, ...]) -> Iterator[Job]:
    """Return the jobs of a scenario."""
    relayed = scenario == "relay"
    seeds = min(words.seeds, RELAYED) if relayed else words.seeds
    for seed in range(words.first, words.first + seeds):
        yield Job(
            scenario=scenario,
            listener=words.listener,
            seed=seed,
            requests=min(words.requests, RELAYED_REQUESTS) if relayed else words.requests,
            rivals=rivals if scenario == "normal" else (),
        )


def _done(jobs: Sequence[Job], kept: Path | None, *, processes: int) -> dict[str, Row]:
    """Return the rows of the jobs by key; those in the file are taken from there, the others added to it."""
    lines = kept.read_text().splitlines() if kept and kept.exists() else []
    rows = {row["key"]: row for row in map(json.loads, lines)}
    with ProcessPoolExecutor(processes, initializer=_alone) as pool:
        for row in pool.map(done, [job for job in jobs if job.key not in rows]):
            rows[row["key"]] = row
            if kept:
                with kept.open("a") as file:
                    file.write(json.dumps(row) + "\n")
    return rows


def _alone() -> None:
    """Use one thread: matrices this small are slower with two, and twenty times so where cores are shared."""
    # By name, since it comes without type information.
    importlib.import_module("threadpoolctl").threadpool_limits(1)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.learning", description=__doc__)
    parser.add_argument("--seeds", type=int)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--requests", type=int)
    parser.add_argument("--listener", choices=list(LISTENERS), default="bell", help="plateau: the one held out")
    parser.add_argument("--scenarios", nargs="+", choices=SCENARIOS, default=list(SCENARIOS))
    parser.add_argument("--peers", action="store_true", help="rivals beside the default and chance")
    parser.add_argument("--quick", action="store_true", help="two seeds of 150 requests: what must hold in any run")
    parser.add_argument("--rows", type=Path, help="file of rows: what is in it is not run again; of one code only")
    parser.add_argument("--out", type=Path, help="folder for the report")
    parser.add_argument("--processes", type=int, default=2)
    words = parser.parse_args()
    words.seeds = words.seeds or (QUICK_SEEDS if words.quick else 32)
    words.requests = words.requests or (QUICK_REQUESTS if words.quick else 1000)
    return words


if __name__ == "__main__":
    main()
