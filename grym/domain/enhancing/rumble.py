"""Rumble and direct current: what lies below all music, and an offset that steals headroom.

Both are told from music by knowing nothing of it. An offset of a converter is the same in every second; one that moves
is the lopsided wave of an instrument, and stays. Rumble is noise, equally strong at all frequencies below the music and
at all times; a deep beat is neither. The offset is subtracted, rumble is taken away by a linear-phase high-pass, which
moves nothing in time.
"""

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.signal import firwin, oaconvolve

from grym.domain.enhancing.sound import Clean, Repair, Sound
from grym.domain.reels import Progress, blocks_of, nobody_asks
from grym.domain.signal import FloatArray

RUMBLE_HZ = 15.0
"""Below the lowest pipe that is heard as a tone (16 Hz is C0, whose second partial carries it)."""
TRANSITION_HZ = 6.0
MOST_OFFSET = 0.01
"""−40 dBFS: what grym's own gate allows a recording."""
SPAN_S, HOP_S = 2, 1
"""Over two seconds a wave of 3 Hz and an offset are apart, and the power of rumble strays by a decibel."""
LEAST_SPANS = 5
MOST_MOVED, MOST_MOVED_SHARE, MOVED_PERCENTILE = 0.005, 0.1, 95.0
"""How far the offset of a span may lie from that of the whole. Of 104 recordings as they are, 19 have an offset above
0.01, and each moves by more than one of these; one that was added moves by 0.0035 and 0.08 at most in 19 of 21, and in
the others stands upon one that moves."""
DEEP_HZ = (3, 13)
USUAL_PERCENTILE = 20.0
MOST_RUMBLE_DB, STEADY_DB, FLAT_DB = -19.5, -2.0, -1.0
LEAST_RUMBLE_DBFS = -60.0
"""Rumble is there when most spans hold this much between 3 and 13 Hz, against the whole sound, hardly less than the
mean of all, and when no frequency there stands out: geometric over arithmetic mean of the spectrum. Of 104 recordings
one reaches all three; five reach the first two, and four of these play a tone or a beat that deep (−1.4 to −9.4 dB)."""
HAMMING_WIDTH = 3.3
"""Taps of a Hamming window per sample rate over transition width (Harris 1978)."""
FLOOR = 1e-20


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rumble:
    """An offset and whether there is rumble, ready to be taken away.

    Parameters
    ----------
    offset
        Mean of each channel.
    still
        Which of them do not move, and are subtracted; the others are as they were, also where rumble is taken away.
    """

    offset: NDArray[np.float64]
    still: NDArray[np.bool_]
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
        played = np.where(self.still, 0.0, self.offset)[:, None]
        if not self.filtered:
            return (around - (self.offset[:, None] - played)).astype(np.float32)
        first = start - self.reach_samples
        places = np.arange(first, first + around.shape[1])
        inside = (places >= 0) & (places < self.length_samples)
        centred = around - self.offset[:, None] * inside
        filtered = oaconvolve(centred, high_pass(self.sample_rate_hz)[None, :], mode="valid", axes=1)
        return (filtered + played).astype(np.float32)


def survey_rumble(sound: Sound, progress: Progress = nobody_asks) -> Repair | Clean:
    """Measure offset and infrasonic power, and say whether either is too much and knows nothing of the music."""
    offset, whole = _moments(sound)
    count = int((sound.duration_s - SPAN_S) / HOP_S) + 1
    if count < LEAST_SPANS:
        found = {"offset": float(np.abs(offset).max()), "rumble_dbfs": _db(0.0)}
        return Clean(why="Too short to tell an offset or rumble from a wave.", found=found)
    offsets, spectra = _spans(sound, count, progress)
    deep = spectra.sum(axis=1)
    usual = float(np.percentile(deep, USUAL_PERCENTILE))
    found = {"offset": float(np.abs(offset).max()), "rumble_dbfs": _db(usual), "rumble_db": _db(usual) - _db(whole)}
    loud = found["rumble_db"] > MOST_RUMBLE_DB and found["rumble_dbfs"] > LEAST_RUMBLE_DBFS
    filtered = loud and _db(usual) - _db(float(deep.mean())) > STEADY_DB and flatness_db(spectra) > FLAT_DB
    still = stands_still(offset, offsets)
    if not filtered and not still.any():
        return Clean(why="No offset that stands still, and no noise below the music.", found=found)
    return Rumble(
        offset=offset,
        still=still,
        filtered=filtered,
        length_samples=sound.length_samples,
        sample_rate_hz=sound.sample_rate_hz,
        found=found,
    )


def stands_still(offset: NDArray[np.float64], offsets: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which channels have an offset that is too much and the same in all spans, shape (channels, spans)."""
    moved = np.percentile(np.abs(offsets - offset[:, None]), MOVED_PERCENTILE, axis=1)
    size = np.abs(offset)
    still: NDArray[np.bool_] = (size > MOST_OFFSET) & (moved < np.minimum(MOST_MOVED, MOST_MOVED_SHARE * size))
    return still


def flatness_db(spectra: NDArray[np.float64]) -> float:
    """Return geometric over arithmetic mean of the mean spectrum, at most 0: that of noise is near it."""
    mean = spectra.mean(axis=0) + FLOOR
    return _db(float(np.exp(np.log(mean).mean()))) - _db(float(mean.mean()))


def _spans(sound: Sound, count: int, progress: Progress) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the offset of each channel in each span, and the deep power of each span by frequency."""
    size, hop = SPAN_S * sound.sample_rate_hz, HOP_S * sound.sample_rate_hz
    window = np.hanning(size + 1)[:-1]
    deep = slice(DEEP_HZ[0] * SPAN_S, DEEP_HZ[1] * SPAN_S + 1)
    offsets, power = np.empty((sound.channels, count)), np.empty((count, deep.stop - deep.start))
    for span in range(count):
        block = sound.reel.read(span * hop, span * hop + size)
        spectrum = np.fft.rfft(block * window, axis=1)
        offsets[:, span] = spectrum[:, 0].real / window.sum()
        power[span] = np.square(np.abs(spectrum[:, deep])).mean(axis=0)
        progress((span + 1) / count)
    return offsets, power * 2.0 / (size * np.square(window).sum())


def _moments(sound: Sound) -> tuple[NDArray[np.float64], float]:
    """Return the mean of each channel, and the power of the whole without it."""
    sums, squares = np.zeros(sound.channels), np.zeros(sound.channels)
    for start, end in blocks_of(sound.length_samples):
        block = sound.reel.read(start, end).astype(np.float64)
        sums += block.sum(axis=1)
        squares += np.square(block).sum(axis=1)
    offset = sums / sound.length_samples
    return offset, float((squares / sound.length_samples - np.square(offset)).mean())


def _db(power: float) -> float:
    return float(10.0 * np.log10(max(power, FLOOR)))


@lru_cache(maxsize=8)
def high_pass(sample_rate_hz: int) -> NDArray[np.float64]:
    """Return the taps of the high-pass, an odd number."""
    count = 2 * round(HAMMING_WIDTH * sample_rate_hz / TRANSITION_HZ / 2) + 1
    taps: NDArray[np.float64] = firwin(count, RUMBLE_HZ + TRANSITION_HZ / 2, pass_zero=False, fs=sample_rate_hz)
    return taps
