"""Heard notes as a standard MIDI file that a notation program can open.

With beats, every beat is a quarter, bars begin at downbeats, and a tempo map keeps each note at the time it was heard;
silence of less than a bar and a beat comes before the sound, so that it begins on a bar line. Without beats the
file runs at 120 BPM, which says nothing about the music.
"""

import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import mido
import numpy as np

from grym.domain.composing.midi import part_track
from grym.domain.composing.score import TICKS_PER_QUARTER, Part
from grym.domain.composing.score import Note as WrittenNote
from grym.errors import InvalidAudioError

FREE_BPM = 120.0
SHORTEST_BEAT_S = 0.05
"""Beats closer than 1200 BPM are taken for one: they are no beats."""

TEMPO_SLACK_S = 0.01
"""A new tempo is written where none before could have kept the beats within 10 ms, the precision of beat trackers."""

LONGEST_BEAT_US = 0xFFFFFF
"""What three bytes hold: 16.8 s."""


class Heard(Protocol):
    """What a note must have to be written: times in seconds, MIDI pitch and velocity."""

    @property
    def start_s(self) -> float:
        """When it begins."""

    @property
    def end_s(self) -> float:
        """When it ends."""

    @property
    def pitch(self) -> int:
        """MIDI pitch, 0 to 127."""

    @property
    def velocity(self) -> int:
        """1 to 127."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BeatGrid:
    """Where the beats of a sound are.

    Parameters
    ----------
    beats_s
        Ascending times.
    beats_per_bar
        1 to 16; 0 where bars are not known.
    first_downbeat
        Which of the beats is the first of a bar, 0 for the first beat.
    """

    beats_s: tuple[float, ...]
    beats_per_bar: int = 4
    first_downbeat: int = 0


def notes_to_midi(
    notes: Iterable[Heard], *, beats: BeatGrid | None = None, divisions: int | None = None, program: int = 0
) -> bytes:
    """Write heard notes as a standard MIDI file.

    Parameters
    ----------
    notes
        In any order.
    beats
        The pulse to count by; None for seconds alone.
    divisions
        Parts of a beat to which starts and ends are rounded: 4 for sixteenths; None to keep them as heard.
    program
        General MIDI instrument, 0 to 127.

    Raises
    ------
    InvalidAudioError
        ``midi.divisions``: not between 1 and 48 parts of a beat.
    """
    if divisions is not None and not 1 <= divisions <= TICKS_PER_QUARTER // 10:
        raise InvalidAudioError(
            f"a beat cannot be divided into {divisions} parts",
            code="midi.divisions",
            hint="Give 1 to 48; 4 are sixteenths, 12 hold triplets too.",
        )
    times_s, ticks = _timeline(beats)
    step = 1 if divisions is None else TICKS_PER_QUARTER // divisions
    written = [_written(note, times_s, ticks, step) for note in notes]
    written.sort(key=lambda note: (note.start_ticks, note.midi_pitch))
    part = Part(name="Transcription", role="melody", program=program, notes=tuple(written))
    file = mido.MidiFile(type=1, ticks_per_beat=TICKS_PER_QUARTER)
    length = max((note.end_ticks for note in written), default=0)
    file.tracks.append(_conductor(times_s, ticks, beats))
    file.tracks.append(part_track(part, 0, length))
    buffer = io.BytesIO()
    file.save(file=buffer)
    return buffer.getvalue()


def _timeline(beats: BeatGrid | None) -> tuple[np.ndarray, np.ndarray]:
    """Return times in seconds and their ticks; between them and beyond time runs evenly.

    The first point is the bar line before the sound, at tick 0.
    """
    found = _apart(beats.beats_s) if beats is not None else []
    if beats is None or len(found) < 2:  # noqa: PLR2004 (a beat needs a length)
        return np.array([0.0, 60.0 / FREE_BPM]), np.array([0, TICKS_PER_QUARTER])
    first_beat_s = found[1] - found[0]
    lead = int(np.ceil(max(0.0, found[0]) / first_beat_s - 1e-6))
    lead += (-lead - beats.first_downbeat) % max(1, beats.beats_per_bar)
    times = np.array([found[0] - first_beat_s * count for count in range(lead, 0, -1)] + found)
    return times, np.arange(len(times)) * TICKS_PER_QUARTER


def _apart(beats_s: tuple[float, ...]) -> list[float]:
    """Keep the first of beats that are closer than 50 ms."""
    kept: list[float] = []
    for beat_s in beats_s:
        if not kept or beat_s - kept[-1] >= SHORTEST_BEAT_S:
            kept.append(float(beat_s))
    return kept


def _tick(time_s: float, times_s: np.ndarray, ticks: np.ndarray, step: int) -> int:
    """Return the tick of a time, a multiple of `step`; the last beat's length holds for what follows."""
    index = int(np.clip(np.searchsorted(times_s, time_s, side="right") - 1, 0, len(times_s) - 2))
    share = (time_s - times_s[index]) / (times_s[index + 1] - times_s[index])
    exact = ticks[index] + share * (ticks[index + 1] - ticks[index])
    return max(0, round(float(exact) / step) * step)


def _written(note: Heard, times_s: np.ndarray, ticks: np.ndarray, step: int) -> WrittenNote:
    """Return a heard note in ticks, at least one step long."""
    start, end = (_tick(time_s, times_s, ticks, step) for time_s in (note.start_s, note.end_s))
    return WrittenNote(
        start_ticks=start, duration_ticks=max(step, end - start), midi_pitch=note.pitch, velocity=note.velocity
    )


def _conductor(times_s: np.ndarray, ticks: np.ndarray, beats: BeatGrid | None) -> mido.MidiTrack:
    """Write the metre if bars are known, and a tempo wherever the one before would not keep the time."""
    track = mido.MidiTrack()
    if beats is not None and beats.beats_per_bar > 0:
        track.append(mido.MetaMessage("time_signature", numerator=beats.beats_per_bar, denominator=4))
    first, at, played_s = 0, 0, float(times_s[0])
    while first < len(times_s) - 1:
        after, beat_us = _steady_stretch(times_s, first, played_s)
        tick = int(ticks[first])
        track.append(mido.MetaMessage("set_tempo", tempo=beat_us, time=tick - at))
        played_s += (after - first) * beat_us * 1e-6
        first, at = after, tick
    track.append(mido.MetaMessage("end_of_track", time=0))
    return track


def _steady_stretch(times_s: np.ndarray, first: int, start_s: float) -> tuple[int, int]:
    """Return how far one tempo keeps every beat from `first` on within 10 ms, and the length of its beat in µs."""
    shortest, longest, after = 0.0, float("inf"), first
    while after + 1 < len(times_s):
        count = after + 1 - first
        elapsed_s = float(times_s[after + 1]) - start_s
        least, most = ((elapsed_s + slack_s) / count for slack_s in (-TEMPO_SLACK_S, TEMPO_SLACK_S))
        if max(shortest, least) > min(longest, most):
            break
        shortest, longest, after = max(shortest, least), min(longest, most), after + 1
    return after, min(LONGEST_BEAT_US, max(1, round((shortest + longest) / 2.0 * 1e6)))
