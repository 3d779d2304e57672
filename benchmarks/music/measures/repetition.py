"""Repetition measures: how much of a melody has been heard before, at the scale of turns, bars and passages."""

import zlib
from itertools import pairwise

import numpy as np

from benchmarks.music.measures.bars import bars_of
from benchmarks.music.measures.shares import grams, repeated_share
from benchmarks.music.measures.structure import structureness
from benchmarks.music.pieces import Window

LAGS = (1, 2, 4, 8)
SAME = 0.99


def repetition(window: Window) -> dict[str, float]:
    """Return the repetition measures of a window; of fewer than six notes none."""
    line = window.melody
    if len(line) < 6:
        return {}
    moves = [b.pitch - a.pitch for a, b in pairwise(line)]
    steps = [round((b.start - a.start) / window.pulse * 24) for a, b in pairwise(line)]
    both = list(zip(moves, steps, strict=True))
    bars = bars_of(window).both
    indices = {f"structureness, {name}": value for name, value in structureness(bars).items()}
    lags = {f"likeness {lag} bars apart": float(np.diagonal(bars, lag).mean()) for lag in LAGS}
    return {
        "turns of 4 intervals repeated": repeated_share(grams(moves, 4)),
        "turns of 4 values repeated": repeated_share(grams(steps, 4)),
        "turns of 4 of both repeated": repeated_share(grams(both, 4)),
        "turns of 8 of both repeated": repeated_share(grams(both, 8)),
        "bars like an earlier one": float(np.mean([(bars[at, :at] > SAME).any() for at in range(1, len(bars))])),
        "compressed size": _compressed(both),
        **lags,
        **indices,
    }


def _compressed(both: list[tuple[int, int]]) -> float:
    """Return the compressed size in bytes a note."""
    text = " ".join(f"{move},{step}" for move, step in both).encode()
    return len(zlib.compress(text, 9)) / len(both)
