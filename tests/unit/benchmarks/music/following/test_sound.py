"""A heard tempo is the asked one up to its octave."""

import pytest

from benchmarks.music.following.sound import is_tempo


@pytest.mark.parametrize(
    ("heard", "asked", "same"),
    [
        (120, 120, True),
        (124, 120, True),
        (126, 120, False),
        (60, 120, True),
        (241, 120, True),
        (40, 120, True),
        (80, 120, False),
    ],
)
def test_octaves_and_triples_are_the_same_tempo(heard: float, asked: float, *, same: bool) -> None:
    """Within four percent of the tempo, half, double, a third or three times it; two thirds are another."""
    assert is_tempo(heard, asked) is same
