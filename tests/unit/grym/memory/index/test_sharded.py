"""Shards: together they answer as one would, and say so when one of them does not answer."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grym.errors import UnavailableError
from grym.memory.index.flat import FlatIndex
from grym.memory.index.sharded import Shard, ShardedIndex, shard_of
from tests.support.index_kit import unit

DIM, COUNT = 8, 400
VECTORS = unit(COUNT, seed=1, dim=DIM)


class Part:
    """A shard that can be switched off."""

    def __init__(self, position: int = 0) -> None:
        self.index = FlatIndex(DIM)
        self.position = position
        self.away = False

    def find(self) -> FlatIndex:
        """Return the index unless it is away."""
        if self.away:
            raise UnavailableError("away")
        return self.index


def sharded(parts: list[Part], pool: ThreadPoolExecutor | None = None) -> ShardedIndex:
    """Open an index over parts."""
    shards = [Shard(name=f"shard {place}", find=part.find, position=part.position) for place, part in enumerate(parts)]
    return ShardedIndex(DIM, shards, pool=pool)


@settings(deadline=None)
@given(
    shards=st.integers(1, 5),
    k=st.integers(1, 30),
    removed=st.sets(st.integers(0, COUNT - 1), max_size=COUNT),
    threads=st.booleans(),
)
def test_shards_answer_as_one_index_would(shards: int, k: int, removed: set[int], threads: bool) -> None:
    """Bit for bit: the same ids in the same order with the same similarities."""
    with ThreadPoolExecutor(2) as pool:
        spread, whole = sharded([Part() for _ in range(shards)], pool if threads else None), FlatIndex(DIM)
        for index in (spread, whole):
            index.add(np.arange(COUNT), VECTORS)
        gone = np.array(sorted(removed), dtype=np.int64)
        assert spread.remove(gone) == whole.remove(gone) == len(removed)
        queries = unit(3, seed=2, dim=DIM)
        ours, theirs = spread.search(queries, k=k), whole.search(queries, k=k)
        assert len(spread) == len(whole)
        assert ours.ids.tolist() == theirs.ids.tolist()
        assert ours.similarities.tobytes() == theirs.similarities.tobytes()
        assert ours.missing == ()


def test_a_shard_that_is_away_is_named_and_the_others_answer() -> None:
    """What lies there is lacking, nothing else."""
    parts = [Part(), Part(), Part()]
    index = sharded(parts)
    index.add(np.arange(COUNT), VECTORS)
    parts[1].away = True
    found = index.search(VECTORS, k=1)
    assert found.missing == ("shard 1",)
    here = shard_of(np.arange(COUNT), 3) != 1
    assert (found.ids[here, 0] == np.flatnonzero(here)).all()
    assert not (shard_of(found.ids[:, 0], 3) == 1).any()
    assert len(index) == here.sum()
    parts[1].away = False
    assert index.search(VECTORS, k=1).missing == ()


def test_where_nobody_answers_there_is_no_answer() -> None:
    """An empty one would be a lie."""
    parts = [Part(), Part()]
    for part in parts:
        part.away = True
    with pytest.raises(UnavailableError) as refused:
        sharded(parts).search(VECTORS[:1], k=1)
    assert refused.value.code == "index.shard_away"


def test_a_change_that_concerns_a_missing_shard_changes_nothing() -> None:
    """Not even in the shards before it."""
    parts = [Part(), Part(), Part()]
    index = sharded(parts)
    parts[2].away = True
    with pytest.raises(UnavailableError, match="shard 2"):
        index.add(np.arange(COUNT), VECTORS)
    assert [len(part.index) for part in parts] == [0, 0, 0]


def test_the_journal_is_read_again_from_the_shard_that_knows_least() -> None:
    """The others pass over what they know, so that nothing old comes back in them."""
    history = [(seq, np.arange(seq % 7, COUNT, 7)) for seq in range(1, 31)]

    def play(index: ShardedIndex, *, after: int, up_to: int) -> None:
        for seq, ids in history:
            if after < seq <= up_to:
                index.add(ids, unit(len(ids), seed=seq, dim=DIM), seq=seq)
                index.remove(ids[seq % 5 :: 5], seq=seq)

    whole = [Part(), Part()]
    play(sharded(whole), after=0, up_to=30)
    early, late = [Part(), Part()], [Part(), Part()]
    play(sharded(early), after=0, up_to=12)
    play(sharded(late), after=0, up_to=25)
    restored = [early[0], late[1]]
    restored[0].position, restored[1].position = 12, 25
    index = sharded(restored)
    assert index.position == 12
    play(index, after=index.position, up_to=30)
    queries = unit(20, seed=99, dim=DIM)
    assert index.search(queries, k=50).ids.tolist() == sharded(whole).search(queries, k=50).ids.tolist()


@pytest.mark.parametrize("ids", [np.arange(40_000), np.arange(40_000) << 20, -np.arange(1, 40_001) * 8])
def test_ids_spread_evenly(ids: np.ndarray) -> None:
    """Whatever their pattern: dense, in steps, negative."""
    counts = np.bincount(shard_of(ids, 8), minlength=8)
    assert counts.min() > 0.95 * 5_000
    assert counts.max() < 1.05 * 5_000


def test_where_an_id_belongs_never_changes() -> None:
    """Snapshots outlive the program."""
    assert shard_of(np.array([0, 1, 2, 12345, -7]), 5).tolist() == [0, 0, 0, 4, 2]
