"""grym itself: its analysis of whole sounds."""

from pathlib import Path

from benchmarks.hearing.answers import Answer, FloatArray
from benchmarks.hearing.contestants.base import code_digest
from grym.domain.analysis import Analysis, analyse
from grym.domain.pitch.transcription import transcribe
from grym.domain.pitch.values import Transcription
from grym.domain.signal import Signal


class Grym:
    """What `grym.domain` hears."""

    name = "grym"

    @property
    def digest(self) -> str:
        """The code of the domain and of this file."""
        return code_digest(Path(__file__))

    def group(self, task: str) -> str | None:
        """Return ``analysis`` for all but notes, which are listened for only where everything is asked."""
        return "notes" if task == "notes" else "analysis"

    def answer(self, samples: FloatArray, rate_hz: int, group: str) -> Answer:
        """Analyse the sound."""
        signal = Signal(samples=samples[None], sample_rate_hz=rate_hz)
        return notes_of(transcribe(signal)) if group == "notes" else answer_of(analyse(signal))


def answer_of(heard: Analysis) -> Answer:
    """Return an analysis as an answer."""
    key = heard.key
    return Answer(
        tempo_bpm=heard.tempo_bpm or 0.0,
        beats_s=[float(at_s) for at_s in heard.beats_s],
        downbeats_s=[float(at_s) for at_s in heard.downbeats_s],
        onsets_s=[float(at_s) for at_s in heard.onsets_s],
        key=f"{key.tonic_name} {key.mode}" if key else "",
        keys=[(s.start_s, s.end_s, f"{s.key.tonic_name} {s.key.mode}") for s in heard.keys] or None,
        chords=[(s.start_s, s.end_s, s.label) for s in heard.chords] or None,
        sections=[(s.start_s, s.end_s, s.label) for s in heard.sections],
    )


def notes_of(heard: Transcription) -> Answer:
    """Return a transcription as an answer."""
    melody = heard.melody
    return Answer(
        notes=[(note.start_s, note.end_s, float(note.pitch)) for note in heard.notes],
        f0_times_s=[float(at_s) for at_s in melody.times_s],
        f0_hz=[float(f0_hz) for f0_hz in melody.f0_hz],
    )
