"""Diminution: varying a melody by dividing its notes, as sets of variations do.

The tune stays where it was: every note that is divided begins on its own pitch and leads into the next one, by
neighbours, turns, scales or broken chords, so that the theme is heard through its variations. The other ways thin it
out to its strong notes or move it by an octave.

References
----------
Ortiz 1553 and Quantz 1752, ch. 13 (tables of divisions); Nelson 1948, "The Technique of Variation", ch. 4.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from grym.domain.composing.harmony import Slot
from grym.domain.composing.melody import MelodyNote, chord_at
from grym.domain.composing.metrics import BEAT, strength
from grym.domain.composing.score import Metre, Tonality
from grym.domain.composing.seeds import pick
from grym.domain.composing.theory import altered_scale

Manner = Literal["running", "turning", "breaking", "plain", "octave"]
MANNERS: tuple[Manner, ...] = ("running", "breaking", "plain", "turning", "octave")
_OCTAVE = 12
_SEMITONES_A_STEP = 1.4
_UPWARDS = 0.5


def varied_tune(
    melody: Sequence[MelodyNote],
    slots: Sequence[Slot],
    tonality: Tonality,
    metre: Metre,
    *,
    manner: Manner,
    value_steps: int = 2,
    rng: np.random.Generator,
) -> tuple[MelodyNote, ...]:
    """Vary a melody over its own harmony.

    Parameters
    ----------
    melody
        The theme, in sixteenths from the start of the section; its last note is never divided.
    manner
        ``running`` (scales and neighbours), ``breaking`` (the chord's tones), ``turning`` (turns about each note),
        ``plain`` (strong notes only) or ``octave`` (an octave lower).
    value_steps
        Length of the notes that others are divided into, in sixteenths.

    Returns
    -------
    tuple of MelodyNote
        As long as the theme.
    """
    if manner == "plain":
        return thinned(melody, metre)
    if manner == "octave":
        return tuple(replace(note, midi_pitch=note.midi_pitch - _OCTAVE) for note in melody)
    figure = {"running": _run, "breaking": _break, "turning": _turn}[manner]
    out: list[MelodyNote] = []
    for note, following in zip(melody, [*melody[1:], None], strict=True):
        count = note.length_steps // value_steps
        if following is None or count < 2 or note.length_steps % value_steps:
            out.append(note)
            continue
        chord = chord_at(slots, note.start_steps)
        way = _Way(
            pitch=note.midi_pitch,
            goal=following.midi_pitch,
            count=count,
            scale=altered_scale(tonality, chord),
            chord=chord.pitch_classes,
        )
        pitches = figure(way, rng)
        out += [
            MelodyNote(start_steps=note.start_steps + at * value_steps, length_steps=value_steps, midi_pitch=pitch)
            for at, pitch in enumerate(pitches)
        ]
    return tuple(out)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    """From a pitch to the next in so many notes, with the pitch classes of scale and chord."""

    pitch: int
    goal: int
    count: int
    scale: Sequence[int]
    chord: Sequence[int]


def thinned(melody: Sequence[MelodyNote], metre: Metre) -> tuple[MelodyNote, ...]:
    """Keep the notes on beats and let each last to the next; the last ends where the tune does."""
    kept = [note for at, note in enumerate(melody) if at == 0 or strength(note.start_steps, metre) >= BEAT]
    ends = [*(note.start_steps for note in kept[1:]), melody[-1].start_steps + melody[-1].length_steps] if kept else []
    return tuple(replace(note, length_steps=end - note.start_steps) for note, end in zip(kept, ends, strict=True))


def _step(pitch: int, tones: Sequence[int], direction: int) -> int:
    """Return the next pitch up or down that is one of some pitch classes."""
    return next(pitch + direction * size for size in range(1, 13) if (pitch + direction * size) % 12 in tones)


def _run(way: _Way, rng: np.random.Generator) -> list[int]:
    """Go by steps so that the last one is near the goal; while there is more time than way, turn about."""
    up = way.goal > way.pitch or (way.goal == way.pitch and rng.random() < _UPWARDS)
    path = [way.pitch]
    while len(path) < way.count:
        # One scale step is between one semitone and two.
        hurries = abs(way.goal - path[-1]) >= _SEMITONES_A_STEP * (way.count - len(path))
        onwards = hurries or len(path) % 2 == 0
        path.append(_step(path[-1], way.scale, 1 if up == onwards else -1))
        up = way.goal > path[-1] or (way.goal == path[-1] and not up)
    return path


def _break(way: _Way, rng: np.random.Generator) -> list[int]:
    """Go through the tones of the chord and come back."""
    direction = pick(rng, (1, -1))
    path = [way.pitch]
    for at in range(1, way.count):
        if at == (way.count + 1) // 2:
            direction = -direction
        path.append(_step(path[-1], way.chord, direction))
    return path


def _turn(way: _Way, rng: np.random.Generator) -> list[int]:
    """Circle the note: on one side, itself, on the other side, itself."""
    first = pick(rng, (1, -1))
    cycle = (way.pitch, _step(way.pitch, way.scale, first), way.pitch, _step(way.pitch, way.scale, -first))
    return [cycle[at % 4] for at in range(way.count)]
