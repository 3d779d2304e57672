"""Partials by matrix product against sines computed one by one."""

import numpy as np
import pytest

from grym.domain.synthesis.partials import audible, edge_times_s, sum_partials, warp_pitch

RATE_HZ = 44_100


def test_sum_equals_sines_computed_one_by_one() -> None:
    """Three decaying partials match the direct formula within −50 dB of their peak."""
    length = 20_000
    frequencies_hz = np.array([110.0, 1_234.5, 7_001.0])
    decays, phases = np.array([3.0, 9.0, 20.0]), np.array([0.0, 1.0, -2.0])
    levels = np.exp(-np.outer(decays, edge_times_s(length, sample_rate_hz=RATE_HZ)))
    times_s = np.arange(length) / RATE_HZ
    expected = (
        np.exp(-np.outer(decays, times_s)) * np.sin(2 * np.pi * np.outer(frequencies_hz, times_s) + phases[:, None])
    ).sum(axis=0)
    samples = sum_partials(
        frequencies_hz=frequencies_hz, levels=levels, phases=phases, length_samples=length, sample_rate_hz=RATE_HZ
    )
    assert samples.dtype == np.float32
    assert float(np.abs(samples - expected).max()) < 0.003


def test_phase_stays_exact_over_minutes() -> None:
    """After two minutes a steady sine is still in phase to 1/1000."""
    length = 120 * RATE_HZ
    levels = np.ones((1, edge_times_s(length, sample_rate_hz=RATE_HZ).size))
    samples = sum_partials(
        frequencies_hz=np.array([997.0]),
        levels=levels,
        phases=np.zeros(1),
        length_samples=length,
        sample_rate_hz=RATE_HZ,
    )
    tail = np.arange(length - 1_000, length)
    assert float(np.abs(samples[tail] - np.sin(2 * np.pi * 997.0 * tail / RATE_HZ)).max()) < 1e-3


def test_partials_beyond_hearing_are_left_out() -> None:
    """A partial above the Nyquist frequency would fold back; it is silent instead."""
    levels = np.ones((1, edge_times_s(1_000, sample_rate_hz=RATE_HZ).size))
    samples = sum_partials(
        frequencies_hz=np.array([30_000.0]),
        levels=levels,
        phases=np.zeros(1),
        length_samples=1_000,
        sample_rate_hz=RATE_HZ,
    )
    assert not samples.any()
    assert audible(np.array([19_000.0, 20_500.0]), sample_rate_hz=RATE_HZ).tolist() == [True, False]


@pytest.mark.parametrize("length", [1, 63, 64, 65, 1_000])
def test_length_is_exact(length: int) -> None:
    """Whatever the blocks, as many samples come back as were asked for."""
    levels = np.ones((1, edge_times_s(length, sample_rate_hz=RATE_HZ).size))
    samples = sum_partials(
        frequencies_hz=np.array([440.0]),
        levels=levels,
        phases=np.zeros(1),
        length_samples=length,
        sample_rate_hz=RATE_HZ,
    )
    assert samples.shape == (length,)


def test_constant_warp_moves_the_pitch() -> None:
    """A steady deviation of 100 cents raises a sine by a semitone."""
    samples = np.sin(2 * np.pi * 440.0 * np.arange(RATE_HZ) / RATE_HZ).astype(np.float32)
    warped = warp_pitch(samples, cents=np.full(10, 100.0))[: RATE_HZ // 2]
    crossings = np.flatnonzero((warped[:-1] < 0) & (warped[1:] >= 0))
    frequency_hz = (len(crossings) - 1) * RATE_HZ / (crossings[-1] - crossings[0])
    assert frequency_hz == pytest.approx(440.0 * 2 ** (1 / 12), rel=0.002)


def test_no_warp_changes_nothing_but_the_edges() -> None:
    """A deviation of zero gives the sound back."""
    samples = np.random.default_rng(0).normal(size=5_000).astype(np.float32)
    assert np.allclose(warp_pitch(samples, cents=np.zeros(4))[1:-8], samples[1:-8], atol=1e-5)
