"""The level that shapes are read from."""

import numpy as np
import pytest

from grym.domain.morphology.level import FLOOR_DB, level_of
from tests.unit.grym.domain.laboratory import Laboratory


def test_level_of_a_sine(lab: Laboratory) -> None:
    """A sine of amplitude 0.5 has −9.03 dB throughout."""
    level = level_of(lab.sine(1_000.0, seconds=1.0), 44_100)
    np.testing.assert_allclose(level.db[:-1], -9.03, atol=0.1)
    assert level.step_s == pytest.approx(0.005, rel=0.01)
    assert len(level.db) == 200
    assert level.heard.all()


def test_silence_is_not_heard(lab: Laboratory) -> None:
    """Silence lies at the floor; what is 60 dB below the loudest moment counts as silence too."""
    assert not level_of(np.zeros(44_100, dtype=np.float32), 44_100).heard.any()
    sound = lab.sine(1_000.0, seconds=1.0)
    sound[22_050:] *= np.float32(1e-3)
    level = level_of(sound, 44_100)
    assert level.heard[:99].all()
    assert not level.heard[101:].any()
    assert level_of(np.zeros(44_100, dtype=np.float32), 44_100).db.min() == FLOOR_DB
