"""An index that is approximate where it is large and exact where it changes, and always answers from one instant.

Three layers: a sealed generation, bits that say which of its rows still count, and a flat index of everything that came
since. What they are is one value; each change and each swap of generations publishes a new one, and a search works on
the one it began with. Removed and replaced vectors are gone with the return of the call, wherever they lay.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grym.errors import SaturatedError
from grym.memory.index.checking import Floats, Ids, checked_ids, checked_k, checked_pairs, checked_queries
from grym.memory.index.exact import alive_of, bits_of
from grym.memory.index.flat import FlatIndex, FlatRows
from grym.memory.index.generation import OpenGeneration
from grym.memory.index.ranking import merged
from grym.memory.index.settings import LiveSettings
from grym.ports.generations import Manifest, Sealed, VectorEngine
from grym.ports.index import Neighbours


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Layers:
    """What an index held at one instant.

    Parameters
    ----------
    base
        The sealed generation; None before the first.
    findable
        One bit a row of it; None where all count.
    hidden
        How many do not.
    delta
        What came since.
    """

    base: OpenGeneration | None = None
    findable: NDArray[np.uint8] | None = None
    hidden: int = 0
    delta: FlatRows

    def __len__(self) -> int:
        """Return how many vectors can be found."""
        return self.newer + (0 if self.base is None else len(self.base) - self.hidden)

    @property
    def newer(self) -> int:
        """How many of them came since the generation."""
        return int(np.count_nonzero(self.delta.alive))

    def everything(self) -> tuple[Ids, Floats]:
        """Return copies of all ids and vectors that can be found, in no order."""
        ids, vectors = self.delta.living()
        if self.base is None:
            return ids, vectors
        alive = alive_of(self.findable, len(self.base))
        below = self.base.vectors[alive].astype(np.float32)
        return np.concatenate([self.base.ids[alive], ids]), np.concatenate([below, vectors])

    def nearest(self, queries: Floats, *, k: int, effort: int) -> Neighbours:
        """Return the k nearest of each query, which must have been checked."""
        newer = self.delta.nearest(queries, k=k)
        if self.base is None:
            return newer
        older = self.base.nearest(queries, k=k, effort=effort, findable=self.findable)
        return merged((older, newer), k=k) if len(self.delta.alive) else older


Watch = Callable[[Layers, Floats], None]
"""Is shown what was searched, and for what."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Mark:
    """An instant of an index to be sealed.

    Parameters
    ----------
    count, changed
        How many vectors it held, and how many of them came or went since the last generation.
    """

    layers: Layers
    count: int
    changed: int


