"""Voices for all 128 programs."""

from collections.abc import Callable

import numpy as np
import pytest

from grym.domain.synthesis.patches import FAMILIES, PROGRAMS, voice_of
from grym.domain.synthesis.voice import Touch, levelled

RATE_HZ = 22_050
VOICES = list({id(voice): voice for voice in (*FAMILIES, *PROGRAMS.values())}.values())


def test_every_program_has_a_voice() -> None:
    """There are sixteen families and no program without one."""
    assert len(FAMILIES) == 16
    assert all(voice_of(program) is not None for program in range(128))


@pytest.mark.parametrize("index", range(len(VOICES)))
def test_every_voice_plays_loud_enough_and_cleanly(index: int) -> None:
    """Each voice gives a finite sound without direct current or a click at its onset, low, middle and high."""
    voice = VOICES[index]
    for frequency_hz in (65.4, 440.0, 2_093.0):
        touch = Touch(frequency_hz=frequency_hz, force=0.7, held_s=0.5, sample_rate_hz=RATE_HZ)
        samples = levelled(
            voice.play(touch, rng=np.random.default_rng(2)), frequency_hz=frequency_hz, sample_rate_hz=RATE_HZ
        )
        peak = float(np.abs(samples).max())
        assert np.isfinite(samples).all()
        assert 0.05 < peak < 1.0
        assert float(np.abs(samples[:, 0]).max()) < 0.02 * peak
        assert abs(float(samples.mean())) < 0.05 * peak


@pytest.mark.parametrize("program", [0, 4, 11, 16, 24, 33, 40, 48, 56, 65, 68, 71, 73, 81, 89])
def test_voices_sound_at_the_written_octave(program: int, pitch_hz: Callable[..., float]) -> None:
    """The harmonics of A3 are multiples of 220 Hz: the strongest partial is one of them."""
    touch = Touch(frequency_hz=220.0, force=0.6, held_s=1.0, sample_rate_hz=44_100)
    samples = np.asarray(voice_of(program).play(touch, rng=np.random.default_rng(2))[0])
    ratio = pitch_hz(samples, sample_rate_hz=44_100, low_hz=100.0) / 220.0
    assert round(ratio * 2) / 2 >= 0.5
    assert ratio * 2 == pytest.approx(round(ratio * 2), abs=0.03)
