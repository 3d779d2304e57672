"""Where remembered motifs sound in a score: found in its notes, not taken from the composer's word.

A motif is fitted into a bar before it is used (`motif.from_memory`), so that is what is looked for: the places where
its rhythm sounds, and its intervals or, bent to the scale, intervals that differ by no more than a semitone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from grym.domain.composing.metrics import STEP_TICKS
from grym.domain.composing.motif import from_memory, upper_line
from grym.domain.composing.plan import Motif
from grym.domain.composing.score import TICKS_PER_QUARTER, Note, Part, Score

Form = Literal["stated", "in scale"]

LEAST_NOTES = 3
"""Two notes are an interval, and every melody is full of those."""

QUOTING_ROLES = ("melody", "counter")
MOST_BEND = 1
"""Semitones by which an interval may differ that follows the scale."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotation:
    """A place where a motif sounds.

    Parameters
    ----------
    part
        Who plays it, by name.
    start_s, end_s
        From the start of the piece, in seconds.
    transposition_semitones
        Above the first place where it sounds.
    form
        ``stated``: its very intervals; ``in scale``: its shape, bent to the key.
    """

    pattern_id: str
    part: str
    start_s: float
    end_s: float
    transposition_semitones: int = 0
    form: Form = "stated"


def quotations(score: Score, motifs: Sequence[Motif]) -> tuple[Quotation, ...]:
    """Return where motifs of remembered patterns sound, by time; places of one motif do not overlap."""
    found = [place for motif in motifs if motif.pattern_id for place in _places(score, motif)]
    return tuple(sorted(found, key=lambda place: (place.start_s, place.part, place.pattern_id)))


def _places(score: Score, motif: Motif) -> Iterator[Quotation]:
    """Yield the places of one motif, transposed against the first."""
    first: int | None = None
    for part in score.parts:
        if part.role not in QUOTING_ROLES:
            continue
        for pitch, place in _in_part(score, part, motif):
            first = pitch if first is None else first
            yield replace(place, transposition_semitones=pitch - first)


def _in_part(score: Score, part: Part, motif: Motif) -> Iterator[tuple[int, Quotation]]:
    idea = from_memory(motif, score.metre)
    if idea is None or len(idea.lengths) < LEAST_NOTES:
        return
    gaps = tuple(length * STEP_TICKS for length in idea.lengths[:-1])
    count, free_from = len(idea.lengths), 0
    line = upper_line(part.notes)
    for at in range(len(line) - count + 1):
        notes = line[at : at + count]
        form = _form(notes, gaps, idea.intervals) if notes[0].start_ticks >= free_from else None
        if form is None:
            continue
        end_ticks = notes[-1].start_ticks + notes[-1].duration_ticks
        free_from = end_ticks
        yield (
            notes[0].midi_pitch,
            Quotation(
                pattern_id=motif.pattern_id,
                part=part.name,
                start_s=_seconds(score, notes[0].start_ticks),
                end_s=_seconds(score, end_ticks),
                form=form,
            ),
        )


def _form(notes: Sequence[Note], gaps: Sequence[int], intervals: Sequence[int]) -> Form | None:
    """Return how notes say a motif; None where they do not."""
    if tuple(b.start_ticks - a.start_ticks for a, b in pairwise(notes)) != tuple(gaps):
        return None
    played = tuple(b.midi_pitch - a.midi_pitch for a, b in pairwise(notes))
    if played == tuple(intervals):
        return "stated"
    bent = all(
        abs(heard - meant) <= MOST_BEND and (heard > 0) == (meant > 0) and (heard < 0) == (meant < 0)
        for heard, meant in zip(played, intervals, strict=True)
    )
    return "in scale" if bent else None


def _seconds(score: Score, ticks: int) -> float:
    """Return where a tick lies, in seconds."""
    return round(ticks / TICKS_PER_QUARTER * 60.0 / score.tempo_bpm, 3)
