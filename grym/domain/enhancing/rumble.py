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

RUMBLE_HZ = 15.0
"""Below the lowest pipe that is heard as a tone (16 Hz is C0, whose second partial carries it)."""
TRANSITION_HZ = 6.0
MOST_OFFSET = 0.01
"""−40 dBFS: what grym's own gate allows a recording."""
DEEP_HZ = (3.0, 13.0)
SPAN_S = 0.5
USUAL_PERCENTILE = 20.0
MOST_RUMBLE_DB, STEADY_DB = -19.5, -3.0
LEAST_RUMBLE_DBFS = -60.0
"""Rumble is there when most half seconds hold this much between 3 and 13 Hz, against the whole sound, and hardly less
than the mean. Drums reach as deep as loud, but not all the time: of 24 recordings one reaches both."""
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
    if sound.duration_s < SPAN_S:
        return Clean(why="Too short to tell an offset from a wave.", found={"offset": 0.0, "rumble_dbfs": _db(0.0)})
    offset = _offset(sound)
    deep, whole = _levels(sound, offset, progress)
    usual = float(np.percentile(deep, USUAL_PERCENTILE)) if len(deep) else 0.0
    found = {
        "offset": float(np.abs(offset).max()),
        "rumble_dbfs": _db(usual),
        "rumble_db": _db(usual) - _db(whole),
    }
    steady = len(deep) > 1 and _db(usual) - _db(float(deep.mean())) > STEADY_DB
    filtered = steady and found["rumble_db"] > MOST_RUMBLE_DB and found["rumble_dbfs"] > LEAST_RUMBLE_DBFS
    if not filtered and found["offset"] <= MOST_OFFSET:
        return Clean(why="No offset, and nothing below the music.", found=found)
    return Rumble(
        offset=offset,
        filtered=filtered,
        length_samples=sound.length_samples,
        sample_rate_hz=sound.sample_rate_hz,
        found=found,
    )


def _levels(sound: Sound, offset: NDArray[np.float64], progress: Progress) -> tuple[NDArray[np.float64], float]:
    """Return the deep power of each half second but the first, in which the filter settles, and that of the whole."""
    sections = butter(4, DEEP_HZ, "bandpass", fs=sound.sample_rate_hz, output="sos")
    span = round(SPAN_S * sound.sample_rate_hz)
    memory, total, deep = np.zeros((len(sections), sound.channels, 2)), 0.0, []
    for start, end in blocks_of(sound.length_samples, block_samples=12 * span):
        block = sound.reel.read(start, end) - offset[:, None]
        below, memory = sosfilt(sections, block, axis=1, zi=memory)
        total += float(np.square(block).sum())
        whole = below.shape[1] // span * span
        deep.append(np.square(below[:, :whole]).mean(axis=0).reshape(-1, span).mean(axis=1))
        progress(end / sound.length_samples)
    return np.concatenate(deep)[1:], total / (sound.length_samples * sound.channels)


def _db(power: float) -> float:
    return float(10.0 * np.log10(max(power, FLOOR)))


def _offset(sound: Sound) -> NDArray[np.float64]:
    """Return the mean of each channel."""
    sums = np.zeros(sound.channels)
    for start, end in blocks_of(sound.length_samples):
        sums += sound.reel.read(start, end).sum(axis=1, dtype=np.float64)
    return sums / sound.length_samples


@lru_cache(maxsize=8)
def high_pass(sample_rate_hz: int) -> NDArray[np.float64]:
    """Return the taps of the high-pass, an odd number."""
    count = 2 * round(HAMMING_WIDTH * sample_rate_hz / TRANSITION_HZ / 2) + 1
    taps: NDArray[np.float64] = firwin(count, RUMBLE_HZ + TRANSITION_HZ / 2, pass_zero=False, fs=sample_rate_hz)
    return taps
