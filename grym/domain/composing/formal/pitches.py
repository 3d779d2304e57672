"""Pitches as laws give them: members of a sieve, a row in its order, living cells as chords, or steps of the scale."""

from collections.abc import Callable, Iterable

import numpy as np

from grym.domain.composing.formal.choice import FormalChoice, row_of
from grym.domain.composing.formal.control import generations
from grym.domain.composing.formal.sieve import read_sieve
from grym.domain.composing.metrics import STEP_TICKS
from grym.domain.composing.plan import Plan
from grym.domain.composing.score import Score
from grym.domain.composing.theory import scale_of

Pitches = Callable[[int, int, float, int, int], int]
"""From written pitch, sixteenth, value, and the instrument's lowest and highest pitch to the pitch to be played."""

# Values displace by as many degrees of the scale either way.
_DEGREES = 7


def pitches_of(choice: FormalChoice, score: Score, plan: Plan, *, rng: np.random.Generator) -> Pitches:
    """Return how a choice's law moves pitches.

    A sieve lets only its members sound (0 = MIDI pitch 0), a row gives its pitch classes note by note in the nearest
    octave, an automaton of twelve cells lets its living pitch classes sound, from the tonic up, and other laws
    displace notes along the scale.
    """
    if choice.generator == "sieve":
        sieve = read_sieve(choice.law)
        return lambda pitch, _step, _value, low, high: _nearest(pitch, sieve.members(low, high + 1))
    if choice.generator == "set":
        return _rows(choice)
    if choice.generator == "cellular":
        return _cells(choice, score, plan, rng=rng)
    scale = set(scale_of(plan.tonality))
    return lambda pitch, _step, value, low, high: _displaced(pitch, value, scale, low, high)


def _nearest(pitch: int, allowed: Iterable[int]) -> int:
    """Return the allowed pitch that is nearest, the lower of two; the pitch itself where none is allowed."""
    return min(allowed, key=lambda one: (abs(one - pitch), one), default=pitch)


def _rows(choice: FormalChoice) -> Pitches:
    """Give the pitch classes of a row in order, note by note; notes of one sixteenth take what comes next too."""
    row = row_of(choice.law)
    at = -1

    def given(pitch: int, _step: int, _value: float, low: int, high: int) -> int:
        nonlocal at
        at += 1
        wanted = row[at % len(row)]
        return _nearest(pitch, (one for one in range(low, high + 1) if one % 12 == wanted))

    return given


def _cells(choice: FormalChoice, score: Score, plan: Plan, *, rng: np.random.Generator) -> Pitches:
    """Let the living pitch classes of each generation sound; a dead generation changes nothing."""
    steps_each = max(1, round(choice.step_beats * 4))
    count = -(-score.length_ticks // STEP_TICKS // steps_each) + 1
    rows = generations(choice.law, count, 12, rng=rng)
    alive = [{(plan.tonality.tonic + int(cell)) % 12 for cell in np.flatnonzero(row)} for row in rows]

    def given(pitch: int, step: int, _value: float, low: int, high: int) -> int:
        living = alive[min(step // steps_each, count - 1)]
        return _nearest(pitch, (one for one in range(low, high + 1) if one % 12 in living))

    return given


def _displaced(pitch: int, value: float, scale: set[int], low: int, high: int) -> int:
    """Move a pitch along the scale by up to `_DEGREES` either way, and not beyond the instrument."""
    degrees = round((2 * value - 1) * _DEGREES)
    ladder = [one for one in range(low, high + 1) if one % 12 in scale or one == pitch]
    if degrees == 0 or pitch not in ladder:
        return pitch
    return ladder[max(0, min(len(ladder) - 1, ladder.index(pitch) + degrees))]
