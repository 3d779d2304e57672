"""Metre on a grid of sixteenths: how a bar divides into groups, and how strong each place is.

The groups follow notation practice (Gould 2011, "Behind Bars", p. 151): compound metres count dotted quarters,
4/4 counts two halves, odd metres a fixed sum of twos and threes. Strength is the metrical grid of Lerdahl and
Jackendoff 1983, ch. 4.
"""

from grym.domain.composing.score import TICKS_PER_QUARTER, Metre

STEP_TICKS = TICKS_PER_QUARTER // 4

# Groups of a bar in sixteenths, where counting in quarters or halves is not the answer.
_ODD_GROUPS: dict[tuple[int, int], tuple[int, ...]] = {
    (5, 4): (12, 8),
    (6, 4): (12, 12),
    (7, 4): (8, 8, 12),
    (5, 8): (6, 4),
    (7, 8): (4, 4, 6),
    (8, 8): (6, 6, 4),
    (10, 8): (6, 6, 4, 4),
    (11, 8): (6, 6, 6, 4),
}

DOWNBEAT, GROUP, BEAT, OFFBEAT, WEAK = 4, 3, 2, 1, 0


def is_compound(metre: Metre) -> bool:
    """Tell whether the beat divides in three (6/8, 9/8, 12/8, 3/8)."""
    return metre.unit == 8 and metre.beats % 3 == 0


def bar_steps(metre: Metre) -> int:
    """Return the length of a bar in sixteenths."""
    return metre.bar_ticks // STEP_TICKS


def bar_groups(metre: Metre) -> tuple[int, ...]:
    """Return the groups of a bar in sixteenths; their sum is the bar."""
    if (metre.beats, metre.unit) in _ODD_GROUPS:
        return _ODD_GROUPS[metre.beats, metre.unit]
    if is_compound(metre):
        return (6,) * (metre.beats // 3)
    steps = bar_steps(metre)
    if steps % 12 == 0 and steps % 8:
        return (12,) * (steps // 12)
    groups = (8,) * (steps // 8)
    return (*groups, steps % 8) if steps % 8 else groups


def beat_steps(metre: Metre) -> int:
    """Return the length of the pulse in sixteenths: a quarter, or a dotted quarter in compound metres."""
    return 6 if is_compound(metre) else 4


def strength(step: int, metre: Metre) -> int:
    """Return how strong a place of the bar is, from `WEAK` 0 to `DOWNBEAT` 4.

    Parameters
    ----------
    step
        Sixteenths from the start of the bar.
    """
    at = step % bar_steps(metre)
    if at == 0:
        return DOWNBEAT
    edge = 0
    for group in bar_groups(metre):
        if at == edge:
            return GROUP
        if at < edge + group:
            break
        edge += group
    beat = 6 if group == 6 else 4
    if (at - edge) % beat == 0:
        return BEAT
    return OFFBEAT if at % 2 == 0 else WEAK
