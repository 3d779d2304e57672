"""Melody: pitches for the phrases of a section.

Each section name owns ideas; phrases state, repeat, vary and liquidate them along a template (sentence, period,
strophe), the last bar arrives at the cadence, and the arc of the phrase rises and falls. Returning sections say the
same again, ornamented a little more each time. Conventions: steps are sixteenths from the start of the section.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from grym.domain.composing import line
from grym.domain.composing.form import Passage
from grym.domain.composing.harmony import Slot
from grym.domain.composing.instruments import Voice
from grym.domain.composing.metrics import bar_steps, strength
from grym.domain.composing.phrase import Draft, Ideas, MelodyContext, draft_phrase
from grym.domain.composing.plan import Plan
from grym.domain.composing.seeds import chance
from grym.domain.composing.styles import Style
from grym.domain.composing.theory import Chord, altered_scale

# Sections in higher register than the first: contrast in semitones.
_REGISTER = {"chorus": 4.0, "B": 2.0, "C": 3.0, "bridge": -1.0, "coda": -2.0}
_ARC_SEMITONES = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class MelodyNote:
    """A note of a line: place in sixteenths from the start of its section, and MIDI pitch."""

    start_steps: int
    length_steps: int
    midi_pitch: int


def melodic_range(voice: Voice, plan: Plan, style: Style) -> tuple[int, int, float]:
    """Return the lowest and highest pitch of a melody on an instrument, and its centre.

    The centre sits a little above the middle of the instrument, in the region where tunes are easy to hear (F#4–D5);
    brightness moves it by up to four semitones either way.
    """
    bright = (plan.parameters.get("brightness", 0.5) - 0.5) * 8
    middle = style.tessitura or min(max(voice.low + 0.55 * (voice.high - voice.low), 66.0), 74.0)
    centre = middle + bright
    centre = min(max(centre, voice.low + 8.0), voice.high - 8.0)
    low, high = max(voice.low, round(centre) - 10), min(voice.high, round(centre) + 11)
    return low, high, centre


def write_melody(
    passage: Passage, slots: Sequence[Slot], context: MelodyContext, *, model: Sequence[MelodyNote] = ()
) -> tuple[MelodyNote, ...]:
    """Write the melody of one section.

    Parameters
    ----------
    model
        The melody of the first section of this name; the new one recalls it up to its last two bars.
    """
    if passage.name == "intro":
        return ()
    ideas = Ideas(passage.name, context)
    drafts: list[Draft] = []
    noise: list[np.ndarray] = []
    phrases: list[tuple[int, int, int]] = []
    bar = 0
    steps = bar_steps(context.plan.metre)
    for index, bars in enumerate(passage.phrases):
        phrase = list(draft_phrase(passage, index, ideas, context))
        rng = context.stream("pitch", passage.name, str(index))
        noise.append(rng.random((len(phrase), line.MOST_POSITIONS)))
        phrases += [(bar * steps, bars * steps, index)] * len(phrase)
        drafts += phrase
        bar += bars
    if not drafts:
        return ()
    low, high, centre = melodic_range(context.voice, context.plan, context.style)
    known = {
        (note.start_steps, note.length_steps): note.midi_pitch
        for note in model
        if note.start_steps < (passage.bars - 2) * bar_steps(context.plan.metre)
    }
    wishes = [
        _wish(draft, span, passage, slots, context, centre=centre, known=known)
        for draft, span in zip(drafts, phrases, strict=True)
    ]
    pitches = line.solve(wishes, context.plan.tonality, low=low, high=high, chance=np.concatenate(noise))
    return tuple(
        MelodyNote(start_steps=draft.start_steps, length_steps=draft.length_steps, midi_pitch=pitch)
        for draft, pitch in zip(drafts, pitches, strict=True)
    )


def chord_at(slots: Sequence[Slot], step: int) -> Chord:
    """Return the chord that sounds at a place of the section."""
    return next((slot.chord for slot in slots if slot.start_steps <= step < slot.end_steps), slots[-1].chord)


def _wish(
    draft: Draft,
    span: tuple[int, int, int],
    passage: Passage,
    slots: Sequence[Slot],
    context: MelodyContext,
    *,
    centre: float,
    known: Mapping[tuple[int, int], int],
) -> line.Wish:
    """Add harmony, arc and goal to a drafted note."""
    start, length, index = span
    chord = chord_at(slots, draft.start_steps)
    held = next(
        (
            slot.chord
            for slot in slots
            if draft.start_steps < slot.start_steps and draft.start_steps + draft.length_steps >= slot.start_steps + 4
        ),
        None,
    )
    rng = context.stream("arc", passage.name, str(index % 2 if len(passage.phrases) > 2 else 0))
    peak, lean = 0.35 + 0.4 * rng.random(), 3.0 * (rng.random() - 0.5)
    place = (draft.start_steps - start) / length
    rise = 1.0 - ((place - peak) / max(peak, 1 - peak)) ** 2
    height = centre + _REGISTER.get(passage.name, 0.0) + lean + _ARC_SEMITONES * (rise - 0.6)
    last_phrase = index == len(passage.phrases) - 1
    goal = _goal(chord, passage, context, last_phrase=last_phrase) if draft.arrival else ()
    return line.Wish(
        start_steps=draft.start_steps,
        length_steps=draft.length_steps,
        strength=strength(draft.start_steps, context.plan.metre),
        chord=chord,
        next_chord=held,
        step=draft.step,
        interval=draft.interval,
        height=height,
        goal=goal,
        recall=known.get((draft.start_steps, draft.length_steps)),
    )


def _goal(chord: Chord, passage: Passage, context: MelodyContext, *, last_phrase: bool) -> tuple[int, ...]:
    """Return the pitch classes on which a phrase may come to rest."""
    tonic = context.plan.tonality.tonic
    if last_phrase and passage.closing != "half" and tonic in chord.pitch_classes:
        return (tonic,)
    triad = chord.pitch_classes[:3]
    return tuple(pc for pc in triad if pc != tonic) or triad


def ornamented(
    notes: tuple[MelodyNote, ...], passage: Passage, slots: Sequence[Slot], context: MelodyContext
) -> tuple[MelodyNote, ...]:
    """Return a repeat's melody with neighbour and passing notes set into long notes; a first statement stays plain.

    The last note of a section is never divided: arrivals stay arrivals.
    """
    if passage.occurrence == 0 or len(notes) < 2:
        return notes
    rng = context.stream("ornament", passage.name, str(passage.occurrence))
    complexity = context.plan.parameters.get("complexity", 0.5)
    probability = min(0.6, (0.08 + 0.3 * complexity) * min(3, passage.occurrence))
    out: list[MelodyNote] = []
    for note, following in zip(notes, (*notes[1:], None), strict=True):
        if following is None or note.length_steps not in {4, 6, 8} or not chance(rng, probability):
            out.append(note)
            continue
        out.extend(_divided(note, following, slots, context, up=chance(rng, 0.6)))
    return tuple(out)


def _divided(
    note: MelodyNote, following: MelodyNote, slots: Sequence[Slot], context: MelodyContext, *, up: bool
) -> tuple[MelodyNote, ...]:
    """Give the end of a note to a passing note if the next one is a third away, else to its neighbour."""
    tail = 2
    at = note.start_steps + note.length_steps - tail
    chord = chord_at(slots, at)
    scale = set(altered_scale(context.plan.tonality, chord))
    gap = following.midi_pitch - note.midi_pitch
    direction = 1 if (gap > 0 or (gap == 0 and up)) else -1
    near = next(
        (
            note.midi_pitch + direction * step
            for step in (1, 2, 3)
            if (note.midi_pitch + direction * step) % 12 in scale
        ),
        None,
    )
    low, high, _ = melodic_range(context.voice, context.plan, context.style)
    if near is None or not low <= near <= high:
        return (note,)
    return (
        replace(note, length_steps=note.length_steps - tail),
        MelodyNote(start_steps=at, length_steps=tail, midi_pitch=near),
    )
