"""Measures grym's event layer and its peers side by side on real Kafka: ``python -m benchmarks.event_layer``.

The broker runs on the first core, the system under test on the second. Peers run in an environment of their own:
``uv venv DIR && uv pip install --python DIR/bin/python -r benchmarks/peers/requirements.txt``, then ``--peers DIR``.
"""

import argparse
import asyncio
import json
import logging
import os
import platform
import sys
import tempfile
from pathlib import Path

import structlog

from benchmarks.event_layer.broker import BROKER_CORE, pin_to
from benchmarks.event_layer.plan import Plan, Row, measure
from benchmarks.event_layer.report import ratio, tables
from benchmarks.event_layer.systems import BARE, OURS, ROOT, SYSTEMS

PARTS = ("speed", "delay", "faults", "leader", "stateful")
FLOOR = 0.6


def main() -> int:
    """Measure what was asked for, print tables, keep the rows; 1 when the quick form finds grym too slow."""
    options = _options()
    plan = _plan(options)
    if plan is None:
        print(f"no Python in {options.peers}; make the peers' environment first, or use --quick", file=sys.stderr)
        return 2
    pin_to(BROKER_CORE)
    # A broker that starts, or is killed on purpose, is no news here; nor is what the runner does in this process.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    rows = asyncio.run(_measure(plan))
    machine = _machine()
    print(f"\n{machine['processor']}, {machine['cores']} cores, Python {machine['python']}\n\n{tables(rows)}")
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps({"machine": machine, "rows": rows}, indent=1).replace("Infinity", "null"))
    if options.quick and (found := ratio(rows, OURS.name)) < FLOOR:
        print(f"grym has {found:.2f} times the bare loop's throughput, less than {FLOOR}", file=sys.stderr)
        return 1
    return 0


async def _measure(plan: Plan) -> list[Row]:
    rows = []
    async for row in measure(plan):
        print(json.dumps(row), flush=True)
        rows.append(row)
    return rows


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.event_layer", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="grym and the bare loop only, speed only, under a minute")
    parser.add_argument("--stateful", action="store_true", help="the same as --only stateful")
    parser.add_argument("--only", default=",".join(PARTS), help=f"parts, with commas: {', '.join(PARTS)}")
    parser.add_argument("--systems", default="", help="names of systems, with commas; all by default")
    parser.add_argument("--faults", default="", help="names of faults, with commas; all by default")
    parser.add_argument("--runs", type=int, default=5, help="how often speed and delay are measured")
    parser.add_argument("--count", type=int, default=50_000, help="records of a speed run")
    parser.add_argument("--calm", type=float, default=10.0, help="seconds over which the delay is taken")
    parser.add_argument("--peers", type=Path, default=ROOT / "benchmarks" / "peers" / ".venv")
    parser.add_argument("--heartbeat-ms", type=int, help="the peers' heartbeat; a quarter of the session by default")
    parser.add_argument("--json", type=Path, default=ROOT / "out" / "benchmarks" / "event_layer.json")
    return parser.parse_args()


def _plan(options: argparse.Namespace) -> Plan | None:
    wanted = _names(options.systems)
    systems = [system for system in SYSTEMS if not wanted or system.name in wanted]
    if options.quick:
        systems = [OURS, BARE]
    parts = _parts(options)
    python = options.peers / "bin" / "python"
    needs_peers = parts != ["stateful"] and not all(system.at_home for system in systems)
    if needs_peers and not python.exists():
        return None
    return Plan(
        systems=systems,
        parts=parts,
        runs=3 if options.quick else options.runs,
        count=options.count,
        calm_s=options.calm,
        faults=_names(options.faults),
        peers_python=str(python),
        heartbeat_ms=options.heartbeat_ms,
        logs=Path(tempfile.mkdtemp(prefix="grym-bench-logs-")),
    )


def _parts(options: argparse.Namespace) -> list[str]:
    if options.quick:
        return ["speed"]
    return ["stateful"] if options.stateful else _names(options.only)


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _machine() -> Row:
    models = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    return {
        "processor": models[0].split(":")[1].strip() if models else platform.processor(),
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
        "python": platform.python_version(),
    }


if __name__ == "__main__":
    sys.exit(main())
