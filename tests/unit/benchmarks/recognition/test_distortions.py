"""Distortions keep the length, and do what their names say."""

import numpy as np
import pytest

from benchmarks.recognition.conditions import CONDITIONS, Condition
from benchmarks.recognition.distortions import faster, mp3, noise
from benchmarks.recognition.playing import dice
from benchmarks.recognition.synth import RATE_HZ


def tone(hz: float = 440.0, seconds: float = 2.0) -> np.ndarray:
    """Return a sine at half of full scale."""
    return (0.5 * np.sin(2 * np.pi * hz * np.arange(round(seconds * RATE_HZ)) / RATE_HZ)).astype(np.float32)


@pytest.mark.parametrize("condition", CONDITIONS, ids=lambda condition: condition.name)
def test_length_and_alignment_are_kept(condition: Condition) -> None:
    """A burst stays where it was, within 30 ms, in every condition, and nothing is added to the end."""
    samples = np.zeros(2 * RATE_HZ, dtype=np.float32)
    samples[RATE_HZ : RATE_HZ + 2_000] = tone(1_000)[:2_000]
    distorted = condition.distort(samples, dice(condition.name))
    assert distorted.shape == samples.shape
    assert distorted.dtype == np.float32
    envelope = np.convolve(np.abs(distorted), np.ones(2_000), mode="valid")
    assert abs(int(envelope.argmax()) - RATE_HZ) <= 0.03 * RATE_HZ


@pytest.mark.parametrize("pink", [False, True])
@pytest.mark.parametrize("snr_db", [10.0, 0.0, -5.0])
def test_noise_is_as_loud_as_it_says(*, pink: bool, snr_db: float) -> None:
    """What is added has the stated power below the sound's own."""
    added = noise(snr_db=snr_db, pink=pink)(tone(), dice("noise")) - tone()
    assert 10 * np.log10(np.mean(tone() ** 2) / np.mean(added**2)) == pytest.approx(snr_db, abs=0.01)


def test_pink_noise_falls_by_three_decibels_an_octave() -> None:
    """An octave band holds as much as the one above it."""
    hiss = noise(snr_db=-60, pink=True)(tone(seconds=20.0), dice("pink"))
    power = np.abs(np.fft.rfft(hiss)) ** 2
    hz = np.fft.rfftfreq(len(hiss), 1 / RATE_HZ)
    octaves = [power[(hz >= low) & (hz < 2 * low)].sum() for low in (500, 1_000, 2_000, 4_000)]
    assert max(octaves) / min(octaves) == pytest.approx(1.0, abs=0.1)


def test_a_faster_sound_is_shorter_and_higher() -> None:
    """A sine of 1,000 Hz, 3 % faster, is one of 1,030 Hz and lasts 1/1.03 as long."""
    quick = faster(tone(1_000), 1.03)
    assert len(quick) == pytest.approx(2 * RATE_HZ / 1.03, abs=1)
    peak = np.abs(np.fft.rfft(quick * np.hanning(len(quick)))).argmax() * RATE_HZ / len(quick)
    assert peak == pytest.approx(1_030, abs=1)


def test_mp3_is_not_late() -> None:
    """The delay of encoder and decoder is taken out to the sample."""
    samples = (dice("hiss").standard_normal(RATE_HZ) * 0.1).astype(np.float32)
    decoded = mp3(samples, dice())
    spectrum = np.fft.rfft(decoded) * np.conj(np.fft.rfft(samples))
    lag = int(np.fft.irfft(spectrum).argmax())
    assert lag in {0, 1, RATE_HZ - 1}
