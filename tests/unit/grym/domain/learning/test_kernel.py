"""The kernel: symmetric, positive, and less of one where less is shared."""

import numpy as np
import pytest

from grym.domain.learning.kernel import Coding, Hyper, compared, covariance, points_of, variance
from grym.domain.learning.observing import Row

ROWS: tuple[Row, ...] = (
    Row((0.5, 0.5), (0.0, 0.0), "waltz", "calm"),
    Row((0.5, 0.5), (0.0, 0.0), "tango", "calm"),
    Row((0.5, 0.5), (0.0, 0.0), "waltz", "sad"),
    Row((0.9, 0.5), (0.4, 0.0), "waltz", "calm"),
    Row((0.5, 0.9), (0.0, 0.4), "waltz", "calm"),
)
HYPER = Hyper(matters=(1.0, 0.0))


def matrix(hyper: Hyper = HYPER) -> np.ndarray:
    """Return the covariance of all rows."""
    points = points_of(ROWS, Coding(ROWS))
    return covariance(points, points, hyper)


def test_it_is_a_covariance() -> None:
    """Symmetric, without a negative eigenvalue, and with the same variance everywhere."""
    found = matrix()
    assert found == pytest.approx(found.T)
    assert np.linalg.eigvalsh(found).min() > -1e-12
    assert np.diag(found) == pytest.approx(variance(HYPER))


def test_another_style_or_mood_tells_less() -> None:
    """The same settings in another style count less than in another mood, and both less than in the same."""
    found = matrix()
    assert found[0, 1] < found[0, 2] < found[0, 0]


def test_a_setting_that_does_not_matter_makes_no_difference() -> None:
    """Only the first one is looked at."""
    found = matrix()
    assert found[0, 4] == pytest.approx(found[0, 0])
    assert found[0, 3] < found[0, 0]


def test_what_fades_tells_less_the_longer_ago() -> None:
    """With fading the fourth row, heard just before the last, tells more of it than the first."""
    found = matrix(Hyper(matters=(0.0, 0.0), fading=0.03))
    assert found[0, 4] < found[3, 4] < found[4, 4]


def test_distances_or_places_are_compared() -> None:
    """Two pieces at the same distance from different defaults are alike only where distances count."""
    rows: tuple[Row, ...] = (Row((0.2,), (0.1,), "a", ""), Row((0.8,), (0.1,), "a", ""))
    points = points_of(rows, Coding(rows))
    relative = covariance(points, points, Hyper(matters=(1.0,), relative=True))
    absolute = covariance(points, points, Hyper(matters=(1.0,), relative=False))
    assert relative[0, 1] == pytest.approx(relative[0, 0])
    assert absolute[0, 1] < absolute[0, 0]


def test_a_comparison_is_a_difference_of_two() -> None:
    """Its variance is that of the difference, and its covariance with the first piece that with it less the other."""
    found = matrix()
    both = compared(found, np.array([0, 3]), np.array([-1, 0]))
    assert both[1, 1] == pytest.approx(found[3, 3] + found[0, 0] - 2 * found[0, 3])
    assert both[0, 1] == pytest.approx(found[0, 3] - found[0, 0])
    assert both == pytest.approx(both.T)
