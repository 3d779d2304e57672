"""What an index may spend and must hold; changed while it runs, by whole valid sets only."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Literal

from grym.errors import InvalidRequestError
from grym.ports.generations import Recipe

Listener = Callable[["IndexSettings", "IndexSettings"], None]
"""Is told the settings before and after a change."""

LISTS_PER_ROOT = 2.0
"""Lists over the root of how many vectors there are. At 100,000 × 128 and equal recall (0.98) a search costs the same
with 2, 4 and 6, in clusters (0.03 ms) and without (0.2 ms), and training 0.7, 1.9 and 5.3 s."""

HINT = "Leave the setting out to keep its value."


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexSettings:
    """How an index is kept.

    Parameters
    ----------
    flat_below
        Vectors below which a generation is compared one by one: 10,000 × 128 take less than 0.1 ms.
    tree_dim
        Values per vector up to which the tree is used from `flat_below` on.
    delta_most
        Vectors outside the generation at which a new one is due: each thousand costs 0.01 ms a search.
    hidden_share
        Share of a generation's rows that were removed or replaced at which a new one is due, 0–1.
    approximate
        ``ivf``, or ``hnsw``: three to seventeen times as long to build, three times the memory, better on vectors
        without clusters.
    links
        Neighbours each vector of a graph is linked to.
    recall
        Share of the `neighbours` nearest that must be found, 0.5–1; exact search is not steered.
    neighbours
        How many nearest ones recall is about.
    shadow_share
        Share of searches that are compared with the truth, 0–1.
    shadow_rows
        Vectors a comparison looks at, at most; where there are more it takes a sample of them.
    keep
        Generations kept on disk.
    """

    flat_below: int = 10_000
    tree_dim: int = 8
    delta_most: int = 5_000
    hidden_share: float = 0.2
    approximate: Literal["ivf", "hnsw"] = "ivf"
    links: int = 16
    recall: float = 0.98
    neighbours: int = 10
    shadow_share: float = 0.005
    shadow_rows: int = 20_000
    keep: int = 2

    def __post_init__(self) -> None:
        """Refuse what makes no sense.

        Raises
        ------
        InvalidRequestError
            ``settings.invalid``, naming the setting and what it may be.
        """
        for name, (least, most) in _RANGES.items():
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
                raise _invalid(name, value, f"a number from {least} to {most}")
        if self.approximate not in ("ivf", "hnsw"):
            raise _invalid("approximate", self.approximate, "ivf or hnsw")

    def recipe_for(self, count: int, *, dim: int) -> Recipe:
        """Return how so many vectors are best sealed."""
        if count < self.flat_below:
            return Recipe(kind="flat")
        if dim <= self.tree_dim:
            return Recipe(kind="kdtree")
        if self.approximate == "hnsw":
            return Recipe(kind="hnsw", links=self.links)
        return Recipe(kind="ivf", lists=max(1, round(LISTS_PER_ROOT * count**0.5)))


_RANGES: dict[str, tuple[float, float]] = {
    "flat_below": (0, 1_000_000),
    "tree_dim": (0, 16),
    "delta_most": (1, 1_000_000),
    "hidden_share": (0.01, 1.0),
    "links": (4, 128),
    "recall": (0.5, 1.0),
    "neighbours": (1, 1_000),
    "shadow_share": (0.0, 1.0),
    "shadow_rows": (100, 10_000_000),
    "keep": (1, 100),
}


class LiveSettings:
    """Settings that may change while they are used; who reads them gets a whole set."""

    def __init__(self, settings: IndexSettings | None = None) -> None:
        self._now = settings or IndexSettings()
        self._listeners: list[Listener] = []
        self._changing = threading.Lock()

    @property
    def now(self) -> IndexSettings:
        """The settings that hold."""
        return self._now

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Have a listener told of every change from now on; what is returned stops that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def change(self, **values: object) -> IndexSettings:
        """Change some settings, all of them or none, and tell the listeners.

        Raises
        ------
        InvalidRequestError
            ``settings.unknown``, ``settings.invalid``; everything stays as it was.
        """
        unknown = sorted(values.keys() - {field.name for field in fields(IndexSettings)})
        if unknown:
            raise InvalidRequestError(f"there is no setting {unknown[0]}", code="settings.unknown", hint=HINT)
        with self._changing:
            before, self._now = self._now, replace(self._now, **values)  # type: ignore[arg-type]  # checked there
            after = self._now
        if after != before:
            for listener in tuple(self._listeners):
                listener(before, after)
        return after


def _invalid(name: str, value: object, allowed: str) -> InvalidRequestError:
    return InvalidRequestError(f"{name} is {value!r}; it must be {allowed}", code="settings.invalid", hint=HINT)
