"""Loudness and true peak, against the signals of the standards and against pyloudnorm."""

import numpy as np
import pyloudnorm
import pytest

from grym.domain.loudness import PEAK_STRETCH_SAMPLES, k_weighting, measure_loudness, true_peak_dbtp
from grym.domain.signal import FloatArray, Signal
from tests.unit.grym.domain.laboratory import Laboratory, certain

RATE_HZ = 48_000


def tone(level_dbfs: float, *, seconds: float, rate_hz: int = RATE_HZ, hz: float = 997.0) -> FloatArray:
    """A sine whose peak lies at `level_dbfs`."""
    time = np.arange(round(seconds * rate_hz)) / rate_hz
    return np.asarray(10.0 ** (level_dbfs / 20.0) * np.sin(2.0 * np.pi * hz * time), dtype=np.float32)


def stereo(mono: FloatArray, *, rate_hz: int = RATE_HZ) -> Signal:
    """The same sound on two channels."""
    return Signal(samples=np.stack([mono, mono]), sample_rate_hz=rate_hz)


def test_filter_equals_the_tables_at_48_khz() -> None:
    """At 48 kHz the coefficients are those of BS.1770-4, tables 1 and 2."""
    shelf, high_pass = k_weighting(48_000)
    np.testing.assert_allclose(shelf[:3], [1.53512485958697, -2.69169618940638, 1.19839281085285], atol=1e-9)
    np.testing.assert_allclose(shelf[4:], [-1.69065929318241, 0.73248077421585], atol=1e-9)
    np.testing.assert_allclose(high_pass[:3], [1.0, -2.0, 1.0], atol=1e-9)
    np.testing.assert_allclose(high_pass[4:], [-1.99004745483398, 0.99007225036621], atol=1e-9)


@pytest.mark.parametrize("rate_hz", [32_000, 44_100, 48_000, 96_000, 192_000])
def test_stereo_sine_at_minus_23(rate_hz: int) -> None:
    """A 997 Hz sine at −23 dBFS on both channels is −23 LUFS at any usual rate (EBU Tech 3341, case 1)."""
    signal = stereo(tone(-23.0, seconds=10.0, rate_hz=rate_hz), rate_hz=rate_hz)
    assert measure_loudness(signal).integrated_lufs == pytest.approx(-23.0, abs=0.1)


def test_one_channel_is_three_lu_quieter() -> None:
    """A full-scale 997 Hz sine on one channel is −3.01 LUFS (BS.1770-4, annex 1)."""
    signal = Signal(samples=tone(0.0, seconds=5.0)[None, :], sample_rate_hz=RATE_HZ)
    assert measure_loudness(signal).integrated_lufs == pytest.approx(-3.01, abs=0.05)


@pytest.mark.parametrize("rate_hz", [22_050, 44_100, 48_000])
@pytest.mark.parametrize("seed", [0, 1])
def test_agrees_with_pyloudnorm(rate_hz: int, seed: int) -> None:
    """Noise that swells and fades is within 0.1 LU of pyloudnorm."""
    rng = np.random.default_rng(seed)
    swell = 0.02 + 0.2 * np.sin(np.linspace(0.0, 9.0, 12 * rate_hz)) ** 2
    samples = (rng.standard_normal((2, 12 * rate_hz)) * swell).astype(np.float32)
    theirs = pyloudnorm.Meter(rate_hz).integrated_loudness(samples.T.astype(np.float64))
    ours = measure_loudness(Signal(samples=samples, sample_rate_hz=rate_hz)).integrated_lufs
    assert ours == pytest.approx(theirs, abs=0.1)


def test_agrees_with_pyloudnorm_on_music(lab: Laboratory) -> None:
    """Music is within 0.1 LU of pyloudnorm."""
    piece = lab.music(seconds=8.0)
    theirs = pyloudnorm.Meter(44_100).integrated_loudness(piece.astype(np.float64))
    assert measure_loudness(lab.signal(piece)).integrated_lufs == pytest.approx(theirs, abs=0.1)


def test_the_relative_gate_leaves_out_quiet_passages() -> None:
    """10 s at −36, 60 s at −23, 10 s at −36 dBFS are −23 LUFS (EBU Tech 3341, case 3)."""
    parts = [tone(-36.0, seconds=10.0), tone(-23.0, seconds=60.0), tone(-36.0, seconds=10.0)]
    assert measure_loudness(stereo(np.concatenate(parts))).integrated_lufs == pytest.approx(-23.0, abs=0.1)


def test_the_absolute_gate_leaves_out_silence() -> None:
    """Silence around a tone does not lower its loudness, but for the blocks at its ends."""
    parts = [np.zeros(20 * RATE_HZ, dtype=np.float32), tone(-23.0, seconds=30.0)]
    assert measure_loudness(stereo(np.concatenate(parts))).integrated_lufs == pytest.approx(-23.0, abs=0.1)


@pytest.mark.parametrize(
    ("levels", "expected"), [((-20.0, -30.0), 10.0), ((-20.0, -15.0), 5.0), ((-40.0, -20.0), 20.0)]
)
def test_loudness_range(levels: tuple[float, float], expected: float) -> None:
    """Two levels of 20 s each span their distance (EBU Tech 3342, cases 1 to 3: ±1 LU)."""
    signal = stereo(np.concatenate([tone(level, seconds=20.0) for level in levels]))
    assert measure_loudness(signal).range_lu == pytest.approx(expected, abs=1.0)


