"""Chords for a melody that is given: the cheapest path through a vocabulary under the notes that sound.

Every span of the harmonic rhythm may carry any chord of the table; what a chord costs is the melody it does not
explain (long and strong notes count most), and what a move costs is how unusual the table calls it. Phrase ends ask
for their cadence. Conventions: steps are sixteenths from the start of the section.

References
----------
Simon, Morris and Basu 2008, "MySong" (melody and chord transition weighed against each other); Viterbi 1967; cadences
after Caplin 1998, ch. 2.
"""

import itertools
import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from grym.domain.composing.harmony import Slot, tonic_numeral
from grym.domain.composing.melody import MelodyNote
from grym.domain.composing.metrics import bar_steps, beat_steps, strength
from grym.domain.composing.progressions import CADENCES, TABLES, Table
from grym.domain.composing.score import Metre, Tonality
from grym.domain.composing.theory import Chord, altered_scale, chord_of

# A melody note outside the chord costs this much a quarter note on the strongest place; a chord the table does not
# know after the last one costs as much as three such notes.
_FOREIGN = 3.0
_UNKNOWN_MOVE = 9.0
_MISSED_CADENCE = 6.0
# Weight of one nat of surprise in the order of chords, against foreign melody notes.
_ORDER = 0.8
# A note that rests outside its chord costs more than any two missed cadences.
_UNRESOLVED = 15.0
_STEP = 2
# What a tonic chord saves where nothing else is said: music begins and ends at home.
_HOME = 4.0

Floats = NDArray[np.float64]


