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
from grym.domain.composing.score import Note, Part, Score
from grym.domain.composing.styles.finding import style_of

_LEAST_VELOCITY = 72
"""Tunes of files that say nothing of loudness are played above what accompanies them."""


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
    """Choose chords under a tune: phrases of four bars that close, the last of them at home."""
    style, bars = style_of(plan), sum(section.bars for section in plan.sections)
    per_bar = min(2.0, max(1.0, style.chords_per_bar))
    spans = spans_of(bars, plan.metre, chords_per_bar=per_bar)
    ends = {(bar + 1) * bar_steps(plan.metre): bar for bar in range(3, bars - 1, 4)}
    closings = {
        at: "half" if ends[start + length] % 8 == 3 else "authentic"
        for at, (start, length) in enumerate(spans)
        if start + length in ends
    }
    table = table_name(plan.tonality, style)
    return harmonise_tune(
        on_grid(tune),
        plan.tonality,
        plan.metre,
        spans=spans,
        table=table if table in TABLES else "",
        closings={**closings, len(spans) - 1: "authentic"},
    )


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
