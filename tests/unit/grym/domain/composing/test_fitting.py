"""Fitting bars to seconds."""

import pytest

from grym.domain.composing.fitting import Fit, bar_seconds, fit_bars
from grym.domain.composing.score import Metre

FOUR_FOUR = Metre(beats=4, unit=4)


def _asked(seconds: float, tempo_bpm: float, notes: list[str]) -> Fit:
    return fit_bars(
        seconds,
        metres=[FOUR_FOUR],
        slowest_bpm=tempo_bpm,
        usual_bpm=tempo_bpm,
        fastest_bpm=tempo_bpm,
        notes=notes,
    )


def test_bar_seconds() -> None:
    """Four quarters at 120 last two seconds."""
    assert bar_seconds(FOUR_FOUR, 120) == pytest.approx(2.0)


def test_asked_tempo_is_never_touched() -> None:
    """64 BPM and 30 s are eight bars of 4/4, exactly."""
    notes: list[str] = []
    fit = _asked(30, 64, notes)
    assert (fit.tempo_bpm, fit.bars, fit.hold_s, notes) == (64, 8, 0.0, [])


def test_the_last_chord_is_held_where_bars_do_not_fill() -> None:
    """60 BPM in 4/4: seven bars are 28 s, and the rest of 30 s sounds on."""
    fit = _asked(30, 60, [])
    assert (fit.bars, fit.seconds, fit.plan_seconds) == (7, 28.0, 30)
    assert fit.seconds + fit.hold_s == pytest.approx(30, rel=0.02)


def test_a_bar_longer_than_the_time_is_taken_and_told() -> None:
    """Four quarters at 40 BPM are six seconds, whatever was asked."""
    notes: list[str] = []
    fit = _asked(4, 40, notes)
    assert (fit.bars, fit.plan_seconds, fit.hold_s) == (1, 6.0, 0.0)
    assert "6.0 s" in notes[0]


@pytest.mark.parametrize("seconds", [4, 9, 30, 61, 180, 600])
def test_free_tempo_fits_every_length(seconds: float) -> None:
    """With some slack in tempo whole bars come within two per cent, at a whole number of beats a minute."""
    notes: list[str] = []
    fit = fit_bars(seconds, metres=[FOUR_FOUR], slowest_bpm=91, usual_bpm=100, fastest_bpm=109, notes=notes)
    assert abs(fit.seconds / seconds - 1) <= 0.02
    assert fit.tempo_bpm == round(fit.tempo_bpm)
    assert notes == []
