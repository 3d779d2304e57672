"""Fitting bars to seconds."""

import pytest

from grym.domain.composing.fitting import Fit, bar_seconds, fit_bars
from grym.domain.composing.score import Metre

FOUR_FOUR = Metre(beats=4, unit=4)


def _asked(seconds: float, tempo_bpm: float, notes: list[str], *, spares: tuple[Metre, ...] = ()) -> Fit:
    return fit_bars(
        seconds,
        metres=[FOUR_FOUR],
        spares=spares,
        slowest_bpm=tempo_bpm,
        usual_bpm=tempo_bpm,
        fastest_bpm=tempo_bpm,
        notes=notes,
    )


def test_bar_seconds() -> None:
    """Four quarters at 120 last two seconds."""
    assert bar_seconds(FOUR_FOUR, 120) == pytest.approx(2.0)


def test_asked_tempo_is_never_touched() -> None:
    """70 BPM and 30 s are nine bars of 4/4, 30.86 s."""
    notes: list[str] = []
    fit = _asked(30, 70, notes)
    assert (fit.tempo_bpm, fit.bars, notes) == (70, 9, [])


def test_spare_metre_when_nothing_fits() -> None:
    """60 BPM in 4/4 misses 30 s by two seconds; bars of two quarters meet it."""
    notes: list[str] = []
    fit = _asked(30, 60, notes, spares=(Metre(beats=2, unit=4),))
    assert (str(fit.metre), fit.seconds) == ("2/4", 30.0)
    assert "2/4" in notes[0]


def test_length_gives_way_at_last() -> None:
    """Where tempo and metre are both asked the plan promises what whole bars last, and says so."""
    notes: list[str] = []
    fit = _asked(30, 60, notes)
    assert fit.plan_seconds == fit.seconds in {28.0, 32.0}
    assert len(notes) == 1


@pytest.mark.parametrize("seconds", [4, 9, 30, 61, 180, 600])
def test_free_tempo_fits_every_length(seconds: float) -> None:
    """With some slack in tempo whole bars come within five per cent, at a whole number of beats a minute."""
    notes: list[str] = []
    fit = fit_bars(seconds, metres=[FOUR_FOUR], spares=[], slowest_bpm=91, usual_bpm=100, fastest_bpm=109, notes=notes)
    assert abs(fit.seconds / seconds - 1) <= 0.05
    assert fit.tempo_bpm == round(fit.tempo_bpm)
    assert notes == []
