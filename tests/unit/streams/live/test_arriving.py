"""Tests of streams.live.arriving: what a record of the frames topic is."""

import msgspec
import numpy as np
import pytest

from grym.errors import ContractError, InvalidAudioError
from schemas.commands import CancelRequest
from schemas.events import StreamOpened
from schemas.frames import AudioFrame
from streams.live.arriving import arrival_of, format_of, frame_of
from tests.contract.fakes import message
from tests.support.live_kit import SENDER, broken, frame, opened, record_of


def test_a_frame_and_an_opening_are_told_apart() -> None:
    """Either names its stream, its sender, and itself as the cause of what follows."""
    sound, event = arrival_of(record_of(frame("s", 3), 7)), arrival_of(record_of(opened("s"), 8))
    assert sound.frame is not None
    assert isinstance(event.event and event.event.body, StreamOpened)
    assert [(one.stream_id, one.position, one.source) for one in (sound, event)] == [("s", 7, SENDER), ("s", 8, SENDER)]
    assert [one.cause.event_id for one in (sound, event)] == ["s/3", "s-opened"]


def test_another_key_would_lose_the_order() -> None:
    """A record that is not keyed by its stream is refused."""
    stray = msgspec.structs.replace(record_of(frame("s", 0), 1), key=b"t")
    with pytest.raises(ContractError, match="key"):
        arrival_of(stray)


@pytest.mark.parametrize("put", [broken("s", 1), message(CancelRequest(), subject="s")], ids=["frame", "command"])
def test_what_is_no_part_of_a_stream_is_refused(put: object) -> None:
    """Broken frames, and events that say something else."""
    with pytest.raises(ContractError):
        arrival_of(record_of(put, 1))  # type: ignore[arg-type]  # parametrised


@pytest.mark.parametrize(("sample_format", "pcm"), [("s16le", "<i2"), ("f32le", "<f4")])
def test_samples_are_taken_out_of_their_bytes(sample_format: str, pcm: str) -> None:
    """Interleaved channels come apart, full scale is 1."""
    scale = 32_768 if sample_format == "s16le" else 1
    wanted = np.array([[0.5, -0.25, 0.0], [-1.0, 0.125, 0.75]], dtype=np.float32)
    sent = AudioFrame(
        stream_id="s",
        source=SENDER,
        sequence=4,
        first_sample=12,
        sample_rate_hz=8_000,
        channels=2,
        sample_format=sample_format,  # type: ignore[arg-type]  # parametrised
        pcm=(wanted.T * scale).astype(pcm).tobytes(),
    )
    got = frame_of(sent)
    assert (got.sequence, got.first_sample, got.sample_rate_hz) == (4, 12, 8_000)
    np.testing.assert_array_equal(got.samples, wanted)
    assert got.samples.dtype == np.float32


def test_a_format_is_checked() -> None:
    """A stream has one of the rates that grym knows."""
    assert format_of(StreamOpened(sample_rate_hz=48_000, channels=2, sample_format="s16le")).channels == 2
    with pytest.raises(InvalidAudioError):
        format_of(StreamOpened(sample_rate_hz=48_000, channels=9, sample_format="s16le"))
