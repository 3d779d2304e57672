"""Frequency modulation."""

from collections.abc import Callable

import numpy as np
import pytest

from grym.domain.synthesis.fm import FrequencyModulated, Operator
from grym.domain.synthesis.voice import Touch

RATE_HZ = 44_100


def play(voice: FrequencyModulated, *, frequency_hz: float, force: float = 0.8) -> np.ndarray:
    """Play one second."""
    touch = Touch(frequency_hz=frequency_hz, force=force, held_s=1.0, sample_rate_hz=RATE_HZ)
    return np.asarray(voice.play(touch, rng=np.random.default_rng(0)))


def test_without_index_it_is_a_sine_at_the_pitch(pitch_hz: Callable[..., float]) -> None:
    """A carrier that nothing modulates lies at its pitch."""
    voice = FrequencyModulated(operators=(Operator(index=0.0),))
    samples = play(voice, frequency_hz=440.0)[0]
    assert pitch_hz(samples, sample_rate_hz=RATE_HZ) == pytest.approx(440.0, rel=1e-4)


def test_side_bands_lie_a_modulator_away() -> None:
    """With carrier 1 and modulator 3 the side bands are at four and at two times the pitch."""
    voice = FrequencyModulated(operators=(Operator(modulator_ratio=3.0, index=1.0, index_fade_s=50.0, ring_s=50.0),))
    spectrum = np.abs(np.fft.rfft(play(voice, frequency_hz=441.0, force=1.0)[0, :44_100] * np.hanning(44_100)))
    # Bessel functions of the index: J1(1) / J0(1) = 0.4401 / 0.7652.
    assert spectrum[4 * 441] / spectrum[441] == pytest.approx(0.575, rel=0.05)
    assert spectrum[2 * 441] / spectrum[441] == pytest.approx(0.575, rel=0.05)


def test_high_notes_do_not_alias() -> None:
    """A bright patch played very high has nothing below its pitch but the fall of its onset."""
    voice = FrequencyModulated(operators=(Operator(modulator_ratio=14.0, index=8.0, index_fade_s=5.0),))
    samples = play(voice, frequency_hz=4_186.0, force=1.0)[0, 5_000:35_000]
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(30_000)))
    assert spectrum[: int(3_000 * 30_000 / RATE_HZ)].max() < 1e-3 * spectrum.max(initial=1.0)


def test_tremolo_sways_between_the_sides() -> None:
    """What one side gains the other loses."""
    voice = FrequencyModulated(operators=(Operator(),), tremolo=0.5)
    left, right = np.abs(play(voice, frequency_hz=440.0))
    difference = np.convolve(left - right, np.ones(2_000) / 2_000, mode="valid")
    assert difference.max() > 0.05
    assert difference.min() < -0.05
