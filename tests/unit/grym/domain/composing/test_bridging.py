"""Chords between a beginning and a goal."""

import pytest

from grym.domain.composing.bridging import walk
from grym.domain.composing.progressions import TABLES
from grym.domain.composing.seeds import stream


@pytest.mark.parametrize("count", [1, 2, 3, 6])
def test_walks_begin_and_lead_where_they_should(count: int) -> None:
    """A walk has so many chords, begins where it is told, and every move is one of the table, that to the goal too."""
    table = TABLES["major"]
    for seed in range(30):
        path = walk(table, "I", "V7", count, rng=stream(seed, "x"))
        assert len(path) == count
        assert path[0] == "I"
        assert all(target in table[source] for source, target in zip(path, [*path[1:], "V7"], strict=True))


def test_goals_outside_the_table_bind_nothing() -> None:
    """Towards a chord the table does not know, the walk is free."""
    assert len(walk(TABLES["folk-major"], "I", "bII7", 4, rng=stream(1, "x"))) == 4
