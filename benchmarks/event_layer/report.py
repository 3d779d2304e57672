"""The tables: medians and spread of what was measured, each beside the bare loop of the same run."""

import statistics
from collections.abc import Iterable, Sequence

from benchmarks.event_layer.plan import Row
from benchmarks.event_layer.systems import BARE, SYSTEMS


def tables(rows: Sequence[Row]) -> str:
    """Return all tables in Markdown."""
    parts = (_speeds(rows), _delays(rows), _faults(rows), _stateful(rows), _hops(rows))
    return "\n\n".join(part for part in parts if part)


def ratio(rows: Sequence[Row], system: str) -> float:
    """Return how many times the bare loop's throughput a system has, by the medians of the same run."""
    return _median(rows, "speed", system, "per_s") / _median(rows, "speed", BARE.name, "per_s")


def _speeds(rows: Sequence[Row]) -> str:
    lines = [
        "| system | promise | msg/s (lowest–highest) | × bare aiokafka | CPU µs/msg | RSS MB | start s |",
        "|---|---|---|---|---|---|---|",
    ]
    for name in _systems(rows, "speed"):
        rates = [row["per_s"] for row in _of(rows, "speed", name)]
        times = f"{ratio(rows, name):.2f}" if _of(rows, "speed", BARE.name) else "–"
        spread = f"{statistics.median(rates):,.0f} ({min(rates):,.0f}–{max(rates):,.0f})"
        cells = (
            f"{_median(rows, 'speed', name, 'cpu_us'):.1f}",
            f"{_median(rows, 'speed', name, 'rss_mb'):.0f}",
            f"{_median(rows, 'speed', name, 'start_s'):.2f}",
        )
        lines.append(_line((name, _promise(name), spread, times, *cells)))
    return "\n".join(lines) if len(lines) > 2 else ""


def _delays(rows: Sequence[Row]) -> str:
    lines = ["| system | p50 ms | p95 ms | p99 ms | max ms | join ms | leave ms |", "|---|---|---|---|---|---|---|"]
    fields = ("p50_ms", "p95_ms", "p99_ms", "max_ms", "join_ms", "leave_ms")
    lines += [
        _line((name, *(f"{_median(rows, 'delay', name, field):,.1f}" for field in fields)))
        for name in _systems(rows, "delay")
    ]
    return "\n".join(lines) if len(lines) > 2 else ""


def _faults(rows: Sequence[Row]) -> str:
    lines = [
        "| fault | system | lost | stuck | doubled | reordered | dead | leaked | neighbours p99 / max ms | restarts |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    fields = ("lost", "stuck", "doubled", "reordered", "dead", "leaked")
    for row in rows:
        if row["part"] == "fault":
            counts = [str(row[field]) for field in fields]
            near = row["neighbours_p99_ms"], row["neighbours_max_ms"]
            shown = "–" if near[0] is None else f"{near[0]:,.0f} / {near[1]:,.0f}"
            lines.append(_line((row["fault"], row["system"], *counts, shown, str(row["restarts"]))))
    return "\n".join(lines) if len(lines) > 2 else ""


def _stateful(rows: Sequence[Row]) -> str:
    lines = ["| log | events/s (lowest–highest) | CPU µs/event |", "|---|---|---|"]
    for log in dict.fromkeys(row["log"] for row in rows if row["part"] == "stateful"):
        found = [row for row in rows if row["part"] == "stateful" and row["log"] == log]
        rates = [row["per_s"] for row in found]
        spread = f"{statistics.median(rates):,.0f} ({min(rates):,.0f}–{max(rates):,.0f})"
        lines.append(_line((log, spread, f"{statistics.median(row['cpu_us'] for row in found):.0f}")))
    return "\n".join(lines) if len(lines) > 2 else ""


def _hops(rows: Sequence[Row]) -> str:
    found = [row for row in rows if row["part"] == "hop"]
    if not found:
        return ""
    medians = {name: statistics.median(row[name] for row in found) for name in ("p50_ms", "p99_ms", "max_ms")}
    shown = ", ".join(f"{name.removesuffix('_ms')} {value:.1f} ms" for name, value in medians.items())
    return f"Embedded hop, publish to the answer's being read: {shown}."


def _of(rows: Iterable[Row], part: str, system: str) -> list[Row]:
    return [row for row in rows if row["part"] == part and row["system"] == system]


def _systems(rows: Iterable[Row], part: str) -> list[str]:
    return list(dict.fromkeys(row["system"] for row in rows if row["part"] == part))


def _median(rows: Iterable[Row], part: str, system: str, field: str) -> float:
    return statistics.median(float(row[field]) for row in _of(rows, part, system))


def _promise(name: str) -> str:
    return next(system.promise for system in SYSTEMS if system.name == name)


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
