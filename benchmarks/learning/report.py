"""The outcome as tables, and the bars that the learner is held to."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.learning.estimates import POOLED, estimates_table
from benchmarks.learning.jobs import Row
from benchmarks.learning.world import FloatArray
from benchmarks.recognition.report import table

REGRET_OF_FIXED = 0.75
REGRET_OF_RANDOM = 0.5
FIRST_OF_FIXED = 0.9
PLACEBO_OF_FIXED = 0.95
SOILED_OF_CLEAN = 0.95
RECOVERY = 300
"""Requests after which a changed taste must be served as well as the default serves it."""

RECOVERY_SPAN = 100
DECISION_MS = 15.0
RESAMPLES = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """Something the learner must reach, and whether it does."""

    name: str
    said: str
    held: bool


def told(rows: Mapping[str, Sequence[Row]]) -> tuple[str, list[Bar]]:
    """Return the report on the rows of each scenario, and the bars in it."""
    bars = [bar for scenario, judge in _JUDGES.items() if rows.get(scenario) for bar in judge(rows[scenario])]
    parts = [_policies(rows["normal"])] if rows.get("normal") else []
    if len(rows.get("normal", ())) >= POOLED:
        parts.append(estimates_table(rows["normal"]))
    parts.append(
        table(["bar", "measured", ""], [[bar.name, bar.said, "held" if bar.held else "MISSED"] for bar in bars])
    )
    return "\n\n".join(parts), bars


def _policies(rows: Sequence[Row]) -> str:
    names = [name for name in rows[0] if isinstance(rows[0][name], dict) and "regret" in rows[0][name]]
    lines = [[name, *(_interval(_column(rows, name, what)) for what in _MEASURES)] for name in names]
    arms: dict[str, int] = {}
    for row in rows:
        for arm, count in row["arms"].items():
            arms[arm or "–"] = arms.get(arm or "–", 0) + count
    shares = ", ".join(f"{arm} {count / sum(arms.values()):.0%}" for arm, count in sorted(arms.items()))
    return f"{table(['policy', *_MEASURES.values()], lines)}\n\nServed by grym: {shares}."


_MEASURES = {"regret": "regret", "utility": "utility", "first": "first tenth", "last": "last fifth"}


def _column(rows: Sequence[Row], name: str, what: str) -> FloatArray:
    return np.array([row[name][what] for row in rows])


def _interval(values: FloatArray) -> str:
    """Return mean and half the 95 % interval of the mean."""
    digits = 0 if abs(values.mean()) >= 10 else 3
    return f"{values.mean():,.{digits}f} ± {_half(values):,.{digits}f}"


def _half(values: FloatArray) -> float:
    return 1.96 * float(values.std(ddof=1)) / float(np.sqrt(len(values))) if len(values) > 1 else float("inf")


def _ratio(one: FloatArray, other: FloatArray) -> tuple[float, float, float]:
    """Return the ratio of two means over the same seeds, with its 95 % interval by resampling seeds."""
    chance = np.random.default_rng(0)
    drawn = chance.integers(0, len(one), size=(RESAMPLES, len(one)))
    ratios = one[drawn].mean(axis=1) / other[drawn].mean(axis=1)
    low, high = np.percentile(ratios, [2.5, 97.5])
    return float(one.mean() / other.mean()), float(low), float(high)


def _normal(rows: Sequence[Row]) -> list[Bar]:
    bars = []
    regret = _column(rows, "grym", "regret")
    for name, most in (("fixed default", REGRET_OF_FIXED), ("uniform random", REGRET_OF_RANDOM)):
        other = _column(rows, name, "regret")
        ratio, low, high = _ratio(regret, other)
        apart = regret.mean() + _half(regret) < other.mean() - _half(other)
        said = f"{ratio:.3f} ({low:.3f}–{high:.3f}), intervals {'apart' if apart else 'overlap'}"
        bars.append(Bar(name=f"regret ≤ {most} × {name}", said=said, held=ratio <= most and bool(apart)))
    ratio, low, high = _ratio(_column(rows, "grym", "first"), _column(rows, "fixed default", "first"))
    said = f"{ratio:.3f} ({low:.3f}–{high:.3f})"
    bars.append(Bar(name=f"first tenth ≥ {FIRST_OF_FIXED} × fixed", said=said, held=ratio >= FIRST_OF_FIXED))
    median, p95 = (float(np.mean([row["decision_ms"][what] for row in rows])) for what in ("median", "p95"))
    said = f"median {median:.1f} ms, p95 {p95:.1f} ms of processor time"
    return [*bars, Bar(name=f"decision ≤ {DECISION_MS:g} ms", said=said, held=median <= DECISION_MS)]


def _quotient(one: str, other: str, *, least: float, name: str) -> Callable[[Sequence[Row]], list[Bar]]:
    """Return the judge of a ratio of two utilities."""

    def judge(rows: Sequence[Row]) -> list[Bar]:
        ratio, low, high = _ratio(np.array([row[one] for row in rows]), np.array([row[other] for row in rows]))
        return [Bar(name=name, said=f"{ratio:.3f} ({low:.3f}–{high:.3f})", held=ratio >= least)]

    return judge


def _change(rows: Sequence[Row]) -> list[Bar]:
    """Judge after how many requests the last hundred pleased as much as the default's, over all seeds."""
    gain = np.mean([np.subtract(row["grym"], row["fixed default"]) for row in rows], axis=0)
    span = min(RECOVERY_SPAN, len(gain))
    moving = np.convolve(gain, np.ones(span) / span, mode="valid")
    back = np.flatnonzero(moving >= 0.0)
    after = int(back[0]) + span if len(back) else None
    within = float(gain[:RECOVERY][-span:].mean())
    said = f"after {'never' if after is None else after} requests; requests up to {RECOVERY}: {within:+.3f} of utility"
    held = after is not None and after <= RECOVERY
    return [Bar(name=f"a new taste is served ≥ fixed within {RECOVERY}", said=said, held=held)]


def _relay(rows: Sequence[Row]) -> list[Bar]:
    replays, batches, values = ([row[f"{what} equal"] for row in rows] for what in ("replays", "batches", "parameters"))
    first = f"{rows[0]['proposals_sha256'][:12]}, {rows[0]['state_sha256'][:12]}"
    said = f"{sum(batches)} of {len(rows)} in every byte, {sum(values)} in every value"
    return [
        Bar(name="two replays: the same SHA-256", said=f"{sum(replays)} of {len(rows)} ({first})", held=all(replays)),
        Bar(name="batches shuffled and doubled: the same", said=said, held=all(batches)),
    ]


_JUDGES: Mapping[str, Callable[[Sequence[Row]], list[Bar]]] = {
    "normal": _normal,
    "placebo": _quotient("grym", "fixed default", least=PLACEBO_OF_FIXED, name="random ratings ≥ 0.95 × fixed"),
    "liar": _quotient("soiled", "clean", least=SOILED_OF_CLEAN, name="one of five lies ≥ 0.95 × clean"),
    "change": _change,
    "relay": _relay,
}


def as_plain(bars: Sequence[Bar]) -> list[dict[str, Any]]:
    """Return the bars as plain values."""
    return [{"name": bar.name, "measured": bar.said, "held": bar.held} for bar in bars]
