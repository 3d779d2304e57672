"""Parallels of four voices are counted against chord changes."""

from benchmarks.music.craft.parallels import faults, per_hundred
from benchmarks.music.pieces import Note


def _voices(*lines: list[int]) -> list[list[Note]]:
    return [[Note(start=float(at), length=1.0, pitch=pitch) for at, pitch in enumerate(line)] for line in lines]


def test_parallel_fifths_and_octaves_are_faults() -> None:
    """Soprano and bass in octaves, tenor a fifth above the bass: two faults in one change."""
    assert faults(_voices([72, 74], [67, 69], [60, 62])) == (2, 1)


def test_contrary_motion_has_none() -> None:
    """I–V in contrary motion is a chord change without a fault; a held chord is no change."""
    assert faults(_voices([72, 71], [64, 62], [48, 55])) == (0, 1)
    assert faults(_voices([72, 72], [64, 64], [48, 48])) == (0, 0)


def test_faults_are_told_by_the_hundred() -> None:
    """One fault in four changes is twenty-five in a hundred."""
    line = _voices([72, 74, 72, 71, 72], [60, 62, 64, 62, 60])
    assert faults(line) == (1, 4)
    assert per_hundred([line]) == 25
