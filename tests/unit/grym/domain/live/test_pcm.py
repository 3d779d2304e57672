"""PCM to samples and back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grym.domain.live.frame import StreamFormat
from grym.domain.live.pcm import pcm_of, samples_of, sliced
from grym.errors import InvalidAudioError


@given(
    values=st.lists(st.integers(-32_768, 32_767), min_size=0, max_size=40).filter(lambda v: len(v) % 2 == 0),
)
def test_sixteen_bits_come_back_as_they_were(values: list[int]) -> None:
    """Every 16-bit value survives the way through floats, channels apart."""
    pcm = np.array(values, dtype="<i2").tobytes()
    samples = samples_of(pcm, channels=2, sample_format="s16le")
    assert samples.shape == (2, len(values) // 2)
    assert samples.dtype == np.float32
    np.testing.assert_array_equal(samples[1] * 32_768.0, values[1::2])
    assert pcm_of(samples, sample_format="s16le") == pcm


def test_floats_are_taken_as_they_are() -> None:
    """Float samples keep their bits, damaged ones too."""
    values = np.array([0.5, -2.0, np.nan, np.inf], dtype="<f4")
    samples = samples_of(values.tobytes(), channels=1, sample_format="f32le")
    np.testing.assert_array_equal(samples, values[None])
    assert pcm_of(samples, sample_format="f32le") == values.tobytes()


def test_what_sixteen_bits_cannot_hold_is_cut() -> None:
    """Beyond full scale is full scale, and no number is silence."""
    samples = np.array([[2.0, -2.0, np.nan, np.inf]], dtype=np.float32)
    assert np.frombuffer(pcm_of(samples, sample_format="s16le"), "<i2").tolist() == [32_767, -32_768, 0, 32_767]


@pytest.mark.parametrize(("length", "channels"), [(3, 1), (6, 2), (1, 1)])
def test_bytes_that_end_inside_a_sample_are_refused(length: int, channels: int) -> None:
    """Half a sample is no sample."""
    with pytest.raises(InvalidAudioError) as refused:
        samples_of(bytes(length), channels=channels, sample_format="s16le")
    assert refused.value.code == "audio.truncated"


def test_slices_follow_each_other() -> None:
    """Frames of 4 cover 10 samples; the last is shorter."""
    samples = np.arange(20, dtype=np.float32).reshape(2, 10)
    stream_format = StreamFormat(sample_rate_hz=8_000, channels=2)
    frames = list(sliced(samples, stream_format, frame_samples=4, first_sequence=7, first_sample=1_000))
    assert [(frame.sequence, frame.first_sample) for frame in frames] == [(7, 1_000), (8, 1_004), (9, 1_008)]
    np.testing.assert_array_equal(np.concatenate([frame.samples for frame in frames], axis=1), samples)
    assert frames[0].format == stream_format
