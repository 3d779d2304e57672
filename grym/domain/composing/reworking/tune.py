"""The tune of a score: its highest voice note by note, as it is written, and on the grid that grym composes on."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from grym.domain.composing.melody import MelodyNote
from grym.domain.composing.metrics import STEP_TICKS
from grym.domain.composing.plan import Motif
from grym.domain.composing.score import TICKS_PER_QUARTER, Note, Part, Score

# Onsets closer than this are one chord, however unevenly it is played.
_TOGETHER_TICKS = 40
_LONGEST_MOTIF = 8


def lead_of(score: Score) -> Part | None:
    """Return the part that carries the melody, or the first that has pitch; None where all are drums."""
    pitched = [part for part in score.parts if not part.percussion and part.notes]
    return next((part for part in pitched if part.role == "melody"), pitched[0] if pitched else None)


def skyline(notes: Sequence[Note]) -> tuple[Note, ...]:
    """Return the highest note of every onset, each cut where the next begins; a tune has one note at a time.

    References
    ----------
    Uitdenbogerd and Zobel 1999, "Melodic matching techniques for large music databases" (skyline).
    """
    tops = tops_of(notes)
    cut = [
        replace(note, duration_ticks=min(note.duration_ticks, following.start_ticks - note.start_ticks))
        for note, following in pairwise(tops)
    ]
    return (*cut, *tops[-1:])


def tops_of(notes: Sequence[Note]) -> list[Note]:
    """Return the highest note of every onset as it is, without those that lie far below one that still sounds."""
    tops: list[Note] = []
    for note in sorted(notes, key=lambda note: (note.start_ticks, -note.midi_pitch)):
        if tops and note.start_ticks - tops[-1].start_ticks < _TOGETHER_TICKS:
            if note.midi_pitch > tops[-1].midi_pitch:
                tops[-1] = note
        elif not tops or note.start_ticks >= tops[-1].end_ticks or note.midi_pitch >= tops[-1].midi_pitch - 12:
            tops.append(note)
    return tops


def tune_of(score: Score) -> tuple[Note, ...]:
    """Return the melody of a score as it is written; empty where there is none."""
    lead = lead_of(score)
    return () if lead is None else skyline(lead.notes)


def on_grid(notes: Sequence[Note]) -> tuple[MelodyNote, ...]:
    """Return a line on the grid of sixteenths, from the start of the piece; notes that fall together become one."""
    found: dict[int, MelodyNote] = {}
    for note in notes:
        start = round(note.start_ticks / STEP_TICKS)
        length = max(1, round(note.end_ticks / STEP_TICKS) - start)
        found.setdefault(start, MelodyNote(start_steps=start, length_steps=length, midi_pitch=note.midi_pitch))
    line = [found[start] for start in sorted(found)]
    cut = [
        MelodyNote(
            start_steps=one.start_steps,
            length_steps=min(one.length_steps, following.start_steps - one.start_steps),
            midi_pitch=one.midi_pitch,
        )
        for one, following in pairwise(line)
    ]
    return (*cut, *line[-1:])


def ideas_of(notes: Sequence[Note], *, bar_ticks: int, limit: int) -> tuple[Motif, ...]:
    """Return what a listener would remember of a tune: bars whose rhythm and turns return most.

    Parameters
    ----------
    bar_ticks
        Length of a bar in ticks.
    """
    bars: dict[int, list[MelodyNote]] = {}
    for note in on_grid(notes):
        bars.setdefault(note.start_steps * STEP_TICKS // bar_ticks, []).append(note)
    ideas = [_idea(bar) for bar in bars.values() if 3 <= len(bar) <= _LONGEST_MOTIF]
    order = sorted(set(ideas), key=lambda idea: (-ideas.count(idea), ideas.index(idea)))
    return tuple(order[:limit])


def _idea(bar: Sequence[MelodyNote]) -> Motif:
    """Describe a bar as intervals and lengths; what is silent between notes belongs to the note before."""
    lengths = [b.start_steps - a.start_steps for a, b in pairwise(bar)] + [bar[-1].length_steps]
    return Motif(
        intervals=tuple(b.midi_pitch - a.midi_pitch for a, b in pairwise(bar)),
        durations_beats=tuple(length * STEP_TICKS / TICKS_PER_QUARTER for length in lengths),
        pattern_id="source",
    )
