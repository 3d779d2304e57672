"""Four-part writing: alto, tenor and bass under a given soprano.

Every chord is set so that each voice keeps its range, none crosses, the chord is complete or lacks only its fifth,
tendency tones are not doubled, and no two voices move in parallel fifths or octaves (`settings`); then passing tones,
neighbours and suspensions are set in where they break no rule (`embellishing`). Roots and bass come from the harmony.

References
----------
Huron 2001, "Tone and Voice: A Derivation of the Rules of Voice-Leading from Perceptual Principles"; Aldwell, Schachter
and Cadwallader 2011, ch. 6 (spacing, doubling, forbidden parallels).
"""

from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from grym.domain.composing.accompaniment import PlayedNote
from grym.domain.composing.embellishing import REST, UNIT_STEPS, Cell, Loom
from grym.domain.composing.harmony import Slot
from grym.domain.composing.melody import MelodyNote
from grym.domain.composing.metrics import bar_steps
from grym.domain.composing.score import Metre, Tonality
from grym.domain.composing.settings import CHOIR, Moment, Ranges, Setting, cheapest_settings
from grym.domain.composing.theory import altered_scale

SOPRANO_CENTRE = 70.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LowerVoices:
    """The three voices under the melody, section-relative."""

    alto: tuple[PlayedNote, ...]
    tenor: tuple[PlayedNote, ...]
    bass: tuple[PlayedNote, ...]
    last: Setting | None


def harmonised(
    melody: Sequence[MelodyNote],
    slots: Sequence[Slot],
    tonality: Tonality,
    metre: Metre,
    previous: Setting | None,
    *,
    ranges: Ranges = CHOIR,
    rng: np.random.Generator | None = None,
    amount: float = 1.0,
    openings: Container[int] = (),
) -> LowerVoices:
    """Set alto, tenor and bass under a section's melody.

    Parameters
    ----------
    previous
        The last setting of the section before, soprano first.
    ranges
        Where the three voices lie.
    rng
        Draws the embellishments; without it the voices move note against chord.
    amount
        How much is embellished, 1 as in chorales.
    openings
        Places in sixteenths where lines begin: there voices may leap.
    """
    cells = cells_of(slots, metre)
    moments = moments_of(melody, cells, tonality, openings=openings)
    path = cheapest_settings(moments, ranges, previous=previous)
    loom = woven(melody, cells, path, tonality)
    if rng is not None:
        loom.embellish(rng=rng, amount=amount)
    voices = [
        tuple(PlayedNote(start_steps=a, length_steps=b, midi_pitch=c) for a, b, c in loom.notes(voice))
        for voice in (1, 2, 3)
    ]
    return LowerVoices(alto=voices[0], tenor=voices[1], bass=voices[2], last=path[-1] if path else previous)


def woven(melody: Sequence[MelodyNote], cells: Sequence[Slot], path: Sequence[Setting], tonality: Tonality) -> Loom:
    """Lay a melody and the settings under it on the grid of eighths."""
    length = cells[-1].end_steps // UNIT_STEPS if cells else 0
    top = [REST] * length
    for note in melody:
        for unit in range(note.start_steps // UNIT_STEPS, (note.start_steps + note.length_steps) // UNIT_STEPS):
            top[unit] = note.midi_pitch
    lower = [
        [
            setting[voice]
            for cell, setting in zip(cells, path, strict=True)
            for _ in range(cell.length_steps // UNIT_STEPS)
        ]
        for voice in (1, 2, 3)
    ]
    starts = {cell.start_steps // UNIT_STEPS for cell in cells}
    return Loom(
        cells=[
            Cell(
                start=cell.start_steps // UNIT_STEPS,
                length=cell.length_steps // UNIT_STEPS,
                chord=cell.chord,
                scale=altered_scale(cell.tonality or tonality, cell.chord),
            )
            for cell in cells
        ],
        pitches=[top, *lower],
        struck=[set(), *(set(starts) for _ in range(3))],
    )


def cells_of(slots: Sequence[Slot], metre: Metre) -> list[Slot]:
    """Cut chords at the bar lines: what is longer than a bar is sung anew."""
    bar = bar_steps(metre)
    cells = []
    for slot in slots:
        edges = [slot.start_steps, *range((slot.start_steps // bar + 1) * bar, slot.end_steps, bar), slot.end_steps]
        cells += [replace(slot, start_steps=a, length_steps=b - a) for a, b in pairwise(edges)]
    return cells


def moments_of(
    melody: Sequence[MelodyNote], cells: Sequence[Slot], tonality: Tonality, *, openings: Container[int] = ()
) -> list[Moment]:
    """Return every chord under what the melody sings while it lasts."""
    return [_moment(melody, cell, tonality, opens=cell.start_steps in openings) for cell in cells]


def _moment(melody: Sequence[MelodyNote], cell: Slot, tonality: Tonality, *, opens: bool) -> Moment:
    """Return a chord under what the melody sings while it lasts."""
    sung = [
        note.midi_pitch
        for note in melody
        if note.start_steps < cell.end_steps and note.start_steps + note.length_steps > cell.start_steps
    ] or [round(SOPRANO_CENTRE)]
    leading_tone = ((cell.tonality or tonality).tonic + 11) % 12
    return Moment(
        chord=cell.chord, first=sung[0], last=sung[-1], lowest=min(sung), leading_tone=leading_tone, opens=opens
    )
