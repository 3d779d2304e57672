"""What a replay found: counts, the differences as far as they are worth listing, and how far numbers moved."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from consumers.replay.compare import Change

Kind = Literal["missing", "extra", "changed"]
LISTED = 100
"""Differences that are kept in full; the counts cover all."""

LISTED_CHANGES = 20
KEPT_DISTANCES = 10_000
"""Distances kept of each number for its quantiles; of more, every second one is dropped."""

SHOWN_CHARACTERS = 200
QUANTILES = (0.5, 0.9, 0.99, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """An output that is not what it was."""

    kind: Kind
    processor: str
    type: str
    id: str
    subject: str
    cause: str
    changes: tuple[Change, ...] = ()
    error: str = ""


@dataclass(slots=True, kw_only=True)
class Report:
    """Counts of a replay.

    Parameters
    ----------
    read
        Inputs of the span: its records, once for each processor that takes them in.
    replayed, same
        Decisions made again; outputs that are what they were.
    missing, extra, changed
        Outputs that were made then and not now; now and not then; both, but different.
    partial
        Keys that began before the span or that something unknown happened to: not compared.
    facts
        Commands whose answers are facts, read and not made again.
    skipped
        Inputs that were not decided again, by reason: ``open`` (not worked on within the span), ``given_up`` (a dead
        letter then), ``unfounded`` (the past it leans on is no longer whole), ``repeated``, ``erased``, ``unreadable``
        (by anybody), ``lost`` (an artifact is gone), ``expired`` (outputs beyond retention).
        And records that are none of its inputs: ``imported``.
    effects
        What decisions asked for besides outputs, by kind; recorded and not carried out.
    """

    read: int = 0
    replayed: int = 0
    same: int = 0
    missing: int = 0
    extra: int = 0
    changed: int = 0
    facts: int = 0
    partial_keys: set[tuple[str, str]] = field(default_factory=set)
    skipped: Counter[str] = field(default_factory=Counter)
    effects: Counter[str] = field(default_factory=Counter)
    by_processor: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    differences: list[Difference] = field(default_factory=list)
    distances: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    @property
    def equal(self) -> bool:
        """Whether today's code decides as it was decided then, as far as that could be told."""
        return not (self.missing or self.extra or self.changed)

    def agree(self, processor: str) -> None:
        """Count an output that is what it was."""
        self.same += 1
        self.by_processor[processor]["same"] += 1

    def differ(self, difference: Difference) -> None:
        """Count a difference, and keep it while there is room."""
        setattr(self, difference.kind, getattr(self, difference.kind) + 1)
        self.by_processor[difference.processor][difference.kind] += 1
        for change in difference.changes:
            if change.distance is not None:
                self._measure(f"{difference.type}: {_general(change.path)}", change.distance)
        if len(self.differences) < LISTED:
            self.differences.append(difference)

    def to_json(self) -> dict[str, Any]:
        """Return the object of the command line."""
        return {
            "read": self.read,
            "replayed": self.replayed,
            "same": self.same,
            "missing": self.missing,
            "extra": self.extra,
            "changed": self.changed,
            "partial": len(self.partial_keys),
            "facts": self.facts,
            "equal": self.equal,
            "skipped": dict(self.skipped),
            "effects": dict(self.effects),
            "processors": {name: dict(counts) for name, counts in sorted(self.by_processor.items())},
            "scores": {name: quantiles(found) for name, found in sorted(self.distances.items())},
            "differences": [_difference_json(difference) for difference in self.differences],
        }

    def _measure(self, name: str, distance: float) -> None:
        found = self.distances[name]
        found.append(distance)
        if len(found) > KEPT_DISTANCES:
            del found[::2]


def quantiles(distances: Sequence[float]) -> dict[str, float]:
    """Return how many numbers moved, and by how much: median, 90 %, 99 %, most."""
    ranked = sorted(distances)
    found = {f"p{round(share * 100)}": ranked[max(0, math.ceil(share * len(ranked)) - 1)] for share in QUANTILES[:-1]}
    return {"count": len(ranked), **found, "max": ranked[-1]}


def _general(path: str) -> str:
    """Return a path without its numbers, so that all elements of a list count as one score."""
    return re.sub(r"\[\d+\]", "[]", path)


def _difference_json(difference: Difference) -> dict[str, Any]:
    shown = [
        {"path": change.path, "was": _shown(change.was), "now": _shown(change.now)}
        for change in difference.changes[:LISTED_CHANGES]
    ]
    return {
        "kind": difference.kind,
        "processor": difference.processor,
        "type": difference.type,
        "id": difference.id,
        "subject": difference.subject,
        "cause": difference.cause,
        "changes": shown,
        "error": difference.error,
    }


def _shown(value: Any) -> Any:
    if isinstance(value, (int, float, bool)) or value is None:
        return value
    text = str(value)
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}…"
