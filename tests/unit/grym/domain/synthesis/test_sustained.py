"""Sounds that last."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from grym.domain.synthesis.sustained import Sustained
from grym.domain.synthesis.voice import Touch

RATE_HZ = 44_100
PLAIN = Sustained(cutoff_hz=8_000.0, sweep_octaves=0.0)


def touch(*, frequency_hz: float = 220.0, force: float = 0.6, held_s: float = 1.0) -> Touch:
    """Return a touch of one second at A3."""
    return Touch(frequency_hz=frequency_hz, force=force, held_s=held_s, sample_rate_hz=RATE_HZ)


def play(voice: Sustained, at: Touch) -> np.ndarray:
    """Play one note with a fixed seed."""
    return np.asarray(voice.play(at, rng=np.random.default_rng(1)))


def test_a_saw_has_all_harmonics_and_a_square_only_odd_ones() -> None:
    """The second harmonic is strong in a saw and missing in a square."""
    at = touch(frequency_hz=441.0)
    open_filter = replace(PLAIN, cutoff_hz=20_000.0)
    for voice, expected in ((open_filter, 0.5), (replace(open_filter, source="square"), 0.0)):
        samples = play(voice, at)[0, 20_000:30_000]
        spectrum = np.abs(np.fft.rfft(samples * np.hanning(10_000)))
        first, second = spectrum[95:105].max(), spectrum[195:205].max()
        assert second / first == pytest.approx(expected, abs=0.05)


def test_the_filter_envelope_closes() -> None:
    """With a falling filter the end of a note is duller than its start."""
    voice = replace(PLAIN, cutoff_hz=400.0, sweep_octaves=3.0)
    samples = play(voice, touch(held_s=2.0))[0]
    highs = np.abs(np.diff(samples, n=2))
    start, end = highs[2_000:10_000].mean(), highs[60_000:80_000].mean()
    assert end < 0.5 * start


def test_an_ensemble_is_wide_but_keeps_its_centre() -> None:
    """Detuned copies make left and right differ without cancelling in mono."""
    left, right = play(replace(PLAIN, detune_cents=(-9.0, 1.0, 8.0), stereo=True), touch(held_s=3.0))
    correlation = float(np.corrcoef(left, right)[0, 1])
    assert -0.5 < correlation < 0.95
    assert np.square(left + right).mean() > 0.5 * (np.square(left).mean() + np.square(right).mean())


def test_vibrato_moves_the_pitch_after_its_delay(pitch_hz: Callable[..., float]) -> None:
    """Early in the note the pitch is steady, later it swings by about the depth."""
    voice = replace(PLAIN, source="drawbars", drawbars=((1.0, 1.0),), vibrato_cents=50.0, vibrato_delay_s=0.5)
    samples = play(voice, touch(frequency_hz=880.0, held_s=3.0))[0]
    window = 1_764
    course = [
        1200 * np.log2(pitch_hz(samples[at : at + window], sample_rate_hz=RATE_HZ, low_hz=300.0) / 880.0)
        for at in range(2_000, 120_000, window // 2)
    ]
    early, late = course[:18], course[60:]
    assert max(abs(cents) for cents in early) < 4.0
    assert 35.0 < max(late) < 60.0
    assert -60.0 < min(late) < -35.0


def test_breath_adds_noise_between_the_harmonics() -> None:
    """With breath the gaps between harmonics fill up."""
    at = touch(frequency_hz=1_000.0)
    dry, breathy = (play(replace(PLAIN, breath=amount), at)[0, 10_000:40_000] for amount in (0.0, 0.2))
    gap = slice(int(1_400 * 30_000 / RATE_HZ), int(1_600 * 30_000 / RATE_HZ))
    dry_gap, breathy_gap = (np.abs(np.fft.rfft(samples * np.hanning(30_000)))[gap].mean() for samples in (dry, breathy))
    assert breathy_gap > 10.0 * dry_gap


def test_one_seed_gives_one_sound() -> None:
    """Equal seeds give equal samples, different seeds different phases."""
    voice = replace(PLAIN, detune_cents=(-5.0, 5.0))
    first, again = (voice.play(touch(), rng=np.random.default_rng(3)) for _ in range(2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, voice.play(touch(), rng=np.random.default_rng(4)))
