"""The frequency of the mains in a sound, followed through it to a few millihertz.

A first guess is where the partials stand out of the median spectrum, which forgets what comes and goes; how their
phases turn from frame to frame says the rest.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter, uniform_filter1d

from grym.domain.signal import FloatArray

FRAME_S, HOP_S = 2.0, 0.5
"""Two seconds tell 50 Hz from the G below it, at 49."""
AROUND_HZ = 0.3
"""How far mains stray: grids are kept within 0.2 Hz, tapes play within half a per cent."""
STEP_HZ = 0.02
BACKGROUND_HZ = 8.0
REFINEMENTS = 3
TRACK_FRAMES = 12
FRAMES_AT_ONCE = 64
PADDING = 4
FLOOR = 1e-20

Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Mains:
    """Frequency at knots, in hertz and seconds; straight between them."""

    knots_s: Vector
    hertz: Vector

    @property
    def mean_hz(self) -> float:
        """Mean frequency."""
        return float(self.hertz.mean())

    def phase(self, times_s: Vector) -> Vector:
        """Return the phase of the first partial at some times, in radians: the integral of the frequency."""
        steps = np.diff(self.knots_s)
        turns = np.concatenate([[0.0], np.cumsum(steps * (self.hertz[:-1] + self.hertz[1:]) / 2.0)])
        at = np.clip(np.searchsorted(self.knots_s, times_s, side="right") - 1, 0, len(self.knots_s) - 1)
        since = times_s - self.knots_s[at]
        slopes = np.concatenate([np.diff(self.hertz) / np.where(steps > 0.0, steps, 1.0), [0.0]])
        inside = np.where(since > 0.0, slopes[at], 0.0)
        turned = turns[at] + since * (self.hertz[at] + inside * since / 2.0)
        phase: Vector = 2.0 * np.pi * turned
        return phase


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Frames:
    """How a sound is cut: frames of two seconds, two each second."""

    rate_hz: float
    size: int
    hop: int
    count: int

    @property
    def centres_s(self) -> Vector:
        """The middle of each frame, in seconds."""
        return np.asarray((np.arange(self.count) * self.hop + self.size / 2.0) / self.rate_hz, dtype=np.float64)

    def turned(self, sound: FloatArray, mains: Mains, *, partials: int) -> NDArray[np.complex128]:
        """Return half of each partial in each frame, turned back by the mains, shape (channels, partials, frames)."""
        window = np.hanning(self.size + 1)[:-1]
        window /= window.sum()
        found = np.empty((len(sound), partials, self.count), dtype=np.complex128)
        for frame in range(self.count):
            first = frame * self.hop
            back = np.exp(-1j * mains.phase((first + np.arange(self.size)) / self.rate_hz))
            windowed, wave = sound[:, first : first + self.size] * window, np.ones_like(back)
            for partial in range(partials):
                wave = wave * back
                found[:, partial, frame] = windowed @ wave
        return found

    def median_power(self, sound: FloatArray) -> Vector:
        """Return the median power spectrum of the louder channel of each bin, fourfold interpolated."""
        window, spectra = np.hanning(self.size + 1)[:-1], []
        for first in range(0, self.count, FRAMES_AT_ONCE):
            starts = np.arange(first, min(self.count, first + FRAMES_AT_ONCE)) * self.hop
            frames = np.stack([sound[:, start : start + self.size] for start in starts])
            spectrum = np.fft.rfft(frames * window, PADDING * self.size, axis=2)[:, :, : self._bins]
            spectra.append(np.square(np.abs(spectrum)).max(axis=1).astype(np.float32))
        power: Vector = np.median(np.concatenate(spectra), axis=0).astype(np.float64)
        return power

    @property
    def bin_hz(self) -> float:
        """Distance of neighbouring bins of `median_power`."""
        return self.rate_hz / (PADDING * self.size)

    @property
    def _bins(self) -> int:
        return int(600.0 / self.bin_hz)


def frames_of(length: int, rate_hz: float) -> Frames:
    """Cut a sound of so many samples; at least one frame fits."""
    size, hop = int(FRAME_S * rate_hz), int(HOP_S * rate_hz)
    return Frames(rate_hz=rate_hz, size=size, hop=hop, count=1 + (length - size) // hop)


def mains_of(sound: FloatArray, rate_hz: float, *, near_hz: float, partials: int) -> Mains:
    """Find and follow the mains near a frequency.

    Parameters
    ----------
    sound
        Shape (channels, samples), at least some seconds.
    near_hz
        50 or 60.
    """
    frames = frames_of(sound.shape[1], rate_hz)
    mains = Mains(knots_s=frames.centres_s, hertz=np.full(frames.count, _guess(sound, frames, near_hz=near_hz)))
    for _ in range(REFINEMENTS):
        mains = _followed(sound, frames, mains, near_hz=near_hz, partials=min(partials, 8))
    return mains


def _guess(sound: FloatArray, frames: Frames, *, near_hz: float) -> float:
    """Return the frequency whose partials stand out most of the median spectrum."""
    level = np.log10(frames.median_power(sound) + FLOOR)
    width = 2 * int(BACKGROUND_HZ / frames.bin_hz / 2) + 1
    above = np.maximum(0.0, level - median_filter(level, width, mode="nearest"))
    candidates = np.arange(near_hz - AROUND_HZ, near_hz + AROUND_HZ + STEP_HZ / 2, STEP_HZ)
    multiples = np.arange(1, int(550.0 / near_hz) + 1)
    places = candidates[:, None] * multiples / frames.bin_hz
    scores = np.interp(places.ravel(), np.arange(len(above)), above).reshape(places.shape).sum(axis=1)
    return float(candidates[np.argmax(scores)])


def _followed(sound: FloatArray, frames: Frames, mains: Mains, *, near_hz: float, partials: int) -> Mains:
    """Return the mains with each knot moved by how its partials turned meanwhile."""
    turned = frames.turned(sound, mains, partials=partials)
    steps = turned[:, :, 1:] * turned[:, :, :-1].conj()
    steps /= np.sqrt(np.abs(steps)) + FLOOR
    size = min(TRACK_FRAMES, steps.shape[2])
    smooth = uniform_filter1d(steps.real, size, axis=2) + 1j * uniform_filter1d(steps.imag, size, axis=2)
    multiples = np.arange(1, partials + 1)[None, :, None]
    drift_hz = np.angle(smooth) / (2.0 * np.pi * multiples * frames.hop / frames.rate_hz)
    weights = np.square(np.abs(smooth) * multiples)
    between = (drift_hz * weights).sum(axis=(0, 1)) / (weights.sum(axis=(0, 1)) + FLOOR)
    at_knots = np.concatenate([between[:1], (between[1:] + between[:-1]) / 2.0, between[-1:]])
    hertz = np.clip(mains.hertz + at_knots, near_hz - 1.2 * AROUND_HZ, near_hz + 1.2 * AROUND_HZ)
    return Mains(knots_s=mains.knots_s, hertz=hertz)
