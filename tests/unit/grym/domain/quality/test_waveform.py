"""Measures of the waveform, on sounds where the answer is known by hand."""

import numpy as np
import pytest

from grym.domain.quality.waveform import (
    clipped_per_s,
    dc_offset,
    effective_bits,
    mono_fold_db,
    silence_share,
    stereo_correlation,
)
from tests.unit.grym.domain.laboratory import Laboratory


def test_silence_share(lab: Laboratory) -> None:
    """Half a sound and half silence."""
    half = np.concatenate([lab.sine(440.0, seconds=1.0), np.zeros(44_100, dtype=np.float32)])
    assert silence_share(lab.signal(half)) == pytest.approx(0.5, abs=0.03)


def test_offset_of_the_worst_channel(lab: Laboratory) -> None:
    """A quarter of full scale on one channel."""
    assert dc_offset(lab.signal(np.full(1_000, 0.25, dtype=np.float32), np.zeros(1_000, dtype=np.float32))) == 0.25


@pytest.mark.parametrize("bits", [8, 12, 16, 20])
def test_effective_bits(lab: Laboratory, bits: int) -> None:
    """Noise rounded to a number of bits."""
    rounded = np.round(lab.noise(seconds=0.5) * 2 ** (bits - 1)) / 2 ** (bits - 1)
    assert effective_bits(lab.signal(rounded.astype(np.float32))) == bits


def test_correlation(lab: Laboratory) -> None:
    """Equal, opposite and independent channels; an offset does not count."""
    left, right = lab.noise(seconds=1.0, seed=1), lab.noise(seconds=1.0, seed=2)
    assert stereo_correlation(lab.signal(left, left)) == pytest.approx(1.0)
    assert stereo_correlation(lab.signal(left, -left)) == pytest.approx(-1.0)
    assert stereo_correlation(lab.signal(left, right)) == pytest.approx(0.0, abs=0.02)
    assert stereo_correlation(lab.signal(left + 1.0, right + 1.0)) == pytest.approx(0.0, abs=0.02)


def test_flat_tops(lab: Laboratory) -> None:
    """Every half wave of a square is one; noise has none; a long recording is measured across its pieces."""
    square = np.tile(np.repeat(np.array([0.5, -0.5], dtype=np.float32), 10), 100)
    assert clipped_per_s(lab.signal(square)) == pytest.approx(200 / (2_000 / 44_100))
    assert clipped_per_s(lab.signal(lab.noise(seconds=1.0))) == 0.0


def test_silence_measures_as_nothing(lab: Laboratory) -> None:
    """No bits; silent throughout; and one channel follows the other."""
    silent = lab.signal(np.zeros(44_100, dtype=np.float32))
    assert effective_bits(silent) == 0
    assert silence_share(silent) == stereo_correlation(silent) == 1.0


def test_what_is_left_in_mono(lab: Laboratory) -> None:
    """Nothing is lost of equal channels, half the power of independent ones, everything of opposite ones."""
    left, right = lab.noise(seconds=1.0, seed=1), lab.noise(seconds=1.0, seed=2)
    assert mono_fold_db(lab.signal(left, left)) == pytest.approx(0.0, abs=1e-3)
    assert mono_fold_db(lab.signal(left, right)) == pytest.approx(-3.01, abs=0.1)
    assert mono_fold_db(lab.signal(left, -left)) == -60.0
    assert mono_fold_db(lab.signal(left)) == mono_fold_db(lab.signal(left * 0, left * 0)) == 0.0


def test_tops_are_flat_on_one_side_too(lab: Laboratory) -> None:
    """What was clipped and then lost its offset is flat at two different heights."""
    clipped = np.clip(lab.sine(100.0, seconds=1.0, amplitude=1.0), -0.3, 0.6) - np.float32(0.1)
    assert clipped_per_s(lab.signal(clipped.astype(np.float32))) == pytest.approx(200.0, abs=2.0)
