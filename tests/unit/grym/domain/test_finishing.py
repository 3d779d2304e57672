"""The finish: what it promises is measured by others, and blocks do not matter."""

import numpy as np
import pyloudnorm
import pytest
import soxr
from scipy.signal import butter, sosfilt

from grym.domain.finishing import find_finish, survey
from grym.domain.reels import ArrayReel, in_memory

RATE_HZ = 44_100
SECONDS = 15


@pytest.fixture(scope="module")
def percussive() -> np.ndarray:
    """Return hits of noise up to 12 kHz over a tone, peaks far above loudness, over two blocks."""
    rng = np.random.default_rng(5)
    times_s = np.arange(SECONDS * RATE_HZ) / RATE_HZ
    hits = np.exp(-(times_s % 0.4) / 0.02) * rng.normal(scale=0.3, size=(2, times_s.size))
    hits = sosfilt(butter(8, 12_000, fs=RATE_HZ, output="sos"), hits, axis=1)
    return (hits + 0.02 * np.sin(2 * np.pi * 220 * times_s)).astype(np.float32)


def test_the_survey_knows_what_a_gain_leaves(percussive: np.ndarray) -> None:
    """Without reduction the estimate is the loudness of pyloudnorm, within 0.05 LU."""
    found = survey(ArrayReel(percussive), sample_rate_hz=RATE_HZ)
    flat = np.zeros(found.peaks.size, dtype=np.float32)
    oracle = pyloudnorm.Meter(RATE_HZ).integrated_loudness(percussive.T.astype(np.float64))
    assert found.loudness_with(flat, gain_db=-3.0) == pytest.approx(oracle - 3.0, abs=0.1)


def test_the_finish_keeps_its_word(percussive: np.ndarray) -> None:
    """Loudness and true peak of the finished mix are as told, by other meters."""
    finish = find_finish(ArrayReel(percussive), sample_rate_hz=RATE_HZ)
    finished = finish.of(percussive, start=0)
    oracle = pyloudnorm.Meter(RATE_HZ).integrated_loudness(finished.T.astype(np.float64))
    assert oracle == pytest.approx(-14.0, abs=0.3)
    assert finish.loudness_lufs == pytest.approx(oracle, abs=0.1)
    assert 20 * np.log10(np.abs(soxr.resample(finished.T, 1, 8, quality="VHQ")).max()) <= -1.0
    assert finish.reduction_db > 1.0


def test_the_gain_does_not_depend_on_the_blocks(percussive: np.ndarray) -> None:
    """Applied to blocks of any multiple of four samples it is the gain of the whole, to the bit."""
    finish = find_finish(ArrayReel(percussive), sample_rate_hz=RATE_HZ)
    whole = finish.gain(0, percussive.shape[1])
    for block in (4, 1_000, 99_996):
        pieces = [finish.gain(start, min(start + block, 200_000)) for start in range(0, 200_000, block)]
        assert np.array_equal(np.concatenate(pieces), whole[:200_000])


def test_silence_is_left_alone() -> None:
    """Nothing to measure: no gain, no loudness, and the progress still ends."""
    told: list[float] = []
    finish = find_finish(in_memory(RATE_HZ), sample_rate_hz=RATE_HZ, progress=told.append)
    assert (finish.gain_db, finish.loudness_lufs, finish.true_peak_dbtp) == (0.0, None, None)
    assert told[-1] == 1.0


def test_a_stop_passes_through(percussive: np.ndarray) -> None:
    """The first block that is told may end the work."""

    def stop(_: float) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        find_finish(ArrayReel(percussive), sample_rate_hz=RATE_HZ, progress=stop)
