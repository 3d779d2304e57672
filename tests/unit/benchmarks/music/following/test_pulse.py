"""Tempo and metre are found in notes whose tempo and metre are known."""

import numpy as np
import pytest

from benchmarks.music.following.pulse import explained, metre_is, tempo_is


def _eighths(tempo_bpm: float) -> list[tuple[float, float, int]]:
    """Return half a minute of eighths in seconds, longer on beats, without every eighth one."""
    eighth_s = 30 / tempo_bpm
    return [(at * eighth_s, eighth_s * (0.9 if at % 2 else 1.8), 60) for at in range(int(tempo_bpm)) if at % 8 != 3]


@pytest.mark.parametrize("tempo_bpm", [57.0, 100.0, 143.0])
def test_a_tempo_is_told_to_half_a_percent(tempo_bpm: float) -> None:
    """Eighths are in their own tempo, and neither in one a percent slower nor in one five percent faster."""
    notes = _eighths(tempo_bpm)
    assert tempo_is(notes, tempo_bpm)
    assert not tempo_is(notes, tempo_bpm * 0.99)
    assert not tempo_is(notes, tempo_bpm * 1.05)


@pytest.mark.parametrize("ratio", [2 / 3, 3 / 4, 4 / 3, 3 / 2])
def test_tempi_at_a_simple_ratio_are_others(ratio: float) -> None:
    """The same onsets fit a tempo a third faster or slower, but its beats lie beside the accents."""
    assert not tempo_is(_eighths(100.0), 100.0 * ratio)


def _bars(beats: int, count: int = 24) -> list[tuple[float, float, int]]:
    """Return bars with a long low note on the first beat and short high ones on the others."""
    return [
        (bar * beats + beat, 1.5 if beat == 0 else 0.5, 45 if beat == 0 else 65 + beat)
        for bar in range(count)
        for beat in range(beats)
    ]


@pytest.mark.parametrize("beats", [2, 3, 4])
def test_a_metre_is_told_from_others(beats: int) -> None:
    """Bars of two, three and four beats are themselves; three is never two or four, nor the other way about."""
    notes = [(float(start), length, pitch) for start, length, pitch in _bars(beats)]
    assert metre_is(notes, beats, 4)
    other = 4 if beats == 3 else 3
    assert not metre_is(notes, other, 4)


def test_a_place_that_says_all_explains_all() -> None:
    """Accents that repeat every three explain all variance at three and six, none of it at four."""
    accents = np.array([1.0, 0.0, 0.0] * 20)
    assert explained(accents, 3) == pytest.approx(1)
    assert explained(accents, 6) == pytest.approx(1)
    assert explained(accents, 4) < 0.1
