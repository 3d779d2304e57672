"""The state of a stream as bytes: a checked header, a JSON tree, then its arrays by themselves, uncompressed.

Layout, little-endian: magic ``GRLS``, version (u8), CRC-32 of the rest (u32), length of the tree (u32), the tree, the
arrays one after the other. In the tree an array stands as ``{"$array": [dtype, shape]}``, bytes as ``{"$bytes": n}``.
Floats are written so that they read back to the same bits.
"""

import json
import struct
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from grym.errors import ContractError

MAGIC = b"GRLS"
VERSION = 1
HEADER = struct.Struct("<4sBI")
ARRAY, BYTES = "$array", "$bytes"


def encoded(state: Mapping[str, Any]) -> bytes:
    """Return a state as bytes, the same for equal states.

    Parameters
    ----------
    state
        Names, none of which begins with ``$``, to None, bool, int, float, str, bytes, numpy arrays and scalars, and
        lists and mappings of those.
    """
    parts: list[bytes] = []
    tree = json.dumps(_flat(state, parts), separators=(",", ":")).encode()
    body = b"".join([len(tree).to_bytes(4, "little"), tree, *parts])
    return HEADER.pack(MAGIC, VERSION, zlib.crc32(body)) + body


def decoded(data: bytes) -> dict[str, Any]:
    """Return the state that was encoded; its arrays may be written to.

    Raises
    ------
    ContractError
        ``live.state_version`` for a state of a version this code does not know, ``live.state_damaged`` for bytes that
        are no state or were altered.
    """
    if len(data) < HEADER.size or data[:4] != MAGIC:
        raise _damaged("the bytes are not the state of a live stream")
    _, version, checksum = HEADER.unpack_from(data)
    if version != VERSION:
        raise ContractError(
            f"the state of a live stream has version {version}; this code knows {VERSION}",
            code="live.state_version",
            hint="Let the version of grym that wrote it end the stream, or begin the stream anew.",
            details={"version": version, "known": VERSION},
        )
    body = memoryview(data)[HEADER.size :]
    if zlib.crc32(body) != checksum:
        raise _damaged("the state of a live stream was altered or cut")
    end = 4 + int.from_bytes(body[:4], "little")
    state: dict[str, Any] = _Reader(body[end:]).grown(json.loads(bytes(body[4:end])))
    return state


def _flat(value: Any, parts: list[bytes]) -> Any:
    """Return the value with arrays and bytes moved to `parts`."""
    if isinstance(value, Mapping):
        return {name: _flat(inner, parts) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_flat(inner, parts) for inner in value]
    if isinstance(value, np.ndarray):
        parts.append(value.tobytes())
        return {ARRAY: [value.dtype.str, list(value.shape)]}
    if isinstance(value, bytes):
        parts.append(value)
        return {BYTES: len(value)}
    return value.item() if isinstance(value, np.generic) else value


class _Reader:
    """Gives arrays back in the order in which they were taken out."""

    def __init__(self, binary: memoryview) -> None:
        self._binary = binary
        self._at = 0

    def grown(self, value: Any) -> Any:
        """Return the value with arrays and bytes in their places."""
        if isinstance(value, list):
            return [self.grown(inner) for inner in value]
        if not isinstance(value, dict):
            return value
        if ARRAY in value:
            dtype, shape = value[ARRAY]
            count = int(np.prod(shape, dtype=np.int64))
            taken = self._taken(count * np.dtype(dtype).itemsize)
            return np.frombuffer(taken, dtype=dtype).reshape(shape).copy()
        if BYTES in value:
            return bytes(self._taken(value[BYTES]))
        return {name: self.grown(inner) for name, inner in value.items()}

    def _taken(self, length: int) -> memoryview:
        taken = self._binary[self._at : self._at + length]
        self._at += length
        return taken


def _damaged(message: str) -> ContractError:
    return ContractError(message, code="live.state_damaged", hint="Begin the stream anew.")
