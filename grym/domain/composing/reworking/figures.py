"""Varying a tune: its notes become figures, its mode changes, its rhythm is dotted; what it is remains to be heard.

Every note of the tune still begins where it began or a little later in its own time, so the theme shines through
(Schoenberg 1967, ch. 17; Ortiz 1553, "Trattado de glosas", diminutions that return to the note they leave).
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from grym.domain.composing.melody import MelodyNote
from grym.domain.composing.score import Tonality
from grym.domain.composing.seeds import chance
from grym.domain.composing.theory import MINOR_MODES, scale_of

_LEAST_SPLIT = 2


def figured(line: Sequence[MelodyNote], tonality: Tonality, rng: np.random.Generator) -> tuple[MelodyNote, ...]:
    """Fill time: thirds with the note between, repeated notes with neighbours, long ones with a turn."""
    found: list[MelodyNote] = []
    for note, following in pairwise([*line, *line[-1:]]):
        figure = _figure(note.midi_pitch, following.midi_pitch, note.length_steps, tonality, rng)
        found += _laid(note, figure)
    return tuple(found)


def dotted(line: Sequence[MelodyNote], tonality: Tonality, rng: np.random.Generator) -> tuple[MelodyNote, ...]:
    """Lengthen the first of two equal neighbours by half and shorten the second: the rhythm of a march or a gigue."""
    del tonality, rng
    found = list(line)
    at = 0
    while at + 1 < len(found):
        a, b = found[at], found[at + 1]
        touching = a.start_steps + a.length_steps == b.start_steps
        if a.length_steps == b.length_steps and touching and a.length_steps % 2 == 0 and not a.start_steps % 4:
            half = a.length_steps // 2
            found[at] = MelodyNote(
                start_steps=a.start_steps, length_steps=a.length_steps + half, midi_pitch=a.midi_pitch
            )
            found[at + 1] = MelodyNote(
                start_steps=b.start_steps + half, length_steps=b.length_steps - half, midi_pitch=b.midi_pitch
            )
            at += 2
        else:
            at += 1
    return tuple(found)


def in_other_mode(line: Sequence[MelodyNote], tonality: Tonality, to: Tonality) -> tuple[MelodyNote, ...]:
    """Sing a tune in the mode of another name on the same tonic: each degree takes the height it has there."""
    old, new = scale_of(tonality), scale_of(to)
    shift = {pc: (b - pc + 6) % 12 - 6 for pc, b in zip(old, new, strict=True)}
    return tuple(
        MelodyNote(
            start_steps=note.start_steps,
            length_steps=note.length_steps,
            midi_pitch=note.midi_pitch + shift.get(note.midi_pitch % 12, 0),
        )
        for note in line
    )


def other_mode(tonality: Tonality) -> Tonality:
    """Return the key of the other mode on the same tonic."""
    return Tonality(tonic=tonality.tonic, mode="major" if tonality.mode in MINOR_MODES else "minor")


def _figure(pitch: int, following: int, length: int, tonality: Tonality, rng: np.random.Generator) -> tuple[int, ...]:
    """Return the pitches that a note becomes, one after the other."""
    if length < _LEAST_SPLIT or not chance(rng, 0.75):
        return (pitch,)
    distance = following - pitch
    between = _step(pitch, 1 if distance > 0 else -1, tonality)
    if 3 <= abs(distance) <= 4:
        return pitch, between
    neighbour = _step(pitch, 1 if chance(rng, 0.5) else -1, tonality)
    if length >= 8:
        return pitch, _step(pitch, 1, tonality), pitch, _step(pitch, -1, tonality)
    if length >= 4 and abs(distance) <= 2:
        return pitch, neighbour, pitch, between if distance else neighbour
    return pitch, neighbour if abs(distance) <= 2 else between


def _laid(note: MelodyNote, pitches: Sequence[int]) -> list[MelodyNote]:
    """Divide the time of a note among pitches; the last one takes what is left over."""
    each = note.length_steps // len(pitches)
    if each == 0:
        return [note]
    found = [
        MelodyNote(start_steps=note.start_steps + at * each, length_steps=each, midi_pitch=pitch)
        for at, pitch in enumerate(pitches)
    ]
    rest = note.length_steps - each * len(pitches)
    last = found[-1]
    found[-1] = MelodyNote(start_steps=last.start_steps, length_steps=each + rest, midi_pitch=last.midi_pitch)
    return found


def _step(pitch: int, way: int, tonality: Tonality) -> int:
    """Return the next note of the scale above (1) or below (−1)."""
    scale = set(scale_of(tonality))
    found = pitch + way
    while found % 12 not in scale:
        found += way
    return min(127, max(0, found))
