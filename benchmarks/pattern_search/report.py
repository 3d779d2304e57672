"""The tables, and what must hold whatever the machine does."""

import math
from collections.abc import Sequence
from typing import Any

Rows = Sequence[dict[str, Any]]

LEAST_RECALL = 0.98
SLACK = 0.005
"""What a recall of a thousand queries may lie off by chance."""
LOOKED_AT = 10
"""Neighbours that a look compares."""
MOST_PRIVATE_MIB = 100.0


def tables(rows: Rows) -> str:
    """Return all tables in Markdown."""
    parts = (_searches(rows), _builds(rows), _loads(rows), _churn(rows))
    return "\n\n".join(part for part in parts if part)


def _tellable(looks: int) -> float:
    """Return the recall that a governor can tell from the one demanded after so many looks: two deviations below it."""
    return LEAST_RECALL - 2.0 * math.sqrt(LEAST_RECALL * (1.0 - LEAST_RECALL) / (LOOKED_AT * looks))


def broken_promises(rows: Rows) -> list[str]:
    """Return what does not hold: recall, errors and memory; times are the machine's affair."""
    found = []
    for row in rows:
        world = row.get("world", "")
        if row["part"] == "search" and row["recall"] < LEAST_RECALL - SLACK:
            found.append(f"recall {row['recall']} of {world} vectors")
        if row["part"] == "churn" and any(one["recall"] < _tellable(one["looks"]) - SLACK for one in row["rounds"]):
            found.append(f"recall {row['least_recall']} of {world} vectors while they were replaced")
        if row["part"] == "load" and (row["errors"] or row["failed"]):
            found.append(f"{row['errors'] + row['failed']} errors under load")
        if row["part"] == "load" and row["private_mib"] > MOST_PRIVATE_MIB:
            found.append(f"{row['private_mib']} MiB private memory")
    return found


def _searches(rows: Rows) -> str:
    head = ("world", "index", "recall@10", "CPU ms p50 / p95 / p99", "wall ms p50 / p95 / p99", "build CPU s")
    built = {row["world"]: row["child_cpu_s"] for row in _of(rows, "build")}
    ours = [
        (
            row["world"],
            f"grym, {what}",
            row["recall"],
            _three(costs["cpu_ms"]),
            _three(costs["wall_ms"]),
            built[row["world"]],
        )
        for row in _of(rows, "search")
        for what, costs in (("delta empty", row["empty_delta"]), ("delta of 5,000", row["full_delta"]))
    ]
    theirs = [
        (row["world"], row["name"], row["recall"], _three(row["cpu_ms"]), _three(row["wall_ms"]), row["build_cpu_s"])
        for row in _of(rows, "rival")
    ]
    return _table(head, sorted(ours + theirs, key=lambda cells: str(cells[0])))


def _builds(rows: Rows) -> str:
    head = ("world", "lists", "effort", "wall s", "child CPU s", "own CPU s", "bytes / vector")
    fields = ("world", "lists", "effort", "rebuild_wall_s", "child_cpu_s", "own_cpu_s", "bytes_per_vector")
    return _table(head, [tuple(row[field] for field in fields) for row in _of(rows, "build")])


def _loads(rows: Rows) -> str:
    head = (
        "world",
        "requests / s",
        "errors",
        "delay ms p50 / p95 / p99",
        "CPU ms each",
        "share of 2 cores",
        "private MiB",
    )
    return _table(
        head,
        [
            (
                row["world"],
                row["rate"],
                row["errors"] + row["failed"],
                _three(row["delay_ms"]),
                row["cpu_ms_each"],
                f"{100 * row['share_of_cores']:.1f} %",
                row["private_mib"],
            )
            for row in _of(rows, "load")
        ],
    )


def _churn(rows: Rows) -> str:
    head = ("world", "replaced", "recall@10", "believed", "effort", "looks")
    return _table(
        head,
        [
            (
                row["world"],
                turn["replaced"],
                turn["recall"],
                " – ".join(map(str, turn["believed"])),
                turn["effort"],
                turn["looks"],
            )
            for row in _of(rows, "churn")
            for turn in row["rounds"]
        ],
    )


def _of(rows: Rows, part: str) -> list[dict[str, Any]]:
    return [row for row in rows if row["part"] == part]


def _three(costs: dict[str, float]) -> str:
    return " / ".join(f"{costs[name]:.3f}" for name in ("p50", "p95", "p99"))


def _table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    lines = [head, ["---"] * len(head), *rows] if rows else []
    return "\n".join(f"| {' | '.join(str(cell) for cell in line)} |" for line in lines)
