"""Other players, the same melody and harmony: arranging a source, and harmonising its melody.

The tune stays as it is written, note by note; chords are those of the source (arranging) or chosen anew under the tune
(harmonising), and everybody else is written against both by the same code that composes.
"""

from collections.abc import Sequence
from dataclasses import replace

from grym.domain.composing.compose import performed
from grym.domain.composing.ensemble import Section
from grym.domain.composing.form import Passage, passages
from grym.domain.composing.harmonising import harmonise_tune, spans_of
from grym.domain.composing.harmony import Slot, table_name
from grym.domain.composing.instruments import voice_of_program
from grym.domain.composing.melody import MelodyNote
from grym.domain.composing.metrics import bar_steps
from grym.domain.composing.plan import Plan
from grym.domain.composing.progressions import TABLES
from grym.domain.composing.reworking.chords import harmony_of
from grym.domain.composing.reworking.source import Source
from grym.domain.composing.reworking.tune import on_grid, tune_of
from grym.domain.composing.score import Note, Part, Score, Tonality
from grym.domain.composing.styles.finding import style_of

_LEAST_VELOCITY = 72
"""Tunes of files that say nothing of loudness are played above what accompanies them."""
_TRIPLE = 3
_PHRASE_BARS = 4
_FIFTH = 7
_OPEN, _CLOSED = frozenset({2, _FIFTH, 10, 11}), frozenset({0, 3, 4})
"""Semitones above the tonic on which a tune rests at a half close, and at a full one."""


def arranged(source: Source, plan: Plan, *, seed: int, anew: bool) -> Score:
    """Write a source for the players and in the style of a plan.

    Parameters
    ----------
    anew
        Whether chords are chosen under the tune instead of taken from the source.
    """
    given = transposed(source.score, to=plan.tonality.tonic)
    tune = tune_of(given)
    slots = _chosen(tune, plan) if anew else _found(given, tune, plan)
    line = on_grid(tune)
    sections = [
        Section(
            passage=passage,
            plan=plan,
            slots=_within_slots(slots, passage, plan),
            melody=_within(line, passage, plan),
        )
        for passage in passages(plan.sections)
    ]
    written = performed(plan, sections, seed=seed)
    return replace(written, parts=tuple(_with_tune(written, tune)))


def transposed(score: Score, *, to: int) -> Score:
    """Return a score whose tonic is another pitch class, by the shorter way."""
    shift = (to - score.tonality.tonic + 6) % 12 - 6
    if shift == 0:
        return score
    parts = tuple(
        part
        if part.percussion
        else replace(part, notes=tuple(replace(n, midi_pitch=_inside(n.midi_pitch + shift)) for n in part.notes))
        for part in score.parts
    )
    return replace(score, parts=parts, tonality=replace(score.tonality, tonic=to))


def _inside(midi_pitch: int) -> int:
    """Return a pitch that MIDI has, by octaves."""
    while midi_pitch > 127:
        midi_pitch -= 12
    while midi_pitch < 0:
        midi_pitch += 12
    return midi_pitch


def _found(given: Score, tune: Sequence[Note], plan: Plan) -> tuple[Slot, ...]:
    """Return the chords that a source has, in the key of the plan."""
    bars = given.length_ticks // given.metre.bar_ticks
    return harmony_of(given.parts, on_grid(tune), plan.tonality, plan.metre, bars=bars)


def _chosen(tune: Sequence[Note], plan: Plan) -> tuple[Slot, ...]:
    """Choose chords under a tune: phrases of four bars that close as the tune rests, the last of them at home."""
    style, bars = style_of(plan), sum(section.bars for section in plan.sections)
    # A bar of three has one chord: two would limp.
    per_bar = 1.0 if plan.metre.beats == _TRIPLE else min(2.0, max(1.0, style.chords_per_bar))
    spans = spans_of(bars, plan.metre, chords_per_bar=per_bar)
    line, table = on_grid(tune), table_name(plan.tonality, style)
    return harmonise_tune(
        line,
        plan.tonality,
        plan.metre,
        spans=spans,
        table=table if table in TABLES else "",
        closings=_closings(line, spans, plan.tonality, bar_steps(plan.metre)),
        rests=True,
    )


def _closings(
    line: Sequence[MelodyNote], spans: Sequence[tuple[int, int]], tonality: Tonality, bar: int
) -> dict[int, str]:
    """Return how each phrase of four bars closes, by its last span: as the note asks on which the tune rests there.

    A tune that rests on the second, the fifth or the leading note is open; on the first or third it is closed; on any
    other the chords are free. The whole ends at home where its last note can be there.
    """
    ends = {place + length: at for at, (place, length) in enumerate(spans)}
    found = {}
    for end in range(_PHRASE_BARS * bar, len(spans) and spans[-1][0] + spans[-1][1], _PHRASE_BARS * bar):
        degree = _rests_on(line, end, tonality)
        if end in ends and degree in _OPEN | _CLOSED:
            found[ends[end]] = "half" if degree in _OPEN else "authentic"
    last = _rests_on(line, spans[-1][0] + spans[-1][1], tonality) if spans else None
    return {**found, len(spans) - 1: "half" if last in _OPEN - {_FIFTH} else "authentic"}


def _rests_on(line: Sequence[MelodyNote], end: int, tonality: Tonality) -> int | None:
    """Return in semitones above the tonic on what a line rests before a place; None where it has not begun."""
    before = [note for note in line if note.start_steps < end]
    return (before[-1].midi_pitch - tonality.tonic) % 12 if before else None


def _within(line: Sequence[MelodyNote], passage: Passage, plan: Plan) -> tuple[MelodyNote, ...]:
    """Return the notes of a line that begin in a section, from its start."""
    start = passage.start_bar * bar_steps(plan.metre)
    end = start + passage.bars * bar_steps(plan.metre)
    return tuple(
        replace(note, start_steps=note.start_steps - start, length_steps=min(note.length_steps, end - note.start_steps))
        for note in line
        if start <= note.start_steps < end
    )


def _within_slots(slots: Sequence[Slot], passage: Passage, plan: Plan) -> tuple[Slot, ...]:
    """Return the chords that begin in a section, from its start."""
    start = passage.start_bar * bar_steps(plan.metre)
    end = start + passage.bars * bar_steps(plan.metre)
    return tuple(
        replace(slot, start_steps=slot.start_steps - start) for slot in slots if start <= slot.start_steps < end
    )


def _with_tune(written: Score, tune: Sequence[Note]) -> list[Part]:
    """Return the parts with the tune as it was given, in the octave where its player is at home."""
    found = []
    for part in written.parts:
        if part.role != "melody":
            found.append(part)
            continue
        voice = voice_of_program(part.program, percussion=part.percussion)
        shift = octaves(tune, low=voice.low, high=voice.high)
        notes = [replace(n, midi_pitch=n.midi_pitch + shift, velocity=max(n.velocity, _LEAST_VELOCITY)) for n in tune]
        found.append(replace(part, notes=tuple(notes)))
    return found


def octaves(tune: Sequence[Note], *, low: int, high: int) -> int:
    """Return the octaves, in semitones, by which most of a tune comes to lie in a range; 0 where it lies there."""

    def outside(shift: int) -> tuple[int, int]:
        beyond = sum(not low <= note.midi_pitch + shift <= high for note in tune)
        wild = sum(not 0 <= note.midi_pitch + shift <= 127 for note in tune)
        return wild * 1000 + beyond, abs(shift)

    return min((0, 12, -12, 24, -24), key=outside)
