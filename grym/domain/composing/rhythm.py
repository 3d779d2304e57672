"""Melodic rhythm: families of rhythmic cells, and bars drawn from them.

A cell fills one group of a bar (4, 6, 8 or 12 sixteenths) with note lengths in sixteenths; negative lengths are
rests. Weights are relative frequencies within the family; the wished density tilts them towards cells of more or
fewer notes (a Gibbs weighting of note count), and the tempo forbids notes too short to be sung.
"""

import math

import numpy as np

from grym.domain.composing.metrics import bar_groups, bar_steps, beat_steps
from grym.domain.composing.score import Metre
from grym.domain.composing.seeds import pick

Cell = tuple[int, ...]
Family = dict[int, tuple[tuple[float, Cell], ...]]

# Shortest melodic note in seconds: below about 100 ms listeners no longer hear single tones (Warren 1993).
SHORTEST_NOTE_S = 0.105

# How strongly density tilts the choice of cells: at 0 or 1 a cell of one more note per beat is e^±1.75 as likely.
_TILT = 3.5

_QUARTER: tuple[tuple[float, Cell], ...] = ((5, (4,)), (3, (2, 2)), (0.6, (3, 1)), (0.5, (1, 1, 2)), (0.4, (2, 1, 1)))
_SIX: tuple[tuple[float, Cell], ...] = (
    (4, (4, 2)), (3, (6,)), (3, (2, 2, 2)), (1, (2, 4)), (0.8, (3, 1, 2)), (0.5, (2, 2, 1, 1)),
)  # fmt: skip

