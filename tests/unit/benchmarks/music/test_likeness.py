"""The part of the ceiling that a side reaches."""

import numpy as np
import pytest

from benchmarks.music.likeness import Kind, ratio, windows_of_works
from benchmarks.music.overlap import Comparison, Judged
from benchmarks.music.pieces import Bar, Note, Piece

NAME, OTHER = ("tonal", "range"), ("form", "range")


def _kind(*, works: int = 8, reached: float = 0.45) -> Kind:
    """Return a kind in which real halves overlap by 0.9 and grym by `reached`."""
    real = [
        Judged(group=str(at), values={"tonal": {"range": 10.0 + at % 3}, "form": {"range": 1.0}}) for at in range(works)
    ]
    mine = [Judged(group="g", values={"tonal": {"range": 5.0}, "form": {"range": 1.0}}) for _ in range(4)]
    compared = Comparison(
        real=dict.fromkeys((NAME, OTHER), np.full(5, 0.9)), other=dict.fromkeys((NAME, OTHER), np.full(5, reached))
    )
    sides = ("grym", "markov", "shuffled")
    return Kind(
        name="chorale",
        real=real,
        sides=dict.fromkeys(sides, mine),
        compared=dict.fromkeys(sides, compared),
        weights={NAME: 0.5, OTHER: 0.2},
        pieces=4,
    )


def test_a_side_is_told_as_a_part_of_the_ceiling() -> None:
    """Half of the real halves' overlap is one half; kinds weigh alike."""
    assert ratio([_kind()], "grym", ("tonal",)).mean() == pytest.approx(0.5)
    assert ratio([_kind(), _kind(reached=0.9)], "grym", ("tonal",)).mean() == pytest.approx(0.75)


def test_a_kind_of_few_works_is_left_out_of_the_whole() -> None:
    """Three works cannot be halved often enough: the kind is shown and does not count."""
    assert not _kind(works=3).counts
    assert ratio([_kind(), _kind(works=3, reached=0.0)], "grym", ("tonal",)).mean() == pytest.approx(0.5)


def test_few_works_give_more_windows() -> None:
    """A single work of 160 bars has nine windows, of many works each has three."""
    bars = tuple(Bar(start=4.0 * at, length=4.0, beats=4, unit=4) for at in range(160))
    line = tuple(Note(start=4.0 * at, length=4.0, pitch=60) for at in range(160))
    works = [Piece(name=str(at), kind="ragtime", group=str(at), voices=(line,), bars=bars) for at in range(5)]
    assert len(windows_of_works(works[:1])) == 9
    assert len(windows_of_works(works)) == 15
