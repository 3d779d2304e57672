"""Harmonic tables."""

import pytest

from grym.domain.composing.progressions import BLUES, CADENCES, SEVENTHS, TABLES
from grym.domain.composing.score import Tonality
from grym.domain.composing.theory import chord_of


@pytest.mark.parametrize("table", sorted(TABLES))
def test_tables_are_closed(table: str) -> None:
    """Every chord that can follow has followers of its own, so no phrase gets stuck."""
    reachable = {target for targets in TABLES[table].values() for target in targets}
    assert reachable <= set(TABLES[table])


@pytest.mark.parametrize("table", sorted(CADENCES))
def test_authentic_cadences_end_on_the_tonic(table: str) -> None:
    """Every full close ends on a chord of the first degree."""
    mode = table.rpartition("-")[2]
    tonality = Tonality(tonic=0, mode=mode)
    assert all(chord_of(cadence[-1], tonality).root == 0 for cadence in CADENCES[table]["authentic"])
    assert all(
        chord_of(numeral, tonality) for kind in CADENCES[table].values() for chords in kind for numeral in chords
    )


def test_sevenths_and_blues_are_chords() -> None:
    """Every numeral of the jazz and blues tables can be read."""
    for mode, colours in SEVENTHS.items():
        assert all(
            len(chord_of(numeral, Tonality(tonic=0, mode=mode)).pitch_classes) >= 3 for numeral in colours.values()
        )
    for choruses in BLUES.values():
        assert all(len(chorus.split()) == bars for bars, chorus in choruses.items())
