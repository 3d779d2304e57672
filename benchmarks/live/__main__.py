"""Measures live streams: ``python -m benchmarks.live``: the block itself, twenty streams embedded, a hundred on Kafka.

Parameters, goals and a table: `docs/benchmarks.md`. Everything runs in real time; prints a table, keeps all as JSON.
"""

import argparse
import asyncio
import json
import logging
import os
import platform
import sys
from collections.abc import Sequence
from pathlib import Path

import structlog

from grym.cli.main import keep_to_one_core

PARTS = ("block", "embedded", "kafka")
GOALS = {"embedded": 60.0, "kafka": 100.0}
"""Milliseconds after its block within which 95 of 100 windows must have been told."""
BLOCK_GOALS_US = {"mean_us": 500.0, "p99_us": 2_000.0}
MEMORY_GOAL_MB = 2.0


def main() -> int:
    """Measure what was asked for; 1 where a window was lost or told twice, or where ``--demand`` misses a goal."""
    options = _options()
    keep_to_one_core()  # as the command line does, before numpy is loaded
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    print(f"{machine}, load {os.getloadavg()[0]:.1f}\n")
    rows = {part: _measured(part, options) for part in options.only.split(",")}
    missed = [line for part, row in rows.items() for line in _misses(part, row)]
    print("\n".join(missed))
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps({"machine": machine, "rows": rows}, indent=1))
    broken = any(row.get("lost", 0) + row.get("doubled", 0) + row.get("frames_lost", 0) for row in rows.values())
    return int(broken or (options.demand and bool(missed)))


def _measured(part: str, options: argparse.Namespace) -> dict[str, float]:
    row = _row(part, options)
    shown = (f"{name} {value:,.3f}".removesuffix(".000") for name, value in row.items())
    print(f"{part}: {', '.join(shown)}", flush=True)
    return row


def _row(part: str, options: argparse.Namespace) -> dict[str, float]:
    # ruff: noqa: PLC0415  (each part loads what it needs, Kafka's brings pytest along)
    if part == "block":
        from benchmarks.live import block

        return block.measure(seconds=options.seconds)
    if part == "embedded":
        from benchmarks.live import embedded

        return asyncio.run(embedded.measure(streams=options.embedded, seconds=options.seconds))
    from benchmarks.live import kafka

    return asyncio.run(kafka.measure(streams=options.kafka, seconds=options.seconds))


def _misses(part: str, row: dict[str, float]) -> list[str]:
    """Return which goals a part has missed, in words."""
    goals = [("p95_ms", GOALS[part])] if part in GOALS else list(BLOCK_GOALS_US.items())
    goals += [("memory_mb", MEMORY_GOAL_MB)] if "memory_mb" in row else []
    return [
        f"{part}: {name} is {row[name]:,.1f}, the goal {goal:,.1f}" for name, goal in goals if not row[name] <= goal
    ]


def _options(words: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.live", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="ten seconds of four streams, the block and embedded only")
    parser.add_argument("--only", default=",".join(PARTS), help=f"parts, with commas: {', '.join(PARTS)}")
    parser.add_argument("--embedded", type=int, default=20, help="streams in the embedded runtime")
    parser.add_argument("--kafka", type=int, default=100, help="streams on Kafka")
    parser.add_argument("--seconds", type=float, default=60.0, help="length of every stream")
    parser.add_argument("--demand", action="store_true", help="fail where a goal is missed")
    parser.add_argument("--json", type=Path, default=Path("out/benchmarks/live.json"))
    options = parser.parse_args(words)
    if options.quick:
        options.only, options.embedded, options.seconds = "block,embedded", 4, 10.0
    if unknown := set(options.only.split(",")) - set(PARTS):
        parser.error(f"there is no part {', '.join(sorted(unknown))}")
    return options


if __name__ == "__main__":
    sys.exit(main())
