"""Melody: pitches for the phrases of a section.

Each section name owns ideas; phrases state, repeat, vary and liquidate them along a template (sentence, period,
strophe), the last bar arrives at the cadence, and the arc of the phrase rises and falls. Returning sections say the
same again, ornamented a little more each time. Conventions: steps are sixteenths from the start of the section.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from grym.domain.composing import line
from grym.domain.composing.form import Passage, material, phrase_lengths
from grym.domain.composing.harmony import Slot
from grym.domain.composing.instruments import Voice
from grym.domain.composing.metrics import bar_steps, strength
from grym.domain.composing.phrase import Draft, Ideas, MelodyContext, draft_phrase
from grym.domain.composing.plan import Plan
from grym.domain.composing.scheme import PhrasePlan, scheme_of
from grym.domain.composing.score import Tonality
from grym.domain.composing.seeds import chance
from grym.domain.composing.styles import Style
from grym.domain.composing.theory import Chord, altered_scale

# Sections in higher register than the first: contrast in semitones.
_REGISTER = {"chorus": 4.0, "B": 2.0, "C": 3.0, "bridge": -1.0, "coda": -2.0}


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
    reach = 13 if style.dialect == "classical" and not style.tessitura else 10
    low, high = max(voice.low, round(centre) - reach), min(voice.high, round(centre) + reach + 1)
    return low, high, centre


def write_melody(
    passage: Passage, slots: Sequence[Slot], context: MelodyContext, *, model: Sequence[MelodyNote] = ()
) -> tuple[MelodyNote, ...]:
    """Write the melody of one section.

    Parameters
    ----------
    slots
        The chords of the section.
    model
        The melody of the first section of this name; the new one recalls it up to its last two bars.
    """
    if passage.name == "intro":
        return ()
    ideas = Ideas(material(passage.name), context)
    steps = bar_steps(context.plan.metre)
    known = _Known({_place(note): note.midi_pitch for note in model if note.start_steps < (passage.bars - 2) * steps})
    notes: list[MelodyNote] = []
    for phrase in scheme_of(passage, context.style, identity=context.identity, seed=context.seed):
        drafts = tuple(draft_phrase(phrase, passage, ideas, context))
        written = _pitched(drafts, phrase, passage, slots, context, known=known, after=notes[-1:])
        known.learn(phrase, written, steps)
        notes += written
    return tuple(notes)


def _place(note: MelodyNote) -> tuple[int, int]:
    """Return where a note is and how long."""
    return note.start_steps, note.length_steps


class _Known:
    """The pitches that are recalled: those of the section's model, and those of the first phrase of each letter."""

    def __init__(self, of_section: Mapping[tuple[int, int], int]) -> None:
        self._of_section = of_section
        self._of_phrase: dict[str, dict[tuple[int, int], int]] = {}

    def at(self, draft: Draft, phrase: PhrasePlan, steps: int) -> int | None:
        """Return the MIDI pitch that a draft recalls, if any."""
        found = self._of_section.get((draft.start_steps, draft.length_steps))
        if found is not None:
            return found
        place = draft.start_steps - phrase.first_bar * steps
        # The close is free: it answers the first one.
        if place >= (phrase.bars - 1) * steps:
            return None
        return self._of_phrase.get(phrase.label, {}).get((place, draft.length_steps))

    def learn(self, phrase: PhrasePlan, notes: Sequence[MelodyNote], steps: int) -> None:
        """Keep the first phrase of a letter."""
        start = phrase.first_bar * steps
        places = {(note.start_steps - start, note.length_steps): note.midi_pitch for note in notes}
        self._of_phrase.setdefault(phrase.label, places)


