"""Phrases: the ideas of a section laid out in bars, before any note has a pitch.

A phrase states, repeats, varies and liquidates its ideas along a template (sentence, period, strophe; Caplin 1998,
ch. 3 and 4) and arrives in its last bar. Conventions: steps are sixteenths from the start of the section.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from grym.domain.composing.character import USUAL, Character
from grym.domain.composing.form import Passage, material
from grym.domain.composing.instruments import Voice
from grym.domain.composing.metrics import bar_steps, beat_steps
from grym.domain.composing.motif import Development, Idea, contour, develop, fragmented, from_memory, invent
from grym.domain.composing.plan import Motif, Plan
from grym.domain.composing.rhythm import Cell, sounding
from grym.domain.composing.scheme import PhrasePlan, is_song
from grym.domain.composing.seeds import chance, pick, stream
from grym.domain.composing.styles import Style

# How phrases use their ideas, one word a bar. Letters are ideas; = says one again where it was, + and - a step or two
# higher or lower (sequence), . breaks it up, ' develops it in one of the other ways, / is the cadence.
Templates = tuple[tuple[float, str], ...]
TEMPLATES: dict[int, Templates] = {
    1: ((1, "/"),),
    2: ((1, "a /"),),
    3: ((2, "a a' /"), (1, "a b /"), (1, "a a+ /")),
    4: (
        (3, "a a+ b /"), (2, "a a- b /"), (3, "a b a= /"), (2, "a b a' /"), (2, "a a= b /"), (2, "a b b- /"),
        (1, "a b c /"), (1, "a a' b /"),
    ),
    5: ((2, "a a' b b- /"), (2, "a b a= b /"), (1, "a b a b' /")),
    6: ((2, "a b a= b b- /"), (2, "a a+ b a b /"), (1, "a b c a= b /")),
}  # fmt: skip
# Songs and dances say the same again more often than they develop it.
PLAIN: dict[int, Templates] = {
    **TEMPLATES,
    4: (
        (6, "a b a= /"), (3, "a a= b /"), (2, "a a+ b /"), (2, "a a- b /"), (1, "a b b= /"), (1, "a b a' /"),
        (1, "a b c /"),
    ),
}  # fmt: skip
# A presentation states its basic idea of two bars twice; a continuation works with its head.
PRESENTATIONS: dict[int, Templates] = {4: ((3, "a b a= b="), (3, "a b a+ b+"), (2, "a b a- b-"), (2, "a b a= b'"))}
CONTINUATIONS: dict[int, Templates] = {4: ((3, "a. a.+ b /"), (3, "a. a.- c /"), (1, "a' b- c /"), (1, "a. b b- /"))}
# Contrasting phrases put other ideas in the places of the first ones.
_PLACES: dict[str, dict[str, str]] = {
    "b": {"a": "d", "c": "e"},
    "c": {"a": "e", "b": "d", "c": "b"},
    "d": {"a": "f", "b": "a", "c": "d"},
}
_SEQUENCES = (1, 1, 1, 2)
# Share of phrases that come to rest in the rhythm usual in their piece.
_LIKE_THE_OTHERS = 0.75

_DEVELOPMENTS: tuple[tuple[float, Development], ...] = (
    (2.0, "again"), (2.0, "fragment"), (1.5, "invert"), (0.8, "retrograde"), (0.7, "augment"), (1.5, "vary")
)  # fmt: skip


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
    character: Character = USUAL

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
        place = {"A": 0, "verse": 0, "theme": 0, "B": 1, "chorus": 1}.get(self._section, 2)
        if letter == "a" and place < len(self._remembered):
            return self._remembered[place]
        context = self._context
        rng = context.stream("idea", self._section, letter)
        if letter != "a" and chance(rng, context.character.unity):
            rhythm = self.get("a").lengths
            return Idea(lengths=rhythm, steps=contour(max(0, sounding(rhythm) - 1), rng=rng))
        return invent(
            context.style.rhythm,
            context.plan.metre,
            density=self.density + (0.0 if letter == "a" else context.character.contrast * (rng.random() - 0.6)),
            tempo_bpm=context.plan.tempo_bpm,
            rng=rng,
            least_notes=3 if letter == "a" else 2,
        )


def draft_phrase(phrase: PhrasePlan, passage: Passage, ideas: Ideas, context: MelodyContext) -> Iterator[Draft]:
    """Draft the notes of a section's phrase; phrases of one letter differ in their cadence only."""
    section = material(passage.name)
    rng = context.stream("phrase", section, phrase.label)
    usual = PLAIN if is_song(context.style) else TEMPLATES
    rows = {"p": PRESENTATIONS, "q": CONTINUATIONS}.get(phrase.label, usual).get(phrase.bars) or usual[phrase.bars]
    words = pick(rng, [text for _, text in rows], [weight for weight, _ in rows]).split()
    steps = bar_steps(context.plan.metre)
    writer = _Drafter(ideas=ideas, places=_PLACES.get(phrase.label, {}), rng=rng)
    for at, word in enumerate(words):
        start = (phrase.first_bar + at) * steps
        if word != "/":
            yield from writer.bar(word, start)
            continue
        lead_in = len(words) == 1 and phrase.first_bar == 0 and passage.name != "coda"
        ending = context.stream("cadence", section, phrase.label, phrase.closing)
        yield from _cadence_bar(start, phrase.closing, ideas.get("a"), context, lead_in=lead_in, rng=ending)


