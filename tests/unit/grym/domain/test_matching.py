"""Recognition by windows: alignment, offsets and confidence on vectors whose answer is known."""

import numpy as np
import pytest
from numpy.typing import NDArray

from grym.domain.matching import Calibration, align, confidence

CALIBRATION = Calibration(stranger=0.9, same=1.0)


def windows(seed: int, count: int, dim: int = 16) -> NDArray[np.float32]:
    """Return random unit rows."""
    rows = np.random.default_rng(seed).normal(size=(count, dim)).astype(np.float32)
    unit: NDArray[np.float32] = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return unit


def test_a_sound_lies_on_itself_at_offset_zero() -> None:
    """The same windows agree perfectly everywhere."""
    piece = windows(1, 12)
    found = align(piece, piece)
    assert found is not None
    assert (found.offset_windows, found.overlap) == (0, 12)
    assert found.agreement == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize("start", [0, 3, 8])
def test_an_excerpt_is_found_where_it_was_cut(start: int) -> None:
    """The offset is the place of the excerpt in the piece."""
    piece = windows(2, 12)
    found = align(piece[start : start + 4], piece)
    assert found is not None
    assert (found.offset_windows, found.overlap) == (start, 4)


def test_a_longer_query_contains_the_piece() -> None:
    """The offset is negative when the query begins before the piece."""
    piece = windows(3, 4)
    query = np.concatenate([windows(4, 5), piece, windows(5, 3)])
    found = align(query, piece)
    assert found is not None
    assert found.offset_windows == -5


def test_strangers_agree_less_than_the_same_sound() -> None:
    """Random directions are far from each other."""
    found = align(windows(6, 10), windows(7, 10))
    assert found is not None
    assert found.agreement < 0.5


def test_a_common_colour_is_not_enough() -> None:
    """Two pieces that share most of every window (one key, one instrument) but change otherwise do not agree."""
    colour = 3 * windows(20, 1)
    one, other = windows(21, 10) + colour, windows(22, 10) + colour
    one /= np.linalg.norm(one, axis=1, keepdims=True)
    other /= np.linalg.norm(other, axis=1, keepdims=True)
    apart, same = align(one, other), align(one, one)
    assert apart is not None
    assert same is not None
    assert float((one * other).sum(axis=1).mean()) > 0.85
    assert apart.agreement < 0.75 < same.agreement


def test_one_window_is_never_enough() -> None:
    """A single window has nothing to differ from, so it cannot be told from a lookalike."""
    found = align(windows(23, 1), windows(23, 1))
    assert found is not None
    assert found.agreement == pytest.approx(0.5, abs=1e-5)


def test_nothing_is_compared_with_nothing() -> None:
    """No windows, or windows of another extractor, give no answer."""
    assert align(np.zeros((0, 16), np.float32), windows(8, 3)) is None
    assert align(windows(8, 3), np.zeros((0, 16), np.float32)) is None
    assert align(windows(8, 3), windows(8, 3, dim=8)) is None


@pytest.mark.parametrize(("agreement", "expected"), [(0.5, 0.0), (0.9, 0.0), (0.95, 0.5), (1.0, 1.0), (1.1, 1.0)])
def test_confidence_runs_from_stranger_to_same(agreement: float, expected: float) -> None:
    """Linear between the two calibration points, clipped outside."""
    assert confidence(agreement, CALIBRATION) == pytest.approx(expected)
