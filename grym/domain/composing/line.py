"""The line solver: turns a wished melodic shape into pitches that fit key, chords, range and good melodic habit.

The wish (which step to take, how high to be, where to arrive) comes from motifs and phrases; here the cheapest path
through staff positions is found by dynamic programming, so a motif keeps its shape where the harmony allows it and
bends where it must. Costs are named after what they protect: strong beats carry chord tones, other dissonances move
by step, leaps are rare and small, tendency tones resolve (Huron 2001; Temperley 2007, ch. 4, for proximity and
range). A staff position is a scale degree in an octave; what pitch it is follows the chord of the moment, so a
leading tone is raised where the dominant sounds.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grym.domain.composing.character import USUAL, Character
from grym.domain.composing.metrics import BEAT, DOWNBEAT, GROUP
from grym.domain.composing.score import Tonality
from grym.domain.composing.theory import Chord, altered_scale, scale_of

Costs = NDArray[np.float64]

# Weights in one currency: 1 is a mild blemish, 10 an error only taken when nothing else is left.
DISSONANT_ON = {DOWNBEAT: 4.5, GROUP: 3.0, BEAT: 1.6, 1: 0.1, 0: 0.0}
LONG_DISSONANCE = 3.0
DISSONANT_LEAP = 3.0
OFF_SHAPE = 1.5
AWAY_FROM_ARC = 0.055
UNWISHED_REPEAT = 1.2
LEAP = 0.35
ENTRY = 0.12
AVOIDED_DEGREE = 4.0
SKIP = 0.3
WIDE_LEAP = 2.5
AUGMENTED = 4.0
MISSED_GOAL = 12.0
LEAP_TO_GOAL = 1.2
AVOID_NOTE = 2.0
CHANCE = 2.5
SAME_AS_OTHER = 2.0
RECALL, FORGOTTEN = 2.0, 6.0
MISQUOTED = 14.0  # more than a dissonance on a strong beat: a quotation moves elsewhere rather than bend

# Staff positions of the widest range (MIDI 0 to 127 has 75); so many numbers of chance suffice for any note.
MOST_POSITIONS = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A note whose pitch is wanted.

    Parameters
    ----------
    start_steps, length_steps
        Its place in sixteenths.
    strength
        Metrical strength of the place (`metrics.strength`).
    chord
        The chord at its start.
    next_chord
        The chord into which it is held, if for a beat or longer.
    step
        Staff steps wished from the note before; None where a new idea begins.
    height
        Wished MIDI pitch, from the arc of the phrase.
    goal
        Pitch classes of which it should be one, empty where it is free.
    avoid
        Pitch classes better left to another part.
    recall
        The MIDI pitch at this place of the section that is being repeated, if any.
    interval
        Semitones from the note before, where it is quoted and is to be kept.
    """

    start_steps: int
    length_steps: int
    strength: int
    chord: Chord
    next_chord: Chord | None
    step: int | None
    height: float
    goal: tuple[int, ...] = ()
    avoid: tuple[int, ...] = ()
    recall: int | None = None
    interval: int | None = None


