"""Parts of imprints: a long sound is asked about in pieces, since it may hold more than one pattern."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from grym.domain.recognition.imprint import Imprint, Melody, Peaks, Tonal
from grym.domain.recognition.spectrum import FRAME_RATE_HZ

PART_S = 20.0
"""Longer than what is needed to be sure, short enough to be looked at in every key and tempo."""

NO_MELODY = Melody(
    pitches=np.zeros(0, dtype=np.int32), starts_s=np.zeros(0, dtype=np.float32), ends_s=np.zeros(0, dtype=np.float32)
)


def parts_of(imprint: Imprint) -> Iterator[tuple[float, Imprint]]:
    """Yield the parts of a sound with the seconds they begin at: equal ones of about `PART_S`, or the sound itself."""
    count = max(1, round(imprint.duration_s / PART_S))
    if count == 1:
        yield 0.0, imprint
        return
    length_s = imprint.duration_s / count
    for number in range(count):
        yield part_of(imprint, start_s=number * length_s, length_s=length_s)


def part_of(imprint: Imprint, *, start_s: float, length_s: float) -> tuple[float, Imprint]:
    """Return where a part really begins, on a frame of the tonal frames, and what it would leave by itself.

    Levels stay relative to the whole sound, and there is no melody: questions do not need it.
    """
    tonal = imprint.tonal
    first, last = (round(time_s * tonal.rate_hz) for time_s in (start_s, start_s + length_s))
    begin_s = first / tonal.rate_hz
    begin, end = (round(time_s * FRAME_RATE_HZ) for time_s in (begin_s, begin_s + length_s))
    inside = slice(*np.searchsorted(imprint.peaks.frames, [begin, end]))
    cut: Tonal = replace(tonal, frames=tonal.frames[first:last])
    return begin_s, replace(
        imprint,
        duration_s=length_s,
        peaks=Peaks(
            frames=imprint.peaks.frames[inside] - np.int32(begin),
            bins=imprint.peaks.bins[inside],
            levels_db=imprint.peaks.levels_db[inside],
        ),
        tonal=cut,
        melody=NO_MELODY,
    )
