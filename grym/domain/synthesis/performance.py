"""How a score is played in seconds: the common ground of every renderer.

A note starts `onset_shift_ticks` off its written start and ends `ring_ticks` off its written end, exactly as in the
MIDI file of the score; where it starts early it also ends early. At the end players listen: what is held (strings,
winds, organs) is let go a little before the final bar line and dies away in the room, what rings by itself (pianos,
guitars, bells) is left to ring, and both are silent shortly after the written end. All renderers of one score agree
on the length in samples.
"""

from dataclasses import dataclass, replace

from grym.domain.composing.score import TICKS_PER_QUARTER, Note, Part, Role, Score

OVERHANG_SHARE = 0.015
"""What may sound after the final bar line: written within some 3 % of the length asked for, heard within 5 %."""

SHORTEST_TAIL_S = 0.25
"""Least time between the last release and the end: a damped string is silent after that."""

TAIL_SHARE, MIN_TAIL_S, MAX_TAIL_S = 0.045, 0.8, 2.5
"""Time a room needs to answer what was held, as a share of the piece, between bounds."""

LAST_S = 0.03
"""Hands let go of a last chord within this time of each other."""

RINGING_PROGRAMS = frozenset({*range(16), *range(24, 38), 45, 46, 47, *range(104, 109), *range(112, 118)})
"""General MIDI programs whose sound dies away by itself."""

MIN_NOTE_S = 0.03
"""Shortest sounding length: below some 30 ms a pitch turns into a click."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayedNote:
    """One note as it sounds.

    Parameters
    ----------
    onset_s
        Seconds from the start of the rendering, ≥ 0.
    duration_s
        Seconds from the onset to the release of the key.
    midi_pitch
        0–127; a General MIDI drum number in percussion parts.
    velocity
        1–127.
    """

    onset_s: float
    duration_s: float
    midi_pitch: int
    velocity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayedPart:
    """One part as it sounds, its notes sorted by onset, then pitch; the other fields are those of `Part`."""

    name: str
    role: Role
    program: int
    percussion: bool
    pan: float
    gain_db: float
    notes: tuple[PlayedNote, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Performance:
    """A whole piece as it sounds; `duration_s` includes the release tail."""

    parts: tuple[PlayedPart, ...]
    duration_s: float


def perform(score: Score) -> Performance:
    """Turn written time into seconds.

    Parameters
    ----------
    score
        The piece; its tempo is constant.

    Returns
    -------
    Performance
        Parts in the order of the score, and the length every stem of a rendering has.
    """
    seconds_per_tick = 60.0 / (score.tempo_bpm * TICKS_PER_QUARTER)
    parts = tuple(_played_part(part, seconds_per_tick=seconds_per_tick) for part in score.parts)
    written_s = score.sounding_s
    last_onset_s = max((note.onset_s for part in parts for note in part.notes), default=0.0)
    overhang_s = max(SHORTEST_TAIL_S, OVERHANG_SHARE * written_s)
    duration_s = max(written_s + overhang_s, last_onset_s + MIN_NOTE_S + SHORTEST_TAIL_S)
    return Performance(
        parts=tuple(_ended(part, written_s=written_s, duration_s=duration_s) for part in parts), duration_s=duration_s
    )


def _ended(part: PlayedPart, *, written_s: float, duration_s: float) -> PlayedPart:
    """Let the last notes of a part ring to the end, or let go of them early enough to die away."""
    last_s = duration_s - SHORTEST_TAIL_S
    rings = part.percussion or part.program in RINGING_PROGRAMS
    if not rings:
        last_s = duration_s - min(MAX_TAIL_S, max(MIN_TAIL_S, TAIL_SHARE * written_s))

    def ended(note: PlayedNote) -> PlayedNote:
        release_s = note.onset_s + note.duration_s
        if rings and not part.percussion and release_s >= written_s - LAST_S:
            release_s = last_s
        # A short note near the end keeps at least half its length.
        release_s = max(min(release_s, last_s), note.onset_s + note.duration_s / 2)
        return replace(note, duration_s=max(MIN_NOTE_S, min(release_s, duration_s) - note.onset_s))

    return replace(part, notes=tuple(ended(note) for note in part.notes))


def _played_part(part: Part, *, seconds_per_tick: float) -> PlayedPart:
    """Shift and convert the notes of one part."""
    notes = [_played_note(note, seconds_per_tick=seconds_per_tick) for note in part.notes]
    notes.sort(key=lambda note: (note.onset_s, note.midi_pitch))
    return PlayedPart(
        name=part.name,
        role=part.role,
        program=part.program,
        percussion=part.percussion,
        pan=part.pan,
        gain_db=part.gain_db,
        notes=tuple(notes),
    )


def _played_note(note: Note, *, seconds_per_tick: float) -> PlayedNote:
    """Shift, lengthen and convert one note."""
    start_ticks = max(0, note.start_ticks + note.onset_shift_ticks)
    end_ticks = note.end_ticks + note.ring_ticks + min(0, note.onset_shift_ticks)
    return PlayedNote(
        onset_s=start_ticks * seconds_per_tick,
        duration_s=max(MIN_NOTE_S, (end_ticks - start_ticks) * seconds_per_tick),
        midi_pitch=note.midi_pitch,
        velocity=note.velocity,
    )
