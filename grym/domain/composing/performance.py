"""Performance: how written notes are played: loudness, swing, strums and the small unevenness of hands.

Loudness follows section and phrase and the weight of the beat (Friberg, Bresin and Sundberg 2006, "Overview of the
KTH rule system", phrase arch and metrical accents); the off-beat of swung eighths moves towards the triplet. Shifts
stay below what would blur the pulse: a listener hears asynchrony from about 20 ms on (Hirsh 1959).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from grym.domain.composing.accompaniment import PlayedNote
from grym.domain.composing.form import Passage
from grym.domain.composing.metrics import BEAT, DOWNBEAT, GROUP, STEP_TICKS, bar_steps, is_compound, strength
from grym.domain.composing.plan import Plan
from grym.domain.composing.rubato import rubato_of
from grym.domain.composing.score import TICKS_PER_QUARTER, Note, Role
from grym.domain.composing.seeds import stream

_BASE_VELOCITY: dict[Role, int] = {"melody": 88, "counter": 68, "chords": 62, "pad": 52, "bass": 78, "drums": 76}
_ACCENTS = {DOWNBEAT: 7, GROUP: 4, BEAT: 2, 1: -3, 0: -5}

# Standard deviation of onsets at full humanise, and where they are cut.
_JITTER_S = 0.007
_JITTER_MAX_S = 0.014
# Between two strings of a strum or a rolled chord.
_SPREAD_S = {"chords": 0.007, "melody": 0.0, "counter": 0.0, "pad": 0.0, "bass": 0.0, "drums": 0.0}
# A straight eighth off-beat lies at 240 ticks, that of a triplet at 320.
_FULL_SWING_TICKS = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Player:
    """Who performs: the role, and whether chords are rolled by hand."""

    role: Role
    percussion: bool = False
    rolls: bool = False


def perform(
    notes: Sequence[PlayedNote], passage: Passage, plan: Plan, player: Player, *, identity: str, seed: int
) -> tuple[Note, ...]:
    """Turn the notes of a section into played notes, placed in the piece."""
    rng = stream(seed, "performance", identity, player.role, str(passage.start_bar))
    humanise = plan.parameters.get("humanise", 0.5)
    ticks_per_second = plan.tempo_bpm / 60 * TICKS_PER_QUARTER
    offset = passage.start_bar * bar_steps(plan.metre)
    total = passage.bars * bar_steps(plan.metre)
    timing = rubato_of(passage, plan)
    out = []
    for note in sorted(notes, key=lambda note: (note.start_steps, note.midi_pitch)):
        jitter_s = float(
            np.clip((rng.random() + rng.random() + rng.random() - 1.5) * 2 * _JITTER_S, -_JITTER_MAX_S, _JITTER_MAX_S)
        )
        loudness = _loudness(note, passage, plan, player, place=note.start_steps / total)
        loudness += (rng.random() - 0.5) * 10 * humanise
        shift_s = jitter_s * humanise + (note.spread * _SPREAD_S[player.role] if player.rolls else 0.0)
        start = (offset + note.start_steps) * STEP_TICKS
        lean = timing.shift(start)
        shift = _swing_ticks(note.start_steps, plan) + round(shift_s * ticks_per_second) + lean
        out.append(
            Note(
                start_ticks=start,
                duration_ticks=note.length_steps * STEP_TICKS,
                midi_pitch=note.midi_pitch,
                velocity=int(min(124, max(14, round(loudness)))),
                onset_shift_ticks=max(shift, -start),
                ring_ticks=round(note.ring_steps * STEP_TICKS)
                + timing.shift(start + note.length_steps * STEP_TICKS)
                - lean,
            )
        )
    return tuple(out)


def _loudness(note: PlayedNote, passage: Passage, plan: Plan, player: Player, *, place: float) -> float:
    """Return the velocity before chance: role, section, phrase arch, metrical accent."""
    dynamics = plan.parameters.get("dynamics", 0.5)
    section = (passage.intensity - 0.5) * (14 + 26 * dynamics)
    arch = 0.0 if player.percussion else 8 * dynamics * (1 - ((place - 0.6) / 0.6) ** 2) - 3
    high = 0.25 * (note.midi_pitch - 69) if player.role == "melody" else 0.0
    accent = _ACCENTS[strength(note.start_steps, plan.metre)] * (0.5 if player.role in {"melody", "pad"} else 1.0)
    return _BASE_VELOCITY[player.role] + section + arch + high + accent + note.accent


def _swing_ticks(step: int, plan: Plan) -> int:
    """Return how much later a place is played in swing; compound metres swing by themselves."""
    swing = plan.parameters.get("swing", 0.0)
    if is_compound(plan.metre) or swing <= 0:
        return 0
    place = step % 4
    return round(swing * _FULL_SWING_TICKS * {0: 0.0, 1: 0.5, 2: 1.0, 3: 0.5}[place])
