"""How much sound a file's header declares, against what the file holds.

libsndfile reads half a file without complaint, so truncation has to be seen in the container: WAV, AIFF and FLAC
declare their length, Ogg pages declare their size. A container this module does not know is not judged.
"""

import struct
from dataclasses import dataclass
from typing import BinaryIO

UNKNOWN_SIZES = frozenset({0, 0xFFFFFFFF, 0x7FFFFFFF})
"""What writers to a pipe put where they cannot know the size; the real one is then the rest of the file."""

MOST_CHUNKS = 4_096
"""A file with more chunks than this is an attack, not a recording."""

OGG_PAGE_MAX_BYTES = 65_307
"""27 bytes of header, 255 of lacing values and 255 segments of 255 bytes (RFC 3533)."""

XING_HAS_FRAMES = 1
XING_HAS_BYTES = 2

XING_TOLERANCE = 0.01
"""Editors that rewrite tags leave the size off by a little; a hundredth is what the mpg123 decoder tolerates."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortfall:
    """A header that promises more than the file holds; both in bytes."""

    declared_bytes: int
    actual_bytes: int


def shortfall(file: BinaryIO, *, size_bytes: int) -> Shortfall | None:
    """Compare the sound a header declares with what follows it.

    Parameters
    ----------
    file
        Opened for reading in binary; its position changes.
    size_bytes
        Length of the file.

    Returns
    -------
    Shortfall or None
        None where the container is complete, declares nothing, or is not known here.

    References
    ----------
    Xing VBR header (as written by LAME), ID3v2.4 section 3.1,
    RIFF/WAVE (Microsoft 1991), AIFF 1.3 (Apple 1989), RF64 (EBU Tech 3306), Ogg (RFC 3533).
    """
    file.seek(0)
    magic = file.read(12)
    if magic[:4] == b"RIFF" and magic[8:12] == b"WAVE":
        return _chunked(file, size_bytes=size_bytes, sound=b"data", order="<")
    if magic[:4] == b"RF64":
        return _rf64(file, size_bytes=size_bytes)
    if magic[:4] == b"FORM" and magic[8:12] in {b"AIFF", b"AIFC"}:
        return _chunked(file, size_bytes=size_bytes, sound=b"SSND", order=">")
    if magic[:4] == b"OggS":
        return _ogg(file, size_bytes=size_bytes)
    if magic[:3] == b"ID3" or (magic[:1] == b"\xff" and magic[1:2] >= b"\xe0"):
        return _mpeg(file, size_bytes=size_bytes)
    return None


def _chunked(file: BinaryIO, *, size_bytes: int, sound: bytes, order: str) -> Shortfall | None:
    """Walk the chunks of RIFF (``<``) or IFF (``>``) up to the one that holds the sound."""
    position = 12
    for _ in range(MOST_CHUNKS):
        file.seek(position)
        header = file.read(8)
        if len(header) < 8:  # noqa: PLR2004 (a chunk header is eight bytes)
            return None
        name, declared = header[:4], int(struct.unpack(order + "I", header[4:])[0])
        if name == sound:
            actual = size_bytes - position - 8
            is_short = declared not in UNKNOWN_SIZES and declared > actual
            return Shortfall(declared_bytes=declared, actual_bytes=actual) if is_short else None
        position += 8 + declared + declared % 2
    return None


def _rf64(file: BinaryIO, *, size_bytes: int) -> Shortfall | None:
    """Compare the 64-bit size of the sound in the ``ds64`` chunk with the file."""
    file.seek(12)
    header = file.read(24)
    if len(header) < 24 or header[:4] != b"ds64":  # noqa: PLR2004 (chunk header and two 64-bit sizes)
        return None
    declared = int(struct.unpack("<Q", header[16:24])[0])
    return Shortfall(declared_bytes=declared, actual_bytes=size_bytes) if declared > size_bytes else None


def _ogg(file: BinaryIO, *, size_bytes: int) -> Shortfall | None:
    """Tell whether the last page is whole."""
    start = max(0, size_bytes - OGG_PAGE_MAX_BYTES)
    file.seek(start)
    end = file.read(OGG_PAGE_MAX_BYTES)
    at = end.rfind(b"OggS")
    if at < 0 or at + 27 > len(end):
        return Shortfall(declared_bytes=size_bytes + 1, actual_bytes=size_bytes)
    segments = end[at + 26]
    lacing = end[at + 27 : at + 27 + segments]
    needed = start + at + 27 + segments + sum(lacing)
    if len(lacing) < segments or needed > size_bytes:
        return Shortfall(declared_bytes=needed, actual_bytes=size_bytes)
    return None


def _mpeg(file: BinaryIO, *, size_bytes: int) -> Shortfall | None:
    """Compare the size in the Xing or Info header of the first MPEG frame, where the encoder left one."""
    file.seek(0)
    tag = file.read(10)
    start = 0
    if tag[:3] == b"ID3":
        start = 10 + sum((byte & 0x7F) << shift for byte, shift in zip(tag[6:10], (21, 14, 7, 0), strict=False))
    file.seek(start)
    frame = file.read(64)
    at = max(frame.find(b"Xing"), frame.find(b"Info"))
    if at < 0 or len(frame) < at + 16 or not frame[at + 7] & XING_HAS_BYTES:
        return None
    field = at + 8 + (4 if frame[at + 7] & XING_HAS_FRAMES else 0)
    declared = int.from_bytes(frame[field : field + 4], "big")
    actual = size_bytes - start
    is_short = declared > actual * (1.0 + XING_TOLERANCE)
    return Shortfall(declared_bytes=declared, actual_bytes=actual) if is_short else None
