"""Recordings too long for one pattern: kept in parts of equal length under one name, told by what their tags say."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from grym.domain.recognition.codec import decode, encode
from grym.domain.recognition.imprint import Imprint
from grym.domain.recognition.parts import part_of
from grym.ports.patterns import MAX_PATTERN_BYTES
from streams.patterns.numbers import size_bytes_of

PART, START = "part", "start_s"
"""Tags of a part: which of how many (``2/4``), and where it begins in the recording, in seconds."""

MOST_PART_S = 480.0
"""Half of what fits into a pattern where much happens in the music."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A recording, or a part of one, as it is kept."""

    imprint: Imprint
    encoded: bytes
    tags: Mapping[str, str] = field(default_factory=dict)


def pieces_of(imprint: Imprint, encoded: bytes) -> Iterator[Piece]:
    """Yield what is kept of a recording: itself where it fits into one pattern, else its parts in order."""
    if size_bytes_of(imprint, encoded) <= MAX_PATTERN_BYTES:
        yield Piece(imprint=imprint, encoded=encoded)
        return
    count = math.ceil(imprint.duration_s / MOST_PART_S)
    length_s = imprint.duration_s / count
    for number in range(count):
        begin_s, part = part_of(imprint, start_s=number * length_s, length_s=length_s)
        written = encode(part)
        tags = {PART: f"{number + 1}/{count}", START: f"{begin_s:.3f}"}
        yield Piece(imprint=decode(written), encoded=written, tags=tags)


def start_of(tags: Mapping[str, str]) -> float:
    """Return where a pattern begins in its recording, in seconds; 0 where it is no part of one."""
    if PART not in tags:
        return 0.0
    try:
        start_s = float(tags.get(START, "0"))
    except ValueError:  # somebody corrected it
        return 0.0
    return start_s if 0.0 <= start_s < math.inf else 0.0
