"""Cellular automata: elementary rules in one dimension and the Game of Life in two, on a ring and a torus.

Xenakis let automata choose which notes of a sieve sound in Horos (1986); here cells are sixteenths, players or a
share of life that drives a parameter.

References
----------
Wolfram 1983, Statistical mechanics of cellular automata, Rev. Mod. Phys. 55 (rule numbers). Gardner 1970, Scientific
American 223(4) (Life). Solomos 2005, Cellular automata in Xenakis's music.
"""

import numpy as np
from numpy.typing import NDArray

Cells = NDArray[np.bool_]


def elementary(rule: int, first: Cells, generations: int) -> Cells:
    """Run an elementary automaton on a ring.

    Parameters
    ----------
    rule
        0–255; bit 4·left + 2·centre + right is what becomes of such a neighbourhood.
    first
        The first generation, shape (width,).

    Returns
    -------
    Cells
        Shape (`generations`, width), the first generation included.
    """
    table = np.array([bool(rule >> code & 1) for code in range(8)])
    rows = [np.asarray(first, dtype=bool)]
    for _ in range(generations - 1):
        row = rows[-1].astype(np.int64)
        rows.append(table[4 * np.roll(row, 1) + 2 * row + np.roll(row, -1)])
    return np.array(rows)


def single_cell(width: int) -> Cells:
    """Return a generation of which only the cell in the middle lives."""
    cells = np.zeros(width, dtype=bool)
    cells[width // 2] = True
    return cells


def life(first: Cells, generations: int) -> Cells:
    """Run the Game of Life on a torus: shape (height, width) to shape (`generations`, height, width)."""
    grids = [np.asarray(first, dtype=bool)]
    for _ in range(generations - 1):
        grid = grids[-1]
        neighbours = sum(
            np.roll(grid, (down, right), (0, 1)).astype(np.int64)
            for down in (-1, 0, 1)
            for right in (-1, 0, 1)
            if (down, right) != (0, 0)
        )
        grids.append((neighbours == 3) | (grid & (neighbours == 2)))
    return np.array(grids)


def scattered(height: int, width: int, *, rng: np.random.Generator) -> Cells:
    """Return a grid in which a third of the cells live by chance."""
    return np.array([[float(rng.random()) < 1 / 3 for _ in range(width)] for _ in range(height)])
