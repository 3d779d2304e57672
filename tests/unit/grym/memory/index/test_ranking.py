"""The best few of many."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from grym.memory.index.ranking import best_of, merged, nobody
from grym.ports.index import Neighbours

SIMILARITY = st.integers(-3, 3).map(float)


@settings(deadline=None)
@given(st.lists(SIMILARITY, min_size=1, max_size=40), st.integers(1, 50))
def test_the_best_come_first_and_equals_by_id(scores: list[float], k: int) -> None:
    """As sorting the whole list would give them, many of them equal."""
    ids = np.arange(len(scores))[::-1].copy()
    found = best_of(np.array([scores], dtype=np.float32), ids, k=k)
    pairs = sorted((-score, name) for score, name in zip(scores, ids.tolist(), strict=True))[:k]
    assert found.ids[0, : len(pairs)].tolist() == [name for _, name in pairs]
    assert (found.ids[0, len(pairs) :] == -1).all()


@settings(deadline=None)
@given(st.dictionaries(st.integers(0, 90), SIMILARITY, max_size=40), st.integers(1, 12), st.integers(1, 4))
def test_parts_merge_into_what_the_whole_would_have_given(truth: dict[int, float], k: int, parts: int) -> None:
    """However the candidates are spread, the k best of the parts' k best are the k best."""

    def answer(names: list[int]) -> Neighbours:
        if not names:
            return nobody(1, k)
        return best_of(np.array([[truth[name] for name in names]], dtype=np.float32), np.array(names), k=k)

    spread = merged([answer([name for name in truth if name % parts == part]) for part in range(parts)], k=k)
    whole = answer(list(truth))
    assert spread.ids.tolist() == whole.ids.tolist()
    assert spread.similarities.tolist() == whole.similarities.tolist()


def test_what_is_missing_stays_named() -> None:
    """A part that could not be asked is named in the whole answer."""
    silent = Neighbours(ids=nobody(1, 2).ids, similarities=nobody(1, 2).similarities, missing=("shard 1",))
    assert merged([silent, nobody(1, 2)], k=2).missing == ("shard 1",)
