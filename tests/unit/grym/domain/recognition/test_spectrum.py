"""The spectrum that both kinds of evidence share."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from grym.domain.recognition.spectrum import BIN_HZ, FRAME_RATE_HZ, RATE_HZ, resampled, spectrum_of
from grym.domain.signal import Signal
from tests.unit.grym.domain.recognition.sounds import noisy, signal, tune


def test_a_sine_stands_out_in_its_bin() -> None:
    """A sine of 100 bins in noise is the greatest excess of every frame away from the ends."""
    time = np.arange(44_100 * 2) / 44_100
    sine = (0.3 * np.sin(2 * np.pi * 100 * BIN_HZ * time)).astype(np.float32)
    noise = np.random.default_rng(0).normal(scale=0.1, size=len(sine)).astype(np.float32)
    spectrum = spectrum_of(Signal(samples=(sine + noise)[None], sample_rate_hz=44_100))
    assert (spectrum.excess_db[4:-4].argmax(axis=1) == 100).all()
    assert spectrum.frames == 1 + int(2 * FRAME_RATE_HZ)


def test_silence_exceeds_nothing() -> None:
    """Silence, and dither below 16 bits, have no level above any floor."""
    silence = np.zeros((1, 22_050), dtype=np.float32)
    dither = np.random.default_rng(0).normal(scale=1e-7, size=(1, 22_050)).astype(np.float32)
    for samples in (silence, dither):
        assert not spectrum_of(Signal(samples=samples, sample_rate_hz=22_050)).excess_db.any()


@given(st.floats(min_value=-40.0, max_value=0.0), st.integers(min_value=0, max_value=5))
@settings(max_examples=10, deadline=None)
def test_gain_changes_nothing(gain_db: float, seed: int) -> None:
    """A quieter recording has the same levels above its own floor."""
    sound = tune(seed, seconds=2.0)
    quieter = sound * np.float32(10.0 ** (gain_db / 20.0))
    np.testing.assert_allclose(spectrum_of(signal(quieter)).excess_db, spectrum_of(signal(sound)).excess_db, atol=0.05)


def test_the_colour_of_noise_is_taken_out() -> None:
    """Noise that falls by 20 dB over the spectrum exceeds its floor as much below as above."""
    noise = np.fft.rfft(np.random.default_rng(1).normal(size=RATE_HZ * 8))
    coloured = np.fft.irfft(noise * np.geomspace(1.0, 0.1, len(noise))).astype(np.float32)
    excess = spectrum_of(Signal(samples=coloured[None] / 10.0, sample_rate_hz=RATE_HZ)).excess_db
    np.testing.assert_allclose(excess[:, 50:450].mean(), excess[:, 550:950].mean(), rtol=0.05)


def test_every_rate_comes_to_the_same() -> None:
    """A sound has as many samples after resampling as its duration says, and the same frames, whatever its rate."""
    for rate_hz in (8_000, 11_025, 22_050, 44_100, 48_000, 96_000):
        sound = Signal(samples=np.ones((2, rate_hz), dtype=np.float32) * 0.1, sample_rate_hz=rate_hz)
        assert abs(len(resampled(sound)) - RATE_HZ) <= 1


def test_noise_leaves_the_tune_in_front() -> None:
    """At 0 dB the bins that stood out most without noise still stand out."""
    sound = tune(3, seconds=3.0)
    clean = spectrum_of(signal(sound)).excess_db
    loud = spectrum_of(signal(noisy(sound, 0.0))).excess_db
    strongest = clean > np.quantile(clean, 0.999)
    assert np.median(loud[strongest]) > np.quantile(loud, 0.97)
