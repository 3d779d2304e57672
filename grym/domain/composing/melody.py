"""Melody: phrases built from motifs.

Each section name owns ideas; phrases state, repeat, vary and liquidate them along a template (sentence, period,
strophe), the last bar arrives at the cadence, and the arc of the phrase rises and falls. Returning sections say the
same again, ornamented a little more each time. Conventions: steps are sixteenths from the start of the section.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from grym.domain.composing import line
from grym.domain.composing.form import Passage
from grym.domain.composing.harmony import Slot
from grym.domain.composing.instruments import Voice
from grym.domain.composing.metrics import bar_steps, beat_steps, strength
from grym.domain.composing.motif import Idea, augmented, contour, fragmented, from_memory, invent, inverted, retrograde
from grym.domain.composing.plan import Motif, Plan
from grym.domain.composing.rhythm import Cell
from grym.domain.composing.seeds import chance, pick, stream
from grym.domain.composing.styles import Style
from grym.domain.composing.theory import Chord

# How phrases use their ideas, by length in bars. Letters are ideas, ' asks for a development, / for the cadence.
TEMPLATES: dict[int, tuple[tuple[float, str], ...]] = {
    1: ((1, "/"),),
    2: ((1, "a /"),),
    3: ((2, "a a' /"), (1, "a b /")),
    4: ((3, "a a' b /"), (3, "a b a' /"), (2, "a b a /"), (2, "a a b /"), (2, "a b b' /"), (1, "a b c /")),
    5: ((2, "a a' b b' /"), (2, "a b a' b /"), (1, "a b a b' /")),
    6: ((2, "a b a' b b' /"), (2, "a a' b a b /"), (1, "a b c a b /")),
    7: ((1, "a b a' b c c' /"),),
}

_DEVELOPMENTS: tuple[tuple[float, Callable[[Idea], Idea]], ...] = (
    (4.0, lambda idea: idea),
    (2.0, fragmented),
    (1.5, inverted),
    (0.8, retrograde),
    (0.7, augmented),
)

# Sections in higher register than the first: contrast in semitones.
_REGISTER = {"chorus": 4.0, "B": 2.0, "C": 3.0, "bridge": -1.0, "coda": -2.0}
_ARC_SEMITONES = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class MelodyNote:
    """A note of a line: place in sixteenths from the start of its section, and MIDI pitch."""

    start_steps: int
    length_steps: int
    midi_pitch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    """A note before it has a pitch."""

    start_steps: int
    length_steps: int
    step: int | None
    arrival: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MelodyContext:
    """What a section's melody is written against."""

    plan: Plan
    style: Style
    voice: Voice
    identity: str
    seed: int
    motifs: Sequence[Motif] = ()

    def stream(self, *purpose: str) -> np.random.Generator:
        """Return the random stream of a purpose inside this piece's melody."""
        return stream(self.seed, "melody", self.identity, *purpose)


def melodic_range(voice: Voice, plan: Plan) -> tuple[int, int, float]:
    """Return the lowest and highest pitch of a melody on an instrument, and its centre.

    The centre sits a little above the middle of the instrument, in the octave where tunes are easy to hear (C4–E5);
    brightness moves it by up to four semitones either way.
    """
    bright = (plan.parameters.get("brightness", 0.5) - 0.5) * 8
    centre = min(max(voice.low + 0.55 * (voice.high - voice.low), 62.0), 74.0) + bright
    centre = min(max(centre, voice.low + 8.0), voice.high - 8.0)
    low, high = max(voice.low, round(centre) - 10), min(voice.high, round(centre) + 11)
    return low, high, centre


