"""Audio frames: what is written is read back sample for sample, and damaged headers are only ever refused."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from grym.errors import ContractError
from schemas.frames import FRAME_HEADERS, RATES_HZ, AudioFrame, SampleFormat, decode_frame, encode_frame
from schemas.records import Headers, Message

FORMATS: tuple[SampleFormat, ...] = ("s16le", "f32le")


@st.composite
def frames(draw: st.DrawFn) -> AudioFrame:
    """Draw a valid frame."""
    sample_format = draw(st.sampled_from(FORMATS))
    channels, samples = draw(st.integers(1, 8)), draw(st.integers(1, 50))
    size = samples * channels * (2 if sample_format == "s16le" else 4)
    return AudioFrame(
        stream_id=draw(st.text("abc/-é", min_size=1, max_size=20)),
        source=draw(st.text("abc/", min_size=1, max_size=9)),
        sequence=draw(st.integers(0, 10**17)),
        first_sample=draw(st.integers(0, 10**17)),
        sample_rate_hz=draw(st.integers(*RATES_HZ)),
        channels=channels,
        sample_format=sample_format,
        pcm=draw(st.binary(min_size=size, max_size=size)),
        foreign=draw(st.lists(st.tuples(st.just("x-foreign"), st.binary(max_size=5)), max_size=2).map(tuple)),
    )


@given(frame=frames())
def test_frames_survive_the_wire(frame: AudioFrame) -> None:
    """Every field comes back, and the samples are the same object, not a copy."""
    message = encode_frame(frame)
    again = decode_frame(message)
    assert again == frame
    assert again.pcm is message.value is frame.pcm
    samples = np.frombuffer(again.pcm, "<i2" if again.sample_format == "s16le" else "<f4")
    assert samples.reshape(-1, again.channels).shape == (frame.samples, frame.channels)


@settings(max_examples=300)
@given(
    frame=frames(),
    name=st.sampled_from([field.name for field in FRAME_HEADERS]),
    damage=st.binary(max_size=30) | st.sampled_from([b"0", b"9", b"-1", b"1" * 19, "٣".encode(), b"f32le"]),
    value=st.none() | st.binary(max_size=20),
)
def test_damaged_frames_are_read_or_refused(frame: AudioFrame, name: str, damage: bytes, value: bytes | None) -> None:
    """With one header replaced and another value, decoding gives a frame that can be written, or `ContractError`."""
    good = encode_frame(frame)
    headers: Headers = tuple((key, damage if key == name else text) for key, text in good.headers)
    refused = ""
    try:
        read = decode_frame(Message(topic=good.topic, key=good.key, headers=headers, value=value))
        assert decode_frame(encode_frame(read)) == read
    except ContractError as error:
        refused = error.code
    assert refused in {"", "contract.header", "contract.type", "contract.frame"}
