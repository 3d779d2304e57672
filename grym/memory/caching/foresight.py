"""What a session will ask for next: what followed the same record the last time.

Sessions are told apart, since requests of many interleave; what followed what is learned from all of them together. Of
each record one successor is remembered, with a strength that grows when it comes again and shrinks when another one
does, as processors predict branches. More successors, contexts of two records and chains of guesses were measured, and
gained nothing that their memory would not have gained better as more records with a successor.

Guesses that were mostly in vain raise what the next ones must show.
"""

from collections import OrderedDict
from dataclasses import dataclass

LAST_GUESSES = 64
"""Guesses over which it is judged whether they pay."""
PAYING = 0.5
"""Share of guesses that must have been used: below a half they load more in vain than they save."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForesightSettings:
    """How much to remember."""

    records: int = 20_000
    """Records whose successor is remembered, about 250 bytes each; those not met the longest are forgotten."""
    sessions: int = 1_000
    """Sessions whose last record is remembered."""
    strongest: int = 3
    """Where a strength ends: so many exceptions in a row change any habit."""
    doubtful: int = 2
    """The strength a guess must have while guesses do not pay: it came twice."""


class Foresight:
    """Remembers which record followed which, and guesses the next one; bounded, and without a clock."""

    def __init__(self, settings: ForesightSettings | None = None) -> None:
        self._settings = settings or ForesightSettings()
        self._after: OrderedDict[str, tuple[str, int]] = OrderedDict()
        self._sessions: OrderedDict[str, str] = OrderedDict()
        self._paid = PAYING

    def __len__(self) -> int:
        return len(self._after)

    @property
    def accuracy(self) -> float:
        """The share of recent guesses that were used."""
        return self._paid

    def heard(self, session: str, key: str) -> str | None:
        """Note that a session asked for a record, and return the one it is likely to ask for next.

        Parameters
        ----------
        session
            Whose requests follow each other.
        """
        before = self._sessions.pop(session, None)
        self._sessions[session] = key
        if before is not None:
            self._learn(before, key)
        elif len(self._sessions) > self._settings.sessions:
            self._sessions.popitem(last=False)
        guess, strength = self._after.get(key, ("", 0))
        needed = 1 if self._paid >= PAYING else self._settings.doubtful
        return guess if strength >= needed else None

    def judged(self, *, used: bool) -> None:
        """Hear that a guess was used, or was not."""
        self._paid += (used - self._paid) / LAST_GUESSES

    def _learn(self, before: str, key: str) -> None:
        known = self._after.pop(before, None)
        if known is None:
            successor, strength = key, 1
            if len(self._after) >= self._settings.records:
                self._after.popitem(last=False)
        elif known[0] == key:
            successor, strength = key, min(known[1] + 1, self._settings.strongest)
        elif known[1] > 1:
            successor, strength = known[0], known[1] - 1
        else:
            successor, strength = key, 1
        self._after[before] = successor, strength