def write_melody(passage: Passage, slots: Sequence[Slot], context: MelodyContext) -> tuple[MelodyNote, ...]:
    """Write the melody of one section."""
    if passage.name == "intro":
        return ()
    ideas = _Ideas(passage.name, context)
    drafts: list[_Draft] = []
    noise: list[np.ndarray] = []
    phrases: list[tuple[int, int, int]] = []
    bar = 0
    for index, bars in enumerate(passage.phrases):
        last = index == len(passage.phrases) - 1
        phrase = list(_phrase(passage, index, bars, bar, ideas, context, is_last=last))
        rng = context.stream("pitch", passage.name, str(index))
        noise.append(rng.random((len(phrase), 40)))
        steps = bar_steps(context.plan.metre)
        phrases += [(bar * steps, bars * steps, index)] * len(phrase)
        drafts += phrase
        bar += bars
    if not drafts:
        return ()
    low, high, centre = melodic_range(context.voice, context.plan)
    wishes = [
        _wish(draft, span, passage, slots, context, centre=centre) for draft, span in zip(drafts, phrases, strict=True)
    ]
    pitches = line.solve(wishes, context.plan.tonality, low=low, high=high, chance=np.concatenate(noise))
    notes = tuple(
        MelodyNote(start_steps=draft.start_steps, length_steps=draft.length_steps, midi_pitch=pitch)
        for draft, pitch in zip(drafts, pitches, strict=True)
    )
    return ornamented(notes, passage, slots, context)


class _Ideas:
    """The ideas of one section name, made once and developed on demand."""

    def __init__(self, section: str, context: MelodyContext) -> None:
        self._context = context
        self._section = section
        density = context.plan.parameters.get("density", context.style.density)
        # Contrasting sections move differently: fuller after a sparse beginning and the other way round.
        shift = {"B": 0.12, "C": -0.12, "chorus": 0.1, "bridge": -0.15, "coda": -0.2}.get(section, 0.0)
        if density > 0.6:
            shift = -shift
        self.density = min(1.0, max(0.0, density + shift))
        self._made: dict[str, Idea] = {}
        remembered = (from_memory(motif, context.plan.metre) for motif in context.motifs)
        self._remembered = [idea for idea in remembered if idea is not None]

    def get(self, letter: str) -> Idea:
        """Return the idea of a letter."""
        if letter not in self._made:
            self._made[letter] = self._make(letter)
        return self._made[letter]

    def _make(self, letter: str) -> Idea:
        place = {"A": 0, "verse": 0, "B": 1, "chorus": 1}.get(self._section, 2)
        if letter == "a" and place < len(self._remembered):
            return self._remembered[place]
        context = self._context
        density = self.density + {"a": 0.0, "b": 0.1, "c": -0.1}[letter]
        return invent(
            context.style.rhythm,
            context.plan.metre,
            density=density,
            tempo_bpm=context.plan.tempo_bpm,
            rng=context.stream("idea", self._section, letter),
            least_notes=3 if letter == "a" else 2,
        )


def _phrase(
    passage: Passage, index: int, bars: int, first_bar: int, ideas: _Ideas, context: MelodyContext, *, is_last: bool
) -> Iterator[_Draft]:
    """Draft the notes of a phrase."""
    # Phrases 0, 2, … of a section begin alike, so that antecedent and consequent are heard as a pair.
    rng = context.stream("phrase", passage.name, str(index))
    template_rng = context.stream("template", passage.name, str(index if chance(rng, 0.4) else 0))
    templates = TEMPLATES.get(bars) or ((1.0, " ".join(["a b a' c"] * bars).split(" /")[0]),)
    words = pick(template_rng, [text for _, text in templates], [weight for weight, _ in templates]).split()[:bars]
    words[-1] = "/"
    steps = bar_steps(context.plan.metre)
    for at, word in enumerate(words):
        start = (first_bar + at) * steps
        if word == "/":
            closing = passage.closing if is_last else "half"
            yield from _cadence_bar(
                start,
                closing,
                ideas.get("a"),
                context,
                lead_in=len(words) == 1 and first_bar == 0 and passage.name != "coda",
                rng=rng,
            )
            continue
        idea = ideas.get(word[0])
        if word.endswith("'"):
            change = pick(rng, [f for _, f in _DEVELOPMENTS], [weight for weight, _ in _DEVELOPMENTS])
            idea = change(idea)
        # Where the idea enters against the bar before: a sequence up or down, or the same place again.
        entry = None if at == 0 else pick(rng, (1, -1, 2, -2, 0), (3, 3, 2, 2, 1.5))
        yield from _drafts(idea, start, entry)


