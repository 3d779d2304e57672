"""What an index needs of a store and of a model: changes in their order, and vectors of texts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from grym.domain.entries.values import Address, Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What happened to a store behind a mark.

    Parameters
    ----------
    mark
        To be asked with next time.
    stored, removed
        Newest versions, and addresses that are gone.
    whole
        Whether nothing is missing; otherwise the mark was too old, and the store must be read anew.
    """

    mark: int
    stored: tuple[Entry, ...] = ()
    removed: tuple[Address, ...] = ()
    whole: bool = True


class FollowedStore(Protocol):
    """A store whose changes can be followed, those of other processes included."""

    async def changes(self, after: int, *, limit: int) -> Changes:
        """Return what was committed behind a mark, in that order; 0 is before everything."""
        ...


class Embedder(Protocol):
    """Turns text into vectors."""

    @property
    def name(self) -> str:
        """Name and version; vectors of different names are never compared."""
        ...

    @property
    def dim(self) -> int:
        """Values per vector."""
        ...

    @property
    def floor(self) -> float:
        """Least cosine that says anything; what is less like is not found."""
        ...

    async def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        """Return a vector of unit length for each text; zeros where there is nothing to say."""
        ...
