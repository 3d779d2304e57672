"""The examination in speed: the measurements beside their goals."""

import asyncio
from statistics import median
from typing import Any

from benchmarks.music.report import table
from benchmarks.music.speed.queueing import queued
from benchmarks.music.speed.rendering import LONG, SIX_PARTS, measured

SHORT_S, LONG_S = 30.0, 600.0
ROUNDS = 5
QUEUE = 100
BACKENDS = ("auto", "synth")
GOAL_CPU_S, GOAL_WALL_S, GOAL_MIB = 3.0, 45.0, 400
GOAL_UNFAIRNESS = 1.5
"""Half way from taking turns to serving by arrival would be 2."""


def examined(*, queue: int = QUEUE) -> tuple[str, list[dict[str, Any]]]:
    """Measure everything and return the table and the plain values."""
    rows, plain = [], []
    for backend in BACKENDS:
        short = measured(SHORT_S, rounds=ROUNDS, backend=backend, prompt=SIX_PARTS)
        cpu_s = median(cpu for cpu, _ in short["rounds"][1:])
        what = f"30 s, {short['parts']} parts, {short['backend']}"
        rows.append([what, "processor s (warm median)", f"≤ {GOAL_CPU_S:g}", f"{cpu_s:.2f}"])
        rows.append([what, "processor s (first piece, with loading)", "", f"{short['rounds'][0][0]:.2f}"])
        long = measured(LONG_S, rounds=1, backend=backend, prompt=LONG)
        what = f"10 minutes, {long['parts']} parts, {long['backend']}"
        rows.append([what, "wall s", f"≤ {GOAL_WALL_S:g}", f"{long['rounds'][0][1]:.1f}"])
        rows.append([what, "processor s", "", f"{long['rounds'][0][0]:.1f}"])
        rows.append([what, "peak memory MiB", f"≤ {GOAL_MIB}", f"{long['peak_mib']:.0f}"])
        plain += [short, long]
    found = asyncio.run(queued(queue))
    what = f"{queue} pieces of 8 s by two users"
    rows.append([what, "completed", f"{queue}", str(found.completed)])
    rows.append([what, "unfairness (1 fair, 3 by arrival)", f"≤ {GOAL_UNFAIRNESS:g}", f"{found.unfairness:.2f}"])
    rows.append([what, "wall s", "", f"{found.wall_s:.0f}"])
    return table(["what", "measure", "goal", "found"], rows), [
        *plain,
        {"queue": queue, "states": found.states, "wall_s": found.wall_s, "unfairness": found.unfairness},
    ]
