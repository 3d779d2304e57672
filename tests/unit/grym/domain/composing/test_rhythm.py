"""Melodic rhythm."""

import pytest

from grym.domain.composing.rhythm import FAMILIES, SHORTEST_NOTE_S, draw_bar, sounding
from grym.domain.composing.score import Metre
from grym.domain.composing.seeds import stream


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_cells_fill_their_group(family: str) -> None:
    """Every cell of the tables is as long as its group."""
    for group, cells in FAMILIES[family].items():
        assert all(sum(map(abs, cell)) == group for _, cell in cells), (family, group)


@pytest.mark.parametrize(("beats", "unit"), [(4, 4), (3, 4), (6, 8), (5, 4), (7, 8), (12, 8), (2, 8)])
def test_bars_are_full(beats: int, unit: int) -> None:
    """A drawn bar has the length of its metre."""
    cell = draw_bar("even", Metre(beats=beats, unit=unit), density=0.5, tempo_bpm=100, rng=stream(1, "x"))
    assert sum(map(abs, cell)) == 16 * beats // unit


def test_density_brings_notes() -> None:
    """High density draws clearly more notes than low density."""
    metre = Metre(beats=4, unit=4)
    rng = stream(1, "density")
    few = sum(sounding(draw_bar("even", metre, density=0.1, tempo_bpm=90, rng=rng)) for _ in range(60))
    many = sum(sounding(draw_bar("even", metre, density=0.9, tempo_bpm=90, rng=rng)) for _ in range(60))
    assert many > 1.4 * few


def test_fast_tempi_have_no_notes_too_short_to_sing() -> None:
    """At 200 BPM a sixteenth lasts 75 ms and is not drawn."""
    metre = Metre(beats=2, unit=4)
    cells = [draw_bar("rag", metre, density=1.0, tempo_bpm=200, rng=stream(seed, "fast")) for seed in range(40)]
    assert all(abs(length) * 15 / 200 >= SHORTEST_NOTE_S for cell in cells for length in cell)
