"""The two distances know what they should: nothing, level, and noise of a known strength."""

import numpy as np
import pytest

from benchmarks.quality.damages import DAMAGES
from benchmarks.quality.repairs import Repaired, log_spectral_distance_db, si_sdr_db
from grym.domain.signal import FloatArray

RATE_HZ = 44_100
CHANCE = np.random.default_rng(0)
SOUND: FloatArray = np.asarray(0.2 * CHANCE.standard_normal((2, RATE_HZ)), dtype=np.float32)
NOISE: FloatArray = np.asarray(0.02 * CHANCE.standard_normal((2, RATE_HZ)), dtype=np.float32)


def outcome(sdr_db: tuple[float, float], lsd_db: tuple[float, float]) -> Repaired:
    """Return a repair that changed the distances so."""
    return Repaired(take="x", label="humming", kept=True, sdr_db=sdr_db, lsd_db=lsd_db, stages=("hum",), seconds=1.0)


def test_level_makes_no_distance() -> None:
    """The sound itself and half of it are as near as can be."""
    assert si_sdr_db(SOUND, 0.5 * SOUND) == 100.0
    assert log_spectral_distance_db(SOUND, 0.5 * SOUND) == pytest.approx(0.0, abs=1e-3)


def test_noise_of_a_tenth_is_twenty_decibels_away() -> None:
    """SI-SDR tells the ratio of sound and noise; the log-spectral distance grows with noise."""
    assert si_sdr_db(SOUND, SOUND + NOISE) == pytest.approx(20.0, abs=0.1)
    near, far = (log_spectral_distance_db(SOUND, SOUND + scale * NOISE) for scale in (1.0, 3.0))
    assert 0.0 < near < far


def test_better_and_worse_by_either_distance() -> None:
    """One smaller distance is better; one greater and none smaller is worse; a trifle is neither."""
    assert outcome((10.0, 12.0), (2.0, 2.5)).better
    assert not outcome((10.0, 12.0), (2.0, 2.5)).in_both
    assert outcome((10.0, 9.0), (2.0, 2.0)).worse
    trifle = outcome((10.0, 10.05), (2.0, 1.99))
    assert not trifle.better
    assert not trifle.worse


@pytest.mark.parametrize("name", list(DAMAGES))
def test_damages_leave_the_sound_to_be_found(name: str) -> None:
    """Each damages by 0.5 to 45 dB of SI-SDR, but the one of level, which is no damage to a measure without level."""
    damaged = DAMAGES[name].spoil(SOUND, RATE_HZ, np.random.default_rng(2))
    assert damaged.shape == SOUND.shape
    distance_db = si_sdr_db(SOUND, np.asarray(damaged, dtype=np.float32))
    assert distance_db > 90 if DAMAGES[name].level else 0.5 < distance_db < 45
