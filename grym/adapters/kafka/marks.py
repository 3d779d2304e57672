"""What is done above the watermark, as text in the metadata of a committed offset.

The finished positions above the committed one are written as gaps and runs, each a variable-length number of seven
bits a byte, lowest first: ``(missing, done), (missing, done), …``. The text is base64 behind a version letter. The
broker takes 4,096 characters (`offset.metadata.max.bytes`); what does not fit is left out from the top, which only
means that those records are handed out again and recognised by the inbox.
"""

import base64
import binascii
from collections.abc import Iterable, Iterator

from grym.ports.feed import Mark

LIMIT_CHARS = 4000
"""Stays below the broker's 4,096 characters."""

_VERSION = "1"
_MOST_BYTES = (LIMIT_CHARS - 1) // 4 * 3
_CONTINUES = 0x80
_LOW_BITS = 0x7F
_MOST_BITS = 63
_MOST_POSITIONS = 1_000_000  # far more than a runner ever has in hand: foreign metadata must not fill the memory


def to_metadata(mark: Mark) -> str:
    """Return the text for a mark; empty when nothing above the watermark is done."""
    packed = bytearray()
    done_to = mark.position
    for first, last in _runs(mark.beyond):
        pair = _number(first - done_to - 1) + _number(last - first + 1)
        if len(packed) + len(pair) > _MOST_BYTES:
            break
        packed += pair
        done_to = last
    return _VERSION + base64.b64encode(packed).decode() if packed else ""


def from_metadata(position: int, text: str) -> Mark:
    """Return the mark of a committed offset; text that grym did not write counts as none."""
    try:
        return Mark(position=position, beyond=tuple(_positions(position, text)))
    except (ValueError, binascii.Error, IndexError):
        return Mark(position=position)


def _runs(positions: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Yield (first, last) of every run of rising positions without a gap."""
    first = last = None
    for position in positions:
        if first is None or last is None:
            first = last = position
        elif position == last + 1:
            last = position
        else:
            yield first, last
            first = last = position
    if first is not None and last is not None:
        yield first, last


def _positions(position: int, text: str) -> Iterator[int]:
    if not text.startswith(_VERSION):
        return
    packed = base64.b64decode(text[1:], validate=True)
    at, left = 0, _MOST_POSITIONS
    while at < len(packed):
        missing, at = _read(packed, at)
        done, at = _read(packed, at)
        left -= done
        if left < 0:
            raise ValueError(text)
        first = position + missing + 1
        yield from range(first, first + done)
        position = first + done - 1


def _number(value: int) -> bytes:
    written = bytearray()
    while value > _LOW_BITS:
        written.append(value & _LOW_BITS | _CONTINUES)
        value >>= 7
    written.append(value)
    return bytes(written)


def _read(packed: bytes, at: int) -> tuple[int, int]:
    """Return a number and where the next one begins."""
    value = bits = 0
    while packed[at] & _CONTINUES:
        value |= (packed[at] & _LOW_BITS) << bits
        bits, at = bits + 7, at + 1
        if bits > _MOST_BITS:
            raise ValueError(packed)
    return value | packed[at] << bits, at + 1
