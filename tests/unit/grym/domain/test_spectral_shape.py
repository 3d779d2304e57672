"""The shape of single spectra, against spectra whose moments are known by hand."""

import numpy as np
import pytest

from grym.domain.spectral_shape import CONTRAST_BANDS, contrast_db, shape_of
from grym.domain.stft import framing_for

FRAMING = framing_for(44_100)
BINS = FRAMING.n_fft // 2 + 1


@pytest.mark.parametrize("rate_hz", [8_000, 44_100, 192_000])
def test_moments_are_those_of_the_definition(rate_hz: int) -> None:
    """Centroid, bandwidth and roll-off equal their definitions in double precision, at every window length."""
    framing = framing_for(rate_hz)
    power = np.random.default_rng(0).random((5, framing.n_fft // 2 + 1), dtype=np.float32) ** 4
    hz = np.arange(power.shape[1]) * framing.bin_hz
    weights = power.astype(np.float64) / power.sum(axis=1, keepdims=True, dtype=np.float64)
    centroid = weights @ hz
    centroids, bandwidths, rolloffs, _ = shape_of(power, framing)
    np.testing.assert_allclose(centroids, centroid, rtol=1e-5)
    np.testing.assert_allclose(bandwidths, np.sqrt(weights @ hz**2 - centroid**2), rtol=1e-5)
    reached = (np.cumsum(weights, axis=1) >= 0.85).argmax(axis=1)
    np.testing.assert_allclose(rolloffs, reached * framing.bin_hz, rtol=1e-6)


@pytest.mark.parametrize("bin_", [0, 1, 63, 64, 500, BINS - 2, BINS - 1])
def test_a_lone_bin_has_no_bandwidth(bin_: int) -> None:
    """All power in one bin, the last included: centroid and roll-off lie there, bandwidth is zero."""
    power = np.zeros((1, BINS), dtype=np.float32)
    power[0, bin_] = 3.0
    centroid, bandwidth, rolloff, flatness = shape_of(power, FRAMING)[:, 0]
    assert centroid == pytest.approx(bin_ * FRAMING.bin_hz)
    assert rolloff == pytest.approx(bin_ * FRAMING.bin_hz)
    assert bandwidth < 0.05
    assert flatness < 1e-6


def test_white_spectra_are_flat() -> None:
    """Equal power everywhere has flatness 1, its centroid in the middle and roll-off at 85 %."""
    centroid, bandwidth, rolloff, flatness = shape_of(np.full((2, BINS), 0.3, dtype=np.float32), FRAMING)[:, 1]
    assert flatness == pytest.approx(1.0, abs=1e-4)
    assert centroid == pytest.approx(11_025.0, rel=1e-4)
    assert bandwidth == pytest.approx(22_050.0 / np.sqrt(12.0), rel=2e-3)
    assert rolloff == pytest.approx(0.85 * 22_050.0, rel=2e-3)


def test_silence_has_a_defined_shape() -> None:
    """Nothing gives 0, 0, 0 and 1, and no contrast."""
    silence = np.zeros((3, BINS), dtype=np.float32)
    np.testing.assert_allclose(shape_of(silence, FRAMING), [[0.0] * 3] * 3 + [[1.0] * 3], atol=1e-4)
    assert not contrast_db(silence, FRAMING).any()


def test_contrast_is_peak_over_valley_of_its_band() -> None:
    """Every hundredth bin 30 dB up gives 30 dB in bands of thousands of bins, and nothing where all is even."""
    power = np.full((1, BINS), 1e-3, dtype=np.float32)
    assert np.abs(contrast_db(power, FRAMING)).max() < 1e-4
    power[0, 300::10] = 1.0
    contrast = contrast_db(power, FRAMING)
    assert contrast.shape == (1, CONTRAST_BANDS)
    assert contrast[0, -1] == pytest.approx(30.0, abs=1e-3)
    assert contrast[0, 0] == pytest.approx(0.0, abs=1e-4)
