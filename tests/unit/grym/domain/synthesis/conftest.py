"""Small scores and measurements whose answers are known by hand."""

from collections.abc import Callable

import numpy as np
import pytest

from grym.domain.composing.score import TICKS_PER_QUARTER, Metre, Note, Part, Score, Tonality


def make_score(*parts: Part, tempo_bpm: float = 120.0, bars: int = 2) -> Score:
    """Return a score in C major, 4/4, with the given parts; a bar lasts 2 s at 120 bpm."""
    return Score(
        title="exercise",
        tempo_bpm=tempo_bpm,
        metre=Metre(beats=4, unit=4),
        tonality=Tonality(tonic=0, mode="major"),
        parts=parts,
        chords=(),
        sections=(),
        length_ticks=bars * 4 * TICKS_PER_QUARTER,
    )


def make_part(*notes: Note, program: int = 0, percussion: bool = False, pan: float = 0.0, gain_db: float = 0.0) -> Part:
    """Return a part that plays `notes`."""
    return Part(
        name="part", role="melody", program=program, notes=notes, percussion=percussion, pan=pan, gain_db=gain_db
    )


def make_note(*, beat: float = 0.0, beats: float = 1.0, midi_pitch: int = 60, velocity: int = 90) -> Note:
    """Return a note at a beat, a quarter note long."""
    return Note(
        start_ticks=round(beat * TICKS_PER_QUARTER),
        duration_ticks=round(beats * TICKS_PER_QUARTER),
        midi_pitch=midi_pitch,
        velocity=velocity,
    )


def strongest_hz(samples: np.ndarray, *, sample_rate_hz: int, low_hz: float = 20.0) -> float:
    """Return the frequency of the highest spectral peak above `low_hz`, by parabolic interpolation."""
    windowed = samples * np.hanning(samples.shape[0])
    spectrum = np.abs(np.fft.rfft(windowed, 4 * samples.shape[0]))
    step_hz = sample_rate_hz / (4 * samples.shape[0])
    first = int(low_hz / step_hz)
    peak = first + int(np.argmax(spectrum[first:-1]))
    left, centre, right = np.log(spectrum[peak - 1 : peak + 2] + 1e-12)
    return float((peak + 0.5 * (left - right) / (left - 2 * centre + right)) * step_hz)


@pytest.fixture
def score_of() -> Callable[..., Score]:
    """Return `make_score`."""
    return make_score


@pytest.fixture
def part_of() -> Callable[..., Part]:
    """Return `make_part`."""
    return make_part


@pytest.fixture
def note_at() -> Callable[..., Note]:
    """Return `make_note`."""
    return make_note


@pytest.fixture
def pitch_hz() -> Callable[..., float]:
    """Return `strongest_hz`."""
    return strongest_hz
