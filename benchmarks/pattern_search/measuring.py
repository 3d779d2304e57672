"""What a process costs: its memory that nobody else shares, its processor time, and percentiles of what it did."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

MIB = 1024**2


def private_mib() -> float:
    """Return what only this process holds and the system cannot drop: anonymous pages and changed private ones."""
    fields = {}
    for line in Path("/proc/self/smaps_rollup").read_text(encoding="ascii").splitlines()[1:]:
        name, value, *_ = line.split()
        fields[name.rstrip(":")] = int(value)
    return max(fields["Anonymous"], fields["Private_Dirty"]) / 1024


def resident_mib() -> float:
    """Return what is in memory, pages of files included."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * 4096 / MIB


def percentiles(values: Sequence[float]) -> dict[str, float]:
    """Return the three that are reported."""
    return {
        name: round(float(np.percentile(values, share)), 4) for name, share in (("p50", 50), ("p95", 95), ("p99", 99))
    }


def each_ms(work: Callable[[int], object], times: int) -> dict[str, object]:
    """Return milliseconds of processor and wall time of each call; the first tenth only warms up."""
    spent, passed = [], []
    for turn in range(times + times // 10):
        wall_s, cpu_s = time.perf_counter(), time.thread_time()
        work(turn)
        spent.append(1e3 * (time.thread_time() - cpu_s))
        passed.append(1e3 * (time.perf_counter() - wall_s))
    return {"cpu_ms": percentiles(spent[times // 10 :]), "wall_ms": percentiles(passed[times // 10 :])}
