"""How a score is played in seconds: the common ground of every renderer.

A note starts `onset_shift_ticks` off its written start and ends `ring_ticks` off its written end, exactly as in the
MIDI file of the score; where it starts early it also ends early. A rendering ends a short release tail after the last
note, so that renderers of one score agree on the length in samples.
"""

from dataclasses import dataclass

from grym.domain.composing.score import TICKS_PER_QUARTER, Note, Part, Role, Score

MIN_TAIL_S = 0.8
"""Even a short piece lets its last chord ring; below this a release sounds cut off."""

MAX_TAIL_S = 2.5
"""What a listener accepts as silence growing after the end."""

TAIL_SHARE = 0.045
"""Tail as a share of the piece: a rendering stays within 5 % of the written length where the score fits it exactly."""

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
    last_release_s = max((note.onset_s + note.duration_s for part in parts for note in part.notes), default=0.0)
    tail_s = min(MAX_TAIL_S, max(MIN_TAIL_S, TAIL_SHARE * score.duration_s))
    return Performance(parts=parts, duration_s=max(score.duration_s, last_release_s + tail_s))


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