FAMILIES: dict[str, Family] = {
    "lyric": {
        8: ((2, (8,)), (4, (6, 2)), (3, (4, 4)), (3, (4, 2, 2)), (2, (2, 2, 4)), (2, (2, 2, 2, 2)), (1, (6, 1, 1)),
            (1, (3, 1, 4)), (1, (-2, 2, 2, 2)), (1, (4, 3, 1))),
        12: ((3, (8, 4)), (2, (4, 8)), (3, (4, 4, 4)), (3, (6, 2, 4)), (2, (8, 2, 2)), (2, (4, 4, 2, 2)),
            (1, (6, 2, 2, 2)), (1, (2, 2, 2, 2, 4)), (1, (-4, 4, 4))),
        6: ((3, (6,)), (4, (4, 2)), (3, (2, 2, 2)), (1, (2, 4)), (0.7, (3, 1, 2)), (0.7, (5, 1))),
        4: _QUARTER,
    },
    "dance": {
        8: ((3, (4, 4)), (2, (8,)), (2, (6, 2)), (2, (4, 2, 2)), (1, (2, 2, 4))),
        12: ((4, (8, 4)), (4, (4, 4, 4)), (2, (12,)), (2, (6, 2, 4)), (2, (4, 2, 2, 4)), (2, (4, 4, 2, 2)),
            (1, (2, 2, 2, 2, 2, 2)), (1, (-4, 4, 4)), (1, (4, 8)), (1, (2, 2, 4, 4))),
        6: _SIX, 4: _QUARTER,
    },
    "hymn": {
        8: ((9, (4, 4)), (0.7, (8,)), (1.2, (4, 2, 2)), (0.5, (6, 2)), (0.8, (2, 2, 4))),
        12: ((4, (4, 4, 4)), (3, (8, 4)), (1, (4, 8)), (1, (6, 2, 4)), (0.7, (4, 4, 2, 2))),
        6: ((3, (6,)), (2, (4, 2))), 4: ((6, (4,)), (1, (2, 2))),
    },
    "song": {
        8: ((4, (4, 4)), (3, (4, 2, 2)), (3, (2, 2, 4)), (2, (6, 2)), (2, (2, 2, 2, 2)), (1.5, (8,)),
            (1, (3, 1, 4)), (0.7, (3, 1, 2, 2))),
        12: ((3, (4, 4, 4)), (3, (8, 4)), (3, (4, 4, 2, 2)), (2, (6, 2, 4)), (2, (4, 2, 2, 4)),
            (1, (2, 2, 2, 2, 4)), (1, (4, 8))),
        6: _SIX, 4: _QUARTER,
    },
    "dotted": {
        8: ((4, (3, 1, 4)), (3, (4, 4)), (3, (3, 1, 3, 1)), (2, (6, 2)), (2, (4, 3, 1)), (2, (4, 2, 2)),
            (1, (2, 1, 1, 4)), (1, (2, 2, 2, 2))),
        12: ((3, (3, 1, 4, 4)), (3, (8, 3, 1)), (2, (4, 4, 3, 1)), (2, (3, 1, 3, 1, 4)), (2, (4, 4, 4))),
        6: ((4, (4, 2)), (3, (3, 1, 2)), (2, (2, 2, 2)), (2, (6,))), 4: ((4, (3, 1)), (3, (4,)), (2, (2, 2)),
            (1, (2, 1, 1))),
    },
    "syncopated": {
        8: ((3, (3, 3, 2)), (3, (2, 4, 2)), (2, (-2, 4, 2)), (2, (6, 2)), (2, (4, 4)), (2, (-2, 2, 2, 2)),
            (1.5, (8,)), (1.5, (1, 2, 3, 2)), (1, (3, 5)), (1, (-4, 2, 2))),
        12: ((3, (3, 3, 2, 4)), (2, (2, 4, 4, 2)), (2, (6, 2, 4)), (2, (-2, 4, 2, 4)), (1, (8, 4))),
        6: ((3, (3, 3)), (3, (4, 2)), (2, (2, 2, 2)), (1, (-2, 2, 2))), 4: ((3, (4,)), (2, (3, 1)), (2, (1, 3)),
            (2, (2, 2)), (1, (-2, 2))),
    },
    "sparse": {
        8: ((4, (8,)), (2, (6, 2)), (3, (4, 4)), (2, (-4, 4)), (1, (2, 6)), (1, (-2, 6)), (1, (4, 2, 2))),
        12: ((3, (12,)), (3, (8, 4)), (2, (4, 8)), (1, (-4, 8)), (1, (4, 4, 4)), (1, (6, 6))),
        6: ((4, (6,)), (2, (4, 2)), (1, (-2, 4)), (1, (2, 4))), 4: ((4, (4,)), (1, (2, 2)), (1, (-2, 2))),
    },
    "pop": {
        8: ((3, (3, 3, 2)), (3, (2, 2, 2, 2)), (3, (4, 2, 2)), (2, (-2, 2, 2, 2)), (2, (2, 2, 4)), (2, (6, 2)),
            (1.5, (8,)), (1, (2, 4, 2)), (1, (4, 4))),
        12: ((3, (4, 2, 2, 4)), (3, (6, 2, 4)), (2, (2, 2, 2, 2, 4)), (2, (3, 3, 2, 4)), (1, (-2, 2, 4, 4))),
        6: _SIX, 4: ((4, (4,)), (4, (2, 2)), (1, (3, 1)), (1, (-2, 2))),
    },
    "riff": {
        8: ((3, (3, 3, 2)), (3, (2, 2, 2, 2)), (2, (2, 1, 1, 2, 2)), (2, (-2, 2, 2, 2)), (2, (2, 2, 1, 1, 2)),
            (1, (3, 1, 2, 2)), (1, (4, 2, 2)), (1, (1, 1, 2, 4))),
        12: ((3, (3, 3, 2, 2, 2)), (2, (2, 2, 2, 2, 2, 2)), (1, (4, 2, 2, 4))),
        6: ((3, (2, 2, 2)), (2, (3, 3)), (1, (2, 1, 1, 2))), 4: ((4, (2, 2)), (2, (1, 1, 2)), (2, (2, 1, 1)),
            (1, (4,))),
    },
    "swing": {
        8: ((3, (2, 2, 2, 2)), (3, (4, 2, 2)), (2, (-2, 2, 2, 2)), (2, (2, 4, 2)), (2, (6, 2)), (1.5, (2, 2, 4)),
            (1.5, (8,)), (1, (-4, 2, 2)), (1, (4, 4)), (1, (2, 6))),
        12: ((3, (2, 2, 2, 2, 4)), (2, (4, 2, 2, 2, 2)), (2, (6, 2, 4)), (2, (-2, 2, 4, 4)), (1, (4, 2, 6))),
        6: _SIX, 4: ((4, (2, 2)), (3, (4,)), (1, (-2, 2))),
    },
    "broad": {
        8: ((4, (8,)), (3, (6, 2)), (3, (4, 4)), (1.5, (4, 2, 2)), (1, (3, 1, 4)), (1, (2, 2, 4))),
        12: ((3, (8, 4)), (3, (12,)), (2, (6, 2, 4)), (2, (4, 4, 4)), (1, (4, 8))),
        6: ((4, (6,)), (3, (4, 2)), (1, (2, 2, 2))), 4: ((5, (4,)), (1, (2, 2)), (1, (3, 1))),
    },
    "running": {
        8: ((12, (2, 2, 2, 2)), (1.5, (4, 2, 2)), (1, (2, 2, 4)), (0.6, (2, 2, 1, 1, 2)), (0.4, (3, 1, 2, 2))),
        12: ((12, (2, 2, 2, 2, 2, 2)), (2, (4, 2, 2, 2, 2)), (1, (4, 2, 4, 2))),
        6: ((14, (2, 2, 2)), (2, (4, 2)), (0.4, (3, 1, 2))),
        4: ((9, (1, 1, 1, 1)), (2, (2, 1, 1)), (1, (1, 1, 2)), (0.7, (2, 2))),
    },
    "rag": {
        8: ((4, (1, 2, 1, 2, 2)), (3, (1, 2, 1, 4)), (3, (2, 1, 2, 1, 2)), (2, (1, 1, 1, 1, 2, 2)),
            (2, (2, 2, 1, 2, 1)), (2, (3, 3, 2)), (1, (2, 2, 4)), (1, (4, 4))),
        12: ((3, (1, 2, 1, 2, 2, 4)), (2, (2, 1, 2, 1, 2, 4))),
        6: ((2, (1, 2, 1, 2)), (2, (2, 2, 2)), (1, (3, 3))), 4: ((3, (1, 2, 1)), (3, (2, 2)), (1, (4,)),
            (1, (1, 1, 2))),
    },
    "even": {
        8: ((4, (2, 2, 2, 2)), (3, (4, 2, 2)), (3, (4, 4)), (2, (2, 2, 4)), (2, (6, 2)), (1, (3, 1, 2, 2)),
            (1, (2, 1, 1, 4)), (1, (4, 1, 1, 1, 1)), (1, (2, 2, 2, 1, 1))),
        12: ((3, (4, 4, 4)), (3, (4, 2, 2, 4)), (2, (4, 2, 2, 2, 2)), (2, (2, 2, 2, 2, 2, 2)), (2, (8, 4)),
            (1, (6, 2, 4)), (1, (3, 1, 4, 4))),
        6: _SIX, 4: _QUARTER,
    },
}  # fmt: skip


