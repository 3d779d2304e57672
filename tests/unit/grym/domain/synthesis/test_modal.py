"""Struck and plucked sounds."""

from collections.abc import Callable

import numpy as np
import pytest

from grym.domain.synthesis.modal import Plucked, Struck, driven
from grym.domain.synthesis.voice import Touch

RATE_HZ = 44_100


def touch(*, frequency_hz: float = 220.0, force: float = 0.6, held_s: float = 1.0) -> Touch:
    """Return a touch of one second at A3."""
    return Touch(frequency_hz=frequency_hz, force=force, held_s=held_s, sample_rate_hz=RATE_HZ)


def play(voice: Struck | Plucked, at: Touch) -> np.ndarray:
    """Play one note with a fixed seed, mono."""
    return np.asarray(voice.play(at, rng=np.random.default_rng(1))[0])


def centroid_hz(samples: np.ndarray) -> float:
    """Return the power-weighted mean frequency."""
    power = np.abs(np.fft.rfft(samples)) ** 2
    return float((np.fft.rfftfreq(samples.shape[0], 1 / RATE_HZ) * power).sum() / power.sum())


@pytest.mark.parametrize("voice", [Struck(), Plucked()])
@pytest.mark.parametrize("frequency_hz", [55.0, 220.0, 880.0])
def test_voices_are_in_tune(voice: Struck | Plucked, frequency_hz: float) -> None:
    """The lowest partial lies within three cents of the pitch asked for."""
    samples = play(voice, touch(frequency_hz=frequency_hz))
    step = np.fft.rfftfreq(4 * samples.shape[0], 1 / RATE_HZ)
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(samples.shape[0]), 4 * samples.shape[0]))
    near = np.abs(step - frequency_hz) < 0.2 * frequency_hz
    found_hz = float(step[near][np.argmax(spectrum[near])])
    assert 1200 * abs(np.log2(found_hz / frequency_hz)) < 3.0


@pytest.mark.parametrize("voice", [Struck(), Plucked()])
def test_sounds_die_away(voice: Struck | Plucked) -> None:
    """The last quarter of a held note is far below its start."""
    samples = play(voice, touch(held_s=3.0))
    quarter = samples.shape[0] // 4
    assert np.square(samples[-quarter:]).mean() < 0.1 * np.square(samples[:quarter]).mean()


@pytest.mark.parametrize("voice", [Struck(), Plucked()])
def test_force_makes_brighter(voice: Struck | Plucked) -> None:
    """A hard touch has a higher spectral centroid than a soft one."""
    assert centroid_hz(play(voice, touch(force=0.95))) > 1.2 * centroid_hz(play(voice, touch(force=0.2)))


@pytest.mark.parametrize("voice", [Struck(), Plucked()])
def test_high_partials_die_first(voice: Struck | Plucked) -> None:
    """The second half second is duller than the first."""
    samples = play(voice, touch(force=0.9))
    half = RATE_HZ // 2
    assert centroid_hz(samples[half : 2 * half]) < centroid_hz(samples[:half])


def test_onset_does_not_click() -> None:
    """A note begins at zero and reaches a tenth of its peak no sooner than after some samples."""
    samples = play(Struck(), touch())
    assert abs(samples[0]) < 1e-3 * np.abs(samples).max()
    assert np.abs(np.diff(samples)).max() < 0.5 * np.abs(samples).max()


def test_bars_have_the_partials_of_bars(pitch_hz: Callable[..., float]) -> None:
    """Of a bar with a partial at 2.76 times the pitch that partial is found."""
    voice = Struck(ratios=(1.0, 2.76), rolloff=-1.0, strike=0.0, brightness_hz=20_000.0, knock=0.0, detune_cents=0.0)
    samples = play(voice, touch(frequency_hz=1_000.0))
    assert pitch_hz(samples, sample_rate_hz=RATE_HZ, low_hz=1_800.0) == pytest.approx(2_760.0, rel=0.001)


def test_drive_bends_without_direct_current() -> None:
    """Saturation flattens a lopsided wave, leaves no direct current, and does nothing at zero."""
    times_s = np.arange(RATE_HZ) / RATE_HZ
    wave = (np.sin(2 * np.pi * 220.0 * times_s) + 0.4 * np.cos(2 * np.pi * 440.0 * times_s)).astype(np.float32)
    assert driven(wave, drive=0.0, sample_rate_hz=RATE_HZ) is wave
    bent = driven(wave, drive=1.0, sample_rate_hz=RATE_HZ)[RATE_HZ // 2 :]
    assert abs(float(bent.mean())) < 1e-3
    crest, bent_crest = (np.abs(sound).max() / np.sqrt(np.square(sound).mean()) for sound in (wave, bent))
    assert bent_crest < 0.85 * crest