@dataclass(kw_only=True)
class _Drafter:
    """Places ideas bar after bar and keeps count, in staff steps, of where the line would be."""

    ideas: Ideas
    places: Mapping[str, str]
    rng: np.random.Generator
    here: int | None = None
    starts: dict[str, int] = field(default_factory=dict)

    def bar(self, word: str, start: int) -> Iterator[Draft]:
        """Draft the bar that a word of a template asks for."""
        letter, marks = self.places.get(word[0], word[0]), word[1:]
        idea = self.ideas.get(letter)
        if "." in marks:
            idea = fragmented(idea)
        if "'" in marks:
            kind = pick(self.rng, [name for _, name in _DEVELOPMENTS], [weight for weight, _ in _DEVELOPMENTS])
            idea = develop(idea, kind, rng=self.rng)
        entry = self._entry(letter, marks)
        self.starts[letter] = (self.here or 0) + (entry or 0)
        self.here = self.starts[letter] + sum(idea.steps)
        yield from _drafts(idea, start, entry)

    def _entry(self, letter: str, marks: str) -> int | None:
        """Return the staff steps from the last note into the bar: free, or where the idea began before, or near it."""
        free = pick(self.rng, (1, -1, 2, -2, 0), (3, 3, 2, 2, 1.5))
        size = pick(self.rng, _SEQUENCES)
        if self.here is None:
            return None
        if letter not in self.starts or not set(marks) & set("=+-"):
            return free
        return self.starts[letter] - self.here + (size * ("+" in marks) - size * ("-" in marks))


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
    kind = _cadence_kind(steps, beat, context, rng=rng)
    for length, offset, arrival in _cadence_rhythm(kind, steps, beat, idea.lengths):
        step = -1 if arrival else pick(rng, (1, -1, -2, 2), (2, 3, 1, 1))
        yield Draft(start_steps=start + offset, length_steps=length, step=step, arrival=arrival)


def _cadence_kind(steps: int, beat: int, context: MelodyContext, *, rng: np.random.Generator) -> str:
    """Choose how phrases come to rest: usually as elsewhere in the piece, in long notes where it has few notes."""
    density = context.plan.parameters.get("density", context.style.density)
    onward = 5.0 if context.style.rhythm == "running" else 3.5 if context.style.writing == "quartet" else 0.3
    kinds = {
        "long": 1.6 - density,
        "led": 3.0,
        "upbeat": 2.5,
        "rest": 1.6 - density,
        "run": 4.0 * density,
        "onward": onward,
    }
    own = pick(context.stream("cadences"), list(kinds), list(kinds.values()))
    other = pick(rng, list(kinds), list(kinds.values()))
    kind = own if chance(rng, _LIKE_THE_OTHERS) else other
    return kind if steps >= 2 * beat else "long"


def _head(idea: Idea, room: int) -> Idea:
    """Return the beginning of an idea, cut to a number of sixteenths."""
    lengths: list[int] = []
    for length in idea.lengths:
        left = room - sum(map(abs, lengths))
        if left > 0:
            lengths.append(max(-left, min(left, length)))
    return Idea(lengths=tuple(lengths), steps=idea.steps[: max(0, sum(length > 0 for length in lengths) - 1)])


def _cadence_rhythm(kind: str, steps: int, beat: int, lengths: Cell) -> tuple[tuple[int, int, bool], ...]:
    """Return (length, offset, arrival) of a cadential bar's notes."""
    half = beat // 2
    if kind == "led":
        head = [length for length in lengths if length > 0][:2]
        if len(head) == 2 and sum(head) == beat:
            return ((head[0], 0, False), (head[1], head[0], False), (steps - beat, beat, True))
        return ((beat, 0, False), (steps - beat, beat, True))
    if kind == "upbeat":
        return ((steps - beat, 0, True), (half, steps - beat, False), (beat - half, steps - beat + half, False))
    if kind in {"run", "onward"}:
        return _run(steps, beat, lengths, onward=kind == "onward")
    return ((steps - beat if kind == "rest" and steps > beat else steps, 0, True),)


def _run(steps: int, beat: int, lengths: Cell, *, onward: bool) -> tuple[tuple[int, int, bool], ...]:
    """Let the idea's rhythm go on to the middle of the bar or its last beat, and arrive there.

    Parameters
    ----------
    onward
        The arrival is as short as the notes before it, so that the music goes on at once.
    """
    last = steps - beat if steps < 4 * beat or onward else steps // beat // 2 * beat
    notes: list[tuple[int, int, bool]] = []
    at = 0
    for length in lengths:
        if at >= last:
            break
        if length > 0:
            notes.append((min(length, last - at), at, False))
        at += abs(length)
    if onward and notes:
        short = min(beat, notes[-1][0])
        return (
            *notes,
            (short, last, True),
            *((min(short, beat - at), last + at, False) for at in range(short, beat, short)),
        )
    return (*notes, (steps - last, last, True))