def _pitched(
    drafts: Sequence[Draft],
    phrase: PhrasePlan,
    passage: Passage,
    slots: Sequence[Slot],
    context: MelodyContext,
    *,
    known: _Known,
    after: Sequence[MelodyNote],
) -> list[MelodyNote]:
    """Give the notes of a phrase their pitches."""
    steps = bar_steps(context.plan.metre)
    low, high, centre = melodic_range(context.voice, context.plan, context.style)
    arc = _arc(phrase, passage, context, centre)
    wishes = [
        _wish(draft, phrase, slots, context, height=arc(draft.start_steps), recall=known.at(draft, phrase, steps))
        for draft in drafts
    ]
    rng = context.stream("pitch", material(passage.name), phrase.label)
    pitches = line.solve(
        wishes,
        context.plan.tonality,
        low=low,
        high=high,
        chance=rng.random((len(wishes), line.MOST_POSITIONS)),
        character=context.character,
        after=after[-1].midi_pitch if after else None,
    )
    return [
        MelodyNote(start_steps=draft.start_steps, length_steps=draft.length_steps, midi_pitch=pitch)
        for draft, pitch in zip(drafts, pitches, strict=True)
    ]


def melody_over(slots: Sequence[Slot], context: MelodyContext, *, bars: int, name: str = "A") -> tuple[MelodyNote, ...]:
    """Write a melody over given chords.

    Parameters
    ----------
    slots
        The chords in time, from the start of the section to the end of its last bar.
    context
        Key, metre, style, instrument, seed and motifs it is written with.
    bars
        Length of the section in bars.
    name
        Name of the section; another one has other ideas.
    """
    passage = Passage(
        name=name, start_bar=0, bars=bars, phrases=phrase_lengths(bars), intensity=0.5, occurrence=0, closing="final"
    )
    return write_melody(passage, slots, context)


def chord_at(slots: Sequence[Slot], step: int) -> Chord:
    """Return the chord that sounds at a place of the section."""
    return next((slot.chord for slot in slots if slot.start_steps <= step < slot.end_steps), slots[-1].chord)


def _arc(phrase: PhrasePlan, passage: Passage, context: MelodyContext, centre: float) -> Callable[[int], float]:
    """Return the wished height over time: a rise to a peak and a fall (Huron 1996, "The melodic arch")."""
    rng = context.stream("arc", material(passage.name), phrase.label)
    peak, lean = 0.35 + 0.4 * rng.random(), context.character.lean_semitones * (rng.random() - 0.5)
    middle = centre + _REGISTER.get(passage.name, 0.0) + lean
    steps = bar_steps(context.plan.metre)

    def height(step: int) -> float:
        place = (step / steps - phrase.first_bar) / phrase.bars
        rise = 1.0 - ((place - peak) / max(peak, 1 - peak)) ** 2
        return middle + context.character.arc_semitones * (rise - 0.6)

    return height


def _wish(
    draft: Draft,
    phrase: PhrasePlan,
    slots: Sequence[Slot],
    context: MelodyContext,
    *,
    height: float,
    recall: int | None,
) -> line.Wish:
    """Add harmony, arc and goal to a drafted note."""
    chord = chord_at(slots, draft.start_steps)
    held = next(
        (
            slot.chord
            for slot in slots
            if draft.start_steps < slot.start_steps and draft.start_steps + draft.length_steps >= slot.start_steps + 4
        ),
        None,
    )
    return line.Wish(
        start_steps=draft.start_steps,
        length_steps=draft.length_steps,
        strength=strength(draft.start_steps, context.plan.metre),
        chord=chord,
        next_chord=held,
        step=draft.step,
        interval=draft.interval,
        height=height,
        goal=_goal(chord, phrase, context.plan.tonality) if draft.arrival else (),
        recall=recall,
    )


def _goal(chord: Chord, phrase: PhrasePlan, tonality: Tonality) -> tuple[int, ...]:
    """Return the pitch classes on which a phrase may come to rest."""
    tonic = tonality.tonic
    if phrase.is_last and phrase.closing in {"authentic", "final"} and tonic in chord.pitch_classes:
        return (tonic,)
    triad = chord.pitch_classes[:3]
    return tuple(pc for pc in triad if pc != tonic) or triad


def ornamented(
    notes: tuple[MelodyNote, ...], passage: Passage, slots: Sequence[Slot], context: MelodyContext
) -> tuple[MelodyNote, ...]:
    """Return a repeat's melody with neighbour and passing notes set into long notes; a first statement stays plain.

    The last note of a section is never divided: arrivals stay arrivals.
    """
    rng = context.stream("ornament", passage.name, str(passage.occurrence))
    if passage.occurrence == 0 or len(notes) < 2 or chance(rng, context.character.plainness):
        return notes
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
