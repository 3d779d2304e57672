"""Sealing: a marked instant of an index becomes a generation, while the index goes on serving and changing.

One writer at a time; whoever finds the lock taken leaves the sealing to its holder. What fails leaves everything as it
was: the draft goes, the index keeps its layers, and the next attempt begins anew.
"""

import asyncio
from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from grym.errors import AdapterError
from grym.memory.index.building import PIECE_ROWS, build
from grym.memory.index.generation import OpenGeneration
from grym.memory.index.layered import LayeredIndex, Mark
from grym.ports.generations import (
    FINDABLE,
    NEWER_IDS,
    NEWER_VECTORS,
    Builder,
    Draft,
    Generations,
    Manifest,
    Plan,
    Recipe,
    Sealed,
    VectorEngine,
)

Parts = Mapping[str, NDArray[np.generic]]
"""Arrays that are sealed beside the vectors, by name; they have at least one dimension."""

RESERVED = frozenset({"ids", "vectors", NEWER_IDS, NEWER_VECTORS, FINDABLE})

TRAINED_FOR = 2.0
"""Times as many, or as few, vectors as a quantiser was trained on at which a new one is trained."""

WORN = 0.5
"""Share of what a quantiser was trained on that may have changed before a new one is trained."""


class InlineBuilder:
    """Builds in a thread of this process: for exact kinds, which train nothing, and for tools."""

    def __init__(self, *, generations: Generations, engine: VectorEngine) -> None:
        self._generations = generations
        self._engine = engine

    async def build(self, plan: Plan) -> None:
        """Follow a plan to its end."""
        await asyncio.to_thread(build, plan, generations=self._generations, engine=self._engine)


class Sealer:
    """Seals one index into one place.

    Parameters
    ----------
    builder
        Trains and builds approximate kinds, in a process of its own.
    """

    def __init__(
        self, index: LayeredIndex, *, generations: Generations, engine: VectorEngine, builder: Builder | None = None
    ) -> None:
        self._index = index
        self._generations = generations
        self._inline = InlineBuilder(generations=generations, engine=engine)
        self._builder = builder or self._inline
        self._seals = 0
        self._failures = 0

    @property
    def seals(self) -> int:
        """How often it sealed."""
        return self._seals

    @property
    def failures(self) -> int:
        """How often that failed; finding the lock taken is no failure."""
        return self._failures

    def open_newest(self) -> Sealed | None:
        """Have an index to which nothing was added yet go on from the newest generation that can be used.

        One whose files are whole but cannot be opened, such as those of another version of the library, is passed over.
        """
        for sealed in self._generations.whole():
            if sealed.manifest.dim != self._index.dim:
                continue
            try:
                self._index.adopt(sealed)
            except AdapterError:
                continue
            return sealed
        return None

    async def seal(
        self, mark: Mark, *, watermark: int, parts: Parts | None = None, notes: Mapping[str, object] | None = None
    ) -> Sealed:
        """Seal what was marked, and go on from there.

        Parameters
        ----------
        watermark
            The seq of the last event the marked instant knows.
        parts, notes
            What is kept beside the vectors and found again in the generation.

        Raises
        ------
        SaturatedError
            ``index.locked`` where another process seals.
        AdapterError
            ``index.disk_full``, ``index.unwritable``, ``index.build_failed``.
        """
        try:
            with self._generations.writing():
                sealed = await self._sealed(mark, watermark, parts or {}, notes or {})
        except AdapterError:
            self._failures += 1
            raise
        finally:
            self._index.unmark()
        self._seals += 1
        return sealed

    async def _sealed(self, mark: Mark, watermark: int, parts: Parts, notes: Mapping[str, object]) -> Sealed:
        draft = self._generations.begin()
        try:
            base = self._base_of(mark)
            plan = self._plan(draft, mark, base, watermark, notes)
            await asyncio.to_thread(_fill, draft, mark, base, parts)
            trains = plan.manifest.recipe.kind in ("ivf", "hnsw")
            await (self._builder if trains else self._inline).build(plan)
            sealed = await asyncio.to_thread(self._generations.publish, draft)
            await asyncio.to_thread(self._index.adopt, sealed)
        finally:
            self._generations.discard(draft)
        await asyncio.to_thread(self._generations.sweep, keep=self._index.settings.now.keep)
        return sealed

    def _base_of(self, mark: Mark) -> OpenGeneration | None:
        """Return what the next generation can be made from; None where another process has swept it away since."""
        base = mark.layers.base
        if base is not None:
            try:
                self._generations.named(base.sealed.name)
            except AdapterError:
                return None
        return base

    def _plan(
        self, draft: Draft, mark: Mark, base: OpenGeneration | None, watermark: int, notes: Mapping[str, object]
    ) -> Plan:
        settings = self._index.settings.now
        recipe = settings.recipe_for(mark.count, dim=self._index.dim)
        retrain = base is None or worn(base.manifest, mark)
        if base is not None and not retrain and base.manifest.recipe.kind == recipe.kind:
            recipe = base.manifest.recipe
        return Plan(
            draft=draft.name,
            base="" if base is None else base.sealed.name,
            manifest=_manifest(mark, recipe, dim=self._index.dim, watermark=watermark, notes=notes),
            retrain=retrain,
            recall=settings.recall,
            neighbours=settings.neighbours,
        )


def worn(before: Manifest, mark: Mark) -> bool:
    """Tell whether a quantiser knows too little of what is to be sealed."""
    if before.trained_on == 0 or before.recipe.kind != "ivf":
        return True
    grown = mark.count / before.trained_on
    return not 1 / TRAINED_FOR < grown < TRAINED_FOR or before.changed + mark.changed > WORN * before.trained_on


def _manifest(mark: Mark, recipe: Recipe, *, dim: int, watermark: int, notes: Mapping[str, object]) -> Manifest:
    return Manifest(
        watermark=watermark, count=mark.count, dim=dim, recipe=recipe, changed=mark.changed, notes=dict(notes)
    )


def _fill(draft: Draft, mark: Mark, base: OpenGeneration | None, parts: Parts) -> None:
    """Write what the builder needs, and the parts as they will stay; without a base, all that is mapped of it."""
    ids, vectors = mark.layers.everything() if base is None else mark.layers.delta.living()
    draft.put(NEWER_IDS, (ids,), rows=len(ids))
    draft.put(NEWER_VECTORS, (vectors.astype(np.float16),), rows=len(ids))
    findable = None if base is None else mark.layers.findable
    bits = np.zeros(0, dtype=np.uint8) if findable is None else findable
    draft.put(FINDABLE, (bits,), rows=len(bits))
    for name, array in parts.items():
        if name in RESERVED:
            raise ValueError(f"{name} is a name of ours")
        draft.put(name, _pieces(array), rows=len(array))


def _pieces(array: NDArray[np.generic]) -> Iterator[NDArray[np.generic]]:
    """Yield an array in pieces, one at least."""
    yield array[:PIECE_ROWS]
    for start in range(PIECE_ROWS, len(array), PIECE_ROWS):
        yield array[start : start + PIECE_ROWS]