def _drafts(idea: Idea, start: int, entry: int | None) -> Iterator[_Draft]:
    """Place an idea's notes from `start` on."""
    at = start
    steps = iter((entry, *idea.steps))
    for length in idea.lengths:
        if length > 0:
            yield _Draft(start_steps=at, length_steps=length, step=next(steps, 0))
        at += abs(length)


def _cadence_bar(
    start: int, closing: str, idea: Idea, context: MelodyContext, *, lead_in: bool, rng: np.random.Generator
) -> Iterator[_Draft]:
    """Draft the bar in which a phrase arrives: a long note, sometimes led into, sometimes followed by an upbeat.

    A final bar is one long note, except where the phrase has no other bar (`lead_in`).
    """
    metre = context.plan.metre
    steps = bar_steps(metre)
    if closing == "final" and lead_in:
        half = next((at for at in range(beat_steps(metre), steps, beat_steps(metre)) if at * 2 >= steps), 0)
        yield from _drafts(_head(idea, half), start, None)
        yield _Draft(start_steps=start + half, length_steps=steps - half, step=-1, arrival=True)
        return
    if closing == "final":
        yield _Draft(start_steps=start, length_steps=steps, step=-1, arrival=True)
        return
    beat = beat_steps(metre)
    for length, offset, arrival in _cadence_rhythm(steps, beat, idea.lengths, rng=rng):
        step = -1 if arrival else pick(rng, (1, -1, -2, 2), (2, 3, 1, 1))
        yield _Draft(start_steps=start + offset, length_steps=length, step=step, arrival=arrival)


def _head(idea: Idea, room: int) -> Idea:
    """Return the beginning of an idea, cut to a number of sixteenths."""
    lengths: list[int] = []
    for length in idea.lengths:
        left = room - sum(map(abs, lengths))
        if left > 0:
            lengths.append(max(-left, min(left, length)))
    return Idea(lengths=tuple(lengths), steps=idea.steps[: max(0, sum(length > 0 for length in lengths) - 1)])


def _cadence_rhythm(
    steps: int, beat: int, lengths: Cell, *, rng: np.random.Generator
) -> tuple[tuple[int, int, bool], ...]:
    """Return (length, offset, arrival) of a cadential bar's notes."""
    if steps <= beat:
        return ((steps, 0, True),)
    kind = pick(rng, ("long", "led", "upbeat", "rest"), (2.0, 3.0, 2.0, 2.0))
    if kind == "led" and steps >= 2 * beat:
        head = [length for length in lengths if length > 0][:2]
        if len(head) == 2 and sum(head) == beat:
            return ((head[0], 0, False), (head[1], head[0], False), (steps - beat, beat, True))
        return ((beat, 0, False), (steps - beat, beat, True))
    if kind == "upbeat" and steps >= 2 * beat:
        half = beat // 2
        return (
            (steps - beat, 0, True),
            (half, steps - beat, False),
            (beat - half, steps - beat + half, False),
        )
    if kind == "rest":
        return ((steps - beat, 0, True),)
    return ((steps, 0, True),)


def chord_at(slots: Sequence[Slot], step: int) -> Chord:
    """Return the chord that sounds at a place of the section."""
    return next((slot.chord for slot in slots if slot.start_steps <= step < slot.end_steps), slots[-1].chord)


def _wish(
    draft: _Draft,
    span: tuple[int, int, int],
    passage: Passage,
    slots: Sequence[Slot],
    context: MelodyContext,
    *,
    centre: float,
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
    rng = context.stream("arc", passage.name, str(index))
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
        height=height,
        goal=goal,
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
    scale = set(line.altered_scale(context.plan.tonality, chord))
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
    low, high, _ = melodic_range(context.voice, context.plan)
    if near is None or not low <= near <= high:
        return (note,)
    return (
        replace(note, length_steps=note.length_steps - tail),
        MelodyNote(start_steps=at, length_steps=tail, midi_pitch=near),
    )


def counter_contour(count: int, *, rng: np.random.Generator) -> tuple[int, ...]:
    """Return the contour of a counter melody: as a melody's, half as wide."""
    return tuple(round(step / 2) for step in contour(count, rng=rng))
