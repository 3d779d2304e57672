"""Cutting: whatever the sizes in which sound comes, its frames follow each other and hold every sample."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grym.errors import ContractError, GrymError, InvalidAudioError
from producers.frames.cutting import FRAME_S, FrameCutter, StreamFormat, StreamPlace, frame_samples
from schemas.frames import MAX_BYTES, AudioFrame, SampleFormat
from tests.unit.producers.frames.world import joined

FORM = StreamFormat(sample_rate_hz=8_000)


def cutter(form: StreamFormat = FORM, *, frame_s: float = FRAME_S) -> FrameCutter:
    """Return a cutter of a stream."""
    return FrameCutter(form, stream_id="s", source="test", frame_s=frame_s)


def all_of(one: FrameCutter, *, last: bool = False) -> list[AudioFrame]:
    """Take every frame there is."""
    frames = []
    while (frame := one.next(last=last)) is not None:
        one.took(frame)
        frames.append(frame)
    return frames


@given(
    sizes=st.lists(st.integers(0, 5_000), max_size=30),
    channels=st.integers(1, 8),
    sample_format=st.sampled_from(["s16le", "f32le"]),
    frame_s=st.floats(0.001, 0.5),
)
def test_sound_of_any_sizes_comes_out_whole(
    sizes: list[int], channels: int, sample_format: SampleFormat, frame_s: float
) -> None:
    """The frames are numbered, join, are as long as asked for but the last, and leave only what is no whole sample."""
    form = StreamFormat(sample_rate_hz=8_000, channels=channels, sample_format=sample_format)
    sound = np.random.default_rng(sum(sizes)).bytes(sum(sizes))
    one, frames, at = cutter(form, frame_s=frame_s), [], 0
    for size in sizes:
        one.add(sound[at : at + size])
        at += size
        frames += all_of(one)
    assert {frame.samples for frame in frames} <= {frame_samples(form, frame_s=frame_s)}
    frames += all_of(one, last=True)
    whole = len(sound) - len(sound) % form.step_bytes
    assert joined(frames) == sound[:whole]
    assert one.waiting_bytes == len(sound) - whole


def test_a_frame_that_was_not_taken_comes_again() -> None:
    """Looking at a frame loses nothing."""
    one = cutter()
    one.add(bytes(1_600))
    assert one.next() == one.next()
    assert one.place == StreamPlace()


def test_a_gap_shows_in_the_first_sample_only() -> None:
    """Skipped sound moves the sample clock and takes no sequence number."""
    one = cutter()
    one.add(bytes(1_600))
    (first,) = all_of(one)
    one.skip(100)
    one.add(bytes(1_600))
    (second,) = all_of(one)
    assert (second.sequence, second.first_sample) == (1, first.end_sample + 100)


def test_nothing_is_skipped_before_what_waits() -> None:
    """A gap before sound that came earlier would put that sound in the wrong place."""
    one = cutter()
    one.add(bytes(2))
    with pytest.raises(ContractError, match="behind everything"):
        one.skip(10)


@pytest.mark.parametrize("frame_s", [0.0, -1.0, float("nan"), float("inf"), 1e-9, 1e9])
def test_a_frame_of_no_length_or_too_much_is_refused(frame_s: float) -> None:
    """Frames hold at least one sample and at most 1 MiB."""
    with pytest.raises(ContractError) as caught:
        cutter(frame_s=frame_s)
    assert caught.value.code == "stream.frame_length"


def test_the_longest_frame_holds_a_mebibyte() -> None:
    """A frame of exactly 1 MiB is allowed and encodes."""
    assert frame_samples(FORM, frame_s=MAX_BYTES / 2 / 8_000) * 2 == MAX_BYTES


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"sample_rate_hz": 7_999}, "audio.sample_rate"),
        ({"sample_rate_hz": 192_001}, "audio.sample_rate"),
        ({"sample_rate_hz": 8_000, "channels": 0}, "audio.channels"),
        ({"sample_rate_hz": 8_000, "channels": 9}, "audio.channels"),
        ({"sample_rate_hz": 8_000, "sample_format": "s24le"}, "audio.sample_format"),
    ],
)
def test_a_format_that_no_stream_has_is_refused(options: dict[str, object], code: str) -> None:
    """Rate, channels and format are refused by name before anything is sent."""
    with pytest.raises(GrymError) as caught:
        StreamFormat(**options)  # type: ignore[arg-type]  # wrong on purpose
    assert caught.value.code == code


def test_integers_are_packed_as_a_converter_would() -> None:
    """Samples are rounded to steps of 1/32768, interleaved, and clipped at full scale."""
    form = StreamFormat(sample_rate_hz=8_000, channels=2)
    samples = np.array([[0.5, 1.0, np.nan], [-0.5, -2.0, np.inf]], dtype=np.float32)
    assert np.frombuffer(form.pack(samples), "<i2").tolist() == [16_384, -16_384, 32_767, -32_768, 0, 32_767]


def test_floats_are_packed_as_they_are() -> None:
    """What is no number stays what it is: the listener names it."""
    form = StreamFormat(sample_rate_hz=8_000, sample_format="f32le")
    samples = np.array([[0.25, np.nan, -3.0]], dtype=np.float32)
    assert np.array_equal(np.frombuffer(form.pack(samples), "<f4"), samples[0], equal_nan=True)


def test_another_number_of_channels_is_refused() -> None:
    """An array must have the shape (channels, samples) of its stream."""
    with pytest.raises(InvalidAudioError):
        FORM.pack(np.zeros((2, 100), dtype=np.float32))
