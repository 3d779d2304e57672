"""What no embedding may be is refused, each by its name."""

import numpy as np
import pytest

from grym.domain.embedding_checks import checked_embedding, pooled
from grym.errors import InvalidVectorError

GOOD = np.random.default_rng(1).standard_normal((5, 8)).astype(np.float32)


def with_value(value: float, count: int) -> np.ndarray:
    """Return frames of which the first values are replaced."""
    frames = GOOD.copy()
    frames.flat[:count] = value
    return frames


@pytest.mark.parametrize(
    ("frames", "code"),
    [
        (GOOD[:, :7], "embedding.dimension"),
        (GOOD[:0], "embedding.dimension"),
        (GOOD[0], "embedding.dimension"),
        (with_value(np.nan, 1), "embedding.not_finite"),
        (with_value(-np.inf, 1), "embedding.not_finite"),
        (np.zeros((5, 8), dtype=np.float32), "embedding.zeros"),
        (with_value(0.0, 9), "embedding.zeros"),
        (GOOD * np.float32(1e-9), "embedding.zeros"),
        (with_value(2e4, 1), "embedding.range"),
    ],
)
def test_what_is_no_embedding_is_refused(frames: np.ndarray, code: str) -> None:
    """Shape, numbers that are none, zeros and overflows."""
    with pytest.raises(InvalidVectorError) as caught:
        checked_embedding(frames, dim=8, name="some")
    assert caught.value.code == code
    assert caught.value.details["embedding"] == "some"


def test_a_good_one_passes_and_pools_to_a_unit_vector() -> None:
    """A few zeros are no fault; the mean has length one and the direction of the sum."""
    frames = checked_embedding(with_value(0.0, 8), dim=8, name="some")
    whole = pooled(frames)
    assert np.linalg.norm(whole) == pytest.approx(1.0, abs=1e-6)
    assert whole @ frames.sum(axis=0) == pytest.approx(np.linalg.norm(frames.sum(axis=0)), rel=1e-5)


def test_frames_that_cancel_out_have_no_mean() -> None:
    """A vector of zeros never stands for a sound."""
    with pytest.raises(InvalidVectorError, match="cancels"):
        pooled(np.stack([GOOD[0], -GOOD[0]]))
