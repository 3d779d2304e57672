"""Structureness of repeated and of unrelated bars."""

import numpy as np

from benchmarks.music.measures.structure import fitness, structureness


def _similarity(bars: str) -> np.ndarray:
    return np.array([[1.0 if a == b else 0.4 for b in bars] for a in bars])


def test_sixteen_different_bars_have_no_structure() -> None:
    """Nothing repeats, so no segment explains anything."""
    assert structureness(_similarity("abcdefghijklmnop")) == {"short": 0, "middle": 0, "long": 0}


def test_a_repeated_half_is_structure_at_every_length() -> None:
    """Eight bars played twice: half is explained by its repetition, at a score of one half."""
    found = structureness(_similarity("abcdefghabcdefgh"))
    assert found["long"] == 0.5
    assert found["short"] < found["middle"] < found["long"]


def test_one_bar_all_over_is_structure_at_short_length() -> None:
    """The same bar sixteen times explains fifteen of sixteen."""
    assert structureness(_similarity("a" * 16))["short"] == 15 / 16


def test_a_segment_without_copies_has_no_fitness() -> None:
    """The segment itself explains nothing, its repetition does."""
    scored = np.maximum((_similarity("abcdefghabcdijkl") - 0.5) / 0.5, -1.0)
    assert fitness(scored, 4, 4) == 0
    assert fitness(scored, 0, 4) == 2 * 0.5 * 0.25 / (0.5 + 0.25)
