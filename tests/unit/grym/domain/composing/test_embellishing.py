"""Figures set into voices."""

import numpy as np
import pytest

from grym.domain.composing.embellishing import Cell, Loom, is_parallel
from grym.domain.composing.score import Tonality
from grym.domain.composing.seeds import stream
from grym.domain.composing.settings import CHOIR, Moment, cheapest_settings
from grym.domain.composing.theory import chord_of, scale_of

C_MAJOR = Tonality(tonic=0, mode="major")


def _loom(*chords: tuple[str, tuple[int, int, int, int]]) -> Loom:
    """Lay settings of a quarter each."""
    return Loom(
        cells=[
            Cell(start=2 * at, length=2, chord=chord_of(numeral, C_MAJOR), scale=scale_of(C_MAJOR))
            for at, (numeral, _) in enumerate(chords)
        ],
        pitches=[[setting[voice] for _, setting in chords for _ in (0, 1)] for voice in range(4)],
        struck=[set(), *({2 * at for at in range(len(chords))} for _ in range(3))],
    )


def test_a_third_is_filled() -> None:
    """A bass from C to E passes through D."""
    loom = _loom(("I", (72, 67, 64, 48)), ("I:1", (72, 67, 60, 52)))
    loom.embellish(rng=stream(0, "x"), amount=10.0)
    assert list(loom.notes(3)) == [(0, 2, 48), (2, 2, 50), (4, 4, 52)]


def test_a_fourth_is_suspended() -> None:
    """An alto that steps from C down to B over G is held into the chord and resolves in it."""
    loom = _loom(("IV", (77, 72, 69, 53)), ("V", (79, 71, 67, 55)))
    loom.pitches[2][0:2] = [65, 65]
    assert loom._suspend(1, 1)  # the figure alone
    assert list(loom.notes(1)) == [(0, 4, 72), (4, 2, 72), (6, 2, 71)]


def test_figures_that_make_parallels_are_left_out() -> None:
    """A passing tone that would go in fifths with the tenor is not taken."""
    loom = _loom(("I", (76, 72, 67, 60)), ("vi", (76, 72, 69, 57)))
    loom.pitches[2] = [67, 69, 69, 69]
    loom.pitches[3] = [60, 60, 62, 62]
    before = [list(line) for line in loom.pitches]
    assert is_parallel(67, 60, 69, 62)
    assert not loom._place(3, 0, 1, 62)  # the rule alone
    assert loom.pitches == before


@pytest.mark.parametrize("seed", range(20))
def test_a_correct_setting_stays_correct(seed: int) -> None:
    """Whatever is drawn, voices keep their order and no pair moves in parallel fifths or octaves."""
    words = (("I", 72), ("IV:1", 72), ("V", 71), ("vi", 72), ("ii:1", 74), ("V", 71), ("I", 72))
    moments = [
        Moment(chord=chord_of(numeral, C_MAJOR), first=top, last=top, lowest=top, leading_tone=11)
        for numeral, top in words
    ]
    path = cheapest_settings(moments, CHOIR)
    loom = _loom(*((numeral, setting) for (numeral, _), setting in zip(words, path, strict=True)))
    loom.embellish(rng=stream(seed, "x"), amount=1.5)
    lines = np.array(loom.pitches)
    assert (np.diff(lines, axis=0) <= 0).all()
    for high in range(4):
        for low in range(high + 1, 4):
            for at in range(1, lines.shape[1]):
                assert not is_parallel(lines[high, at - 1], lines[low, at - 1], lines[high, at], lines[low, at])
    for voice in (1, 2, 3):
        notes = list(loom.notes(voice))
        assert sum(length for _, length, _ in notes) == 28


def test_nothing_is_set_in_without_an_amount() -> None:
    """Amount 0 leaves every voice as it was."""
    loom = _loom(("I", (72, 67, 64, 48)), ("I:1", (72, 67, 60, 52)))
    loom.embellish(rng=stream(0, "x"), amount=0.0)
    assert list(loom.notes(3)) == [(0, 4, 48), (4, 4, 52)]
