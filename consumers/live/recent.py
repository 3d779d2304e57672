"""The last seconds of a stream, for pattern memory to be asked about; lost with the process, and soon filled again."""

from collections import deque
from dataclasses import dataclass, replace

import numpy as np

from grym.domain.live.fresh import FreshSound
from grym.domain.signal import FloatArray, Signal
from streams.live.recognised import Stretch

MOST_MISSING = 0.2
"""Share of a stretch that may be silence in place of sound; beyond that there is little to recognise."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Recent:
    """A stretch of a stream that memory can be asked about."""

    signal: Signal
    stretch: Stretch


class Tail:
    """Keeps the last seconds of one stream.

    Parameters
    ----------
    length_s
        How many.
    """

    def __init__(self, *, length_s: float) -> None:
        self._length_s = length_s
        self._parts: deque[FreshSound] = deque()  # in half precision: eleven bits are plenty to recognise a tune by
        self._samples = 0

    def add(self, part: FreshSound) -> None:
        """Put sound behind what is there; after a jump of the stream begin anew."""
        if self._parts and self._parts[-1].first_sample + len(self._parts[-1].samples) != part.first_sample:
            self._parts.clear()
            self._samples = 0
        self._parts.append(replace(part, samples=part.samples.astype(np.float16)))
        self._samples += len(part.samples)
        while self._samples - len(self._parts[0].samples) >= self._length_s * part.rate_hz:
            self._samples -= len(self._parts.popleft().samples)

    def recent(self, *, least_s: float) -> Recent | None:
        """Return what can be asked about; None where it is too short, or too much of it is missing."""
        if not self._parts:
            return None
        rate_hz, first = self._parts[0].rate_hz, self._parts[0].first_sample
        if self._samples < least_s * rate_hz or self._missing_share() > MOST_MISSING:
            return None
        samples: FloatArray = np.concatenate([part.samples for part in self._parts], dtype=np.float32)
        surplus = max(0, len(samples) - int(self._length_s * rate_hz))
        return Recent(
            signal=Signal(samples=np.ascontiguousarray(samples[None, surplus:]), sample_rate_hz=rate_hz),
            stretch=Stretch(start_s=(first + surplus) / rate_hz, end_s=(first + len(samples)) / rate_hz),
        )

    def _missing_share(self) -> float:
        return sum(part.missing_share * len(part.samples) for part in self._parts) / max(1, self._samples)