def draw_bar(family: str, metre: Metre, *, density: float, tempo_bpm: float, rng: np.random.Generator) -> Cell:
    """Draw the rhythm of one bar as note lengths in sixteenths, rests negative.

    Parameters
    ----------
    density
        0 (few, long notes) to 1 (many, short ones).
    """
    lengths: list[int] = []
    # Reels and hornpipes in 2/4 run in sixteenths, in 4/4 in eighths.
    halves = family == "running" and bar_steps(metre) == 2 * beat_steps(metre) == 8  # steps of 2/4
    for group in (4, 4) if halves else bar_groups(metre):
        lengths.extend(_draw_cell(FAMILIES[family], group, density=density, tempo_bpm=tempo_bpm, rng=rng))
    return tuple(lengths)


def _draw_cell(family: Family, group: int, *, density: float, tempo_bpm: float, rng: np.random.Generator) -> Cell:
    """Draw the cell of one group, tilted by density; groups without cells of their own are halved."""
    if group not in family:
        half = _draw_cell(family, group // 2, density=density, tempo_bpm=tempo_bpm, rng=rng)
        return half + _draw_cell(family, group - group // 2, density=density, tempo_bpm=tempo_bpm, rng=rng)
    step_s = 15.0 / tempo_bpm
    cells = [(weight, cell) for weight, cell in family[group] if min(map(abs, cell)) * step_s >= SHORTEST_NOTE_S]
    if not cells:
        return (group,)
    weights = [weight * math.exp(_TILT * (density - 0.5) * 4 * len(cell) / group) for weight, cell in cells]
    return pick(rng, [cell for _, cell in cells], weights)


def sounding(cell: Cell) -> int:
    """Count the notes of a rhythm."""
    return sum(length > 0 for length in cell)
