"""Voice leading of two and three lines is known by hand."""

import pytest

from benchmarks.music.measures.leading import is_parallel_perfect, leading, motion
from benchmarks.music.pieces import Note, Window


def _window(*lines: list[int]) -> Window:
    voices = tuple(
        tuple(Note(start=float(at), length=1.0, pitch=line[at % len(line)]) for at in range(64)) for line in lines
    )
    return Window(name="x", group="x", voices=voices, bar=4.0, pulse=1.0)


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ((67, 48), (69, 47), "contrary"),
        ((67, 48), (67, 50), "oblique"),
        ((67, 48), (72, 50), "similar"),
        ((64, 60), (65, 62), "parallel"),
        ((64, 60), (64, 60), "none"),
    ],
)
def test_kinds_of_motion(before: tuple[int, int], after: tuple[int, int], kind: str) -> None:
    """Two voices move against, beside or with each other; thirds stay parallel though their size changes."""
    assert motion(before, after) == kind


@pytest.mark.parametrize(
    ("before", "after", "parallel"),
    [
        ((67, 60), (69, 62), True),
        ((72, 60), (74, 62), True),
        ((72, 60), (74, 50), False),
        ((67, 60), (67, 60), False),
        ((67, 60), (72, 60), False),
        ((67, 60), (71, 63), False),
        ((60, 65), (62, 67), False),
    ],
)
def test_parallel_fifths_and_octaves(before: tuple[int, int], after: tuple[int, int], *, parallel: bool) -> None:
    """Only the same perfect interval in the same direction is a parallel; contrary octaves are not."""
    assert is_parallel_perfect(before, after) is parallel


def test_parallel_fifths_are_all_parallels() -> None:
    """Two voices a fifth apart that never stand still have a hundred in a hundred."""
    found = leading(_window([67, 69, 71, 69], [60, 62, 64, 62]))
    assert found["parallels per 100"] == 100
    assert found["outer voices parallel"] == 1
    assert found["bass by step"] == 1


def test_crossing_voices_are_counted() -> None:
    """A middle voice above the upper one on every second beat crosses half of the time in one of two pairs."""
    found = leading(_window([67, 67], [64, 69], [48, 50]))
    assert found["crossings"] == pytest.approx(0.25)
    assert found["inner voices by step"] == 0
    assert found["distance of outer voices"] == pytest.approx(18)
