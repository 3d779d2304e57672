"""The layered index: what a plain dictionary would find, before, during and after every seal."""

import asyncio
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from grym.errors import SaturatedError
from grym.memory.index.settings import IndexSettings
from tests.support.index_kit import IndexKit, index_kit, unit

DIM = 6
IDS = st.sets(st.integers(-150, 150).filter(lambda name: name != -1), max_size=80)


class AgainstADictionary(RuleBasedStateMachine):
    """Adds, replaces, removes, seals, reopens, and compares with a dictionary; spends enough to find everything."""

    @initialize(approximate=st.sampled_from(["ivf", "hnsw"]), tree_dim=st.sampled_from([0, 0, 8]))
    def begin(self, approximate: str, tree_dim: int) -> None:
        """Open an empty index of one of the kinds."""
        self.folder = tempfile.TemporaryDirectory(prefix="grym-test-")
        chosen = IndexSettings(flat_below=40, tree_dim=tree_dim, approximate=approximate)  # type: ignore[arg-type]
        self.settings = chosen
        self.kit = self._opened()
        self.truth: dict[int, np.ndarray] = {}

    def _opened(self) -> IndexKit:
        return index_kit(Path(self.folder.name), dim=DIM, settings=self.settings)

    @rule(ids=IDS, seed=st.integers(0, 2**20))
    def add(self, ids: set[int], seed: int) -> None:
        """Add or replace some."""
        vectors = unit(len(ids), seed=seed, dim=DIM)
        self.kit.index.add(np.array(sorted(ids), dtype=np.int64), vectors)
        self.truth.update(zip(sorted(ids), vectors, strict=True))

    @rule(ids=IDS)
    def remove(self, ids: set[int]) -> None:
        """Remove some, known or not."""
        known = sum(self.truth.pop(name, None) is not None for name in ids)
        assert self.kit.index.remove(np.array(sorted(ids), dtype=np.int64)) == known

    @rule(ids=IDS, seed=st.integers(0, 2**20), again=IDS)
    def seal(self, ids: set[int], seed: int, again: set[int]) -> None:
        """Seal an instant after which some come and others go."""
        mark = self.kit.index.mark()
        self.add(ids, seed)
        self.remove(again)
        sealed = asyncio.run(self.kit.sealer.seal(mark, watermark=7))
        assert sealed.manifest.count == mark.count
        self.kit.index.spend(self.kit.index.efforts[-1])

    @rule()
    def seal_and_open_again(self) -> None:
        """Seal everything and go on in a new index that knows the generation only."""
        self.seal(set(), 0, set())
        self.kit = self._opened()
        opened = self.kit.sealer.open_newest()
        assert opened is not None
        assert opened.manifest.watermark == 7
        self.kit.index.spend(self.kit.index.efforts[-1])

    @rule(k=st.integers(1, 40), seed=st.integers(0, 2**20))
    def search(self, k: int, seed: int) -> None:
        """The neighbours are those of the dictionary, best first, and no others."""
        queries = unit(3, seed=seed, dim=DIM)
        found = self.kit.index.search(queries, k=k)
        for row, query in enumerate(queries):
            expected = sorted((float(query @ vector) for vector in self.truth.values()), reverse=True)[:k]
            np.testing.assert_allclose(found.similarities[row, : len(expected)], expected, atol=1e-4)
            assert (found.ids[row, len(expected) :] == -1).all()
            names = found.ids[row, : len(expected)].tolist()
            assert len(set(names)) == len(names)
            assert all(name in self.truth for name in names)

    @rule()
    def find_each(self) -> None:
        """Everything that is kept finds itself: none is hidden, doubled or mixed up."""
        if self.truth:
            vectors = np.stack(list(self.truth.values()))
            found = self.kit.index.search(vectors, k=1).ids[:, 0].tolist()
            similar = np.einsum("nd,nd->n", np.stack([self.truth[name] for name in found]), vectors)
            assert (similar > 0.999).all()

    @invariant()
    def counts(self) -> None:
        """As many as there are can be found."""
        assert len(self.kit.index) == len(self.truth)

    def teardown(self) -> None:
        """Remove the files."""
        if hasattr(self, "folder"):
            self.folder.cleanup()


AgainstADictionary.TestCase.settings = settings(max_examples=30, stateful_step_count=15, deadline=None)
TestAgainstADictionary = AgainstADictionary.TestCase


def test_one_instant_is_sealed_at_a_time(tmp_path: Path) -> None:
    """A second mark would lose what changed since the first."""
    index = index_kit(tmp_path, dim=DIM).index
    index.mark()
    with pytest.raises(SaturatedError) as refused:
        index.mark()
    assert refused.value.code == "index.sealing"
    index.unmark()
    index.mark()


def test_a_new_generation_is_due_by_what_came_and_by_what_went(tmp_path: Path) -> None:
    """Thirty new vectors are enough, and so is a fifth of the sealed ones."""
    kit = index_kit(tmp_path, dim=DIM)
    kit.index.add(np.arange(29), unit(29, seed=1, dim=DIM))
    assert not kit.index.due()
    kit.index.add(np.array([29]), unit(1, seed=2, dim=DIM))
    assert kit.index.due()
    kit.seal()
    assert not kit.index.due()
    kit.index.remove(np.arange(6))
    assert not kit.index.due()
    kit.index.remove(np.array([6]))
    assert kit.index.due()
