"""Hum: found where it is, at either mains and off by some tenths of a hertz; bass notes are none."""

import numpy as np
import pytest

from grym.domain.quality.hum import hum_db
from grym.domain.quality.profiles import RECORDING
from grym.domain.signal import FloatArray
from tests.unit.grym.domain.laboratory import RATE_HZ, Laboratory

SECONDS = 12.0
MOST_DB = RECORDING.bounds["signal.hum"].most or 0.0


@pytest.fixture(scope="module")
def sound(lab: Laboratory) -> FloatArray:
    """Twelve seconds of notes and chords over a little noise."""
    times = list(np.arange(0.0, SECONDS - 1.0, 0.5))
    chords = [[36 + index * 7 % 12, 60 + index * 5 % 12, 64 + index * 3 % 12] for index in range(len(times))]
    played = lab.play(chords, times, seconds_each=0.9)[: round(SECONDS * RATE_HZ)]
    return played + lab.noise(seconds=SECONDS, amplitude=0.001)[: len(played)]


def mains(hz: float, samples: int, *, amplitude: float) -> FloatArray:
    """A fundamental and odd and even multiples of falling strength."""
    time = np.arange(samples) / RATE_HZ
    return np.asarray(
        amplitude * sum(np.sin(2.0 * np.pi * hz * n * time + n) / n for n in (1, 2, 3, 5, 7)), dtype=np.float32
    )


@pytest.mark.parametrize("hz", [50.0, 60.0, 49.85, 60.12])
def test_hum_is_found(lab: Laboratory, sound: FloatArray, hz: float) -> None:
    """Each line some sixteen decibels below the music, and less."""
    level = float(np.sqrt(np.mean(np.square(sound)))) * 0.15
    assert hum_db(lab.signal(sound + mains(hz, len(sound), amplitude=level))) > MOST_DB


def test_music_does_not_hum(lab: Laboratory, sound: FloatArray) -> None:
    """Notes come and go."""
    assert hum_db(lab.signal(sound)) < MOST_DB / 2.0


@pytest.mark.parametrize("hz", [49.0, 61.74, 55.0])
def test_a_held_bass_note_is_no_hum(lab: Laboratory, sound: FloatArray, hz: float) -> None:
    """G1, B1 and A1, held throughout with their partials: they lie beside the mains."""
    held = mains(hz, len(sound), amplitude=0.05)
    assert hum_db(lab.signal(sound + held)) < MOST_DB


@pytest.mark.parametrize("beats_hz", [2.0, 2.5])
def test_a_loop_is_no_hum(lab: Laboratory, beats_hz: float) -> None:
    """What repeats exactly has lines at every multiple of its rate, and 50 and 60 Hz are among them."""
    period = lab.noise(seconds=1.0 / beats_hz, amplitude=0.2)
    loop = np.tile(period, round(SECONDS * beats_hz)).astype(np.float32)
    assert hum_db(lab.signal(loop)) < MOST_DB


def test_short_and_silent_sounds_do_not_hum(lab: Laboratory) -> None:
    """Below two seconds nothing is said."""
    assert hum_db(lab.signal(mains(50.0, RATE_HZ, amplitude=0.1))) == 0.0
    assert hum_db(lab.signal(np.zeros(10 * RATE_HZ, dtype=np.float32))) == 0.0
