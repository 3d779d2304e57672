"""Imprints as bytes: a checked header, then each array by itself, delta-coded where it ascends and compressed.

Layout, little-endian: magic ``GRIM``, version (u8), CRC-32 of the rest (u32), length of the JSON head (u32), the head
(durations, rates, names, dtypes and shapes), then the arrays as one zlib stream.
Salience is kept in at most 255 steps, times in milliseconds; windows are cut anew from the tonal frames.
"""

import json
import struct
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grym.domain.recognition.imprint import Imprint, Melody, Peaks, Tonal
from grym.errors import InvalidPatternError

MAGIC = b"GRIM"
VERSION = 1
HEADER = struct.Struct("<4sBII")
MOST_DECODED_BYTES = 16 * 1024 * 1024
"""An hour's imprint; a small file that swells beyond it is an attack or damage."""


def encode(imprint: Imprint) -> bytes:
    """Return an imprint as bytes, the same for equal imprints."""
    head, arrays = _parts(imprint)
    head["arrays"] = [[name, array.dtype.str, list(array.shape)] for name, array in arrays.items()]
    text = json.dumps(head, separators=(",", ":"), sort_keys=True).encode()
    body = text + zlib.compress(b"".join(array.tobytes() for array in arrays.values()), 6)
    return HEADER.pack(MAGIC, VERSION, zlib.crc32(body), len(text)) + body


def settled(imprint: Imprint) -> Imprint:
    """Return an imprint as `decode` would give it back, so that what was just taken equals what is remembered."""
    return _assembled(*_parts(imprint))


def _parts(imprint: Imprint) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Return the head without its layout, and the arrays in the smallest form that recognition can use."""
    step = _step(imprint.tonal.frames)
    head = {
        "duration_s": imprint.duration_s,
        "extractor": imprint.extractor,
        "rate_hz": imprint.tonal.rate_hz,
        "step": step,
        "tuning_cents": imprint.tonal.tuning_cents,
    }
    return head, {
        "peak_frames": _gaps(imprint.peaks.frames),
        "peak_bins": imprint.peaks.bins.astype("<u2"),
        "peak_levels": imprint.peaks.levels_db,
        "tonal": np.rint(imprint.tonal.frames / step).astype(np.uint8),
        "pitches": imprint.melody.pitches.astype("<i2"),
        "melody_starts": _gaps(_milliseconds(imprint.melody.starts_s)),
        "melody_ends": _gaps(_milliseconds(imprint.melody.ends_s)),
    }


def _step(salience: NDArray[np.float32]) -> float:
    """Return the power of two of which 255 reach the greatest value: floats hold its multiples exactly."""
    top = float(salience.max(initial=0.0))
    return float(2.0 ** np.ceil(np.log2(top / 255.0))) if top > 0.0 else 1.0


def _milliseconds(seconds: NDArray[np.float32]) -> NDArray[np.int64]:
    return np.rint(seconds.astype(np.float64) * 1_000.0).astype(np.int64)


def _gaps(ascending: NDArray[Any]) -> NDArray[np.int32]:
    """Return the steps between values, the first from zero."""
    return np.diff(ascending.astype(np.int64), prepend=0).astype("<i4")


def decode(data: bytes) -> Imprint:
    """Return the imprint that was encoded.

    Raises
    ------
    InvalidPatternError
        ``imprint.version`` for a version this code does not know; ``imprint.damaged`` for anything else.
    """
    head, arrays = _checked(data)
    try:
        return _assembled(head, arrays)
    except (KeyError, TypeError, ValueError) as error:
        raise _damaged("its parts do not fit together") from error


def _checked(data: bytes) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Return head and arrays of bytes that are what they say."""
    if len(data) < HEADER.size:
        raise _damaged(f"it has only {len(data)} bytes")
    magic, version, checksum, length = HEADER.unpack_from(data)
    if magic != MAGIC:
        raise _damaged("it does not begin like one")
    if version != VERSION:
        raise InvalidPatternError(
            f"an imprint of version {version}; this grym reads version {VERSION}",
            code="imprint.version",
            hint="Take the imprint again with this version (grym patterns reembed).",
        )
    body = data[HEADER.size :]
    if zlib.crc32(body) != checksum:
        raise _damaged("its checksum differs")
    try:
        head = json.loads(body[:length])
        return head, _unpacked(head["arrays"], body[length:])
    except (KeyError, TypeError, ValueError, zlib.error) as error:
        raise _damaged("it cannot be unpacked") from error


def _unpacked(layout: list[Any], packed: bytes) -> dict[str, NDArray[Any]]:
    """Return the arrays of a zlib stream."""
    raw = zlib.decompressobj().decompress(packed, MOST_DECODED_BYTES)
    arrays: dict[str, NDArray[Any]] = {}
    start = 0
    for name, dtype, shape in layout:
        count = int(np.prod(shape, dtype=np.int64))
        arrays[name] = np.frombuffer(raw, dtype=np.dtype(dtype), count=count, offset=start).reshape(shape)
        start += arrays[name].nbytes
    return arrays


def _assembled(head: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> Imprint:
    """Return the imprint of arrays that were unpacked."""
    tonal = Tonal(
        frames=arrays["tonal"].astype(np.float32) * np.float32(head["step"]),
        rate_hz=float(head["rate_hz"]),
        tuning_cents=float(head["tuning_cents"]),
    )
    return Imprint(
        duration_s=float(head["duration_s"]),
        extractor=str(head["extractor"]),
        peaks=Peaks(
            frames=np.cumsum(arrays["peak_frames"]).astype(np.int32),
            bins=arrays["peak_bins"].astype(np.int32),
            levels_db=arrays["peak_levels"].astype(np.uint8),
        ),
        tonal=tonal,
        melody=Melody(
            pitches=arrays["pitches"].astype(np.int32),
            starts_s=_seconds(arrays["melody_starts"]),
            ends_s=_seconds(arrays["melody_ends"]),
        ),
    )


def _seconds(gaps: NDArray[Any]) -> NDArray[np.float32]:
    """Return the times that gaps in milliseconds lead to."""
    return np.asarray(np.cumsum(gaps) / 1_000.0, dtype=np.float32)


def _damaged(why: str) -> InvalidPatternError:
    return InvalidPatternError(
        f"not an imprint: {why}", code="imprint.damaged", hint="Take the imprint again from the sound."
    )
