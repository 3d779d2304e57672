"""A counter melody: long tones that move by step where the melody rests or holds, in another register.

It sings guide tones (third and seventh of the chords) when it can, keeps out of the melody's pitch classes and is
silent in quiet sections.
"""

import itertools
from collections.abc import Sequence

from grym.domain.composing import line
from grym.domain.composing.accompaniment import PlayedNote
from grym.domain.composing.harmony import Slot
from grym.domain.composing.instruments import Voice
from grym.domain.composing.melody import MelodyNote
from grym.domain.composing.metrics import bar_steps, strength
from grym.domain.composing.seeds import stream
from grym.domain.composing.texture import Texture

# Sections below this intensity go without the counter melody.
_SILENT_BELOW = 0.4


def write_counter(texture: Texture, voice: Voice, melody: Sequence[MelodyNote]) -> tuple[PlayedNote, ...]:
    """Write the counter melody of a section."""
    if texture.passage.intensity < _SILENT_BELOW and not texture.is_ending:
        return ()
    rng = stream(texture.seed, "counter", texture.identity, texture.passage.name)
    spans = [span for slot in texture.slots for span in _spans(slot, bar_steps(texture.plan.metre))]
    low = max(voice.low, 48)
    high = max(low + 14, min(voice.high, 67))
    centre = (low + high) / 2
    wishes = [
        line.Wish(
            start_steps=start,
            length_steps=length,
            strength=strength(start, texture.plan.metre),
            chord=slot.chord,
            next_chord=None,
            step=1 if rng.random() < 0.5 else -1,
            height=centre + 3 * (rng.random() - 0.5),
            goal=slot.chord.pitch_classes,
            avoid=tuple({note.midi_pitch % 12 for note in melody if start <= note.start_steps < start + length}),
        )
        for start, length, slot in spans
    ]
    pitches = line.solve(
        wishes, texture.plan.tonality, low=low, high=high, chance=rng.random((len(wishes), line.MOST_POSITIONS))
    )
    return tuple(
        PlayedNote(start_steps=wish.start_steps, length_steps=wish.length_steps, midi_pitch=pitch)
        for wish, pitch in zip(wishes, pitches, strict=True)
    )


def _spans(slot: Slot, bar: int) -> list[tuple[int, int, Slot]]:
    """Cut a chord's span at the bar lines."""
    edges = [slot.start_steps, *range((slot.start_steps // bar + 1) * bar, slot.end_steps, bar), slot.end_steps]
    return [(a, b - a, slot) for a, b in itertools.pairwise(edges)]
