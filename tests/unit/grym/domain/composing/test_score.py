"""Scores as values."""

import pytest

from grym.domain.composing.score import Metre, Note, Score, Tonality


@pytest.mark.parametrize(
    ("beats", "unit", "ticks"), [(4, 4, 1920), (3, 4, 1440), (6, 8, 1440), (7, 8, 1680), (2, 2, 1920)]
)
def test_bar_ticks(beats: int, unit: int, ticks: int) -> None:
    """A bar is its beats in ticks of 1/480 quarter."""
    assert Metre(beats=beats, unit=unit).bar_ticks == ticks


def test_names() -> None:
    """Metre and key print as people write them."""
    assert (str(Metre(beats=6, unit=8)), str(Tonality(tonic=3, mode="minor"))) == ("6/8", "Eb minor")


def test_duration(scale_score: Score) -> None:
    """Two bars of 4/4 at 120 last four seconds."""
    assert scale_score.duration_s == pytest.approx(4.0)
    assert Note(start_ticks=10, duration_ticks=5, midi_pitch=60, velocity=1).end_ticks == 15
