"""Theme and variations over a source, and the making anew of some of its bars while all others stay as they are.

A theme is the source itself, to the tick. Variations keep its melody in figures, its harmony, and its length: first
figures, then the other mode, then dotted rhythms, and so on around.
"""

from collections.abc import Sequence
from dataclasses import replace

from grym.domain.composing.compose import performed
from grym.domain.composing.ensemble import Section
from grym.domain.composing.form import passages
from grym.domain.composing.harmonising import harmonise_tune
from grym.domain.composing.harmony import Slot
from grym.domain.composing.melody import MelodyNote
from grym.domain.composing.plan import Plan, SectionPlan
from grym.domain.composing.reworking.chords import harmony_of
from grym.domain.composing.reworking.figures import dotted, figured, in_other_mode, other_mode
from grym.domain.composing.reworking.source import Rework, Source
from grym.domain.composing.reworking.tune import on_grid, tune_of
from grym.domain.composing.score import ChordSpan, Note, Score, SectionSpan, Tonality
from grym.domain.composing.seeds import stream

_METHODS = ("figures", "other mode", "dotted rhythm")


def varied(source: Source, plan: Plan, *, seed: int) -> tuple[Score, Score]:
    """Return theme and variations, and the variations alone (from bar 1)."""
    given, count = source.score, len(plan.sections) - 1
    total = given.length_ticks
    fresh = [variation(source, plan, number, seed=seed) for number in range(count)]
    parts = [
        replace(part, notes=_joined(part.notes, [one.parts[at].notes for one in fresh], total))
        for at, part in enumerate(given.parts)
    ]
    chords = _joined_chords(given.chords, [one.chords for one in fresh], total)
    spans = tuple(
        SectionSpan(name="theme" if at == 0 else "variation", start_ticks=at * total, duration_ticks=total)
        for at in range(count + 1)
    )
    whole = replace(
        given,
        title=plan.title,
        tempo_bpm=plan.tempo_bpm,
        parts=tuple(parts),
        chords=chords,
        sections=spans,
        length_ticks=total * (count + 1),
    )
    return whole, fresh[0]


def method_of(number: int) -> str:
    """Return the name of the way in which the `number`-th variation varies, from 0."""
    return _METHODS[number % len(_METHODS)]


def variation(source: Source, plan: Plan, number: int, *, seed: int) -> Score:
    """Write one variation over the whole source, by its players."""
    given, method = source.score, method_of(number)
    bars = given.length_ticks // given.metre.bar_ticks
    tonality = plan.tonality
    rng = stream(seed, "variation", str(number), method)
    line = on_grid(tune_of(given))
    slots = harmony_of(given.parts, line, tonality, given.metre, bars=bars)
    if method == "other mode":
        mode = other_mode(tonality)
        line = in_other_mode(line, tonality, mode)
        slots, tonality = _in_mode(slots, mode, line, plan), mode
    else:
        line = (figured if method == "figures" else dotted)(line, tonality, rng)
    local = replace(plan, tonality=tonality, sections=(SectionPlan(name="A", bars=bars, intensity=0.5),))
    passage = passages(local.sections)[0]
    section = Section(passage=passage, plan=local, slots=slots, melody=line)
    return performed(local, [section], seed=seed + number)


def _in_mode(slots: Sequence[Slot], mode: Tonality, line: Sequence[MelodyNote], plan: Plan) -> tuple[Slot, ...]:
    """Choose chords under a tune in another mode, as many as before."""
    return harmonise_tune(line, mode, plan.metre, spans=[(slot.start_steps, slot.length_steps) for slot in slots])


def made_anew(source: Source, plan: Plan, rework: Rework, *, seed: int) -> tuple[Score, Score]:
    """Return the source with some bars made anew, and what is new alone.

    Whatever begins outside these bars stays as it was, to the tick; what is new ends with them.
    """
    given = source.score
    fresh = variation(source, plan, 0, seed=seed)
    start = (rework.first_bar - 1) * given.metre.bar_ticks
    end = rework.last_bar * given.metre.bar_ticks
    parts = []
    for part, other in zip(given.parts, fresh.parts, strict=True):
        kept = [note for note in part.notes if not start <= note.start_ticks < end]
        new = [_cut(note, start, end) for note in other.notes if start <= note.start_ticks < end]
        parts.append(replace(part, notes=tuple(sorted([*kept, *new], key=_order))))
    chords = tuple(
        sorted(
            [
                *(one for one in given.chords if not start <= one.start_ticks < end),
                *(one for one in fresh.chords if start <= one.start_ticks < end),
            ],
            key=lambda one: one.start_ticks,
        )
    )
    return replace(given, title=plan.title, parts=tuple(parts), chords=chords), fresh


def _cut(note: Note, start: int, end: int) -> Note:
    """Return a new note that neither begins before nor sounds beyond its bars."""
    length = min(note.duration_ticks, end - note.start_ticks)
    ring = min(note.ring_ticks, end - note.start_ticks - length)
    return replace(
        note,
        duration_ticks=length,
        ring_ticks=max(ring, 1 - length),
        onset_shift_ticks=max(note.onset_shift_ticks, start - note.start_ticks),
    )


def _joined(theme: Sequence[Note], variations: Sequence[Sequence[Note]], length: int) -> tuple[Note, ...]:
    """Set notes one after the other."""
    moved = [
        replace(note, start_ticks=note.start_ticks + length * at)
        for at, notes in enumerate(variations, 1)
        for note in notes
    ]
    return tuple(sorted([*theme, *moved], key=_order))


def _joined_chords(
    theme: Sequence[ChordSpan], variations: Sequence[Sequence[ChordSpan]], length: int
) -> tuple[ChordSpan, ...]:
    """Set chords one after the other."""
    moved = [
        replace(one, start_ticks=one.start_ticks + length * at)
        for at, chords in enumerate(variations, 1)
        for one in chords
    ]
    return (*theme, *moved)


def _order(note: Note) -> tuple[int, int]:
    return note.start_ticks, note.midi_pitch
