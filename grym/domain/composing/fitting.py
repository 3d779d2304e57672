"""Fitting bars to seconds: a piece is whole bars, and lasts as long as was asked.

Where the tempo is free it moves a little, so that bars in groups of four fill the time. A tempo asked in numbers is
never touched: then as many whole bars are taken as fit, and the last chord is held until the time is up.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from grym.domain.composing.plan import MAX_TEMPO_BPM, MIN_TEMPO_BPM
from grym.domain.composing.score import TICKS_PER_QUARTER, Metre

# Length accepted against the request when a piece is checked.
LENGTH_TOLERANCE = 0.05
# Length aimed at when it is planned.
_CLOSE = 0.02
# A rendered piece rings on for a moment, so bars that end just before the time are better than just after.
_WRITTEN_SHARE = 0.99
# A few seconds hold so few bars that a free tempo must give more: up to this factor.
_WIDER = 1.35


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """Tempo, metre and number of bars.

    Parameters
    ----------
    seconds
        What the bars last.
    plan_seconds
        The length the plan promises.
    hold_s
        How much longer than written the last chord is held.
    """

    tempo_bpm: float
    metre: Metre
    bars: int
    seconds: float
    plan_seconds: float
    hold_s: float = 0.0


def bar_seconds(metre: Metre, tempo_bpm: float) -> float:
    """Return the length of a bar in seconds at a tempo in quarter notes a minute."""
    return metre.bar_ticks / TICKS_PER_QUARTER * 60.0 / tempo_bpm


def fit_bars(
    seconds: float,
    *,
    metres: Sequence[Metre],
    slowest_bpm: float,
    usual_bpm: float,
    fastest_bpm: float,
    notes: list[str],
) -> Fit:
    """Choose tempo, metre and bars for a length.

    Parameters
    ----------
    metres
        Metres to choose from, the usual one first.
    slowest_bpm, usual_bpm, fastest_bpm
        Allowed tempi; equal when a tempo was asked.
    notes
        Receives a sentence where the wish could not be met to the letter.
    """
    free = slowest_bpm < fastest_bpm
    narrow = _tempi(slowest_bpm, fastest_bpm) if free else [usual_bpm]
    wide = _tempi(slowest_bpm / _WIDER, fastest_bpm * _WIDER) if free else []
    for tempi in (narrow, wide):
        best = _best(seconds, metres, tempi, usual_bpm)
        if best is not None:
            return best
    return _held(seconds, metres[0], usual_bpm, notes)


def _held(seconds: float, metre: Metre, tempo_bpm: float, notes: list[str]) -> Fit:
    """Take the whole bars that fit, at least one, and hold the last chord for what is left of the time."""
    bar_s = bar_seconds(metre, tempo_bpm)
    bars = max(1, math.floor(seconds / bar_s))
    written_s = bars * bar_s
    hold_s = round(max(0.0, seconds * _WRITTEN_SHARE - written_s), 3)
    if written_s > seconds:
        notes.append(f"A bar of {metre} at {tempo_bpm:g} BPM lasts {written_s:.1f} s: took one.")
    return Fit(
        tempo_bpm=tempo_bpm,
        metre=metre,
        bars=bars,
        seconds=written_s,
        plan_seconds=max(seconds, written_s),
        hold_s=hold_s,
    )


def _tempi(slowest_bpm: float, fastest_bpm: float) -> list[float]:
    """Return the whole numbers between two tempi, inside what a plan allows."""
    slowest, fastest = max(slowest_bpm, MIN_TEMPO_BPM), min(fastest_bpm, MAX_TEMPO_BPM)
    return [float(tempo) for tempo in range(math.ceil(slowest), math.floor(fastest) + 1)]


def _best(seconds: float, metres: Sequence[Metre], tempi: Sequence[float], usual_bpm: float) -> Fit | None:
    """Return the cheapest fit inside the tolerance, if there is one."""
    found = [
        (_cost(fit, seconds, usual_bpm, rank), rank, fit.tempo_bpm, fit.bars, fit)
        for rank, metre in enumerate(metres)
        for tempo in tempi
        for fit in _near(seconds, metre, tempo)
        if abs(fit.seconds - seconds) <= _CLOSE * seconds
    ]
    return min(found, key=lambda entry: entry[:4])[4] if found else None


def _near(seconds: float, metre: Metre, tempo_bpm: float) -> Iterator[Fit]:
    """Yield the numbers of bars next below and above a length."""
    bar_s = bar_seconds(metre, tempo_bpm)
    for bars in {max(1, math.floor(seconds / bar_s)), math.ceil(seconds / bar_s)}:
        yield Fit(tempo_bpm=tempo_bpm, metre=metre, bars=bars, seconds=bars * bar_s, plan_seconds=seconds)


def _cost(fit: Fit, seconds: float, usual_bpm: float, rank: int) -> float:
    """Weigh a fit: true length, usual tempo, bars in fours with or without a last chord, the usual metre."""
    length = abs(fit.seconds / seconds - _WRITTEN_SHARE) * 10
    tempo = abs(fit.tempo_bpm / usual_bpm - 1) * 6
    square = {0: 0.0, 1: 0.05, 2: 0.2, 3: 0.45}[fit.bars % 4] + (0.0 if fit.bars >= 4 else 0.8)
    return length + tempo + square + 0.4 * rank
