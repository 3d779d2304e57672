"""The mix-down: every stem goes through its fader, a high-pass and into one room, and all of them into the mix.

References: Moorer (1979) for the room (see `grym.domain.reverb`); the order is that of a console: fader before send.
"""

from collections.abc import Sequence

import numpy as np
from scipy.signal import butter, sosfilt

from grym.domain.mixing import Faders
from grym.domain.reels import SIDES, Progress, Reel, blocks_of, nobody_asks
from grym.domain.reverb import Room
from grym.domain.signal import FloatArray

HIGH_PASS_HZ = 30.0
"""Below the lowest note of a bass guitar (41 Hz) and of most loudspeakers."""

HIGH_PASS_ORDER = 4
"""24 dB an octave: the lowest E of a bass loses 0.4 dB, a rumble of 8 Hz 46 dB."""

ROOM_DB = -15.0
"""Level of the room against the dry sound: heard when it is taken away, hardly while it is there."""

FADE_S = 0.5
MOST_OF_PIECE = 10
"""The fade takes at most a tenth of a short piece."""


def mix_down(
    stems: Sequence[Reel], mix: Reel, *, faders: Faders, sample_rate_hz: int, progress: Progress = nobody_asks
) -> None:
    """Prepare every stem in place and add all of them up, in their order.

    Parameters
    ----------
    stems
        Of one length; overwritten by what goes into the mix.
    mix
        As long; overwritten by the sum.
    faders
        One gain and one send for each stem.
    sample_rate_hz
        Samples per second of all reels.
    """
    strips = [
        Strip(gain_db=gain_db, send_db=send_db, sample_rate_hz=sample_rate_hz)
        for gain_db, send_db in zip(faders.gains_db, faders.sends_db, strict=True)
    ]
    length = mix.length_samples
    for start, end in blocks_of(length, block_samples=Room(sample_rate_hz).block_samples):
        fade = _fade(start, end, length_samples=length, sample_rate_hz=sample_rate_hz)
        total = np.zeros((SIDES, end - start), dtype=np.float32)
        for stem, strip in zip(stems, strips, strict=True):
            block = strip.pass_on(stem.read(start, end))
            block[:, block.shape[1] - fade.size :] *= fade
            stem.write(start, block)
            total += block
        mix.write(start, total)
        progress(end / length)


class Strip:
    """One channel strip: fader, high-pass, share of the room; it remembers what came before.

    Parameters
    ----------
    gain_db
        The fader.
    send_db
        How much more (or less) than usual goes into the room.
    sample_rate_hz
        Samples per second.
    """

    def __init__(self, *, gain_db: float, send_db: float, sample_rate_hz: int) -> None:
        self._sections = butter(HIGH_PASS_ORDER, HIGH_PASS_HZ, "highpass", fs=sample_rate_hz, output="sos")
        self._sections[0, :3] *= 10.0 ** (gain_db / 20.0)
        self._memory = np.zeros((len(self._sections), SIDES, 2))
        self._send = np.float32(10.0 ** ((ROOM_DB + send_db) / 20.0))
        self._room = Room(sample_rate_hz)

    def pass_on(self, samples: FloatArray) -> FloatArray:
        """Return the next block as it goes into the mix, shape (2, n), n at most a block of the room."""
        filtered, self._memory = sosfilt(self._sections, samples.astype(np.float64), axis=1, zi=self._memory)
        clean: FloatArray = filtered.astype(np.float32)
        clean += self._send * self._room.answer(clean.mean(axis=0, dtype=np.float32))
        return clean


def _fade(start: int, end: int, *, length_samples: int, sample_rate_hz: int) -> FloatArray:
    """Return the gain at the end of a block that belongs to the fade at the end of the piece; the last one is 0."""
    size = min(length_samples // MOST_OF_PIECE, round(FADE_S * sample_rate_hz))
    first = length_samples - size
    if not size or end <= first:
        return np.ones(0, dtype=np.float32)
    angles = (np.arange(max(start, first), end) - first) * (np.pi / 2 / max(1, size - 1))
    gain: FloatArray = (np.cos(angles) ** 2).astype(np.float32)
    if end == length_samples:
        gain[-1] = 0.0
    return gain
