"""Meters for blocks, against those of the whole and against pyloudnorm."""

import numpy as np
import pyloudnorm
import pytest

from grym.domain.loudness import measure_loudness, true_peak_dbtp
from grym.domain.metering import LoudnessMeter, PeakMeter, reel_loudness_lufs
from grym.domain.reels import ArrayReel
from grym.domain.signal import Signal

RATE_HZ = 44_100


@pytest.fixture(scope="module")
def music() -> np.ndarray:
    """Return seven seconds of stereo noise that swells, with a peak between two samples."""
    rng = np.random.default_rng(1)
    samples = rng.normal(scale=0.05, size=(2, 7 * RATE_HZ)) * np.linspace(0.1, 1.0, 7 * RATE_HZ)
    samples[:, 100_000:100_002] = 0.9
    return samples.astype(np.float32)


@pytest.mark.parametrize("block", [1_000, 4_410, 100_003])
def test_loudness_does_not_depend_on_the_blocks(music: np.ndarray, block: int) -> None:
    """However it is cut, the loudness is that of the whole, and pyloudnorm's."""
    meter = LoudnessMeter(RATE_HZ)
    for start in range(0, music.shape[1], block):
        meter.hear(music[:, start : start + block])
    whole = measure_loudness(Signal(samples=music, sample_rate_hz=RATE_HZ)).integrated_lufs
    assert meter.integrated_lufs() == pytest.approx(whole, abs=1e-6)
    oracle = pyloudnorm.Meter(RATE_HZ).integrated_loudness(music.T.astype(np.float64))
    assert meter.integrated_lufs() == pytest.approx(oracle, abs=0.1)


@pytest.mark.parametrize("block", [1_000, 50_000, 100_001])
def test_the_true_peak_is_found_across_blocks(music: np.ndarray, block: int) -> None:
    """A peak between the last sample of a block and the first of the next is not lost."""
    meter = PeakMeter()
    for start in range(0, music.shape[1], block):
        meter.hear(music[:, start : start + block])
    whole = true_peak_dbtp(Signal(samples=music, sample_rate_hz=RATE_HZ))
    assert 20 * np.log10(meter.peak()) == pytest.approx(whole, abs=1e-3)


def test_silence_has_no_loudness_and_no_peak() -> None:
    """Nothing is told of nothing, and progress ends at 1."""
    told: list[float] = []
    reel = ArrayReel(np.zeros((2, RATE_HZ), dtype=np.float32))
    assert reel_loudness_lufs(reel, sample_rate_hz=RATE_HZ, progress=told.append) is None
    assert told[-1] == 1.0
    assert PeakMeter().peak() == 0.0
