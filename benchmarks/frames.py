"""Cost of one live audio frame on the wire: raw bytes with headers against JSON with base64.

Run: ``python benchmarks/frames.py``. Input: 102,400 bytes of 16-bit PCM noise (0.58 s of 44.1 kHz stereo), seed 1.
Both ends are measured down to a NumPy array; best of five repeats of 200 rounds.
"""

import base64
import platform
import timeit
from collections.abc import Callable

import msgspec
import numpy as np
import numpy.typing as npt

from schemas.frames import AudioFrame, decode_frame, encode_frame

ROUNDS, REPEATS = 200, 5
PCM = np.random.default_rng(1).integers(-(2**15), 2**15, 51_200, dtype=np.int16).tobytes()
FRAME = AudioFrame(
    stream_id="s-1",
    source="studio",
    sequence=7,
    first_sample=179_200,
    sample_rate_hz=44_100,
    channels=2,
    sample_format="s16le",
    pcm=PCM,
)
RECORD = encode_frame(FRAME)


class JsonFrame(msgspec.Struct):
    """The same frame as JSON, as many systems send it."""

    stream_id: str
    source: str
    sequence: int
    first_sample: int
    sample_rate_hz: int
    channels: int
    sample_format: str
    pcm: str


def encode_json() -> bytes:
    """Write the frame as JSON with base64."""
    return msgspec.json.encode(
        JsonFrame(
            stream_id=FRAME.stream_id,
            source=FRAME.source,
            sequence=FRAME.sequence,
            first_sample=FRAME.first_sample,
            sample_rate_hz=FRAME.sample_rate_hz,
            channels=FRAME.channels,
            sample_format=FRAME.sample_format,
            pcm=base64.b64encode(FRAME.pcm).decode(),
        )
    )


JSON_VALUE = encode_json()
JSON_DECODER = msgspec.json.Decoder(JsonFrame)


def read_raw() -> npt.NDArray[np.int16]:
    """Read the raw record down to its samples."""
    return np.frombuffer(decode_frame(RECORD).pcm, "<i2")


def read_json() -> npt.NDArray[np.int16]:
    """Read the JSON value down to its samples."""
    return np.frombuffer(base64.b64decode(JSON_DECODER.decode(JSON_VALUE).pcm), "<i2")


def cost_us(call: Callable[[], object]) -> float:
    """Return the cost of one call in microseconds."""
    return min(timeit.repeat(call, number=ROUNDS, repeat=REPEATS)) / ROUNDS * 1e6


def main() -> None:
    """Print a table."""
    if not np.array_equal(read_raw(), read_json()):
        raise SystemExit("the two forms do not carry the same samples")
    header_bytes = sum(len(name) + len(value) for name, value in RECORD.headers)
    print(f"{platform.machine()}, Python {platform.python_version()}, {len(PCM)} bytes of PCM")
    print(f"{'form':<16}{'write µs':>10}{'read µs':>10}{'bytes':>10}")
    raw_us = cost_us(lambda: encode_frame(FRAME)), cost_us(read_raw)
    json_us = cost_us(encode_json), cost_us(read_json)
    print(f"{'raw + headers':<16}{raw_us[0]:>10.1f}{raw_us[1]:>10.1f}{len(PCM) + header_bytes:>10}")
    print(f"{'JSON, base64':<16}{json_us[0]:>10.1f}{json_us[1]:>10.1f}{len(JSON_VALUE):>10}")


if __name__ == "__main__":
    main()
