"""Sealed generations of an index: folders that never change once they have their name, and may be lost at any time.

A generation holds everything the journal said up to its watermark. Rows are sorted by id; `vectors` keeps them in half
precision, so that neighbours an approximate index proposes are ranked by their true similarity, and so that the next
generation can be made from this one.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:  # many processes name generations and never touch a vector
    import numpy as np
    from numpy.typing import NDArray

    from grym.ports.index import Neighbours

IndexKind = Literal["flat", "kdtree", "ivf", "hnsw"]

INDEX_FILE = "vectors.index"
QUANTISER_FILE = "quantiser.index"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How a sealed index is built.

    Parameters
    ----------
    kind
        ``flat`` and ``kdtree`` are exact, ``ivf`` (inverted lists of 8-bit codes) and ``hnsw`` (a graph) are not.
    lists
        Of ``ivf``: how many there are.
    links
        Of ``hnsw``: neighbours each vector is linked to.
    """

    kind: IndexKind
    lists: int = 0
    links: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a generation is.

    Parameters
    ----------
    watermark
        The seq of the last event it knows.
    count, dim
        Shape of its vectors.
    effort
        Where a search begins: lists or nodes to look into; 0 for exact kinds.
    recall
        The share of the ten nearest found at that effort, measured with its own vectors when it was made.
    trained_on, changed
        How many vectors its quantiser was trained on, and how many were changed since.
    engine
        Library and version that wrote the index file.
    notes
        What whoever sealed it wants to know again: plain values.
    """

    watermark: int
    count: int
    dim: int
    recipe: Recipe
    effort: int = 0
    recall: float = 1.0
    trained_on: int = 0
    changed: int = 0
    engine: str = ""
    notes: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a builder is to make of a draft; plain values, so that it can be told another process.

    Parameters
    ----------
    draft
        Name of the draft, which holds `NEWER_IDS` and `NEWER_VECTORS`, and `FINDABLE` where rows of the base are gone.
    base
        Name of the generation the draft goes on from; empty for none.
    manifest
        What is known of it beforehand: watermark, count, dim, recipe, notes.
    retrain
        Whether the quantiser is trained anew where the base has one that would fit.
    recall, neighbours
        The share of that many nearest that must be found where its searches begin.
    """

    draft: str
    base: str = ""
    manifest: Manifest
    retrain: bool = True
    recall: float = 0.98
    neighbours: int = 10


NEWER_IDS, NEWER_VECTORS, FINDABLE = "newer-ids", "newer-vectors", "findable"
"""Arrays of a draft that are gone when it is finished."""


class Draft(Protocol):
    """A folder that is being filled and has no name yet."""

    @property
    def folder(self) -> Path:
        """Where it lies."""
        ...

    @property
    def name(self) -> str:
        """By which it is found again."""
        ...

    def put(self, name: str, pieces: "Iterable[NDArray[np.generic]]", *, rows: int) -> None:
        """Write an array of so many rows, given in pieces, at least one.

        Raises
        ------
        AdapterError
            ``index.disk_full``, ``index.unwritable``.
        """
        ...

    def drop(self, name: str) -> None:
        """Remove an array."""
        ...

    def get(self, name: str) -> "NDArray[np.generic]":
        """Return an array that was put, mapped."""
        ...

    def preview(self, manifest: Manifest) -> "Sealed":
        """Return what the draft would be as a generation; nothing is checked."""
        ...

    def finish(self, manifest: Manifest) -> None:
        """Write the manifest with a checksum of every file, and flush all of it to disk."""
        ...


class Sealed(Protocol):
    """A generation with a name: whole when it was looked for, and never changed."""

    @property
    def name(self) -> str:
        """What it is called; later ones sort behind earlier ones."""
        ...

    @property
    def folder(self) -> Path:
        """Where its files lie."""
        ...

    @property
    def manifest(self) -> Manifest:
        """What it is."""
        ...

    @property
    def parts(self) -> Sequence[str]:
        """Names of its arrays."""
        ...

    def get(self, name: str) -> "NDArray[np.generic]":
        """Return an array, mapped and unwritable."""
        ...


class Generations(Protocol):
    """Where the generations of one index are kept."""

    def writing(self) -> AbstractContextManager[None]:
        """Keep every other writer out; the lock ends with the process that holds it.

        Raises
        ------
        SaturatedError
            ``index.locked`` where somebody else writes.
        """
        ...

    def begin(self) -> Draft:
        """Open an empty draft."""
        ...

    def resume(self, name: str) -> Draft:
        """Return a draft that was begun, maybe by another process."""
        ...

    def named(self, name: str) -> Sealed:
        """Return a generation that was whole when it was looked for last; nothing is checked again."""
        ...

    def publish(self, draft: Draft) -> Sealed:
        """Give a finished draft its name, in one step.

        Raises
        ------
        AdapterError
            ``index.damaged`` where the draft is not whole.
        """
        ...

    def discard(self, draft: Draft) -> None:
        """Remove a draft."""
        ...

    def whole(self) -> Iterator[Sealed]:
        """Yield the generations that are whole, the newest first; others are reported and passed over."""
        ...

    def sweep(self, *, keep: int) -> int:
        """Remove all but the newest whole ones, and what was never finished; return how many went.

        To be called by whoever holds the lock.
        """
        ...


class SealedVectors(Protocol):
    """Rows of one generation, found by their nearness; nothing here changes, so any number of threads may search."""

    @property
    def efforts(self) -> Sequence[int]:
        """What a search may spend, ascending; only 0 where it is exact."""
        ...

    def nearest_rows(
        self, queries: "NDArray[np.float32]", *, k: int, effort: int, findable: "NDArray[np.uint8] | None"
    ) -> "Neighbours":
        """Return the k nearest rows of each query, as well as it can.

        Parameters
        ----------
        findable
            One bit a row, the lowest first, shape (⌈rows / 8⌉,); None where all can be found.
        """
        ...


class VectorEngine(Protocol):
    """Builds and opens the approximate kinds."""

    @property
    def version(self) -> str:
        """Library and version."""
        ...

    def build(self, recipe: Recipe, vectors: "NDArray[np.float16]", *, folder: Path, trained: Path | None) -> None:
        """Write the index file of a generation into its folder, and its quantiser where the kind has one.

        Parameters
        ----------
        vectors
            Shape (rows, dim); may be mapped: it is read in pieces.
        trained
            A quantiser of the same recipe to be used again; None trains one.
        """
        ...

    def open(self, recipe: Recipe, *, folder: Path) -> SealedVectors:
        """Open an index file without reading it into memory.

        Raises
        ------
        AdapterError
            ``index.damaged``, ``index.unreadable``.
        """
        ...


class Builder(Protocol):
    """Makes a draft a finished one, somewhere else where that takes long, so that whoever serves goes on serving."""

    async def build(self, plan: Plan) -> None:
        """Follow a plan to its end.

        Raises
        ------
        AdapterError
            ``index.build_failed``; what the builder said is in the message.
        """
        ...
