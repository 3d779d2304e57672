"""Speed, memory and recall of the vector index; ``--quick`` with a tenth of the vectors, ``--only`` some parts.

Rows are printed as they come and kept as JSON in ``out/benchmarks/pattern_search.json``.
"""

import argparse
import asyncio
import contextlib
import importlib
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.pattern_search.load import under_load
from benchmarks.pattern_search.measuring import each_ms
from benchmarks.pattern_search.own import churned, machine, rebuilt, searched
from benchmarks.pattern_search.report import broken_promises, tables
from benchmarks.pattern_search.rivals import RIVALS
from benchmarks.pattern_search.vectors import WORLDS, recall_of, truth_of

PARTS = ("index", "load", "rivals", "churn")
OUT = Path("out/benchmarks/pattern_search.json")
Row = dict[str, object]


def main() -> int:
    """Measure what was asked for, print it as tables, and fail where something that must hold does not."""
    parser = argparse.ArgumentParser(prog="benchmarks.pattern_search", description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--count", type=int, default=0, help="vectors; 100,000, or 20,000 with --quick")
    parser.add_argument("--dim", type=int, default=128)
    parser.add_argument("--only", default=",".join(PARTS), help="parts, joined by commas: " + ", ".join(PARTS))
    parser.add_argument("--worlds", default=",".join(WORLDS), help="joined by commas: " + ", ".join(WORLDS))
    chosen = parser.parse_args()
    count = chosen.count or (20_000 if chosen.quick else 100_000)
    parts, rows = chosen.only.split(","), [{"part": "machine", "count": count, "dim": chosen.dim} | machine()]
    for world in chosen.worlds.split(","):
        for row in measured(world, parts, count=count, dim=chosen.dim, quick=chosen.quick):
            print(json.dumps(row), flush=True)
            rows.append(row)
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(rows, indent=1), encoding="utf-8")
    print(f"\n{tables(rows)}")
    broken = broken_promises(rows)
    for promise in broken:
        print(f"does not hold: {promise}")
    return int(bool(broken))


def measured(world: str, parts: list[str], *, count: int, dim: int, quick: bool) -> Iterator[Row]:
    """Yield what one world gives."""
    vectors, queries = WORLDS[world](count, dim=dim, seed=1), WORLDS[world](1_000, dim=dim, seed=2)
    with tempfile.TemporaryDirectory(prefix="grym-bench-") as folder:
        if {"index", "load"} & set(parts):
            yield {"part": "build", "world": world} | rebuilt(Path(folder), vectors)
        if "index" in parts:
            yield {"part": "search", "world": world} | searched(Path(folder), queries, truth_of(queries, vectors))
        if "load" in parts:
            seconds = 2.0 if quick else 8.0
            yield {"part": "load", "world": world} | asyncio.run(under_load(Path(folder), queries, seconds=seconds))
    if "rivals" in parts:
        for name in RIVALS:
            yield from compared(name, world, count=count, dim=dim)
    if "churn" in parts:
        with tempfile.TemporaryDirectory(prefix="grym-bench-") as folder:
            searches, rounds = (2_000, 4) if quick else (10_000, 10)
            kept = churned(Path(folder), world, count=count, dim=dim, rounds=rounds, searches=searches)
            least = min(float(str(row["recall"])) for row in kept)
            yield {"part": "churn", "world": world, "least_recall": least, "rounds": kept}


def compared(name: str, world: str, *, count: int, dim: int) -> Iterator[Row]:
    """Yield what a rival gives; nothing where its package is not there."""
    with contextlib.suppress(ImportError):
        importlib.import_module(name.split(maxsplit=1)[0].rstrip(","))
        yield _compared(name, world, count=count, dim=dim)


def _compared(name: str, world: str, *, count: int, dim: int) -> Row:
    vectors, queries = WORLDS[world](count, dim=dim, seed=1), WORLDS[world](500, dim=dim, seed=2)
    began_s = time.process_time()
    search = RIVALS[name](vectors)
    built_s = round(time.process_time() - began_s, 2)
    truth = truth_of(queries, vectors)
    recall = sum(recall_of(search(queries[[row]])[None], truth[[row]]) for row in range(len(queries))) / len(queries)
    costs = each_ms(lambda turn: search(queries[[turn % len(queries)]]), len(queries))
    return {"part": "rival", "world": world, "name": name, "recall": round(recall, 4), "build_cpu_s": built_s} | costs


if __name__ == "__main__":
    sys.exit(main())
