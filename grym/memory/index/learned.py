"""Efforts that held recall, remembered from run to run: the next generation of the same kind begins with them.

Kept are at most 500, none older than thirty days, and only those that save at least half of what the greatest effort
costs: whoever needs more than that has learned nothing worth keeping.
"""

from collections.abc import Callable
from typing import Protocol

import msgspec

from grym.ports.generations import Manifest

MOST = 500
LEAST_EFFECTIVENESS = 0.5
KEPT_S = 30 * 24 * 3600.0
REWRITTEN_S = 600.0
"""How old an entry must be before it is written again without having changed."""


class Notebook(Protocol):
    """A place for some kilobytes."""

    def read(self) -> bytes:
        """Return what was written last; nothing where that is gone."""
        ...

    def write(self, content: bytes) -> None:
        """Replace what is written, in one step."""
        ...


class Learned(msgspec.Struct, frozen=True):
    """An effort that held.

    Parameters
    ----------
    effectiveness
        Share of the greatest effort that it saves, 0–1.
    at_s
        When that was last seen, Unix time.
    """

    effort: int
    effectiveness: float
    at_s: float


class LearnedEfforts:
    """Efforts by kind of index.

    Parameters
    ----------
    now_s
        Tells Unix time.
    """

    def __init__(self, notebook: Notebook, *, now_s: Callable[[], float]) -> None:
        self._notebook = notebook
        self._now_s = now_s
        self._known = _read(notebook)

    def __len__(self) -> int:
        """Return how many are known, old ones included until the next note."""
        return len(self._known)

    def effort_for(self, key: str, *, otherwise: int) -> int:
        """Return the effort that held for a kind of index, or another where none is known."""
        known = self._known.get(key)
        return otherwise if known is None or self._now_s() - known.at_s > KEPT_S else known.effort

    def note(self, key: str, *, effort: int, most: int) -> None:
        """Remember an effort that holds; one that saves too little makes the kind forgotten."""
        now_s, before = self._now_s(), self._known.get(key)
        learned = Learned(effort=effort, effectiveness=1.0 - effort / max(1, most), at_s=now_s)
        if before is not None and before.effort == effort and now_s - before.at_s < REWRITTEN_S:
            return
        self._known.pop(key, None)
        if learned.effectiveness >= LEAST_EFFECTIVENESS:
            self._known[key] = learned
        elif before is None:
            return
        fresh = [(name, one) for name, one in self._known.items() if now_s - one.at_s <= KEPT_S]
        self._known = dict(sorted(fresh, key=lambda pair: pair[1].at_s)[-MOST:])
        self._notebook.write(msgspec.json.encode(self._known))


def key_of(manifest: Manifest) -> str:
    """Return the kind of a generation, as far as it decides what a search costs."""
    recipe = manifest.recipe
    return f"{recipe.kind}/{manifest.dim}/{recipe.lists or recipe.links}"


def _read(notebook: Notebook) -> dict[str, Learned]:
    """Return what is written; what cannot be read is forgotten, since it can be learned again."""
    try:
        return msgspec.json.decode(notebook.read(), type=dict[str, Learned])
    except msgspec.MsgspecError:
        return {}
