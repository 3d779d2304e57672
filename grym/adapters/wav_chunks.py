"""The broadcast chunk of WAV files: who made a recording, when, and how loud it is.

References: EBU Tech 3285 version 2 (2011), "Specification of the Broadcast Wave Format", section 2.3.
"""

import struct
from dataclasses import dataclass
from pathlib import Path

VERSION = 2
NOT_MEASURED = 0x7FFF
"""What version 2 prescribes for a value that was not measured."""

LAYOUT = struct.Struct("<256s32s32s10s8sQH64s5h180s")
"""Description, originator, its reference, date, time, time reference, version, UMID, five loudness values, reserved."""

RIFF_HEADER = struct.Struct("<4sI4s")


@dataclass(frozen=True, slots=True, kw_only=True)
class Broadcast:
    """What the chunk says.

    Parameters
    ----------
    description, originator, reference
        Texts; what is too long for the chunk is cut, what is not ASCII replaced, as the specification demands.
    date
        As 2026-11-21, or empty.
    loudness_lufs, true_peak_dbtp
        None where they were not measured.
    """

    description: str = ""
    originator: str = ""
    reference: str = ""
    date: str = ""
    loudness_lufs: float | None = None
    true_peak_dbtp: float | None = None


def with_chunks(path: Path, broadcast: Broadcast) -> None:
    """Append a ``bext`` chunk to a closed WAV file in place.

    Raises
    ------
    ValueError
        The file is no RIFF WAVE file.
    """
    body = LAYOUT.pack(
        _ascii(broadcast.description),
        _ascii(broadcast.originator),
        _ascii(broadcast.reference),
        _ascii(broadcast.date),
        b"00:00:00" if broadcast.date else b"",
        0,
        VERSION,
        b"",
        _hundredths(broadcast.loudness_lufs),
        NOT_MEASURED,
        _hundredths(broadcast.true_peak_dbtp),
        NOT_MEASURED,
        NOT_MEASURED,
        b"",
    )
    with path.open("r+b") as file:
        riff, _, wave = RIFF_HEADER.unpack(file.read(RIFF_HEADER.size))
        if (riff, wave) != (b"RIFF", b"WAVE"):
            raise ValueError(f"{path.name} is no RIFF WAVE file")
        end = file.seek(0, 2)
        file.write(b"\0" * (end % 2) + b"bext" + struct.pack("<I", len(body)) + body)
        size = file.tell() - 8
        file.seek(4)
        file.write(struct.pack("<I", size))


def _ascii(text: str) -> bytes:
    return text.encode("ascii", "replace")


def _hundredths(value: float | None) -> int:
    return NOT_MEASURED if value is None else round(100.0 * value)
