"""Holding recall at the least cost: what searches spend follows from what was measured, and from nothing else.

Spending rises as soon as the estimate of what is spent now lies below what must be held, and falls only where the lower
end of the band of something cheaper lies above it: so it does not swing. Every look measures what is spent now and its
neighbours on the ladder, so that a step, up or down, leads to something that was measured.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from grym.memory.index.recall import NOTHING_SEEN, Band, Looks, band_of

LOOKS_TO_RISE = 20
"""With ten neighbours these are 200 trials: a recall of 0.95 is told from one of 0.98."""

LOOKS_TO_FALL = 60
"""Falling can wait."""

WINDOW = 400
"""Looks that count; older ones were made on other vectors."""

BELOW, ABOVE = 2, 3
"""Steps of the ladder that are measured besides what is spent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Steering:
    """A change of what searches spend, and the recall that led to it."""

    before: int
    after: int
    recall: Band


class Governor:
    """Decides what searches of one generation spend.

    Parameters
    ----------
    efforts
        The ladder, ascending.
    effort
        Where to begin.
    recall
        What must be held.
    """

    def __init__(self, efforts: Sequence[int], *, effort: int, recall: float) -> None:
        self._efforts = tuple(efforts)
        self._now = effort
        self._recall = recall
        self._seen: dict[int, deque[tuple[float, float]]] = {step: deque(maxlen=WINDOW) for step in efforts}
        self._seen.setdefault(effort, deque(maxlen=WINDOW))

    @property
    def effort(self) -> int:
        """What searches should spend."""
        return self._now

    def hold(self, recall: float) -> None:
        """Have another recall held from now on."""
        self._recall = recall

    def to_measure(self) -> tuple[int, ...]:
        """Return what the next look should measure, ascending."""
        place = sum(step < self._now for step in self._efforts)
        around = self._efforts[max(0, place - BELOW) : place + ABOVE + 1]
        return tuple(sorted({*around, self._now}))

    def band(self, effort: int | None = None) -> Band:
        """Return what is known of the recall at an effort, or of what is spent now."""
        seen = self._seen.get(self._now if effort is None else effort)
        if not seen:
            return NOTHING_SEEN
        missed, trials = np.array(seen).T
        return band_of(missed, trials)

    def note(self, efforts: Sequence[int], looks: Looks) -> Steering | None:
        """Take in what was measured and return the step that follows from it, if any."""
        for column, effort in enumerate(efforts):
            seen = self._seen.setdefault(effort, deque(maxlen=WINDOW))
            seen.extend(zip(looks.missed[:, column].tolist(), looks.trials.tolist(), strict=True))
        band = self.band()
        after = self._risen(band) if band.estimate < self._recall else self._fallen()
        if after == self._now:
            return None
        steering = Steering(before=self._now, after=after, recall=band)
        self._now = after
        return steering

    def _risen(self, band: Band) -> int:
        """Return the least that holds by estimate, or the most that was measured where nothing does."""
        if band.looks < LOOKS_TO_RISE:
            return self._now
        above = [step for step in self._efforts if step > self._now and self._seen[step]]
        enough = (step for step in above if self.band(step).estimate >= self._recall)
        return next(enough, above[-1] if above else self._now)

    def _fallen(self) -> int:
        """Return the least of which it is nearly certain that it holds."""
        below = (step for step in self._efforts if step < self._now and len(self._seen[step]) >= LOOKS_TO_FALL)
        return next((step for step in below if self.band(step).lower >= self._recall), self._now)
