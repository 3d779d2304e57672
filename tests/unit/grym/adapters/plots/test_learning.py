"""The picture of learning."""

from pathlib import Path

import pytest
from matplotlib.image import imread

from grym.adapters.plots.learning import plot_course
from grym.domain.courses import Course, Served, steps_of


def _course(*served: Served) -> Course:
    return Course(served=served, guard=((1, True),), steps=steps_of(served))


PIECES = (
    Served(piece_id="1", user="ann", style="waltz", arm="default", utility=0.5),
    Served(piece_id="2", user="ann", style="waltz", arm="learned", utility=1.0),
    Served(piece_id="3", user="ann", style="waltz", arm="holdout", utility=0.25),
    Served(piece_id="4", user="ann", style="waltz", arm="fallback"),
)


@pytest.mark.parametrize("pieces", [(), PIECES[3:], PIECES])
def test_any_course_is_drawn(tmp_path: Path, pieces: tuple[Served, ...]) -> None:
    """Of nobody, of one piece without rating, and of every arm."""
    plot_course(_course(*pieces), tmp_path / "course.png", title="somebody")
    pixels = imread(tmp_path / "course.png")[..., :3]
    assert pixels.min() < 0.3 < pixels.mean()


def test_arms_have_colours_of_their_own(tmp_path: Path) -> None:
    """More arms, more colours."""
    counts = []
    for pieces in (PIECES[:1], PIECES):
        plot_course(_course(*pieces), tmp_path / "course.png", title="somebody")
        pixels = (imread(tmp_path / "course.png")[..., :3] * 255).round().astype(int)
        vivid = pixels[pixels.max(axis=2) - pixels.min(axis=2) > 100]
        counts.append(len({tuple(colour) for colour in vivid}))
    assert counts[0] < counts[1]
