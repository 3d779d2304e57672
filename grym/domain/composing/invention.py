"""Two voices that imitate: the upper one states, the lower one answers, and each moves while the other rests.

Bar by bar the lead changes: where the upper voice has said something, the lower says it again an octave or two below,
its shape bent to the chord of the moment, while the upper goes on in the notes of its strong beats; where the upper
voice leads, the lower supports it in slower notes. The close belongs to both.

References
----------
Kennan 1999, "Counterpoint", ch. 9 to 12 (two-part imitation, the invention); Fux 1725 as read by Jeppesen 1939 (one
voice moves while the other holds).
"""

from collections.abc import Sequence

import numpy as np

from grym.domain.composing import line
from grym.domain.composing.accompaniment import PlayedNote
from grym.domain.composing.diminution import thinned
from grym.domain.composing.harmony import Slot
from grym.domain.composing.instruments import Voice
from grym.domain.composing.melody import MelodyNote, chord_at
from grym.domain.composing.metrics import bar_steps, beat_steps, strength
from grym.domain.composing.score import Metre, Tonality

# Where the answering voice lies when its instrument allows: between E2 and C4.
_LOW, _HIGH = 40, 60
_TUNES_APART = 12


def answered_bars(bars: int) -> frozenset[int]:
    """Return the bars in which the lower voice leads: every second one but the last two."""
    return frozenset(range(1, max(1, bars - 2), 2))


def leading(melody: Sequence[MelodyNote], metre: Metre, *, bars: int) -> tuple[MelodyNote, ...]:
    """Return the upper voice: the melody, in the bars of the answer only its notes on beats."""
    bar, answers = bar_steps(metre), answered_bars(bars)
    out: list[MelodyNote] = []
    for number in range(bars):
        mine = [note for note in melody if note.start_steps // bar == number]
        out += thinned(mine, metre) if number in answers and mine else mine
    return tuple(out)


def answering(
    melody: Sequence[MelodyNote],
    slots: Sequence[Slot],
    tonality: Tonality,
    metre: Metre,
    voice: Voice,
    *,
    bars: int,
    chance: np.random.Generator,
) -> tuple[PlayedNote, ...]:
    """Write the lower voice under a melody.

    Parameters
    ----------
    melody
        What is answered, in full.
    voice
        The instrument of the lower voice.
    bars
        Length of the section.
    """
    bar, answers = bar_steps(metre), answered_bars(bars)
    low = max(voice.low, _LOW)
    high = max(low + _TUNES_APART + 5, min(voice.high, _HIGH))
    wishes: list[line.Wish] = []
    for number in range(bars):
        said = [note for note in melody if note.start_steps // bar == number - 1]
        if number in answers and said:
            wishes += _answer(said, melody, slots, metre, centre=(low + high) / 2)
        else:
            wishes += _support(number, bars, slots, metre, centre=(low + high) / 2 - 3)
    pitches = line.solve(wishes, tonality, low=low, high=high, chance=chance.random((len(wishes), line.MOST_POSITIONS)))
    return tuple(
        PlayedNote(start_steps=wish.start_steps, length_steps=wish.length_steps, midi_pitch=pitch)
        for wish, pitch in zip(wishes, pitches, strict=True)
    )


def _answer(
    said: Sequence[MelodyNote], melody: Sequence[MelodyNote], slots: Sequence[Slot], metre: Metre, *, centre: float
) -> list[line.Wish]:
    """Wish for the bar that was said, an octave or two lower, one bar later."""
    bar = bar_steps(metre)
    octaves = round((sum(note.midi_pitch for note in said) / len(said) - centre) / 12) * 12
    wishes = []
    for at, note in enumerate(said):
        start = note.start_steps + bar
        above = [one.midi_pitch % 12 for one in melody if one.start_steps == start]
        step = None if at == 0 else round((note.midi_pitch - said[at - 1].midi_pitch) * 7 / 12)
        wishes.append(
            line.Wish(
                start_steps=start,
                length_steps=note.length_steps,
                strength=strength(start, metre),
                chord=chord_at(slots, start),
                next_chord=None,
                step=step,
                height=note.midi_pitch - octaves,
                avoid=tuple(above),
            )
        )
    return wishes


def _support(number: int, bars: int, slots: Sequence[Slot], metre: Metre, *, centre: float) -> list[line.Wish]:
    """Wish for slow notes under the leading voice: a chord's bass where it begins, other tones between."""
    bar, beat = bar_steps(metre), beat_steps(metre)
    first, end = number * bar, (number + 1) * bar
    value = bar if number == bars - 1 else 2 * beat if bar % (2 * beat) == 0 else beat
    starts = sorted(
        {*range(first, end, value), *(slot.start_steps for slot in slots if first < slot.start_steps < end)}
    )
    wishes = []
    for start, stop in zip(starts, [*starts[1:], end], strict=True):
        chord = chord_at(slots, start)
        begins = any(slot.start_steps == start for slot in slots)
        wishes.append(
            line.Wish(
                start_steps=start,
                length_steps=stop - start,
                strength=strength(start, metre),
                chord=chord,
                next_chord=None,
                step=None,
                height=centre,
                goal=(chord.bass,) if begins else chord.pitch_classes,
            )
        )
    return wishes
