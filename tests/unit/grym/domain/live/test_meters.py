"""The meters of a stream, against those of the whole sound."""

from collections.abc import Iterable

import numpy as np
import pytest

from grym.domain.live.frame import StreamFormat
from grym.domain.live.meters import Histogram, Meters, Reading, interpolated_peak, peak_db
from grym.domain.loudness import measure_loudness, true_peak_dbtp
from grym.domain.signal import FloatArray, Signal
from tests.support.live import music
from tests.unit.grym.domain.laboratory import certain


def metered(
    samples: FloatArray, stream_format: StreamFormat, *, restored: bool = False
) -> tuple[list[Reading], Meters]:
    """The readings after each window of a sound, and the meters at its end."""
    meters, step, readings = Meters(stream_format), stream_format.window_samples, []
    whole = samples.shape[1] // step * step
    for first in range(0, whole, step):
        readings.append(meters.window(samples[:, first : first + step]))
        if restored:
            meters = Meters.restored(stream_format, meters.state())
    if whole < samples.shape[1]:
        meters.peak(samples[:, whole:])
    meters.finish()
    return readings, meters


def shown(levels_lufs: Iterable[float | None]) -> np.ndarray:
    """Loudness with a floor of −120 LUFS, below which filters only ring."""
    return np.array([-120.0 if level is None else max(-120.0, level) for level in levels_lufs])


@pytest.mark.parametrize(
    ("rate_hz", "channels"), [(8_000, 1), (11_025, 2), (44_100, 1), (48_000, 6), (96_000, 2), (192_000, 3)]
)
def test_meters_read_what_the_whole_sound_has(rate_hz: int, channels: int) -> None:
    """Momentary, short-term, integrated loudness, range and true peak equal the offline ones at any rate and layout."""
    stream_format = StreamFormat(sample_rate_hz=rate_hz, channels=channels)
    sound = music(stream_format, seconds=4.03, seed=channels)
    sound *= np.linspace(0.1, 1.0, sound.shape[1], dtype=np.float32)
    readings, meters = metered(sound, stream_format)
    signal = Signal(samples=sound, sample_rate_hz=rate_hz)
    offline = measure_loudness(signal)
    np.testing.assert_allclose(
        shown([r.momentary_lufs for r in readings[3:]]), shown(offline.momentary_lufs), atol=1e-6
    )
    short_term = shown([reading.short_term_lufs for reading in readings[29:]])
    np.testing.assert_allclose(short_term, shown(offline.short_term_lufs), atol=1e-6)
    assert meters.integrated_lufs == pytest.approx(offline.integrated_lufs, abs=0.02)
    assert meters.range_lu == pytest.approx(offline.range_lu, abs=0.1)
    assert meters.true_peak_dbtp == pytest.approx(true_peak_dbtp(signal), abs=1e-4)


def test_nothing_is_shown_before_there_is_enough() -> None:
    """Three windows have no momentary loudness and 29 no short-term loudness."""
    stream_format = StreamFormat(sample_rate_hz=8_000, channels=1)
    readings, _ = metered(music(stream_format, seconds=3.5), stream_format)
    assert [reading.momentary_lufs is None for reading in readings[:5]] == [True, True, True, False, False]
    assert readings[28].short_term_lufs is None
    assert readings[29].short_term_lufs is not None


def test_silence_has_no_loudness() -> None:
    """Silence shows nothing, passes no gate and has no peak."""
    stream_format = StreamFormat(sample_rate_hz=8_000, channels=2)
    readings, meters = metered(np.zeros((2, 40_000), dtype=np.float32), stream_format)
    assert {reading.momentary_lufs for reading in readings} == {None}
    assert (meters.integrated_lufs, meters.range_lu, meters.true_peak_dbtp) == (None, None, None)


def test_a_sine_at_minus_23_reads_minus_23() -> None:
    """The reference tone of EBU Tech 3341: 1 kHz at −23 dBFS in both channels is −23 LUFS."""
    stream_format = StreamFormat(sample_rate_hz=48_000, channels=2)
    wave = 10.0 ** (-23.0 / 20.0) * np.sin(2.0 * np.pi * 1_000.0 * np.arange(5 * 48_000) / 48_000)
    readings, meters = metered(np.stack([wave, wave]).astype(np.float32), stream_format)
    assert readings[-1].momentary_lufs == pytest.approx(-23.0, abs=0.1)
    assert readings[-1].short_term_lufs == pytest.approx(-23.0, abs=0.1)
    assert meters.integrated_lufs == pytest.approx(-23.0, abs=0.1)


def test_a_stored_meter_goes_on_to_the_last_bit() -> None:
    """Restoring after every window changes no reading."""
    stream_format = StreamFormat(sample_rate_hz=22_050, channels=2)
    sound = music(stream_format, seconds=2.0)
    (one, first), (other, second) = (metered(sound, stream_format, restored=again) for again in (False, True))
    assert one == other
    assert first.integrated_lufs == second.integrated_lufs


def test_the_filters_forget_in_silence() -> None:
    """After long silence the memory of the filters is exactly nothing, so silence costs nothing."""
    stream_format = StreamFormat(sample_rate_hz=8_000, channels=1)
    sound = np.zeros((1, 160_000), dtype=np.float32)
    sound[0, :8_000] = 0.5
    _, meters = metered(sound, stream_format)
    assert not meters.state()["memory"].any()


def test_peaks_between_samples_are_found() -> None:
    """A sine at a quarter of the rate, sampled at 45°, peaks 3 dB above its samples."""
    wave = np.sin(np.pi / 2.0 * np.arange(400) + np.pi / 4.0).astype(np.float32)
    inside = interpolated_peak(np.concatenate([wave[:11], wave[11:]])[None])
    assert certain(peak_db(inside)) == pytest.approx(0.0, abs=0.1)
    assert float(np.abs(wave).max()) < 0.71


def test_a_jump_forgets_the_last_seconds_but_not_the_whole() -> None:
    """After a jump momentary loudness begins anew; what was integrated stays."""
    stream_format = StreamFormat(sample_rate_hz=8_000, channels=1)
    sound = music(stream_format, seconds=1.0)
    _, meters = metered(sound, stream_format)
    before = meters.integrated_lufs
    meters.jump()
    assert meters.window(sound[:, :800]).momentary_lufs is None
    assert meters.integrated_lufs == before


def test_late_sound_counts_for_the_peak() -> None:
    """What came too late may still be the loudest."""
    meters = Meters(StreamFormat(sample_rate_hz=8_000, channels=1))
    meters.fold_late_peak(0.5)
    assert meters.true_peak_dbtp == pytest.approx(-6.02, abs=0.01)


def test_a_histogram_gates_as_the_standard_says() -> None:
    """Blocks more than 10 LU below the mean do not count, and those at −70 LUFS never."""
    histogram = Histogram()
    for level in (-20.0, -20.0, -45.0, -70.0):
        histogram.add(level, 10.0 ** ((level + 0.691) / 10.0))
    assert histogram.gated_mean_lufs(-10.0) == pytest.approx(-20.0)
