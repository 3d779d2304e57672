"""Overlapping windows cover everything, and joining gives back what they were cut from."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from grym.domain.overlapping import Windowing

WINDOWINGS = st.integers(2, 30).flatmap(
    lambda size: st.builds(Windowing, size=st.just(size), overlap=st.integers(0, size - 1))
)


@given(windowing=WINDOWINGS, count=st.integers(1, 200))
def test_windows_of_one_length_cover_everything(windowing: Windowing, count: int) -> None:
    """Each frame lies in a window; windows ascend, and the last ends with the sound."""
    starts = windowing.starts(count)
    length = min(count, windowing.size)
    covered = {frame for start in starts for frame in range(start, start + length)}
    assert covered == set(range(count))
    assert list(starts) == sorted(set(starts))
    assert starts[-1] + length == count


@given(windowing=WINDOWINGS, count=st.integers(1, 200))
def test_joining_gives_back_what_was_cut(windowing: Windowing, count: int) -> None:
    """Windows that agree in their overlaps are joined without a trace."""
    whole = np.random.default_rng(count).standard_normal((count, 3)).astype(np.float32)
    length = min(count, windowing.size)
    parts = [whole[start : start + length] for start in windowing.starts(count)]
    assert np.abs(windowing.joined(parts, count) - whole).max() < 1e-5


def test_what_disagrees_goes_over_step_by_step() -> None:
    """Between windows of zeros and of ones the weight rises evenly."""
    windowing = Windowing(size=6, overlap=4)
    parts = [np.zeros((6, 1), dtype=np.float32), np.ones((6, 1), dtype=np.float32)]
    joined = windowing.joined(parts, 8)[:, 0]
    assert np.allclose(joined, [0, 0, 0.2, 0.4, 0.6, 0.8, 1, 1])


@given(windowing=WINDOWINGS, count=st.integers(1, 200))
def test_fitted_windows_are_as_many_and_no_longer(windowing: Windowing, count: int) -> None:
    """Laid evenly, windows need no more than before, neither in number nor in length, and still overlap as asked."""
    fitted = windowing.fitted(count)
    starts = fitted.starts(count)
    assert fitted.size <= windowing.size
    assert len(starts) <= len(windowing.starts(count))
    assert all(later - one <= fitted.size - fitted.overlap for one, later in pairwise(starts))
