"""Every fault does what its name says to a sound that is known."""

import numpy as np
import pytest

from benchmarks.quality.faults import FAULTS, rms
from grym.domain.signal import FloatArray

RATE_HZ = 44_100
CHANCE = np.random.default_rng(0)
# Two sides of their own: a chord under an envelope, and a little of everything above, for edges to cut.
TIME_S = np.arange(2 * RATE_HZ) / RATE_HZ
CHORD = sum(np.sin(2 * np.pi * hz * TIME_S) for hz in (220.0, 277.2, 329.6, 1_500.0, 6_000.0))
SOUND: FloatArray = np.asarray(
    np.stack([CHORD, np.roll(CHORD, 999)]) * (0.12 * np.exp(-(TIME_S % 0.5))) + 0.002 * CHANCE.standard_normal((2, 1)),
    dtype=np.float32,
) + np.asarray(0.01 * CHANCE.standard_normal((2, len(TIME_S))), dtype=np.float32)


def made(name: str) -> FloatArray:
    """Return the sound with a fault."""
    spoilt = FAULTS[name].make(SOUND, RATE_HZ, np.random.default_rng(1))
    assert spoilt is not None
    return spoilt


def level_db(samples: FloatArray, low_hz: float, high_hz: float) -> float:
    """Return the power in a band in decibels."""
    power = np.square(np.abs(np.fft.rfft(samples, axis=1))).sum(axis=0)
    return float(10 * np.log10(power[round(low_hz * 2) : round(high_hz * 2)].sum() + 1e-12))


@pytest.mark.parametrize("name", list(FAULTS))
def test_faults_keep_the_form_and_repeat(name: str) -> None:
    """Each has the shape of the sound, fits a file, differs from the sound, and is the same again."""
    one, two = made(name), made(name)
    assert one.shape == SOUND.shape
    assert one.dtype == np.float32
    assert np.isfinite(one).all()
    assert np.array_equal(one, two)
    assert not np.array_equal(one, SOUND)


def test_clipping_is_flat_at_the_top() -> None:
    """Many samples share the highest value, also when lowered afterwards."""
    for name in ("clipped", "clipped, then lowered"):
        peaks = np.abs(made(name))
        assert np.count_nonzero(peaks == peaks.max()) > 50


def test_edges_cut_what_lies_above() -> None:
    """A narrow band has lost its treble; what went through a lower rate has lost its top."""
    assert level_db(made("band-limited"), 3_000, 20_000) < level_db(SOUND, 3_000, 20_000) - 40
    assert level_db(made("upsampled"), 12_000, 21_000) < level_db(SOUND, 12_000, 21_000) - 30


def test_hum_lies_at_the_mains() -> None:
    """What is added lies below 500 Hz, at 50 or 60 Hz and above."""
    hum = made("hum") - SOUND
    assert level_db(hum, 45, 490) > level_db(hum, 600, 20_000) + 40
    assert -25.0 < 20 * np.log10(rms(hum) / rms(SOUND)) < -11.0


def test_the_others_by_their_numbers() -> None:
    """Offset, holes, cancelling, word length and clicks as measured by hand."""
    assert abs(made("offset").mean()) > 0.015
    assert np.count_nonzero(np.all(made("dropouts") == 0.0, axis=0)) > 0.008 * RATE_HZ
    assert rms(made("cancelling").sum(axis=0)) < 0.12 * rms(made("cancelling"))
    assert len(np.unique(made("quantised"))) <= 2**9
    assert np.count_nonzero(np.abs(made("clicks") - SOUND) > 0.1) >= 2


def test_what_has_no_treble_loses_none() -> None:
    """A fault that would change nothing is none."""
    dull = np.asarray(np.stack([np.sin(2 * np.pi * 220.0 * TIME_S)] * 2), dtype=np.float32)
    assert FAULTS["band-limited"].make(dull, RATE_HZ, np.random.default_rng(1)) is None
