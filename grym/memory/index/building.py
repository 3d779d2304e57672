"""Making a generation of a draft: what was below without what is gone, what came since, sorted, indexed and measured.

Runs in a process of its own where training takes seconds; everything is read and written in pieces.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray

from grym.memory.index.checking import Floats, Ids
from grym.memory.index.exact import alive_of
from grym.memory.index.generation import IDS, VECTORS, OpenGeneration
from grym.memory.index.recall import Band, band_of, look
from grym.ports.generations import (
    FINDABLE,
    NEWER_IDS,
    NEWER_VECTORS,
    QUANTISER_FILE,
    Draft,
    Generations,
    Manifest,
    Plan,
    Sealed,
    VectorEngine,
)

Halves = NDArray[np.float16]

PIECE_ROWS = 16_384
"""Rows handled at once: 4 MB at 128 values of half precision."""

ASKED = 200
"""Queries recall is measured with: with ten neighbours 2,000 trials, a band of ± 0.006 at 0.98."""

COMPARED_ROWS = 100_000
"""Rows the answers are compared with, at most."""

STRANGENESS = 0.5
"""Length of what is added to a vector of the index to make a query of it, over its own: nobody asks for exactly what
is kept."""


def build(plan: Plan, *, generations: Generations, engine: VectorEngine) -> None:
    """Follow a plan to its end.

    Raises
    ------
    AdapterError
        As `Draft.put` and `VectorEngine.build`.
    """
    draft = generations.resume(plan.draft)
    base = generations.named(plan.base) if plan.base else None
    rows = plan.manifest.count
    draft.put(IDS, (ids for ids, _ in _joined(draft, base)), rows=rows)
    draft.put(VECTORS, (vectors for _, vectors in _joined(draft, base)), rows=rows)
    trained = _quantiser_of(plan, base)
    if plan.manifest.recipe.kind in ("ivf", "hnsw"):
        vectors = cast("Halves", draft.get(VECTORS))
        engine.build(plan.manifest.recipe, vectors, folder=draft.folder, trained=trained)
    for name in (NEWER_IDS, NEWER_VECTORS, FINDABLE):
        draft.drop(name)
    draft.finish(_measured(plan, draft, base if trained is not None else None, engine=engine))


def _joined(draft: Draft, base: Sealed | None) -> Iterator[tuple[Ids, Halves]]:
    """Yield ids and vectors in order of id: the living rows of the base among what came since."""
    newer_ids, newer = cast("Ids", draft.get(NEWER_IDS)), cast("Halves", draft.get(NEWER_VECTORS))
    order = np.argsort(newer_ids)
    begin = 0
    for ids, vectors in _living(draft, base):
        end = begin + int(np.searchsorted(newer_ids[order[begin:]], ids[-1])) if len(ids) else begin
        between = order[begin:end]
        begin = end
        yield _sorted(np.concatenate([ids, newer_ids[between]]), np.concatenate([vectors, newer[between]]))
    yield newer_ids[order[begin:]], newer[order[begin:]]


def _living(draft: Draft, base: Sealed | None) -> Iterator[tuple[Ids, Halves]]:
    """Yield the rows of the base that can be found, piece by piece."""
    if base is None:
        return
    ids, vectors = cast("Ids", base.get(IDS)), cast("Halves", base.get(VECTORS))
    findable = cast("NDArray[np.uint8]", draft.get(FINDABLE))
    alive = alive_of(findable if len(findable) else None, len(ids))
    for start in range(0, len(ids), PIECE_ROWS):
        piece = slice(start, start + PIECE_ROWS)
        yield ids[piece][alive[piece]], vectors[piece][alive[piece]]


def _sorted(ids: Ids, vectors: Halves) -> tuple[Ids, Halves]:
    order = np.argsort(ids)
    return ids[order], vectors[order]


def _quantiser_of(plan: Plan, base: Sealed | None) -> Path | None:
    """Return the base's quantiser where it may be used again."""
    if base is None or plan.retrain or plan.manifest.recipe != base.manifest.recipe:
        return None
    quantiser = base.folder / QUANTISER_FILE
    return quantiser if quantiser.exists() else None


def _measured(plan: Plan, draft: Draft, trained_by: Sealed | None, *, engine: VectorEngine) -> Manifest:
    """Return the manifest with what is only known now: where searches begin and what they find there."""
    manifest = replace(
        plan.manifest,
        engine=engine.version,
        trained_on=plan.manifest.count if trained_by is None else trained_by.manifest.trained_on,
        changed=0 if trained_by is None else trained_by.manifest.changed + plan.manifest.changed,
    )
    opened = OpenGeneration(draft.preview(manifest), engine=engine)
    effort, band = first_effort(opened, recall=plan.recall, k=plan.neighbours)
    return replace(manifest, effort=effort, recall=band.estimate)


def first_effort(opened: OpenGeneration, *, recall: float, k: int) -> tuple[int, Band]:
    """Return the least effort that is nearly certain to reach a recall, or the greatest there is.

    Queries are vectors of the generation with something added, rolled with a fixed seed.
    """
    if len(opened) == 0 or len(opened.efforts) == 1:
        return opened.efforts[-1], Band(estimate=1.0, lower=1.0, upper=1.0, looks=0)
    queries = _strange(opened.vectors)
    rows = slice(0, None, max(1, len(opened) // COMPARED_ROWS))

    def measured(effort: int) -> Band:
        looks = look(opened, queries, k=k, efforts=(effort,), findable=None, rows=rows)
        return band_of(looks.missed[:, 0], looks.trials)

    bands: dict[int, Band] = {}
    low, high = 0, len(opened.efforts) - 1
    while low < high:  # who spends more misses less
        middle = (low + high) // 2
        bands[middle] = measured(opened.efforts[middle])
        low, high = (low, middle) if bands[middle].lower >= recall else (middle + 1, high)
    return opened.efforts[low], bands.get(low) or measured(opened.efforts[low])


def _strange(vectors: Halves) -> Floats:
    """Return vectors of the index as somebody might hear them again."""
    dice = np.random.default_rng(0)
    chosen = vectors[dice.choice(len(vectors), size=min(ASKED, len(vectors)), replace=False)].astype(np.float32)
    lengths = np.linalg.norm(chosen, axis=1, keepdims=True)
    added = dice.normal(size=chosen.shape) * lengths / chosen.shape[1] ** 0.5
    strange: Floats = (chosen + STRANGENESS * added).astype(np.float32)
    return strange
