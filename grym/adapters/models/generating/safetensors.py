"""What a safetensors file holds, read from its header: names, number formats, sizes; no weights are loaded.

The format: eight bytes with the length of the header, little-endian; the header, JSON by tensor name with ``dtype``,
``shape`` and the span of its bytes; the bytes (format description of the safetensors project).
"""

import json
import math
from dataclasses import dataclass
from pathlib import Path

LENGTH_BYTES = 8
MAX_HEADER_BYTES = 100_000_000
"""The bound of the format's own reader."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tensors:
    """What a file holds.

    Parameters
    ----------
    formats
        Number formats as the file calls them: ``F32``, ``BF16``, ``I64`` …
    count
        Numbers in it.
    size_bytes
        Length the file has when it is whole.
    """

    formats: frozenset[str]
    count: int
    size_bytes: int


def read_header(path: Path) -> Tensors:
    """Read what a file holds.

    Raises
    ------
    ValueError
        The file is cut off or no safetensors; the message says which.
    """
    with path.open("rb") as file:
        length = int.from_bytes(file.read(LENGTH_BYTES), "little")
        if length > MAX_HEADER_BYTES:
            raise ValueError(f"{path.name} is no safetensors file")
        text = file.read(length)
    entries = _entries(text, path.name)
    end = max((int(entry["data_offsets"][1]) for entry in entries), default=0)
    found = Tensors(
        formats=frozenset(str(entry["dtype"]) for entry in entries),
        count=sum(math.prod(entry["shape"]) for entry in entries),
        size_bytes=LENGTH_BYTES + length + end,
    )
    if path.stat().st_size < found.size_bytes:
        raise ValueError(f"{path.name} is cut off: {path.stat().st_size} of {found.size_bytes} bytes")
    return found


def _entries(text: bytes, name: str) -> list[dict[str, list[int]]]:
    try:
        header = json.loads(text)
        return [entry for key, entry in header.items() if key != "__metadata__" and entry["data_offsets"]]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{name} is no safetensors file") from error