def solve(
    wishes: list[Wish],
    tonality: Tonality,
    *,
    low: int,
    high: int,
    chance: NDArray[np.float64],
    character: Character = USUAL,
    after: int | None = None,
) -> tuple[int, ...]:
    """Return the MIDI pitch of every wished note.

    Parameters
    ----------
    low, high
        Range as MIDI pitches; at least an octave.
    chance
        Numbers 0–1, shape (notes, at least the staff positions of the range): what makes one melody differ from
        the next where several are equally good.
    character
        The leanings of the piece.
    after
        MIDI pitch of the note before the first one, if any.

    References
    ----------
    Viterbi 1967; as a model of melody, Temperley 2007, ch. 4.
    """
    if not wishes:
        return ()
    positions = np.arange(7 * (low // 12) - 7, 7 * (high // 12) + 14)
    pitches = np.array([_pitches(positions, tonality, wish.chord) for wish in wishes])
    inside = ((pitches >= low) & (pitches <= high)).any(axis=0)
    positions, pitches = positions[inside], pitches[:, inside]
    dissonant = np.array([~np.isin(pitches[at] % 12, wish.chord.pitch_classes) for at, wish in enumerate(wishes)])
    cost = np.empty(pitches.shape)
    back = np.zeros(pitches.shape, dtype=np.int64)
    for at, wish in enumerate(wishes):
        local = _local(wish, pitches[at], dissonant[at], low=low, high=high, bound=character.chords)
        local += CHANCE * chance[at, : len(positions)] + AVOIDED_DEGREE * np.isin(positions % 7, character.gaps)
        if at == 0:
            cost[0] = local + (0.0 if after is None else _entry(pitches[0] - after))
            continue
        reach = cost[at - 1][:, None] + _move(wish, at, positions, pitches, dissonant, character=character)
        back[at] = reach.argmin(axis=0)
        cost[at] = reach.min(axis=0) + local
    path = [int(cost[-1].argmin())]
    for at in range(len(wishes) - 1, 0, -1):
        path.append(int(back[at, path[-1]]))
    return tuple(int(pitches[at, place]) for at, place in enumerate(reversed(path)))


def _pitches(positions: NDArray[np.int64], tonality: Tonality, chord: Chord) -> NDArray[np.int64]:
    """Return the MIDI pitch of each staff position while a chord sounds."""
    natural = scale_of(tonality)
    altered = altered_scale(tonality, chord)
    offsets = [
        (pc - tonality.tonic) % 12 + (other - pc + 6) % 12 - 6 for pc, other in zip(natural, altered, strict=True)
    ]
    tones = np.array(offsets, dtype=np.int64)
    return np.asarray(tonality.tonic + 12 * (positions // 7) + tones[positions % 7], dtype=np.int64)


def _local(
    wish: Wish, pitches: NDArray[np.int64], dissonant: NDArray[np.bool_], *, low: int, high: int, bound: float
) -> Costs:
    """Return what each staff position costs by itself; `bound` weighs the harmony."""
    cost = AWAY_FROM_ARC * np.abs(pitches - wish.height) ** 1.5
    cost += bound * np.where(dissonant, DISSONANT_ON[wish.strength], 0.0)
    if wish.length_steps >= 4:
        cost += bound * np.where(dissonant, LONG_DISSONANCE, 0.0)
        above = np.isin((pitches - 1) % 12, wish.chord.pitch_classes) & dissonant
        cost += bound * np.where(above, AVOID_NOTE, 0.0)
    if wish.next_chord is not None:
        cost += bound * np.where(np.isin(pitches % 12, wish.next_chord.pitch_classes), 0.0, LONG_DISSONANCE)
    if wish.goal:
        cost += np.where(np.isin(pitches % 12, wish.goal), 0.0, MISSED_GOAL)
    if wish.avoid:
        cost += np.where(np.isin(pitches % 12, wish.avoid), SAME_AS_OTHER, 0.0)
    if wish.recall is not None:
        cost += np.minimum(FORGOTTEN, RECALL * np.abs(pitches - wish.recall))
    return np.where((pitches < low) | (pitches > high), 1e6, cost)


def _entry(semitones: NDArray[np.int64]) -> Costs:
    """Return what it costs to begin a phrase so far from the end of the last one."""
    size = np.abs(semitones)
    return np.asarray(ENTRY * np.maximum(0, size - 2) + np.where(size > 12, 10.0, 0.0), dtype=np.float64)


def _move(
    wish: Wish,
    at: int,
    positions: NDArray[np.int64],
    pitches: NDArray[np.int64],
    dissonant: NDArray[np.bool_],
    *,
    character: Character,
) -> Costs:
    """Return what each move costs, shape (from, to)."""
    steps = positions[None, :] - positions[:, None]
    semitones = pitches[at][None, :] - pitches[at - 1][:, None]
    size = np.abs(steps)
    cost = LEAP * np.maximum(0, size - 2) + SKIP * (size > 1) + np.where(np.abs(semitones) > 9, WIDE_LEAP, 0.0)
    cost *= character.leaps
    cost += np.where(np.abs(semitones) > 12, 10.0, 0.0)
    odd = ((size == 1) & (np.abs(semitones) == 3)) | (np.abs(semitones) == 6) | ((size == 0) & (semitones != 0))
    cost += np.where(odd, AUGMENTED, 0.0)
    # A dissonance is approached and left by step, or it is an error on the ear.
    leaps = size > 1
    foreign = (leaps & dissonant[at - 1][:, None]).astype(float) + (leaps & dissonant[at][None, :])
    cost += DISSONANT_LEAP * character.chords * foreign
    if wish.step is not None:
        cost += OFF_SHAPE * character.shape * np.abs(steps - wish.step)
        if wish.step != 0:
            cost += np.where(size == 0, UNWISHED_REPEAT * (1.4 - character.repeats), 0.0)
    if wish.interval is not None:
        cost += MISQUOTED * np.abs(semitones - wish.interval)
    if wish.goal:
        cost += LEAP_TO_GOAL * np.maximum(0, size - 1)
    return np.asarray(cost, dtype=np.float64)
