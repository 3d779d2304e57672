"""Reading a sound as a score: a sound whose notes are known by hand."""

import numpy as np
import pytest

from grym.domain.analysis import analyse
from grym.domain.composing.reworking.sounds import read_sound
from grym.domain.composing.reworking.studying import study
from grym.domain.signal import Signal
from grym.errors import ContractError

RATE = 44_100
PITCHES = (60, 64, 67, 72, 67, 64, 60, 62, 65, 69, 74, 69, 65, 62, 59, 60) * 2


def plucked(pitches: tuple[int, ...], *, beat_s: float) -> Signal:
    """Return plucked tones, one a beat."""
    length = int(beat_s * RATE)
    t = np.arange(length) / RATE
    notes = [
        sum(np.sin(2 * np.pi * 440 * 2 ** ((p - 69) / 12) * k * t) / k**1.5 for k in range(1, 6)) * np.exp(-4 * t)
        for p in pitches
    ]
    samples = 0.2 * np.concatenate(notes)
    return Signal(samples=samples[None].astype(np.float32), sample_rate_hz=RATE)


def test_tones_on_beats_become_notes_on_the_grid() -> None:
    """The tempo is heard to two percent (an octave aside), the pitches are those that sound."""
    read, sure = read_sound(analyse(plucked(PITCHES, beat_s=0.5), full=True))
    assert min(abs(read.tempo_bpm / (120 * octave) - 1) for octave in (0.5, 1.0, 2.0)) < 0.02
    notes = [n for part in read.parts for n in part.notes]
    assert all(n.start_ticks % 120 == 0 for n in notes)
    heard = {n.midi_pitch for n in notes}
    assert len(heard & set(PITCHES)) >= 0.8 * len(set(PITCHES))
    assert 0 < sure["notes"] <= 1
    assert study(read, sure=sure).facts.made_of == "sound"


def test_silence_is_refused() -> None:
    """Where no notes are heard there is nothing to rework."""
    silence = Signal(samples=np.zeros((1, RATE * 3), dtype=np.float32), sample_rate_hz=RATE)
    with pytest.raises(ContractError) as caught:
        read_sound(analyse(silence, full=True))
    assert caught.value.code == "score.empty"
