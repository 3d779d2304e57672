"""The records shown in docs/events.md are real: the codec reads them as the page says."""

import re
from pathlib import Path

from schemas.commands import RequestComposition
from schemas.envelope import decode
from schemas.frames import decode_frame, encode_frame
from schemas.records import Message

GUIDE = (Path(__file__).parents[2] / "docs" / "events.md").read_text(encoding="utf-8")
BLOCKS = [
    block for block in re.findall(r"^```\w*\n(.*?)^```$", GUIDE, re.DOTALL | re.MULTILINE) if block.startswith("key ")
]


def shown(block: str, *, value: bytes | None = None) -> Message:
    """Turn a block of the page into a record."""
    lines, _, body = block.partition("\n\n")
    (_, key), *headers = (line.split(maxsplit=1) for line in lines.splitlines())
    return Message(
        topic="grym.requests.v1",
        key=key.encode(),
        headers=tuple((name, text.strip().encode()) for name, text in headers),
        value=body.encode() if value is None else value,
    )


def test_the_request_shown_is_accepted() -> None:
    """The example of a foreign request is a composition request about its key."""
    envelope = decode(shown(BLOCKS[0]))
    assert envelope.subject == "my-piece-1"
    assert envelope.body == RequestComposition(prompt="a calm piano nocturne in D minor, 70 bpm", seconds=30.0)


def test_the_frame_shown_is_accepted() -> None:
    """The example of a frame, with a tenth of a second of stereo, follows the 42 frames before it."""
    frame = decode_frame(shown(BLOCKS[1], value=bytes(4410 * 2 * 2)))
    assert (frame.stream_id, frame.sequence, frame.samples) == ("stream-1", 42, 4410)
    assert frame.first_sample == 42 * 4410
    assert decode_frame(encode_frame(frame)) == frame
