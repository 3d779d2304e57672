"""Names of chords."""

import pytest

from grym.domain.harmony.values import QUALITY_STEPS, QUALITY_SUFFIXES, ChordSpan


def chord(root: int | None, quality: str) -> ChordSpan:
    """A chord of one second."""
    return ChordSpan(start_s=0.0, end_s=1.0, root=root, quality=quality, confidence=0.5)


@pytest.mark.parametrize(
    ("root", "quality", "name", "label"),
    [
        (0, "maj", "C", "C:maj"),
        (9, "min7", "Am7", "A:min7"),
        (7, "7", "G7", "G:7"),
        (11, "hdim7", "Bm7b5", "B:hdim7"),
        (1, "min", "C#m", "Db:min"),
        (1, "maj", "Db", "Db:maj"),
        (3, "maj7", "Ebmaj7", "Eb:maj7"),
        (None, "N", "N", "N"),
    ],
)
def test_names(root: int | None, quality: str, name: str, label: str) -> None:
    """As players write it, and in the syntax that evaluations read."""
    assert chord(root, quality).name == name
    assert chord(root, quality).label == label


def test_every_quality_has_a_suffix_of_its_own() -> None:
    """Two qualities never look the same."""
    assert QUALITY_SUFFIXES.keys() == QUALITY_STEPS.keys()
    assert len(set(QUALITY_SUFFIXES.values())) == len(QUALITY_SUFFIXES)