def test_momentary_and_short_term_of_a_steady_tone() -> None:
    """A steady tone reads the same over 0.4 s, 3 s and the whole."""
    measured = measure_loudness(stereo(tone(-23.0, seconds=5.0)))
    np.testing.assert_allclose(measured.momentary_lufs[2:], -23.0, atol=0.1)
    np.testing.assert_allclose(measured.short_term_lufs, -23.0, atol=0.1)


def test_the_loudest_moments() -> None:
    """One second at −10 dBFS within −30 is the loudest moment, and a third of the loudest three seconds."""
    parts = [tone(-30.0, seconds=5.0), tone(-10.0, seconds=1.0), tone(-30.0, seconds=5.0)]
    measured = measure_loudness(stereo(np.concatenate(parts)))
    assert measured.momentary_max_lufs == pytest.approx(-10.0, abs=0.1)
    assert measured.short_term_max_lufs == pytest.approx(-10.0 - 10.0 * np.log10(3.0), abs=0.1)
    silent = measure_loudness(stereo(np.zeros(5 * RATE_HZ, dtype=np.float32)))
    assert silent.momentary_max_lufs is silent.short_term_max_lufs is None
    assert measure_loudness(stereo(tone(-20.0, seconds=2.0))).short_term_max_lufs is None


def test_surround_channels_weigh_more_and_the_low_one_nothing() -> None:
    """In 5.1 the surrounds count 1.5 dB more than the fronts, the low-frequency channel not at all."""
    quiet = np.zeros(5 * RATE_HZ, dtype=np.float32)

    def only(channel: int) -> float | None:
        channels = [quiet] * 6
        channels[channel] = tone(-20.0, seconds=5.0)
        return measure_loudness(Signal(samples=np.stack(channels), sample_rate_hz=RATE_HZ)).integrated_lufs

    assert certain(only(4)) - certain(only(0)) == pytest.approx(10.0 * np.log10(1.41), abs=0.01)
    assert only(3) is None


def test_what_cannot_be_measured_is_none() -> None:
    """Silence, and sounds below one block, have no loudness; below 3 s there is no range."""
    silent = measure_loudness(stereo(np.zeros(RATE_HZ, dtype=np.float32)))
    assert silent.integrated_lufs is None
    assert silent.range_lu is None
    assert measure_loudness(stereo(tone(-20.0, seconds=0.39))).integrated_lufs is None
    short = measure_loudness(stereo(tone(-20.0, seconds=0.5)))
    assert short.integrated_lufs == pytest.approx(-20.0, abs=0.2)
    assert short.range_lu is None


@pytest.mark.parametrize(("phase", "expected"), [(0.0, -6.0), (np.pi / 4, -6.0), (np.pi / 3, -6.0)])
def test_true_peak_between_the_samples(phase: float, expected: float) -> None:
    """A quarter-rate sine at −6 dBFS peaks at −6 dBTP whatever its phase (EBU Tech 3341, cases 15 to 17: +0.2 −0.4)."""
    time = np.arange(RATE_HZ)
    fade = np.minimum(1.0, np.minimum(time, RATE_HZ - time) / 2_000.0)
    samples = (10.0 ** (-6.0 / 20.0) * fade * np.sin(np.pi / 2.0 * time + phase)).astype(np.float32)
    found = certain(true_peak_dbtp(Signal(samples=samples[None, :], sample_rate_hz=RATE_HZ)))
    assert expected - 0.4 <= found <= expected + 0.2


def test_true_peak_is_never_below_the_sample_peak(lab: Laboratory) -> None:
    """The samples themselves are part of the oversampled waveform."""
    noise = lab.noise(seconds=1.0)
    found = certain(true_peak_dbtp(lab.signal(noise)))
    assert found >= 20.0 * np.log10(np.abs(noise).max()) - 1e-4


def test_true_peak_takes_the_loudest_channel_and_block(lab: Laboratory) -> None:
    """A click anywhere in either channel is found: nothing is skipped that matters."""
    quiet = lab.noise(seconds=2.0, amplitude=0.01)
    for position in (0, 511, 512, 30_000, len(quiet) - 1):
        loud = quiet.copy()
        loud[position] = 0.9
        assert true_peak_dbtp(lab.signal(quiet, loud)) == pytest.approx(20.0 * np.log10(0.9), abs=0.3)


def test_true_peak_does_not_depend_on_where_stretches_meet(lab: Laboratory) -> None:
    """Peaks between the samples on both sides of a seam are what they are elsewhere."""
    time = np.arange(-40, 40)
    burst = (0.5 * np.sin(np.pi / 2.0 * time + np.pi / 4.0) * np.hanning(80)).astype(np.float32)
    sound = np.zeros(PEAK_STRETCH_SAMPLES + 4_000, dtype=np.float32)
    found = set()
    for centre in (10_000, PEAK_STRETCH_SAMPLES - 20, PEAK_STRETCH_SAMPLES, PEAK_STRETCH_SAMPLES + 7):
        moved = sound.copy()
        moved[centre - 40 : centre + 40] = burst
        found.add(round(certain(true_peak_dbtp(lab.signal(moved))), 4))
    assert len(found) == 1


def test_true_peak_of_silence_is_none() -> None:
    """Silence has no peak."""
    assert true_peak_dbtp(stereo(np.zeros(1_000, dtype=np.float32))) is None