def spans_of(bars: int, metre: Metre, *, chords_per_bar: float) -> tuple[tuple[int, int], ...]:
    """Lay a harmonic rhythm: (start, length) in sixteenths of every span.

    Parameters
    ----------
    chords_per_bar
        0.5 (a chord lasts two bars), 1, 2 or more; more than the beats of a bar gives one a beat.
    """
    steps = bar_steps(metre)
    if chords_per_bar < 1:
        edges = [*range(0, bars * steps, 2 * steps), bars * steps]
    else:
        beats = list(range(0, steps, beat_steps(metre)))
        count = min(len(beats), round(chords_per_bar))
        inner = [beats[at * len(beats) // count] for at in range(count)]
        edges = [*(bar * steps + place for bar in range(bars) for place in inner), bars * steps]
    return tuple((a, b - a) for a, b in itertools.pairwise(edges))


def harmonise_tune(
    melody: Sequence[MelodyNote],
    tonality: Tonality,
    metre: Metre,
    *,
    spans: Sequence[tuple[int, int]],
    table: str = "",
    closings: Mapping[int, str] | None = None,
    rests: bool = False,
) -> tuple[Slot, ...]:
    """Choose a chord for every span of a melody.

    Parameters
    ----------
    melody
        Its notes, in sixteenths from the start of the section; spans without notes are carried by the order of chords.
    spans
        (start, length) in sixteenths of every chord, ascending (`spans_of`).
    table
        Name of a vocabulary of `progressions.TABLES`; empty: the one of the mode.
    closings
        How phrases end, by the index of their last span: ``authentic``, ``half``, ``deceptive`` or ``plagal``; None:
        an authentic ending at the last span.
    rests
        Notes on which the melody rests (a beat or longer, not left by step) have to belong to their chord: a ninth
        that nobody resolves is heard as a mistake.

    Returns
    -------
    tuple of Slot
        One chord a span, in their order.
    """
    name = table or tonality.mode
    words = TABLES[name]
    numerals = sorted(words)
    chords = [chord_of(numeral, tonality) for numeral in numerals]
    moves = move_costs(words, numerals)
    local = np.array([[foreign(melody, span, chord, tonality, metre) for chord in chords] for span in spans])
    if not len(spans):
        return ()
    if rests:
        local += _UNRESOLVED * np.array(
            [[_unresolved(melody, span, chord, metre) for chord in chords] for span in spans]
        )
    local[0] -= _HOME * np.array([numeral == tonic_numeral(tonality) for numeral in numerals])
    endings = {len(spans) - 1: "authentic"} if closings is None else closings
    for at, kind in endings.items():
        local[max(0, at - 1) : at + 1] += _ending(name, kind, numerals)[-min(2, at + 1) :]
    path = cheapest(local, moves)
    return tuple(
        Slot(start_steps=start, length_steps=length, chord=chords[place])
        for (start, length), place in zip(spans, path, strict=True)
    )


def move_costs(words: Table, numerals: Sequence[str]) -> Floats:
    """Return what each move between chords costs, shape (from, to), in weighted nats."""
    cost = np.full((len(numerals), len(numerals)), _UNKNOWN_MOVE)
    for at, source in enumerate(numerals):
        total = sum(words[source].values())
        for to, target in enumerate(numerals):
            weight = words[source].get(target, 0.0)
            if weight > 0:
                cost[at, to] = -_ORDER * math.log(weight / total)
            elif source == target:
                cost[at, to] = -_ORDER * math.log(0.08)
    return cost


def cheapest(local: Floats, moves: Floats) -> list[int]:
    """Return the path of least cost through states.

    Parameters
    ----------
    local
        Cost of each state at each time, shape (times, states).
    moves
        Cost of each move, shape (from, to), or (times − 1, from, to) where it changes with time.
    """
    by_time = np.broadcast_to(moves, (max(0, len(local) - 1), *moves.shape[-2:]))
    total = local[0]
    back = np.zeros(local.shape, dtype=np.int64)
    for at in range(1, len(local)):
        reach = total[:, None] + by_time[at - 1]
        back[at] = reach.argmin(axis=0)
        total = reach.min(axis=0) + local[at]
    path = [int(total.argmin())]
    for at in range(len(local) - 1, 0, -1):
        path.append(int(back[at, path[-1]]))
    return path[::-1]


def foreign(
    melody: Sequence[MelodyNote], span: tuple[int, int], chord: Chord, tonality: Tonality, metre: Metre
) -> float:
    """Weigh the melody of a span that a chord does not explain."""
    start, end = span[0], span[0] + span[1]
    scale = altered_scale(tonality, chord)
    cost = 0.0
    for note in melody:
        shared = min(end, note.start_steps + note.length_steps) - max(start, note.start_steps)
        if shared <= 0 or note.midi_pitch % 12 in chord.pitch_classes:
            continue
        weight = 0.4 + 0.2 * strength(max(start, note.start_steps), metre)
        clash = 1.0 if note.midi_pitch % 12 in scale else 2.0
        cost += _FOREIGN * weight * clash * shared / 4
    return cost


def _unresolved(melody: Sequence[MelodyNote], span: tuple[int, int], chord: Chord, metre: Metre) -> int:
    """Count the notes of a span that rest outside a chord."""
    first, last = span[0], span[0] + span[1]
    return sum(
        first <= note.start_steps < last
        and note.midi_pitch % 12 not in chord.pitch_classes
        and note.length_steps >= beat_steps(metre)
        and not _left_by_step(note, following)
        for note, following in itertools.zip_longest(melody, melody[1:])
        if note is not None
    )


def _left_by_step(note: MelodyNote, following: MelodyNote | None) -> bool:
    """Tell whether a note goes on by step, without a rest."""
    if following is None or following.start_steps > note.start_steps + note.length_steps:
        return False
    return 0 < abs(following.midi_pitch - note.midi_pitch) <= _STEP


def _ending(table: str, kind: str, numerals: Sequence[str]) -> Floats:
    """Return what each chord costs in the last two spans of a phrase, shape (2, chords)."""
    cadences = CADENCES[table].get(kind, CADENCES[table]["authentic"])
    last = {cadence[-1] for cadence in cadences}
    before = {cadence[-2] for cadence in cadences if len(cadence) > 1}
    return np.array(
        [
            [0.0 if numeral in before else _MISSED_CADENCE / 2 for numeral in numerals],
            [0.0 if numeral in last else _MISSED_CADENCE for numeral in numerals],
        ]
    )
