"""How bright every instrument sounds: a scale over the middle of its range, played by both renderers."""

import numpy as np

from benchmarks.styles.pieces import BACKENDS, rendered
from grym.domain.analysis import analyse
from grym.domain.composing.instruments import VOICES, Voice
from grym.domain.composing.score import (
    TICKS_PER_QUARTER,
    Metre,
    Note,
    Part,
    Score,
    SectionSpan,
    Tonality,
)

_NOTES = 8
_TEMPO_BPM = 120.0


def brightness_hz() -> dict[str, float]:
    """Return the spectral centroid of every pitched instrument, in Hz: the geometric mean of both renderers."""
    return {name: round(_centroid_hz(voice)) for name, voice in VOICES.items() if not voice.percussion}


def _centroid_hz(voice: Voice) -> float:
    heard = [analyse(rendered(_scale(voice), backend=backend, seed=1)) for backend in BACKENDS]
    return float(np.exp(np.mean([np.log(one.features["centroid_hz"]["mean"]) for one in heard])))


def _scale(voice: Voice) -> Score:
    """Return a rising scale in the middle half of a range."""
    low, high = (3 * voice.low + voice.high) / 4, (voice.low + 3 * voice.high) / 4
    pitches = [round(low + (high - low) * at / (_NOTES - 1)) for at in range(_NOTES)]
    notes = tuple(
        Note(start_ticks=at * TICKS_PER_QUARTER, duration_ticks=TICKS_PER_QUARTER, midi_pitch=pitch, velocity=80)
        for at, pitch in enumerate(pitches)
    )
    length = (_NOTES + 1) * TICKS_PER_QUARTER
    return Score(
        title="",
        tempo_bpm=_TEMPO_BPM,
        metre=Metre(beats=3, unit=4),
        tonality=Tonality(tonic=0, mode="major"),
        parts=(Part(name=voice.name, role="melody", program=voice.program, notes=notes),),
        chords=(),
        sections=(SectionSpan(name="A", start_ticks=0, duration_ticks=length),),
        length_ticks=length,
    )
