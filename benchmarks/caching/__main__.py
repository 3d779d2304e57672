"""Plays seeded traces to grym's record cache and to reference policies: ``python -m benchmarks.caching``.

Traces, parameters and goals: `docs/benchmarks.md`. Prints tables and keeps all figures as JSON.
"""

import argparse
import json
import platform
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from benchmarks.caching import parts
from benchmarks.caching.traces import REQUESTS, SEED, Trace, studio, zipf

SHARES = (0.01, 0.05, 0.20)
GOAL = 0.01
"""By how much the best of the others may be better."""


def main() -> int:
    """Measure what was asked for; 1 where grym is further below the best reference than the goal allows."""
    options = _options()
    traces = list(_traces(options))
    rows: list[dict[str, object]] = []
    worst = 0.0
    for trace in traces:
        for share in SHARES:
            budget = int(trace.footprint_bytes * share)
            row = parts.policies(trace, budget)
            worst = max(worst, parts.behind(row))
            rows += [
                {"part": "policies", "trace": trace.name, "share": share, "system": n, **asdict(o)}
                for n, o in row.items()
            ]
            print(parts.line(f"{trace.name} @ {share:.0%}", row), flush=True)
    print(f"\nfurthest behind the best reference: {100 * worst:.1f} points\n")
    if not options.quick:
        rows += _pieces(traces)
    options.json.parent.mkdir(parents=True, exist_ok=True)
    machine = {"processor": platform.processor() or platform.machine(), "python": platform.python_version()}
    options.json.write_text(json.dumps({"machine": machine, "seed": options.seed, "rows": rows}, indent=1))
    return int(worst > GOAL)


def _pieces(traces: list[Trace]) -> Iterator[dict[str, object]]:
    for trace in traces:
        for share in SHARES:
            row = parts.pieces(trace, int(trace.footprint_bytes * share))
            print(parts.line(f"{trace.name} @ {share:.0%}", row, detailed=True), flush=True)
            yield from (
                {"part": "pieces", "trace": trace.name, "share": share, "system": n, **asdict(o)}
                for n, o in row.items()
            )


def _traces(options: argparse.Namespace) -> Iterator[Trace]:
    count, seed = options.requests, options.seed
    if options.quick:
        yield from (zipf(1.0, requests=count // 4, seed=seed), studio(requests=count // 4, seed=seed))
        return
    for exponent in (0.8, 1.0, 1.2):
        yield zipf(exponent, requests=count, seed=seed)
    yield studio(requests=count, seed=seed)
    yield studio(scans=True, requests=count, seed=seed)
    yield studio(sized=True, requests=count, seed=seed)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.caching", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="two traces of a quarter of the requests, policies only")
    parser.add_argument("--requests", type=int, default=REQUESTS)
    parser.add_argument("--seed", type=int, default=SEED, help="another one shows that nothing was fitted to this one")
    parser.add_argument("--json", type=Path, default=Path("out/benchmarks/caching.json"))
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
