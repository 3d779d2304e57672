"""Settings of a chord for four voices: which there are under a given top voice, what each costs, and what a move costs.

A setting is four pitches, soprano first. Ranges, spacing and doubling are those of the textbooks; every rule has its
price, and the cheapest path through the settings of all chords is found exactly (`cheapest_settings`).

References
----------
Aldwell, Schachter and Cadwallader 2011, ch. 6 and 7 (ranges, spacing, doubling, forbidden parallels, tendency tones);
Huron 2001 (why they hold); Viterbi 1967 (the search).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from grym.domain.composing.theory import Chord

Setting = tuple[int, int, int, int]
Settings = NDArray[np.int64]
Floats = NDArray[np.float64]

_VOICES = tuple(combinations(range(4), 2))
_WIDEST_LOWER = 19

# Prices in one currency: 1 is a mild blemish, 30 an error only made when nothing else is left.
_PARALLEL, _HIDDEN, _OVERLAP, _UNRESOLVED, _SEVENTH_UP = 30.0, 2.0, 3.0, 4.0, 3.0
_NO_THIRD, _NO_ROOT, _NO_FIFTH, _NO_SEVENTH = 8.0, 6.0, 1.5, 5.0
_DOUBLED_LEADING, _DOUBLED_THIRD, _UNISON, _WIDE = 12.0, 1.0, 2.0, 4.0
_OFF_CENTRE = 0.12
# What moves cost where a line begins, against elsewhere.
_AFRESH = 0.2
_INNER_STEP, _INNER_LEAP, _BASS_STEP, _BASS_ODD = 0.45, 1.2, 0.25, 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranges:
    """Lowest and highest pitch and centre of the three lower voices, and the widest distance of upper neighbours."""

    alto: tuple[int, int, float]
    tenor: tuple[int, int, float]
    bass: tuple[int, int, float]
    widest: int = 12


CHOIR = Ranges(alto=(55, 74, 65.0), tenor=(48, 67, 58.5), bass=(40, 62, 53.0))
# Second violin, viola and cello, close under the first violin (Adler 2016, ch. 2 and 5).
STRINGS = Ranges(alto=(55, 79, 67.0), tenor=(48, 74, 60.0), bass=(36, 62, 47.0), widest=16)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A chord under the top voice: its first, last and lowest pitch while the chord lasts.

    `leading_tone` is the pitch class of the key's seventh degree, which is not doubled and resolves upwards; `opens`
    says that a line begins here, to which voices may leap.
    """

    chord: Chord
    first: int
    last: int
    lowest: int
    leading_tone: int
    opens: bool = False


def cheapest_settings(moments: Sequence[Moment], ranges: Ranges, *, previous: Setting | None = None) -> list[Setting]:
    """Set every chord such that the whole is cheapest.

    Parameters
    ----------
    previous
        The setting before the first, if any.
    """
    if not moments:
        return []
    options = [settings(moment, ranges) for moment in moments]
    total = local_costs(options[0], moments[0], ranges)
    if previous is not None:
        total = total + motion_costs(np.array([previous]), options[0], moments[0], moments[0])[0]
    back: list[NDArray[np.int64]] = []
    for at in range(1, len(moments)):
        left = options[at - 1].copy()
        left[:, 0] = moments[at - 1].last
        reach = total[:, None] + motion_costs(left, options[at], moments[at - 1], moments[at])
        back.append(reach.argmin(axis=0))
        total = reach.min(axis=0) + local_costs(options[at], moments[at], ranges)
    path = [int(total.argmin())]
    for steps in reversed(back):
        path.append(int(steps[path[-1]]))
    chosen = [options[at][place] for at, place in enumerate(reversed(path))]
    return [(int(a), int(b), int(c), int(d)) for a, b, c, d in chosen]


def settings(moment: Moment, ranges: Ranges) -> Settings:
    """Return every setting of a chord under the top voice, shape (settings, 4); ranges widen where there is none."""
    for spare in (0, 5, 12, 24):
        found = _settings(moment, ranges, spare)
        if len(found):
            return found
    top = moment.lowest
    return np.array([[moment.first, top - 3, top - 7, top - 12]])


