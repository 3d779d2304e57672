"""The tables: overlaps by family and kind beside the ceiling, and the measures that are furthest from real music."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from benchmarks.music.likeness import FORMAL, GOALS, Kind, equivalent, ratio
from benchmarks.music.measures import FAMILIES
from benchmarks.music.overlap import COVERED, Floats, means

WORST = 12


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table in Markdown."""
    return "\n".join("| " + " | ".join(line) + " |" for line in [head, ["---"] * len(head), *rows])


def tables(kinds: Sequence[Kind], *, worst: int = WORST) -> str:
    """Return all tables of an examination."""
    parts = [overall(kinds)]
    for kind in kinds:
        parts += [by_family(kind), furthest(kind, count=worst)]
    return "\n\n".join(parts)


def overall(kinds: Sequence[Kind]) -> str:
    """Return each side's overlap over all kinds, its part of the ceiling, and the goals.

    A goal is given as it was set, and *here*: at the same place between chain and shuffled bars on this yardstick.
    """
    rows = []
    for side in _sides(kinds):
        for label, families in (("all", tuple(FAMILIES)), ("repetition, form", FORMAL)):
            found = [kind.of(side, families) for kind in kinds if side in kind.compared and kind.counts]
            real, other = (np.mean([pair[at] for pair in found], axis=0) for at in (0, 1))
            part = ratio(kinds, side, families)
            goal = f"{GOALS[label][0]:.2f}; here {equivalent(kinds, label, families):.2f}" if side == "grym" else ""
            rows.append([side, label, f"{real.mean():.3f}", _interval(other), _interval(part), goal])
    return table(["", "families", "ceiling", "overlap", "of the ceiling", "goal"], rows)


def by_family(kind: Kind) -> str:
    """Return the overlaps of one kind by family."""
    sides = [side for side in kind.sides if side in kind.compared]
    if not sides:
        return f"**{kind.name}**: nothing to compare ({len(kind.real)} real windows)."
    rows = []
    for family in [*(name for name in FAMILIES if _has(kind, name)), "all"]:
        names = tuple(FAMILIES) if family == "all" else (family,)
        ceiling = kind.of(sides[0], names)[0]
        cells = [f"{kind.of(side, names)[1].mean():.3f}" for side in sides]
        rows.append([family, _interval(ceiling), *cells])
    groups = len({one.group for one in kind.real})
    said = f"**{kind.name}**: {len(kind.real)} windows of {groups} works; grym {len(kind.sides['grym'])} windows of "
    said += f"{kind.pieces} pieces{'' if kind.counts else '; left out of the whole: its works cannot be halved'}"
    return f"{said}\n\n" + table(["family", "real halves", *sides], rows)


def furthest(kind: Kind, *, count: int, side: str = "grym") -> str:
    """Return the measures that cost most, by loss against the ceiling times weight in their family, and which way."""
    if side not in kind.compared:
        return ""
    compared = kind.compared[side]
    losses = {
        name: kind.weights[name] * float((compared.real[name] - compared.other[name]).mean()) / _whole(kind, name[0])
        for name in compared.real
    }
    rows = []
    for name in sorted(losses, key=lambda one: -losses[one])[:count]:
        real, mine = means(kind.real, name), means(kind.sides[side], name)
        rows.append(
            [
                f"{name[0]}: {name[1]}",
                f"{losses[name]:.3f}",
                f"{compared.real[name].mean():.2f}",
                f"{compared.other[name].mean():.2f}",
                f"{real[0]:.3g} ± {real[1]:.2g}",
                f"{mine[0]:.3g} ± {mine[1]:.2g}",
                "lower it" if mine[0] > real[0] else "raise it",
            ]
        )
    head = [
        f"{kind.name}: furthest",
        "costs its family",
        "real halves",
        side,
        "real mean ± sd",
        f"{side} mean ± sd",
        "so",
    ]
    return table(head, rows)


def _whole(kind: Kind, family: str) -> float:
    return sum(weight for name, weight in kind.weights.items() if name[0] == family)


def rows_of(kinds: Sequence[Kind]) -> list[dict[str, Any]]:
    """Return everything as plain values."""
    return [
        {
            "kind": kind.name,
            "windows": len(kind.real),
            "side": side,
            "measures": {
                f"{family}: {measure}": {
                    "ceiling": float(found.real[family, measure].mean()),
                    "overlap": float(found.other[family, measure].mean()),
                    "real": means(kind.real, (family, measure)),
                    "weight": kind.weights[family, measure],
                    "mine": means(kind.sides[side], (family, measure)),
                }
                for family, measure in found.real
            },
        }
        for kind in kinds
        for side, found in kind.compared.items()
    ]


def _sides(kinds: Sequence[Kind]) -> list[str]:
    return list(dict.fromkeys(side for kind in kinds if kind.counts for side in kind.compared))


def _has(kind: Kind, family: str) -> bool:
    return any(name == family for name, _ in next(iter(kind.compared.values())).real)


def _interval(draws: Floats) -> str:
    low, high = np.percentile(draws, COVERED)
    return f"{draws.mean():.3f} ({low:.2f}–{high:.2f})"
