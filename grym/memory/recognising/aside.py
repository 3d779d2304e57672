"""What of a collection lies beside what is recognised: who stands for whom, and recordings without a readable imprint.

Recordings without one keep their names and counts here, since re-embedding makes them recognisable; an alias that is
learned again counts for the pattern that stands for it, and must not come back on its own.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from grym.memory.recognising.contents import Holding, holding_of

WAITING, UNREADABLE, ALIASES = "waiting", "unreadable", "aliases"


class Aside:
    """Patterns beside those that can be recognised, by id.

    Parameters
    ----------
    notes
        What `notes` returned when a generation was sealed.
    """

    def __init__(self, notes: Mapping[str, Any] | None = None) -> None:
        known = notes or {}
        self.waiting = {name: holding_of(holding) for name, holding in known.get(WAITING, {}).items()}
        """Recordings that have no imprint that can be read."""
        self.unreadable: dict[str, str] = dict(known.get(UNREADABLE, {}))
        """Why, of those whose numbers make no sense."""
        self._into: dict[str, str] = {}
        self._aliases: defaultdict[str, set[str]] = defaultdict(set)
        for alias, into in known.get(ALIASES, {}).items():
            self.merge(alias, into)

    def notes(self) -> dict[str, object]:
        """Return all of it as plain values."""
        waiting = {name: asdict(holding) for name, holding in self.waiting.items()}
        return {WAITING: waiting, UNREADABLE: dict(self.unreadable), ALIASES: dict(self._into)}

    def standing_for(self, pattern_id: str) -> str:
        """Return the pattern that stands for one: itself, where it was not merged."""
        return self._into.get(pattern_id, pattern_id)

    def aliases_of(self, pattern_id: str) -> tuple[str, ...]:
        """Return the patterns that one stands for, in order."""
        return tuple(sorted(self._aliases.get(pattern_id, ())))

    def describe(self, pattern_id: str, change: Callable[[Holding], Holding]) -> None:
        """Change what is known of a waiting pattern; no error where there is none."""
        known = self.waiting.get(pattern_id)
        if known is not None:
            self.waiting[pattern_id] = change(known)

    def take(self, pattern_id: str) -> Holding | None:
        """Return what is known of a waiting pattern, which waits no longer."""
        self.unreadable.pop(pattern_id, None)
        return self.waiting.pop(pattern_id, None)

    def merge(self, pattern_id: str, into: str) -> None:
        """Have another pattern stand for one, and for all that it stood for."""
        for alias in (pattern_id, *self._aliases.pop(pattern_id, ())):
            self._into[alias] = into
            self._aliases[into].add(alias)

    def forget(self, pattern_id: str) -> None:
        """Forget a pattern with all that it stood for: learned again, they are new."""
        self.take(pattern_id)
        for alias in self._aliases.pop(pattern_id, ()):
            del self._into[alias]
        into = self._into.pop(pattern_id, None)
        if into is not None:
            self._aliases[into].discard(pattern_id)
