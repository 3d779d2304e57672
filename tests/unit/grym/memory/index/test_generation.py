"""An open generation: true similarities whatever proposed the rows, and rows found by id."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grym.adapters.faiss_index import FaissEngine
from grym.memory.index.generation import OpenGeneration
from tests.support.index_kit import index_kit, unit

DIM, COUNT = 12, 300


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> OpenGeneration:
    """Open a generation whose ids are sparse, and negative for a third."""
    kit = index_kit(tmp_path_factory.mktemp("index"), dim=DIM)
    kit.index.add(np.arange(-COUNT, 2 * COUNT, 3), unit(COUNT, seed=1, dim=DIM))
    return OpenGeneration(kit.seal(), engine=FaissEngine())


def test_similarities_are_those_of_the_vectors_not_of_their_codes(opened: OpenGeneration) -> None:
    """To the last place of single precision, though the lists hold 8 bits a value."""
    queries = unit(20, seed=2, dim=DIM)
    found = opened.nearest(queries, k=10, effort=opened.efforts[-1], findable=None)
    vectors = unit(COUNT, seed=1, dim=DIM)
    for query, ids, similarities in zip(queries, found.ids, found.similarities, strict=True):
        np.testing.assert_allclose(similarities, vectors[(ids + COUNT) // 3] @ query, atol=1e-6)
        assert (np.diff(similarities) <= 0).all()


@settings(deadline=None)
@given(wanted=st.lists(st.integers(-COUNT - 5, 2 * COUNT + 5), unique=True, max_size=50))
def test_rows_are_found_by_id(opened: OpenGeneration, wanted: list[int]) -> None:
    """Known ones only, whichever they are."""
    rows = opened.rows_named(np.array(wanted, dtype=np.int64))
    assert sorted(opened.ids[rows].tolist()) == sorted(set(wanted) & set(range(-COUNT, 2 * COUNT, 3)))


def test_zeros_and_nothing_find_nothing(opened: OpenGeneration) -> None:
    """Neither is near to anything."""
    zeros = opened.nearest(np.zeros((2, DIM), dtype=np.float32), k=3, effort=4, findable=None)
    assert (zeros.ids == -1).all()
    assert opened.nearest(np.zeros((0, DIM), dtype=np.float32), k=3, effort=4, findable=None).ids.shape == (0, 3)


def test_what_is_mapped_cannot_be_changed(opened: OpenGeneration) -> None:
    """Not even by mistake."""
    with pytest.raises(ValueError, match="read-only"):
        opened.vectors[0, 0] = 1.0


def test_a_generation_outlives_its_folder(tmp_path: Path) -> None:
    """Whoever searches goes on when it is swept away: its files are mapped."""
    kit = index_kit(tmp_path, dim=DIM)
    vectors = unit(COUNT, seed=3, dim=DIM)
    kit.index.add(np.arange(COUNT), vectors)
    kit.seal()
    kit.index.spend(kit.index.efforts[-1])
    layers = kit.index.layers
    for turn in range(4):
        kit.seal(watermark=turn)
    assert layers.base is not None
    assert not layers.base.sealed.folder.exists()
    found = layers.nearest(vectors, k=1, effort=layers.base.efforts[-1])
    assert found.ids[:, 0].tolist() == list(range(COUNT))
