"""Motifs: making melodic ideas, developing them, and finding those that a melody is made of.

An idea is one bar: a rhythm and the staff steps between its notes. Development keeps enough of it to be recognised:
repetition, sequence, inversion, retrograde, fragmentation, augmentation (Schoenberg 1967, ch. 3; Caplin 1998, ch. 3).
"""

import itertools
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from grym.domain.composing.metrics import bar_steps
from grym.domain.composing.plan import Motif
from grym.domain.composing.rhythm import Cell, draw_bar, sounding
from grym.domain.composing.score import TICKS_PER_QUARTER, Metre, Note, Score
from grym.domain.composing.seeds import pick

Development = Literal["again", "fragment", "invert", "retrograde", "augment", "vary"]

# Melodic gestures as staff steps; a contour strings several together (after Narmour 1990: a small step wants to go
# on, a leap wants to be filled).
_GESTURES: tuple[tuple[float, tuple[int, ...]], ...] = (
    (3.0, (1, 1)), (3.0, (-1, -1)), (2.0, (1, -1)), (2.0, (-1, 1)), (2.0, (2, -1)), (2.0, (-2, 1)), (1.6, (3, -1)),
    (1.4, (4, -1, -1)), (1.2, (-3, 1)), (1.2, (5, -1)), (1.0, (-4, 1, 1)), (1.4, (2, 2)), (1.2, (-2, -2)),
    (0.6, (0, 1)), (0.6, (0, -1)), (0.25, (0, 0, 1)), (1.0, (2, -1, -1)), (1.0, (-1, 2)), (1.0, (1, -2)),
    (0.6, (7, -1)),
    (0.8, (3, -2)), (0.8, (-2, 3)), (0.7, (-3, 2)), (0.7, (1, 2, -1)), (0.7, (-1, -2, 1)),
)  # fmt: skip


# An idea that stays within a third is an ornament rather than a thought.
_LEAST_AMBITUS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Idea:
    """One bar of melodic thought.

    Parameters
    ----------
    lengths
        Note lengths in sixteenths, rests negative; they fill a bar.
    steps
        Staff steps between its notes, one fewer than the notes.
    intervals
        Semitones between its notes where it is a quotation and they are to be kept; empty where it may bend.
    """

    lengths: Cell
    steps: tuple[int, ...]
    intervals: tuple[int, ...] = ()


def invent(
    family: str, metre: Metre, *, density: float, tempo_bpm: float, rng: np.random.Generator, least_notes: int = 2
) -> Idea:
    """Make up an idea of at least `least_notes` notes where the style's rhythms allow it."""
    lengths = max(
        (draw_bar(family, metre, density=density, tempo_bpm=tempo_bpm, rng=rng) for _ in range(3)),
        key=lambda cell: (min(sounding(cell), least_notes), rng.random()),
    )
    return Idea(lengths=lengths, steps=contour(max(0, sounding(lengths) - 1), rng=rng))


def contour(count: int, *, rng: np.random.Generator) -> tuple[int, ...]:
    """Join gestures to `count` staff steps that stay within an octave and, of three tries, do not turn on the spot."""
    tries = [_joined(count, rng=rng) for _ in range(3)]
    return next((steps for steps in tries if _ambitus(steps) >= min(_LEAST_AMBITUS, count)), tries[0])


def _ambitus(steps: Sequence[int]) -> int:
    """Return how many staff steps lie between the lowest and the highest note of a contour."""
    places = [0, *itertools.accumulate(steps)]
    return max(places) - min(places)


def _joined(count: int, *, rng: np.random.Generator) -> tuple[int, ...]:
    """Join gestures to `count` staff steps that stay within an octave."""
    steps: list[int] = []
    while len(steps) < count:
        gesture = pick(rng, [steps for _, steps in _GESTURES], [weight for weight, _ in _GESTURES])
        if abs(sum(steps) + sum(gesture)) <= 6:
            steps.extend(gesture)
    return tuple(steps[:count])


def from_memory(motif: Motif, metre: Metre) -> Idea | None:
    """Fit a remembered motif into a bar, or return None where nothing of it would be left.

    Lengths are rounded to sixteenths; what goes past the bar is left out and the last note fills the rest.
    Semitones become staff steps by the mean size of a scale step, 12/7 semitones.
    """
    room = bar_steps(metre)
    lengths: list[int] = []
    for duration in motif.durations_beats:
        length = max(1, round(duration * 4))
        if sum(lengths) + length > room:
            break
        lengths.append(length)
    if len(lengths) < 2:
        return None
    lengths[-1] += room - sum(lengths)
    intervals = motif.intervals[: len(lengths) - 1]
    steps = tuple(round(interval * 7 / 12) for interval in intervals)
    return Idea(lengths=tuple(lengths), steps=steps, intervals=intervals)


