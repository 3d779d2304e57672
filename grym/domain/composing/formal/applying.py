"""Applying laws: a written score obeys the formal choices of its plan, one after the other.

The score stays playable: pitches stay within each instrument's range, notes within the piece, and no part strikes a
sounding pitch anew. Notes outside a choice's time range or of other roles are left as they were. The chord symbols
remain those of the harmony the piece was written upon.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from grym.domain.composing.formal.choice import FormalChoice, Target
from grym.domain.composing.formal.control import control_stream
from grym.domain.composing.formal.pitches import Pitches, pitches_of
from grym.domain.composing.formal.places import Places, places_of
from grym.domain.composing.instruments import voice_of_program
from grym.domain.composing.metrics import STEP_TICKS, bar_steps
from grym.domain.composing.plan import Plan
from grym.domain.composing.score import TICKS_PER_QUARTER, Note, Part, Score
from grym.domain.composing.seeds import chance, stream

_OCTAVE = 12
# How far a law moves dynamics either way, in MIDI velocity: about two marks (p to f) in all.
_VELOCITY_SPAN = 40
_LONGEST_RING_TICKS = TICKS_PER_QUARTER
_MOST_CUT = 0.8


def formalised(score: Score, plan: Plan, *, seed: int) -> Score:
    """Return a score that obeys the formal choices of its plan; the same score where there are none."""
    for index, choice in enumerate(plan.formal):
        score = _obeying(score, plan, choice, index=index, seed=seed)
    return score


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hand:
    """What is needed to let one part obey one choice."""

    choice: FormalChoice
    part: Part
    at: int
    rng: np.random.Generator
    steps: tuple[float | None, ...]
    pitches: Pitches
    places: Places
    bar_ticks: int
    length_ticks: int

    def value(self, note: Note) -> float:
        """Return the law's value while a note begins, drawn to the middle by the amount."""
        value = self.steps[min(note.start_ticks // STEP_TICKS, len(self.steps) - 1)]
        return 0.5 if value is None else 0.5 + self.choice.amount * (value - 0.5)

    def acts(self, note: Note) -> bool:
        """Tell whether the law holds where a note begins."""
        share = note.start_ticks / self.length_ticks
        return self.choice.start <= share < self.choice.end


def _obeying(score: Score, plan: Plan, choice: FormalChoice, *, index: int, seed: int) -> Score:
    """Let the parts of a choice's roles obey it."""
    purpose = ("formal", str(index), choice.generator, choice.law, choice.target)
    events = control_stream(
        choice, duration_s=score.duration_s, tempo_bpm=score.tempo_bpm, rng=stream(seed, *purpose, "law")
    )
    held = _held([(event.time_s, event.value) for event in events], score)
    places = places_of(choice, score, rng=stream(seed, *purpose, "places"), held=held)
    pitches = pitches_of(choice, score, plan, rng=stream(seed, *purpose, "pitches"))
    parts = []
    for at, part in enumerate(score.parts):
        hand = _Hand(
            choice=choice,
            part=part,
            at=at,
            rng=stream(seed, *purpose, part.role, str(at)),
            steps=held,
            pitches=pitches,
            places=places,
            bar_ticks=bar_steps(score.metre) * STEP_TICKS,
            length_ticks=score.length_ticks,
        )
        parts.append(_played(hand) if part.role in choice.roles else part)
    return replace(score, parts=tuple(parts))


def _held(events: list[tuple[float, float]], score: Score) -> tuple[float | None, ...]:
    """Return the value that holds at each sixteenth; None before the first."""
    step_s = 60.0 / score.tempo_bpm / 4
    found: list[float | None] = [None] * max(1, -(-score.length_ticks // STEP_TICKS))
    for time_s, value in events:
        first = round(time_s / step_s)
        found[first:] = [value] * len(found[first:])
    return tuple(found)


def _played(hand: _Hand) -> Part:
    """Return a part that obeys."""
    if hand.part.percussion and hand.choice.target in {"pitch", "register", "duration", "articulation"}:
        return hand.part
    effect = _EFFECTS[hand.choice.target]
    notes = [one for note in hand.part.notes for one in (effect(hand, note) if hand.acts(note) else (note,))]
    return replace(hand.part, notes=_tidied(notes, length_ticks=hand.length_ticks))


def _tidied(notes: list[Note], *, length_ticks: int) -> tuple[Note, ...]:
    """Sort notes, end each where its pitch is struck again, and keep the longest of those struck together."""
    last: dict[int, int] = {}
    kept: list[Note] = []
    for note in sorted(notes, key=lambda one: (one.start_ticks, one.midi_pitch, -one.duration_ticks)):
        before = last.get(note.midi_pitch)
        if before is not None and kept[before].start_ticks == note.start_ticks:
            continue
        if before is not None and kept[before].end_ticks > note.start_ticks:
            kept[before] = replace(kept[before], duration_ticks=note.start_ticks - kept[before].start_ticks)
        last[note.midi_pitch] = len(kept)
        kept.append(note)
    return tuple(one for one in kept if one.end_ticks <= length_ticks)


def _pitch(hand: _Hand, note: Note) -> tuple[Note, ...]:
    """Move a note to the pitch that the law gives."""
    if not chance(hand.rng, hand.choice.amount):
        return (note,)
    voice = voice_of_program(hand.part.program, percussion=hand.part.percussion)
    step = note.start_ticks // STEP_TICKS
    found = hand.pitches(note.midi_pitch, step, hand.value(note), voice.low, voice.high)
    return (replace(note, midi_pitch=found),)


def _register(hand: _Hand, note: Note) -> tuple[Note, ...]:
    """Move a note by an octave where the law is in its upper or lower third, if the instrument can play that."""
    shift = _OCTAVE * (round(hand.value(note) * 3 - 0.5 - 1e-9) - 1)
    voice = voice_of_program(hand.part.program, percussion=hand.part.percussion)
    moved = note.midi_pitch + max(-_OCTAVE, min(_OCTAVE, shift))
    return (replace(note, midi_pitch=moved),) if voice.low <= moved <= voice.high else (note,)


def _rhythm(hand: _Hand, note: Note) -> tuple[Note, ...]:
    """Let a note begin at the next place that the law opens; one that would end before it is left out."""
    if not chance(hand.rng, hand.choice.amount):
        return (note,)
    start = hand.places(note.start_ticks // STEP_TICKS, -(-note.end_ticks // STEP_TICKS))
    if start is None:
        return ()
    shift = max(0, start * STEP_TICKS - note.start_ticks)
    left = note.duration_ticks - shift
    return (replace(note, start_ticks=note.start_ticks + shift, duration_ticks=left),) if left > 0 else ()


def _density(hand: _Hand, note: Note) -> tuple[Note, ...]:
    """Leave notes out below the middle, strike them twice above it; what begins a bar stays."""
    value = hand.value(note)
    if value < 0.5:
        stays = note.start_ticks % hand.bar_ticks == 0
        return (note,) if chance(hand.rng, 2 * value) or stays else ()
    half = note.duration_ticks // 2 // STEP_TICKS * STEP_TICKS
    if half < STEP_TICKS or not chance(hand.rng, 2 * value - 1):
        return (note,)
    again = replace(note, start_ticks=note.start_ticks + half, duration_ticks=note.duration_ticks - half)
    return (replace(note, duration_ticks=half, ring_ticks=0), again)


def _duration(hand: _Hand, note: Note) -> tuple[Note, ...]:
    """Write a note up to four times shorter, or as long and let it ring up to as long again."""
    value = hand.value(note)
    if value >= 0.5:
        return (replace(note, ring_ticks=note.ring_ticks + round((2 * value - 1) * note.duration_ticks)),)
    written = max(STEP_TICKS, round(note.duration_ticks * 4 ** (2 * value - 1) / STEP_TICKS) * STEP_TICKS)
    return (replace(note, duration_ticks=min(note.duration_ticks, written), ring_ticks=min(0, note.ring_ticks)),)


def _dynamics(hand: _Hand, note: Note) -> tuple[Note, ...]:
    """Play a note softer below the middle and louder above it."""
    velocity = note.velocity + round((2 * hand.value(note) - 1) * _VELOCITY_SPAN)
    return (replace(note, velocity=max(1, min(127, velocity))),)


def _articulation(hand: _Hand, note: Note) -> tuple[Note, ...]:
    """Detach a note below the middle and let it ring on above it."""
    value = 2 * hand.value(note) - 1
    ring = value * _LONGEST_RING_TICKS if value > 0 else value * _MOST_CUT * note.duration_ticks
    return (replace(note, ring_ticks=round(ring)),)


def _players(hand: _Hand, note: Note) -> tuple[Note, ...]:
    """Let a part play only in the bars that the law gives it."""
    return (note,) if hand.places.player(hand.at, note.start_ticks // hand.bar_ticks) else ()


_EFFECTS: dict[Target, Callable[[_Hand, Note], tuple[Note, ...]]] = {
    "pitch": _pitch,
    "register": _register,
    "rhythm": _rhythm,
    "density": _density,
    "duration": _duration,
    "dynamics": _dynamics,
    "articulation": _articulation,
    "players": _players,
}
