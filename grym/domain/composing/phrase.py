"""Phrases: the ideas of a section laid out in bars, before any note has a pitch.

A phrase states, repeats, varies and liquidates its ideas along a template (sentence, period, strophe; Caplin 1998,
ch. 3 and 4) and arrives in its last bar. Conventions: steps are sixteenths from the start of the section.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from grym.domain.composing.form import Passage
from grym.domain.composing.instruments import Voice
from grym.domain.composing.metrics import bar_steps, beat_steps
from grym.domain.composing.motif import Idea, augmented, fragmented, from_memory, invent, inverted, retrograde
from grym.domain.composing.plan import Motif, Plan
from grym.domain.composing.rhythm import Cell
from grym.domain.composing.seeds import chance, pick, stream
from grym.domain.composing.styles import Style

# How phrases use their ideas, by length in bars. Letters are ideas, ' asks for a development, / for the cadence.
TEMPLATES: dict[int, tuple[tuple[float, str], ...]] = {
    1: ((1, "/"),),
    2: ((1, "a /"),),
    3: ((2, "a a' /"), (1, "a b /")),
    4: ((3, "a a' b /"), (3, "a b a' /"), (2, "a b a /"), (2, "a a b /"), (2, "a b b' /"), (1, "a b c /")),
    5: ((2, "a a' b b' /"), (2, "a b a' b /"), (1, "a b a b' /")),
    6: ((2, "a b a' b b' /"), (2, "a a' b a b /"), (1, "a b c a b /")),
}

_DEVELOPMENTS: tuple[tuple[float, Callable[[Idea], Idea]], ...] = (
    (4.0, lambda idea: idea),
    (2.0, fragmented),
    (1.5, inverted),
    (0.8, retrograde),
    (0.7, augmented),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A note before it has a pitch; `interval` is kept where it is quoted."""

    start_steps: int
    length_steps: int
    step: int | None
    arrival: bool = False
    interval: int | None = None


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


class Ideas:
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


def draft_phrase(passage: Passage, index: int, ideas: Ideas, context: MelodyContext) -> Iterator[Draft]:
    """Draft the notes of a section's phrase."""
    bars, first_bar = passage.phrases[index], sum(passage.phrases[:index])
    is_last = index == len(passage.phrases) - 1
    # Phrases 0, 2, … of a section begin alike, so that antecedent and consequent are heard as a pair.
    rng = context.stream("phrase", passage.name, str(index))
    template_rng = context.stream("template", passage.name, str(index if chance(rng, 0.4) else 0))
    templates = TEMPLATES[bars]
    words = pick(template_rng, [text for _, text in templates], [weight for weight, _ in templates]).split()
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


def _drafts(idea: Idea, start: int, entry: int | None) -> Iterator[Draft]:
    """Place an idea's notes from `start` on."""
    at = start
    steps, intervals = iter((entry, *idea.steps)), iter((None, *idea.intervals))
    for length in idea.lengths:
        if length > 0:
            yield Draft(start_steps=at, length_steps=length, step=next(steps, 0), interval=next(intervals, None))
        at += abs(length)


def _cadence_bar(
    start: int, closing: str, idea: Idea, context: MelodyContext, *, lead_in: bool, rng: np.random.Generator
) -> Iterator[Draft]:
    """Draft the bar in which a phrase arrives: a long note, sometimes led into, sometimes followed by an upbeat.

    A final bar is one long note, except where the phrase has no other bar (`lead_in`).
    """
    metre = context.plan.metre
    steps = bar_steps(metre)
    if closing == "final" and lead_in:
        half = next((at for at in range(beat_steps(metre), steps, beat_steps(metre)) if at * 2 >= steps), 0)
        yield from _drafts(_head(idea, half), start, None)
        yield Draft(start_steps=start + half, length_steps=steps - half, step=-1, arrival=True)
        return
    if closing == "final":
        yield Draft(start_steps=start, length_steps=steps, step=-1, arrival=True)
        return
    beat = beat_steps(metre)
    for length, offset, arrival in _cadence_rhythm(steps, beat, idea.lengths, rng=rng):
        step = -1 if arrival else pick(rng, (1, -1, -2, 2), (2, 3, 1, 1))
        yield Draft(start_steps=start + offset, length_steps=length, step=step, arrival=arrival)


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
