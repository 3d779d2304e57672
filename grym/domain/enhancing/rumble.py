"""Rumble and direct current: what lies below all music, and an offset that steals headroom.

The offset of each channel is subtracted; rumble is taken away by a linear-phase high-pass, which moves nothing in time.
"""

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, firwin, oaconvolve, sosfilt

from grym.domain.enhancing.sound import Clean, Repair, Sound
from grym.domain.reels import Progress, blocks_of, nobody_asks
from grym.domain.signal import FloatArray

RUMBLE_HZ = 18.0
"""Below the lowest pipe that is heard as a tone (16 Hz is C0, whose second partial carries it)."""
TRANSITION_HZ = 8.0
MOST_OFFSET = 0.002
"""−54 dBFS: what grym's own gate allows a finished piece."""
MOST_RUMBLE_DB = -32.0
"""Power below 18 Hz against the whole."""
LEAST_RUMBLE_DBFS = -60.0
HAMMING_WIDTH = 3.3
"""Taps of a Hamming window per sample rate over transition width (Harris 1978)."""
FLOOR = 1e-20


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rumble:
    """An offset and whether there is rumble, ready to be taken away."""

    offset: NDArray[np.float64]
    filtered: bool
    length_samples: int
    sample_rate_hz: int
    found: dict[str, float] = field(default_factory=dict)

    @property
    def reach_samples(self) -> int:
        """Half the filter."""
        return len(high_pass(self.sample_rate_hz)) // 2 if self.filtered else 0

    def apply(self, around: FloatArray, *, start: int) -> FloatArray:
        """Return the block without offset and rumble (see `grym.domain.enhancing.sound.Repair`)."""
        first = start - self.reach_samples
        places = np.arange(first, first + around.shape[1])
        inside = (places >= 0) & (places < self.length_samples)
        centred = around - self.offset[:, None] * inside
        if self.filtered:
            centred = oaconvolve(centred, high_pass(self.sample_rate_hz)[None, :], mode="valid", axes=1)
        return centred.astype(np.float32)


def survey_rumble(sound: Sound, progress: Progress = nobody_asks) -> Repair | Clean:
    """Measure offset and infrasonic power, and say whether either is too much."""
    low, memory = butter(4, RUMBLE_HZ, fs=sound.sample_rate_hz, output="sos"), None
    total, below, sums = 0.0, 0.0, np.zeros(sound.channels)
    for start, end in blocks_of(sound.length_samples):
        block = sound.reel.read(start, end).astype(np.float64)
        memory = np.zeros((len(low), sound.channels, 2)) if memory is None else memory
        deep, memory = sosfilt(low, block, axis=1, zi=memory)
        total, below, sums = total + np.square(block).sum(), below + np.square(deep).sum(), sums + block.sum(axis=1)
        progress(end / sound.length_samples)
    count = max(1, sound.length_samples)
    offset = sums / count
    direct = float(np.square(offset).sum()) * count
    rumble = max(FLOOR, below - direct) / (count * sound.channels)
    against_db = float(10.0 * np.log10(rumble / max(FLOOR, (total - direct) / (count * sound.channels))))
    found = {
        "offset": float(np.abs(offset).max()),
        "rumble_dbfs": float(10.0 * np.log10(rumble)),
        "rumble_db": against_db,
    }
    filtered = against_db > MOST_RUMBLE_DB and found["rumble_dbfs"] > LEAST_RUMBLE_DBFS
    if not filtered and found["offset"] <= MOST_OFFSET:
        return Clean(why="No offset, and nothing below the music.", found=found)
    return Rumble(
        offset=offset,
        filtered=filtered,
        length_samples=sound.length_samples,
        sample_rate_hz=sound.sample_rate_hz,
        found=found,
    )


@lru_cache(maxsize=8)
def high_pass(sample_rate_hz: int) -> NDArray[np.float64]:
    """Return the taps of the high-pass, an odd number."""
    count = 2 * round(HAMMING_WIDTH * sample_rate_hz / TRANSITION_HZ / 2) + 1
    taps: NDArray[np.float64] = firwin(count, RUMBLE_HZ + TRANSITION_HZ / 2, pass_zero=False, fs=sample_rate_hz)
    return taps
