"""Sound that goes round."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grym.domain.looping import gone_round
from grym.domain.reels import ArrayReel, in_memory


def test_what_rings_on_is_heard_over_the_beginning() -> None:
    """A tail of two and a half rounds is folded three times."""
    once = ArrayReel(np.tile(np.arange(1, 11, dtype=np.float32), (2, 1)))
    looped = gone_round(once, 4, in_memory)
    assert looped.length_samples == 4
    assert looped.read(0, 4)[0].tolist() == [1 + 5 + 9, 2 + 6 + 10, 3 + 7, 4 + 8]


@given(st.integers(1, 700_000), st.integers(0, 700_000))
def test_nothing_is_lost(length: int, tail: int) -> None:
    """Whatever the lengths, all that sounded sounds, in one round or another."""
    once = ArrayReel(np.ones((2, length + tail), dtype=np.float32))
    looped = gone_round(once, length, in_memory)
    assert looped.read(0, length).sum() == pytest.approx(2 * (length + tail))
