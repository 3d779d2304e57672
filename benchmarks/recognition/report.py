"""The report as Markdown, and the same numbers as JSON."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from benchmarks.recognition.asking import Answered, Learned
from benchmarks.recognition.conditions import BY_NAME
from benchmarks.recognition.scoring import Named, OpenSet, confidences_of, named, open_set


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What one contestant achieved."""

    name: str
    learned: Learned
    answers: list[Answered]

    @property
    def judged(self) -> list[Answered]:
        """Without the conditions that are beyond the numbers."""
        return [one for one in self.answers if not BY_NAME[one.condition].beyond]

    def of(self, condition: str, length_s: float | None = None) -> list[Answered]:
        """Return the answers of one condition."""
        return [one for one in self.answers if one.condition == condition and length_s in {None, one.length_s}]

    @property
    def overall(self) -> OpenSet:
        """Return how known and unknown are told apart over all conditions."""
        return open_set(self.judged, confidences_of(self.judged))


def tables(results: Sequence[Result]) -> str:
    """Return all tables."""
    return "\n\n".join([_overall(results), *(_conditions(result) for result in results[:1]), _compared(results)]) + "\n"


def as_rows(results: Sequence[Result]) -> list[dict[str, Any]]:
    """Return everything the tables hold as plain values."""
    return [
        {
            "contestant": result.name,
            "learned": asdict(result.learned),
            "overall": asdict(result.overall),
            "conditions": [
                {"condition": condition, "length_s": length_s, **asdict(named(result.of(condition, length_s)))}
                for condition in _names(result)
                for length_s in _lengths_s(result)
            ],
        }
        for result in results
    ]


def _overall(results: Sequence[Result]) -> str:
    rows = []
    for result in results:
        whole, all_named, one = named(result.judged), result.overall, result.learned
        costs_ms = [answer.cpu_ms for answer in result.answers]
        rows.append(
            [
                result.name,
                f"{whole.top1:.3f} ({whole.low:.3f}–{whole.high:.3f})",
                f"{whole.mrr:.3f}",
                f"{all_named.told:.3f}",
                f"{all_named.told_rightly:.3f}",
                f"{all_named.auroc:.3f}",
                f"{all_named.calibration_error:.3f}",
                f"{all_named.brier:.3f}",
                f"{np.mean(costs_ms):.0f} / {np.quantile(costs_ms, 0.95):.0f}",
                f"{one.cpu_ms:.0f}",
                f"{one.store_bytes / 1024:.0f}",
            ]
        )
    head = ["", "top-1", "MRR", "TPR at 1 % false", "…and right", "AUROC", "ECE", "Brier", "CPU ms mean / p95"]
    first = results[0].overall
    asked = f"{first.known:,} questions about known tunes, {first.strangers:,} about strangers."
    return asked + "\n\n" + table([*head, "learn ms", "KiB a tune"], rows)


def _conditions(result: Result) -> str:
    lengths_s = _lengths_s(result)
    rows = []
    for condition in _names(result):
        each = [named(result.of(condition, length_s)) for length_s in lengths_s]
        every = named(result.of(condition))
        outside = [one for one in result.of(condition) if one.answer is None]
        rows.append([condition, *map(_cell, each), _cell(every), _places(every, condition), _told(result, condition)])
        rows[-1].append(str(len(outside)))
    head = ["condition", *(f"{length_s:g} s" for length_s in lengths_s), "all", "place 0.1 / 0.5 s"]
    return f"{result.name}:\n\n" + table([*head, "TPR at 1 % false", "strangers"], rows)


def _compared(results: Sequence[Result]) -> str:
    rows = [
        [condition, *(f"{named(result.of(condition)).top1:.3f}" for result in results)]
        for condition in _names(results[0])
    ]
    return "Top-1, all lengths:\n\n" + table(["condition", *(result.name for result in results)], rows)


def _told(result: Result, condition: str) -> str:
    """Return the share of a condition's known tunes above the threshold of all conditions."""
    threshold = result.overall.threshold
    known = [one for one in result.judged if one.answer is not None and one.condition == condition]
    if not known or known[0].confidence is None:
        return ""
    return f"{np.mean([(one.confidence or 0.0) > threshold for one in known]):.3f}"


def _cell(of: Named) -> str:
    return f"{of.top1:.3f} ({of.low:.2f}–{of.high:.2f})"


def _places(of: Named, condition: str) -> str:
    return f"{of.near_tenth:.2f} / {of.near_half:.2f}" if BY_NAME[condition].tempo_kept else f"– / {of.near_half:.2f}"


def _names(result: Result) -> list[str]:
    asked = {one.condition for one in result.answers}
    return [name for name in BY_NAME if name in asked]


def _lengths_s(result: Result) -> list[float]:
    return sorted({one.length_s for one in result.answers})


def nothing_table(highest: Sequence[tuple[str, float]]) -> str:
    """Return how sure grym ever was that a sound without music is a tune it knows."""
    return "No tune:\n\n" + table(["sound", "highest confidence"], [[name, f"{sure:.3f}"] for name, sure in highest])


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
