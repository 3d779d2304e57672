"""Thinning out, against tones that must stay or go, and against the plain convolution."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grym.domain.decimation import KEPT_HZ, Decimator, decimated, factor_for, reduced
from grym.domain.signal import FloatArray
from grym.domain.stft import framing_for


def tone(hz: float, rate_hz: int, *, seconds: float = 0.5) -> FloatArray:
    """A sine of full scale."""
    return np.sin(2.0 * np.pi * hz * np.arange(round(seconds * rate_hz)) / rate_hz).astype(np.float32)


def level_db(sound: FloatArray) -> float:
    """Level of the inner part against a full-scale sine."""
    inner = sound[200:-200].astype(np.float64)
    return float(10.0 * np.log10(2.0 * np.mean(inner**2)))


@pytest.mark.parametrize(
    ("rate_hz", "factor"), [(8_000, 1), (11_025, 1), (22_050, 2), (44_100, 4), (44_101, 1), (48_000, 4), (192_000, 16)]
)
def test_the_rate_stays_at_11_khz_or_more(rate_hz: int, factor: int) -> None:
    """The factor is the largest power of two that divides evenly and leaves 11 kHz."""
    assert factor_for(rate_hz) == factor


@pytest.mark.parametrize("rate_hz", [22_050, 32_000, 44_100, 48_000, 96_000, 192_000])
@pytest.mark.parametrize("hz", [55.0, 440.0, 4_200.0])
def test_what_has_pitch_stays(rate_hz: int, hz: float) -> None:
    """Tones up to 4.2 kHz keep their level within 0.05 dB."""
    assert level_db(decimated(tone(hz, rate_hz), rate_hz)) == pytest.approx(0.0, abs=0.05)


@pytest.mark.parametrize("rate_hz", [22_050, 44_100, 48_000, 96_000, 192_000])
def test_nothing_folds_onto_what_has_pitch(rate_hz: int) -> None:
    """Tones that would fold below 4.4 kHz are at least 60 dB down."""
    low_rate = rate_hz / factor_for(rate_hz)
    for hz in np.arange(low_rate - KEPT_HZ, min(rate_hz / 2.0, 3.0 * low_rate), 937.0):
        assert level_db(decimated(tone(float(hz), rate_hz), rate_hz)) < -60.0, hz


def test_times_do_not_move() -> None:
    """An impulse at input sample 4 · m peaks at output sample m."""
    sound = np.zeros(8_000, dtype=np.float32)
    sound[4 * 777] = 1.0
    assert decimated(sound, 44_100).argmax() == 777


@settings(max_examples=25, deadline=None)
@given(
    lengths=st.lists(st.integers(min_value=0, max_value=700), max_size=20),
    rate_hz=st.sampled_from([16_000, 44_100, 96_000]),
    stop=st.integers(min_value=0, max_value=19),
)
def test_pieces_give_the_samples_of_the_whole(lengths: list[int], rate_hz: int, stop: int) -> None:
    """Pieces of any size, stored in between, give what the whole sound gives."""
    sound = np.random.default_rng(1).standard_normal(sum(lengths) + 1).astype(np.float32)
    decimator, pieces, first = Decimator(rate_hz), [], 0
    for index, length in enumerate([*lengths, 1]):
        pieces.append(decimator.push(sound[first : first + length]))
        first += length
        if index == stop:
            decimator = Decimator.restored(rate_hz, decimator.state())
    pieces.append(decimator.finish())
    joined, whole = np.concatenate(pieces), decimated(sound, rate_hz)
    assert len(whole) == 1 + (len(sound) - 1) // factor_for(rate_hz)
    np.testing.assert_allclose(joined, whole, atol=2e-6)


def test_framing_keeps_its_times() -> None:
    """Windows and hops last as long after thinning out, and bins are as far apart."""
    before, after = framing_for(44_100, stretch=8), reduced(framing_for(44_100, stretch=8))
    assert after.n_fft * 4 == before.n_fft
    assert after.frame_rate_hz == before.frame_rate_hz
    assert after.bin_hz == before.bin_hz


def test_a_start_in_the_middle_is_silence_before() -> None:
    """A decimator that begins at a position gives what one gives that heard silence up to there."""
    sound = tone(500.0, 44_100, seconds=0.05)
    late = Decimator(44_100, from_sample=1_001)
    first = late.next_sample
    whole = Decimator(44_100).push(np.concatenate([np.zeros(1_001, dtype=np.float32), sound]))
    np.testing.assert_allclose(late.push(sound), whole[first:], atol=1e-6)