def _settings(moment: Moment, ranges: Ranges, spare: int) -> Settings:
    """Return the settings inside ranges that are widened by some semitones downwards."""
    tones = sorted(set(moment.chord.pitch_classes))
    alto, tenor = (
        [p for p in range(low - spare, min(high, moment.lowest) + 1) if p % 12 in tones]
        for low, high, _ in (ranges.alto, ranges.tenor)
    )
    bass = [p for p in range(ranges.bass[0] - spare, ranges.bass[1] + 1) if p % 12 == moment.chord.bass]
    grid = np.array(np.meshgrid([moment.first], alto, tenor, bass, indexing="ij"), dtype=np.int64).reshape(4, -1).T
    ordered = (grid[:, 1] >= grid[:, 2]) & (grid[:, 2] >= grid[:, 3])
    close = (grid[:, 1] - grid[:, 2] <= ranges.widest) & (grid[:, 2] - grid[:, 3] <= _WIDEST_LOWER + spare)
    return np.asarray(grid[ordered & close], dtype=np.int64)


def local_costs(found: Settings, moment: Moment, ranges: Ranges) -> Floats:
    """Return what settings cost by themselves: completeness, doubling, spacing."""
    chord = moment.chord
    classes = found % 12
    prices = (_NO_ROOT, _NO_THIRD, _NO_FIFTH, *(_NO_SEVENTH for _ in chord.pitch_classes[3:]))
    cost = sum(
        (price * ~(classes == tone).any(axis=1) for price, tone in zip(prices, chord.pitch_classes, strict=True)),
        start=np.zeros(len(found)),
    )
    cost += _DOUBLED_LEADING * ((classes == moment.leading_tone).sum(axis=1) > 1)
    cost += _DOUBLED_THIRD * ((classes == chord.pitch_classes[1]).sum(axis=1) > 1)
    cost += _DOUBLED_LEADING / 2 * sum((classes == tone).sum(axis=1) > 1 for tone in chord.pitch_classes[3:])
    cost += _UNISON * (found[:, :-1] == found[:, 1:]).sum(axis=1)
    cost += _WIDE * np.maximum(0, found[:, 0] - found[:, 1] - ranges.widest)
    centres = np.array([ranges.alto[2], ranges.tenor[2], ranges.bass[2]])
    return np.asarray(cost + _OFF_CENTRE * np.abs(found[:, 1:] - centres).sum(axis=1), dtype=np.float64)


def motion_costs(before: Settings, after: Settings, old: Moment, new: Moment) -> Floats:
    """Return what every move costs, shape (from, to): small steps, no parallels, no overlap, tendencies resolved."""
    one, other = before[:, None, :], after[None, :, :]
    moves = other - one
    size = np.abs(moves)
    cost = _INNER_STEP * size[..., 1:3].sum(axis=-1) + _INNER_LEAP * np.maximum(0, size[..., 1:3] - 4).sum(axis=-1)
    cost += _BASS_STEP * size[..., 3] + _BASS_ODD * np.isin(size[..., 3], (6, 10, 11))
    cost *= _AFRESH if new.opens else 1.0
    cost += _PARALLEL * _parallels(one, other, moves) + _HIDDEN * _hidden(other, moves)
    for low in (1, 2, 3):
        cost += _OVERLAP * ((other[..., low] > one[..., low - 1]) | (other[..., low - 1] < one[..., low]))
    if (old.leading_tone + 1) % 12 in new.chord.pitch_classes:
        for voice in (1, 2):
            cost += _UNRESOLVED * ((one[..., voice] % 12 == old.leading_tone) & (moves[..., voice] != 1))
    for tone in old.chord.pitch_classes[3:]:
        for voice in (1, 2, 3):
            falls = (moves[..., voice] <= 0) & (moves[..., voice] >= -2)
            cost += _SEVENTH_UP * ((one[..., voice] % 12 == tone) & ~falls)
    return np.asarray(cost, dtype=np.float64)


def _parallels(one: Settings, other: Settings, moves: Settings) -> NDArray[np.int64]:
    """Count the pairs of voices in parallel fifths, octaves and unisons."""
    count = np.zeros(np.broadcast_shapes(one.shape, other.shape)[:-1], dtype=np.int64)
    for high, low in _VOICES:
        old, new = (one[..., high] - one[..., low]) % 12, (other[..., high] - other[..., low]) % 12
        count += (old == new) & np.isin(new, (0, 7)) & (moves[..., high] * moves[..., low] > 0)
    return count


def _hidden(other: Settings, moves: Settings) -> NDArray[np.bool_]:
    """Tell where the outer voices leap in one direction into a fifth or octave."""
    perfect = np.isin((other[..., 0] - other[..., 3]) % 12, (0, 7))
    together = moves[..., 0] * moves[..., 3] > 0
    return np.asarray(perfect & together & (np.abs(moves[..., 0]) > 2), dtype=np.bool_)
