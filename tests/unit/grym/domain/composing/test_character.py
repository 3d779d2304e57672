"""Leanings of pieces."""

from grym.domain.composing.character import USUAL, character_of
from grym.domain.composing.styles import STYLES


def test_pieces_differ_and_stay_themselves() -> None:
    """A piece has one character, another piece another."""
    style = STYLES["folk"]
    first = character_of(style, identity="x", seed=1)
    assert first == character_of(style, identity="x", seed=1)
    assert len({character_of(style, identity="x", seed=seed) for seed in range(20)}) == 20


def test_characters_are_bounded() -> None:
    """Shares lie between 0 and 1 in every style; hymns move by step and have no chromatic tones."""
    for style in STYLES.values():
        for seed in range(10):
            found = character_of(style, identity="x", seed=seed)
            assert 0 <= found.repeats <= 1
            assert 0 <= found.unity <= 1
            assert 0 <= found.plainness <= 1
            assert 0 <= found.colour <= 1
            assert found.leaps > 0
    hymn = character_of(STYLES["chorale"], identity="x", seed=1)
    assert hymn.leaps > USUAL.leaps
    assert hymn.colour == 0.0
