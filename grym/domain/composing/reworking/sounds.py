"""Reading a sound as a score: the notes that were written down from it, laid on the beats that were heard.

The tempo is levelled: beats that come early or late are as long as all others. How sure tempo, metre, key and notes
are is kept, and it goes into the result; a transcription is never taken for the score of a piece.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from grym.domain.composing.plan import MAX_TEMPO_BPM, MIN_TEMPO_BPM
from grym.domain.composing.reworking.bounds import require_counts
from grym.domain.composing.reworking.midi_reading import whole_bars
from grym.domain.composing.reworking.source import MOST_NOTES, Read
from grym.domain.composing.score import TICKS_PER_QUARTER, Metre, Note, Part, Tonality
from grym.domain.findings import Analysis
from grym.domain.pitch.values import Note as Heard
from grym.domain.rhythm.pulse import COMPOUND

_USUAL_TEMPO_BPM = 100.0
_GRID_TICKS = 120
_LEAST_SURE = 0.25
_BASS_BELOW = 52
_TOGETHER_S = 0.04


def read_sound(found: Analysis) -> tuple[Read, dict[str, float]]:
    """Return a sound as a score, and how sure each thing is.

    Parameters
    ----------
    found
        A full analysis.

    Raises
    ------
    ContractError
        ``score.empty`` where no notes were heard.
    """
    heard = [
        note for note in (found.transcription.notes if found.transcription else ()) if note.confidence >= _LEAST_SURE
    ]
    heard = sorted(heard, key=lambda note: -note.confidence)[:MOST_NOTES]
    require_counts(notes=len(heard), parts=1)
    quarter_bpm, metre = _time(found)
    ticks_at = _ruler(found, quarter_bpm, metre)
    parts = _parts(sorted(heard, key=lambda note: (note.start_s, note.pitch)), ticks_at)
    end = max(note.end_ticks for part in parts for note in part.notes)
    sure = {
        "tempo": round(found.tempo_confidence, 2),
        "metre": round(min(found.tempo_confidence, 0.8) if found.metre else 0.0, 2),
        "key": round(found.key.confidence, 2) if found.key else 0.0,
        "notes": round(float(np.mean([note.confidence for note in heard])), 2),
    }
    warnings = [] if found.tempo_bpm else [f"No steady pulse was heard; counted at {quarter_bpm:g} BPM."]
    read = Read(
        made_of="sound",
        title="",
        tempo_bpm=quarter_bpm,
        metre=metre,
        tonality=None if found.key is None else Tonality(tonic=found.key.tonic, mode=found.key.mode),
        parts=parts,
        length_ticks=whole_bars(end, metre),
        stated=frozenset({"tempo"}) if found.tempo_bpm else frozenset(),
        warnings=tuple(warnings),
    )
    return read, sure


def _time(found: Analysis) -> tuple[float, Metre]:
    """Return quarter notes a minute and the metre, as heard."""
    tempo = found.tempo_bpm or _USUAL_TEMPO_BPM
    if found.metre is None:
        return _playable(tempo), Metre(beats=4, unit=4)
    if found.metre.division == COMPOUND:
        return _playable(tempo * 1.5), Metre(beats=found.metre.beats * COMPOUND, unit=8)
    return _playable(tempo), Metre(beats=found.metre.beats, unit=4)


def _playable(tempo_bpm: float) -> float:
    """Return a tempo that can be planned, half or double where needed."""
    while tempo_bpm > MAX_TEMPO_BPM:
        tempo_bpm /= 2
    while tempo_bpm < MIN_TEMPO_BPM:
        tempo_bpm *= 2
    return round(tempo_bpm, 2)


class _Ruler:
    """Turns seconds into ticks: beat by beat where beats were heard, else by a steady tempo."""

    def __init__(self, beats_s: np.ndarray, ticks: np.ndarray, ticks_a_second: float) -> None:
        self._beats_s, self._ticks, self._rate = beats_s, ticks, ticks_a_second

    def __call__(self, at_s: float) -> float:
        if len(self._beats_s) < 2:
            return at_s * self._rate
        if at_s < self._beats_s[0]:
            return float(self._ticks[0] - (self._beats_s[0] - at_s) * self._rate)
        if at_s > self._beats_s[-1]:
            return float(self._ticks[-1] + (at_s - self._beats_s[-1]) * self._rate)
        return float(np.interp(at_s, self._beats_s, self._ticks))


def _ruler(found: Analysis, quarter_bpm: float, metre: Metre) -> _Ruler:
    """Lay the beats so that a bar begins at the first downbeat, and what comes before it fills bars of its own."""
    rate = quarter_bpm / 60.0 * TICKS_PER_QUARTER
    beats = np.asarray(found.beats_s, dtype=np.float64)
    if len(beats) < 2:
        return _Ruler(beats, beats, rate)
    beat_ticks = metre.bar_ticks / found.metre.beats if found.metre else float(TICKS_PER_QUARTER)
    first = found.downbeats_s[0] if len(found.downbeats_s) else beats[0]
    ticks = (np.arange(len(beats)) - int(np.argmin(np.abs(beats - first)))) * beat_ticks
    begins = ticks[0] - beats[0] * rate
    return _Ruler(beats, ticks + np.ceil(-begins / metre.bar_ticks) * metre.bar_ticks * (begins < 0), rate)


def _parts(heard: Sequence[Heard], ticks_at: _Ruler) -> tuple[Part, ...]:
    """Divide what was heard among a melody, a bass and what lies between."""
    lines: Mapping[str, list[Note]] = {"melody": [], "chords": [], "bass": []}
    starts = np.array([note.start_s for note in heard])
    for note in heard:
        first = int(np.searchsorted(starts, note.start_s - _TOGETHER_S))
        last = int(np.searchsorted(starts, note.start_s + _TOGETHER_S))
        together = [other.pitch for other in heard[first:last]]
        # Low notes alone may be a melody of a low voice; only under others they are the bass.
        low = note.pitch == min(together) and note.pitch < _BASS_BELOW and len(heard) > 1
        top = note.pitch == max(together) and not low
        lines["bass" if low else "melody" if top else "chords"].append(_placed(note, ticks_at))
    if not lines["melody"]:
        lines = {"melody": [*lines["bass"], *lines["chords"]], "chords": [], "bass": []}
    programs = {"melody": 0, "chords": 0, "bass": 32}
    return tuple(
        Part(name=name, role=name, program=programs[name], notes=tuple(sorted(set_of(notes), key=_order)))  # type: ignore[arg-type]  # the names above are roles
        for name, notes in lines.items()
        if notes
    )


def set_of(notes: Sequence[Note]) -> list[Note]:
    """Return the longest of notes that begin together on one pitch."""
    found: dict[tuple[int, int], Note] = {}
    for note in notes:
        key = (note.start_ticks, note.midi_pitch)
        if key not in found or found[key].duration_ticks < note.duration_ticks:
            found[key] = note
    return list(found.values())


def _order(note: Note) -> tuple[int, int]:
    return note.start_ticks, note.midi_pitch


def _placed(note: Heard, ticks_at: _Ruler) -> Note:
    """Lay a note on the grid of sixteenths."""
    start = max(0, round(ticks_at(note.start_s) / _GRID_TICKS) * _GRID_TICKS)
    end = round(ticks_at(note.end_s) / _GRID_TICKS) * _GRID_TICKS
    return Note(
        start_ticks=start,
        duration_ticks=max(_GRID_TICKS, end - start),
        midi_pitch=note.pitch,
        velocity=note.velocity,
    )
