"""The second opinion: agreement where both are right, disagreement where one of them is not."""

from pathlib import Path

import numpy as np

from grym.memory.index.crosscheck import crosscheck
from grym.memory.index.flat import FlatIndex
from grym.ports.index import Neighbours
from tests.support.index_kit import index_kit, unit

DIM = 8


class Other:
    """Compares by itself, and forgets some of what it was given."""

    def __init__(self, forgets: int = 0) -> None:
        self.forgets = forgets

    async def available(self) -> bool:
        """It always is."""
        return True

    async def nearest(self, ids: np.ndarray, vectors: np.ndarray, queries: np.ndarray, *, k: int) -> Neighbours:
        """Compare all but the first few."""
        flat = FlatIndex(DIM)
        flat.add(ids[self.forgets :], vectors[self.forgets :])
        return flat.search(queries, k=k)


async def test_who_knows_the_same_agrees(tmp_path: Path) -> None:
    """Equals included, of which either may be named."""
    index = index_kit(tmp_path, dim=DIM).index
    index.add(np.arange(200), unit(200, seed=1, dim=DIM))
    index.add(np.arange(200, 230), np.tile(unit(1, seed=2, dim=DIM), (30, 1)))
    agreement = await crosscheck(index, Other())
    assert agreement.asked == 500
    assert agreement.is_complete


async def test_who_lacks_something_does_not(tmp_path: Path) -> None:
    """Twenty of two hundred are missing on the other side."""
    index = index_kit(tmp_path, dim=DIM).index
    index.add(np.arange(200), unit(200, seed=1, dim=DIM))
    agreement = await crosscheck(index, Other(forgets=20))
    assert not agreement.is_complete
    assert agreement.agreed < agreement.asked
