"""The exact index: the same neighbours as a plain comparison, through every change."""

import threading

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from grym.memory.index.flat import FlatIndex

DIM = 4


def unit(rows: int, *, seed: int, dim: int = DIM) -> np.ndarray:
    """Roll unit vectors."""
    drawn = np.random.default_rng(seed).normal(size=(rows, dim)).astype(np.float32)
    drawn /= np.linalg.norm(drawn, axis=1, keepdims=True)
    return drawn


class AgainstADictionary(RuleBasedStateMachine):
    """Adds, replaces and removes, and compares with a dictionary that is searched one by one."""

    def __init__(self) -> None:
        super().__init__()
        self.index = FlatIndex(DIM)
        self.truth: dict[int, np.ndarray] = {}

    @rule(ids=st.sets(st.integers(-60, 60).filter(lambda name: name != -1), max_size=30), seed=st.integers(0, 2**20))
    def add(self, ids: set[int], seed: int) -> None:
        """Add or replace some."""
        vectors = unit(len(ids), seed=seed)
        self.index.add(np.array(sorted(ids), dtype=np.int64), vectors)
        self.truth.update(zip(sorted(ids), vectors, strict=True))

    @rule(ids=st.sets(st.integers(-60, 60).filter(lambda name: name != -1), max_size=60))
    def remove(self, ids: set[int]) -> None:
        """Remove some, known or not."""
        known = sum(self.truth.pop(name, None) is not None for name in ids)
        assert self.index.remove(np.array(sorted(ids), dtype=np.int64)) == known

    @rule(k=st.integers(1, 150), seed=st.integers(0, 2**20))
    def search(self, k: int, seed: int) -> None:
        """The neighbours are those of the dictionary, best first, and no others."""
        queries = unit(3, seed=seed)
        found = self.index.search(queries, k=k)
        assert found.ids.shape == found.similarities.shape == (3, k)
        for row, query in enumerate(queries):
            expected = sorted((float(query @ vector) for vector in self.truth.values()), reverse=True)[:k]
            count = len(expected)
            np.testing.assert_allclose(found.similarities[row, :count], expected, atol=1e-5)
            assert (found.ids[row, count:] == -1).all()
            assert np.isneginf(found.similarities[row, count:]).all()
            names = found.ids[row, :count].tolist()
            assert len(set(names)) == count
            for name, similarity in zip(names, found.similarities[row], strict=False):
                assert abs(query @ self.truth[name] - similarity) < 1e-5

    @invariant()
    def counts(self) -> None:
        """As many as there are can be found."""
        assert len(self.index) == len(self.truth)


AgainstADictionary.TestCase.settings = settings(max_examples=40, stateful_step_count=20, deadline=None)
TestAgainstADictionary = AgainstADictionary.TestCase


def test_equals_come_in_order_of_id() -> None:
    """Of vectors that are equally near the smallest ids are found, whatever the order of their coming."""
    index = FlatIndex(DIM)
    index.add(np.array([9, 3, 7, -5]), np.tile(unit(1, seed=1), (4, 1)))
    assert index.search(unit(1, seed=2), k=3).ids.tolist() == [[-5, 3, 7]]


def test_zeros_are_near_to_nothing() -> None:
    """A query without direction finds nobody, and does not disturb its neighbours in the batch."""
    index = FlatIndex(DIM)
    index.add(np.array([1, 2]), unit(2, seed=3))
    found = index.search(np.vstack([np.zeros((1, DIM), dtype=np.float32), unit(1, seed=4)]), k=2)
    assert found.ids[0].tolist() == [-1, -1]
    assert sorted(found.ids[1]) == [1, 2]


def test_the_room_of_removed_vectors_is_given_back() -> None:
    """Replacing a few vectors for ever keeps the arrays small."""
    index = FlatIndex(DIM)
    for turn in range(500):
        index.add(np.arange(50), unit(50, seed=turn))
    assert len(index.rows.vectors) <= 400
    assert len(index) == 50


def test_a_search_sees_a_replaced_vector_before_or_after_never_between() -> None:
    """While one thread replaces all vectors again and again, another finds all of them, each exactly once."""
    index = FlatIndex(DIM)
    names = np.arange(100)
    index.add(names, unit(100, seed=0))
    done = threading.Event()

    def replace() -> None:
        for turn in range(300):
            index.add(names, unit(100, seed=turn))
        done.set()

    writer = threading.Thread(target=replace)
    writer.start()
    looks = 0
    while not done.is_set() or looks == 0:
        looks += 1
        assert sorted(index.search(unit(1, seed=5), k=120).ids[0])[-100:] == names.tolist()
    writer.join()
