"""Where a stream lacks samples: a bounded memory, so that what comes late is told from what comes twice."""

from typing import Any

MOST_GAPS = 64
"""Gaps remembered; a stream with more is badly broken, and the oldest are forgotten first."""

Span = tuple[int, int]
"""First sample and the one after the last, on the sample clock."""


class Gaps:
    """The last gaps of a stream, ascending and apart."""

    def __init__(self) -> None:
        self._spans: list[Span] = []
        self.forgotten_before = 0
        """Nothing is known about samples before this position any more."""

    def add(self, first: int, end: int) -> None:
        """Remember a gap that lies after all others."""
        self._spans.append((first, end))
        if len(self._spans) > MOST_GAPS:
            _, self.forgotten_before = self._spans.pop(0)

    def forget(self, before: int) -> None:
        """Forget everything before a position."""
        self._spans = [span for span in self._spans if span[0] >= before]
        self.forgotten_before = before

    def filled(self, first: int, end: int) -> list[Span]:
        """Return the parts of the gaps that lie in a span, and forget them: they are filled now."""
        parts = [(max(first, low), min(end, high)) for low, high in self._spans if low < end and high > first]
        if parts:
            self._spans = [rest for span in self._spans for rest in _without(span, first, end)]
        return parts

    def state(self) -> dict[str, Any]:
        """Return what `restored` needs."""
        return {"spans": self._spans, "forgotten_before": self.forgotten_before}

    @classmethod
    def restored(cls, state: dict[str, Any]) -> "Gaps":
        """Return the gaps that `state` was taken of."""
        gaps = cls()
        gaps._spans = [(low, high) for low, high in state["spans"]]
        gaps.forgotten_before = state["forgotten_before"]
        return gaps


def _without(span: Span, first: int, end: int) -> list[Span]:
    """Return what is left of a span when another one is cut out."""
    low, high = span
    left, right = (low, min(high, first)), (max(low, end), high)
    return [part for part in (left, right) if part[0] < part[1]]
