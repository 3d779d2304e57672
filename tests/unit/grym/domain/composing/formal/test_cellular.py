"""Cellular automata."""

import numpy as np
import pytest

from grym.domain.composing.formal.cellular import Cells, elementary, life, scattered, single_cell
from grym.domain.composing.seeds import stream

# First rows from one living cell, as in Wolfram's tables (MathWorld, "Rule 30", "Rule 90", "Rule 110").
_ROWS = {
    30: ["....#....", "...###...", "..##..#..", ".##.####.", "##..#...#"],
    90: ["....#....", "...#.#...", "..#...#..", ".#.#.#.#.", "#.......#"],
    110: ["....#....", "...##....", "..###....", ".##.#....", "#####...."],
    184: ["....#....", ".....#...", "......#..", ".......#.", "........#"],
}


@pytest.mark.parametrize("rule", _ROWS)
def test_elementary_rules_give_the_published_rows(rule: int) -> None:
    """Four generations from one cell are the published ones."""
    rows = elementary(rule, single_cell(9), 5)
    assert ["".join(".#"[cell] for cell in row) for row in rows.astype(int)] == _ROWS[rule]


def test_traffic_keeps_its_cars() -> None:
    """Rule 184 moves cells and neither makes nor loses one."""
    first = scattered(1, 64, rng=stream(1, "cars"))[0]
    assert set(elementary(184, first, 50).sum(axis=1)) == {first.sum()}


def _grid(*cells: tuple[int, int]) -> Cells:
    grid = np.zeros((8, 8), dtype=bool)
    for cell in cells:
        grid[cell] = True
    return grid


def test_a_block_is_still() -> None:
    """Four cells in a square stay as they are."""
    block = _grid((2, 2), (2, 3), (3, 2), (3, 3))
    assert all(np.array_equal(grid, block) for grid in life(block, 5))


def test_a_blinker_blinks() -> None:
    """Three cells in a line turn by a right angle each generation."""
    lying, standing = _grid((3, 2), (3, 3), (3, 4)), _grid((2, 3), (3, 3), (4, 3))
    grids = life(lying, 3)
    assert np.array_equal(grids[1], standing)
    assert np.array_equal(grids[2], lying)


def test_a_glider_glides_round_the_torus() -> None:
    """A glider is one cell further down and right after four generations, and back after eight times that."""
    glider = _grid((0, 1), (1, 2), (2, 0), (2, 1), (2, 2))
    grids = life(glider, 33)
    assert np.array_equal(grids[4], np.roll(glider, (1, 1), (0, 1)))
    assert np.array_equal(grids[32], glider)


def test_scattered_cells_are_a_third() -> None:
    """A third of a scattered grid lives, and the same seed scatters alike."""
    grid = scattered(60, 60, rng=stream(4, "x"))
    assert grid.mean() == pytest.approx(1 / 3, abs=0.03)
    assert np.array_equal(grid, scattered(60, 60, rng=stream(4, "x")))
