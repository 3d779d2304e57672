"""The faults of faiss that were met, each with what keeps it away: a mapped index is only ever searched."""

import threading
from pathlib import Path

import faiss
import numpy as np
import pytest

from grym.adapters.faiss_index import FaissEngine, FaissVectors
from grym.errors import AdapterError, InvariantError
from grym.ports.generations import INDEX_FILE, QUANTISER_FILE, Recipe
from tests.support.index_kit import unit

DIM, COUNT = 16, 500
IVF, HNSW = Recipe(kind="ivf", lists=20), Recipe(kind="hnsw", links=8)
VECTORS = unit(COUNT, seed=1, dim=DIM)
HALVES = VECTORS.astype(np.float16)


def built(folder: Path, recipe: Recipe, *, trained: Path | None = None) -> FaissVectors:
    """Build an index and open it."""
    FaissEngine().build(recipe, HALVES, folder=folder, trained=trained)
    return FaissEngine().open(recipe, folder=folder)


@pytest.fixture(params=[IVF, HNSW], ids=["ivf", "hnsw"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> FaissVectors:
    """Open an index of each kind."""
    return built(tmp_path, request.param)


def test_everything_finds_itself_at_the_greatest_effort(opened: FaissVectors) -> None:
    """Rows, not ids; the nearest of each is itself."""
    found = opened.nearest_rows(VECTORS, k=1, effort=opened.efforts[-1], findable=None)
    assert found.ids[:, 0].tolist() == list(range(COUNT))


@pytest.mark.parametrize("change", ["add", "remove"])
def test_a_mapped_index_refuses_to_change(opened: FaissVectors, change: str) -> None:
    """Faiss itself would abort the process."""
    with pytest.raises(InvariantError) as refused:
        getattr(opened, change)(np.array([1]), VECTORS[:1])
    assert refused.value.code == "index.sealed"


def test_hidden_rows_are_not_found_and_the_others_still_are(opened: FaissVectors) -> None:
    """Every other row counts: half as many are found, all of them even."""
    findable = np.packbits(np.arange(COUNT) % 2 == 0, bitorder="little")
    found = opened.nearest_rows(VECTORS[:9], k=COUNT, effort=max(COUNT, opened.efforts[-1]), findable=findable)
    for row in found.ids:
        assert sorted(row[row >= 0]) == list(range(0, COUNT, 2))


@pytest.mark.parametrize(
    "bits",
    [
        np.full(COUNT // 8, 255, dtype=np.uint8),
        np.full(COUNT, 255, dtype=np.uint16),
        np.full(COUNT, 255, dtype=np.uint8)[::2],
    ],
)
def test_too_few_bits_are_refused(opened: FaissVectors, bits: np.ndarray) -> None:
    """Faiss takes a bare pointer, and would read what lies behind them."""
    with pytest.raises(InvariantError) as refused:
        opened.nearest_rows(VECTORS[:1], k=1, effort=1, findable=bits)
    assert refused.value.code == "index.bits"


def test_bits_live_as_long_as_they_are_looked_at(opened: FaissVectors) -> None:
    """Nobody else holds them: a collected mask would make hidden rows appear."""
    for _ in range(50):
        mask = np.zeros(-(-COUNT // 8), dtype=np.uint8)
        found = opened.nearest_rows(VECTORS[:5], k=3, effort=opened.efforts[-1], findable=mask)
        del mask
        assert (found.ids == -1).all()


def test_more_than_there_are_leaves_the_rest_empty(opened: FaissVectors) -> None:
    """Five hundred of six hundred."""
    found = opened.nearest_rows(VECTORS[:1], k=COUNT + 100, effort=COUNT + 100, findable=None)
    assert (found.ids[0] >= 0).sum() == COUNT
    assert (found.ids[0, COUNT:] == -1).all()


def test_every_thread_searches_with_one_thread(opened: FaissVectors) -> None:
    """Faiss counts threads per calling thread, and each begins with one per core."""
    counts: list[int] = []

    def search() -> None:
        faiss.omp_set_num_threads(2)
        opened.nearest_rows(VECTORS[:1], k=1, effort=1, findable=None)
        counts.append(faiss.omp_get_max_threads())

    threads = [threading.Thread(target=search) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts == [1, 1, 1, 1]


def test_threads_find_beside_each_other_what_one_finds_alone(opened: FaissVectors) -> None:
    """Eight threads, each with its own bits."""
    wrong: list[int] = []

    def search(turn: int) -> None:
        alive = np.arange(COUNT) % 8 != turn
        for start in range(0, COUNT, 100):
            asked = slice(start, start + 100)
            found = opened.nearest_rows(
                VECTORS[asked], k=1, effort=opened.efforts[-1], findable=np.packbits(alive, bitorder="little")
            )
            itself = found.ids[:, 0] == np.arange(COUNT)[asked]
            wrong.extend(np.flatnonzero(itself != alive[asked]))

    threads = [threading.Thread(target=search, args=(turn,)) for turn in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_quantiser_is_used_again(tmp_path: Path) -> None:
    """The same file comes out, byte for byte, and nothing was trained."""
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    built(first, IVF)
    built(second, IVF, trained=first / QUANTISER_FILE)
    assert (first / INDEX_FILE).read_bytes() == (second / INDEX_FILE).read_bytes()


def test_a_quantiser_of_another_size_is_trained_anew(tmp_path: Path) -> None:
    """Thirty lists cannot begin with the centres of twenty."""
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    built(first, IVF)
    assert built(second, Recipe(kind="ivf", lists=30), trained=first / QUANTISER_FILE).efforts[-1] == 30


@pytest.mark.parametrize("content", [b"", b"nothing of faiss", b"IxFI"])
def test_a_file_that_is_none_of_faiss_is_refused(tmp_path: Path, content: bytes) -> None:
    """As a fault of ours that leaves the process alive."""
    (tmp_path / INDEX_FILE).write_bytes(content)
    with pytest.raises(AdapterError) as refused:
        FaissEngine().open(IVF, folder=tmp_path)
    assert refused.value.code == "index.unreadable"


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    """Block-packed codes would corrupt what is added after a removal; a graph is no list."""
    index = faiss.index_factory(DIM, "IVF4,PQ8x4fs")
    index.train(VECTORS)
    index.add(VECTORS)
    faiss.write_index(index, str(tmp_path / INDEX_FILE))
    with pytest.raises(AdapterError, match="FastScan") as refused:
        FaissEngine().open(IVF, folder=tmp_path)
    assert refused.value.code == "index.unreadable"
    built(tmp_path, HNSW)
    with pytest.raises(AdapterError, match="HNSW"):
        FaissEngine().open(IVF, folder=tmp_path)


def test_exact_kinds_are_not_built_here(tmp_path: Path) -> None:
    """They need no file."""
    with pytest.raises(InvariantError) as refused:
        FaissEngine().build(Recipe(kind="flat"), HALVES, folder=tmp_path, trained=None)
    assert refused.value.code == "index.recipe"


def test_an_index_can_be_built_of_few_vectors(tmp_path: Path) -> None:
    """As many lists as vectors, and nothing is printed about it."""
    engine, recipe = FaissEngine(), Recipe(kind="ivf", lists=5)
    engine.build(recipe, HALVES[:5], folder=tmp_path, trained=None)
    found = engine.open(recipe, folder=tmp_path).nearest_rows(VECTORS[:5], k=1, effort=5, findable=None)
    assert found.ids[:, 0].tolist() == [0, 1, 2, 3, 4]