def inverted(idea: Idea) -> Idea:
    """Turn the contour upside down."""
    return replace(idea, steps=tuple(-step for step in idea.steps), intervals=())


def retrograde(idea: Idea) -> Idea:
    """Keep the rhythm and play the contour backwards."""
    return replace(idea, steps=tuple(-step for step in reversed(idea.steps)), intervals=())


def fragmented(idea: Idea) -> Idea:
    """Say the first half of the idea twice; ideas that do not divide stay whole."""
    half = sum(map(abs, idea.lengths)) // 2
    head: list[int] = []
    for length in idea.lengths:
        if sum(map(abs, head)) + abs(length) > half:
            break
        head.append(length)
    notes = sum(length > 0 for length in head)
    if notes < 1 or sum(map(abs, head)) != half or half * 2 != sum(map(abs, idea.lengths)):
        return idea
    steps = idea.steps[: notes - 1]
    # The second statement starts a step on from the first: a sequence inside the bar.
    link = -sum(steps) + (1 if sum(idea.steps) >= 0 else -1)
    return Idea(lengths=tuple(head) * 2, steps=(*steps, link, *steps))


def augmented(idea: Idea) -> Idea:
    """Double the lengths of the first half, so that the idea broadens."""
    room = sum(map(abs, idea.lengths))
    lengths: list[int] = []
    for length in idea.lengths:
        left = room - sum(map(abs, lengths))
        if left == 0:
            break
        lengths.append(max(-left, min(left, 2 * length)))
    notes = sum(length > 0 for length in lengths)
    if notes == 0:
        return idea
    return Idea(lengths=tuple(lengths), steps=idea.steps[: notes - 1])


def varied(idea: Idea, *, rng: np.random.Generator) -> Idea:
    """Keep the rhythm and all but one of the steps."""
    if not idea.steps:
        return idea
    at = int(rng.random() * len(idea.steps))
    changed = idea.steps[at] + pick(rng, (1, -1, 2, -2))
    return replace(idea, steps=(*idea.steps[:at], changed, *idea.steps[at + 1 :]), intervals=())


def develop(idea: Idea, kind: Development, *, rng: np.random.Generator) -> Idea:
    """Develop an idea in one of the named ways; it fills as much time as before."""
    plain: dict[Development, Callable[[Idea], Idea]] = {
        "fragment": fragmented,
        "invert": inverted,
        "retrograde": retrograde,
        "augment": augmented,
    }
    return varied(idea, rng=rng) if kind == "vary" else plain[kind](idea) if kind in plain else idea


def motifs_of(score: Score, *, limit: int) -> tuple[Motif, ...]:
    """Return the melodic ideas that a score's melody uses most, at most `limit`.

    Bars of three notes and more are taken as ideas; they are ranked by how often their rhythm and contour return,
    transposition aside, then by where they first appear.
    """
    part = next((part for part in score.parts if part.role == "melody"), None)
    if part is None or limit <= 0:
        return ()
    bars: dict[int, list[Note]] = {}
    for note in upper_line(part.notes):
        bars.setdefault(note.start_ticks // score.metre.bar_ticks, []).append(note)
    ideas = [_as_motif(bars[bar]) for bar in sorted(bars) if len(bars[bar]) >= 3]
    counts = Counter(ideas)
    return tuple(sorted(counts, key=lambda motif: (-counts[motif], ideas.index(motif)))[:limit])


def upper_line(notes: Sequence[Note]) -> tuple[Note, ...]:
    """Return the highest note of every onset: the tune, where a hand plays chords under it."""
    highest: dict[int, Note] = {}
    for note in notes:
        kept = highest.get(note.start_ticks)
        if kept is None or note.midi_pitch > kept.midi_pitch:
            highest[note.start_ticks] = note
    return tuple(highest[start] for start in sorted(highest))


def _as_motif(notes: Sequence[Note]) -> Motif:
    """Describe a bar's notes as intervals and durations."""
    return Motif(
        intervals=tuple(b.midi_pitch - a.midi_pitch for a, b in itertools.pairwise(notes)),
        durations_beats=tuple(note.duration_ticks / TICKS_PER_QUARTER for note in notes),
    )