class LayeredIndex:
    """A `VectorIndex` for any number of vectors.

    Parameters
    ----------
    dim
        Values per vector.
    engine
        Opens approximate generations.
    settings
        What it may spend.
    """

    def __init__(self, dim: int, *, engine: VectorEngine, settings: LiveSettings | None = None) -> None:
        self._dim = dim
        self._engine = engine
        self._settings = settings or LiveSettings()
        self._delta = FlatIndex(dim)
        self._layers = Layers(delta=self._delta.rows)
        self._effort = 0
        self._touched: list[Ids] | None = None
        self._writing = threading.Lock()
        self._watch: Watch | None = None

    @property
    def dim(self) -> int:
        """Values per vector."""
        return self._dim

    @property
    def settings(self) -> LiveSettings:
        """What it may spend."""
        return self._settings

    @property
    def layers(self) -> Layers:
        """What can be found now, for as long as the caller likes."""
        return self._layers

    @property
    def manifest(self) -> Manifest | None:
        """What the generation below is; None before the first."""
        base = self._layers.base
        return None if base is None else base.manifest

    @property
    def efforts(self) -> Sequence[int]:
        """What a search may spend; only 0 while everything is exact."""
        base = self._layers.base
        return (0,) if base is None else base.efforts

    @property
    def effort(self) -> int:
        """What a search spends."""
        return self._effort

    def spend(self, effort: int) -> None:
        """Have searches from now on spend so much."""
        self._effort = effort

    def watch(self, watch: Watch | None) -> None:
        """Have every search shown to somebody, who must be quick; None ends that."""
        self._watch = watch

    def __len__(self) -> int:
        """Return how many vectors can be found."""
        return len(self._layers)

    def add(self, ids: NDArray[np.int64], vectors: NDArray[np.float32]) -> None:
        """Make vectors findable at once; an id that exists is replaced, in one step for whoever searches meanwhile."""
        numbers, rows = checked_pairs(ids, vectors, dim=self._dim)
        with self._writing:
            self._delta.add(numbers, rows)
            self._publish(numbers)

    def remove(self, ids: NDArray[np.int64]) -> int:
        """Make vectors unfindable at once and return how many there were."""
        numbers = checked_ids(ids)
        with self._writing:
            before = self._layers.hidden
            newer = self._delta.remove(numbers)
            self._publish(numbers)
            return newer + self._layers.hidden - before

    def search(self, queries: NDArray[np.float32], *, k: int) -> Neighbours:
        """Return the k nearest of each query."""
        checked = checked_queries(queries, dim=self._dim)
        layers = self._layers
        found = layers.nearest(checked, k=checked_k(k), effort=self._effort)
        if self._watch is not None:
            self._watch(layers, checked)
        return found

    def due(self) -> bool:
        """Tell whether a new generation would pay."""
        now, layers = self._settings.now, self._layers
        if layers.newer >= now.delta_most:
            return True
        return layers.base is not None and layers.hidden > now.hidden_share * len(layers.base)

    def mark(self) -> Mark:
        """Return this instant, to be sealed; what changes from now on is remembered until `adopt` or `unmark`.

        Raises
        ------
        SaturatedError
            ``index.sealing`` while an earlier mark is being sealed.
        """
        with self._writing:
            if self._touched is not None:
                raise SaturatedError("this index is being sealed", code="index.sealing", hint="Wait for its end.")
            self._touched = []
            layers = self._layers
        return Mark(layers=layers, count=len(layers), changed=layers.newer + layers.hidden)

    def unmark(self) -> None:
        """Forget the last mark: it will not be sealed."""
        with self._writing:
            self._touched = None

    def adopt(self, sealed: Sealed) -> None:
        """Search a generation from now on: one made from the last mark, or any while nothing was added.

        Raises
        ------
        AdapterError
            As `OpenGeneration`; the index stays as it was.
        """
        base = OpenGeneration(sealed, engine=self._engine)
        with self._writing:
            touched = np.unique(np.concatenate([*(self._touched or ()), np.zeros(0, dtype=np.int64)]))
            self._delta = self._delta_of(touched)
            self._touched = None
            self._effort = sealed.manifest.effort
            self._layers = _hiding(Layers(base=base, delta=self._delta.rows), touched)

    def _delta_of(self, touched: Ids) -> FlatIndex:
        """Return those vectors of the delta that have these ids."""
        ids, vectors = self._delta.rows.living()
        late = np.isin(ids, touched)
        kept = FlatIndex(self._dim)
        kept.add(ids[late], vectors[late])
        return kept

    def _publish(self, numbers: Ids) -> None:
        """Publish the delta as it is, with every older row of these ids hidden."""
        if self._touched is not None:
            self._touched.append(numbers)
        now = self._layers
        fresh = Layers(base=now.base, findable=now.findable, hidden=now.hidden, delta=self._delta.rows)
        self._layers = _hiding(fresh, numbers)


def _hiding(layers: Layers, numbers: Ids) -> Layers:
    """Return layers in which the generation's rows of these ids cannot be found."""
    if layers.base is None:
        return layers
    rows = layers.base.rows_named(numbers)
    bits = bits_of(np.ones(len(layers.base), dtype=np.bool_)) if layers.findable is None else layers.findable.copy()
    masks = np.left_shift(1, rows & 7).astype(np.uint8)
    newly = int(np.count_nonzero(bits[rows >> 3] & masks))
    if newly == 0:
        return layers
    np.bitwise_and.at(bits, rows >> 3, ~masks)
    return Layers(base=layers.base, findable=bits, hidden=layers.hidden + newly, delta=layers.delta)
