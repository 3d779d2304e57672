"""What an opinion is worth."""

import pytest

from grym.domain.learning.rewards import overall_stars, pleasure_of, utility_of


@pytest.mark.parametrize(
    ("stars", "aspects", "expected"),
    [(None, {}, None), (4, {}, 4.0), (None, {"melody": 2, "rhythm": 4}, 3.0), (5, {"melody": 1}, 3.8)],
)
def test_stars_and_aspects_become_one_number(
    stars: int | None, aspects: dict[str, int], expected: float | None
) -> None:
    """Seven parts stars, three parts aspects."""
    assert overall_stars(stars, aspects) == (None if expected is None else pytest.approx(expected))


@pytest.mark.parametrize(("stars", "pleasure"), [(1, 0.0), (3, 0.5), (5, 1.0)])
def test_stars_become_a_pleasure(stars: float, pleasure: float) -> None:
    """From nothing to all."""
    assert pleasure_of(stars) == pleasure


@pytest.mark.parametrize(("stars", "quality", "expected"), [(1, 0, 0.0), (5, 1, 1.0), (3, 1, 0.55), (5, 0, 0.9)])
def test_stars_weigh_nine_times_what_was_measured(stars: float, quality: float, expected: float) -> None:
    """A perfect signal cannot make up for half a star's worth of displeasure."""
    assert utility_of(stars, quality) == pytest.approx(expected)
