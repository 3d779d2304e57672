"""Bars, on beats some of which are marked."""

from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest

from grym.domain.chroma import Chroma
from grym.domain.rhythm.bars import MARKS, bar_positions
from grym.domain.rhythm.curves import Curves

RATE_HZ = 86.0
PERIOD = 43


def marked(strong: np.ndarray, count: int) -> tuple[np.ndarray, Curves, Chroma]:
    """Beats of which the strong ones have bass and stress; the harmony never changes."""
    beats = 20.0 + PERIOD * np.arange(count)
    length = int(beats[-1]) + 40
    values = {name: np.ones(length, dtype=np.float32) for name in MARKS}
    for name in ("bass", "stress", "strength"):
        values[name][(20 + PERIOD * strong).astype(int)] = 2.0
    curves = cast("Curves", SimpleNamespace(frame_rate_hz=RATE_HZ, **values))
    weights = np.ones((round(length / RATE_HZ * 11) + 2, 12), dtype=np.float32)
    return beats, curves, cast("Chroma", SimpleNamespace(weights=weights, frame_rate_hz=11.0))


@pytest.mark.parametrize("metre", [2, 3, 4])
@pytest.mark.parametrize("first", [0, 1])
def test_marked_beats_begin_bars(metre: int, first: int) -> None:
    """Metre and phase are those of the marked beats."""
    strong = np.arange(first, 40, metre)
    found, places = bar_positions(*marked(strong, 40))
    assert found == metre
    np.testing.assert_array_equal(np.flatnonzero(places == 0), strong)


def test_a_bar_line_moves_where_beats_were_added() -> None:
    """After ten bars of four, one of five: the bars after it begin where the marks are."""
    strong = np.concatenate([np.arange(0, 41, 4), np.arange(45, 85, 4)])
    found, places = bar_positions(*marked(strong, 86))
    assert found == 4
    assert np.isin(strong, np.flatnonzero(places == 0)).mean() > 0.95
