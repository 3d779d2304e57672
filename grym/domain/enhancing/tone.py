"""Tone: a balance of octaves, and a sharpness, that real music does not have are brought back to where it begins.

Taste is none of this stage's business. What lies within the range that 24 real recordings span is left alone, however
dark or bright; beyond it an octave is raised or lowered to the edge of that range, by 6 dB at most.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d
from scipy.signal import firwin2, oaconvolve

from grym.domain.enhancing.denoising import added_up, first_frame, spectra_of
from grym.domain.enhancing.sound import Clean, Repair, Sound
from grym.domain.reels import Progress, blocks_of, nobody_asks
from grym.domain.signal import FloatArray
from grym.domain.stft import Framing, framing_for

Vector = NDArray[np.float64]

OCTAVES_HZ = np.array([63.0, 125.0, 250.0, 500.0, 1_000.0, 2_000.0, 4_000.0, 8_000.0])
LOWEST_DB = np.array([-24.0, -11.0, -15.0, -21.0, -22.0, -36.0, -39.0, -58.0])
HIGHEST_DB = np.array([-1.0, -3.5, -2.5, -2.5, -5.5, -11.0, -13.5, -11.0])
"""Share of each octave in the whole, the extremes of 24 recordings of games, from solo piano to metal."""
MOST_DB = 6.0
LEAST_DB = 1.0
"""Less is not worth a filter."""
SHARP_HZ, BODY_HZ = (5_000.0, 10_000.0), (1_000.0, 4_000.0)
MOST_SHARP_DB = 15.0
"""Treble over middle in the sharpest twentieth of a recording's loud moments; the 24 reach 14."""
SHARP_PERCENTILE, LOUD_PERCENTILE = 95.0, 30.0
LEAST_S = 5.0
TAPS = 4_095
TAPS_RATE_HZ = 44_100
FLOOR = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Balance:
    """A gain for each octave, made by a linear-phase filter."""

    gains_db: Vector
    sample_rate_hz: int
    found: dict[str, float] = field(default_factory=dict)

    @property
    def reach_samples(self) -> int:
        """Half the filter."""
        return len(self._taps) // 2

    def apply(self, around: FloatArray, *, start: int) -> FloatArray:  # noqa: ARG002 (a filter is the same everywhere)
        """Return the block in balance (see `grym.domain.enhancing.sound.Repair`)."""
        filtered = oaconvolve(around.astype(np.float64), self._taps[None, :], mode="valid", axes=1)
        return filtered.astype(np.float32)

    @property
    def _taps(self) -> Vector:
        count = 2 * round(TAPS * self.sample_rate_hz / TAPS_RATE_HZ / 2) + 1
        half = self.sample_rate_hz / 2.0
        inside = half > OCTAVES_HZ
        points = np.concatenate([[0.0], OCTAVES_HZ[inside], [half]])
        gains = 10.0 ** (np.pad(self.gains_db[inside], 1, mode="edge") / 20.0)
        taps: Vector = firwin2(count, points, gains, fs=self.sample_rate_hz)
        return taps


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sharpness:
    """How far treble may rise above the middle, in decibels."""

    framing: Framing
    found: dict[str, float] = field(default_factory=dict)

    @property
    def reach_samples(self) -> int:
        """A window, and the frames around one that its gain is smoothed over."""
        return 8 * self.framing.n_fft

    def apply(self, around: FloatArray, *, start: int) -> FloatArray:
        """Return the block less sharp (see `grym.domain.enhancing.sound.Repair`)."""
        reach, hop = self.reach_samples, self.framing.hop_length
        lead = first_frame(start, self.framing) * hop - (start - reach)
        spectra = [spectra_of(samples[lead:], self.framing) for samples in around]
        power = sum(np.square(np.abs(one)) for one in spectra)
        over_db = _over_db(np.asarray(power), self.framing.bin_hz) - MOST_SHARP_DB
        gain = 10.0 ** (-uniform_filter1d(np.clip(over_db, 0.0, MOST_DB), 3, mode="nearest") / 20.0)
        treble = _between(spectra[0].shape[1], self.framing.bin_hz, SHARP_HZ)
        at, length = reach - lead, around.shape[1] - 2 * reach
        gains = np.where(treble[None, :], gain[:, None], 1.0)
        return np.stack([added_up(one * gains, self.framing)[at : at + length] for one in spectra]).astype(np.float32)


def survey_balance(sound: Sound, progress: Progress = nobody_asks) -> Repair | Clean:
    """Measure the share of each octave, and say which lie where those of no real music do."""
    if sound.duration_s < LEAST_S:
        return Clean(why="Too short to have a balance.", found={"balance_db": 0.0})
    framing = framing_for(sound.sample_rate_hz)
    total = np.zeros(framing.n_fft // 2 + 1)
    for power in _power(sound, framing, progress):
        total += power.sum(axis=0)
    frequencies = np.arange(len(total)) * framing.bin_hz
    shares = np.array([total[(frequencies >= hz / 2**0.5) & (frequencies < hz * 2**0.5)].sum() for hz in OCTAVES_HZ])
    levels_db = 10.0 * np.log10(shares / max(float(shares.sum()), FLOOR) + FLOOR)
    reachable = sound.sample_rate_hz / 2.0 > OCTAVES_HZ * 2**0.5
    away_db = np.where(reachable, np.clip(levels_db, LOWEST_DB, HIGHEST_DB) - levels_db, 0.0)
    found = {"balance_db": float(np.abs(away_db).max()) if shares.any() else 0.0}
    if found["balance_db"] < LEAST_DB:
        return Clean(why="The balance is one that music has.", found=found)
    return Balance(gains_db=np.clip(away_db, -MOST_DB, MOST_DB), sample_rate_hz=sound.sample_rate_hz, found=found)


def survey_sharpness(sound: Sound, progress: Progress = nobody_asks) -> Repair | Clean:
    """Measure how far treble rises above the middle in the sharpest moments, and say whether music does that."""
    if sound.duration_s < LEAST_S:
        return Clean(why="Too short to tell sharpness from a stroke.", found={"sharpness_db": 0.0})
    framing = framing_for(sound.sample_rate_hz)
    over, loud = [np.zeros(0)], [np.zeros(0)]
    for power in _power(sound, framing, progress):
        over.append(_over_db(power, framing.bin_hz))
        loud.append(power[:, _between(power.shape[1], framing.bin_hz, (BODY_HZ[0], SHARP_HZ[1]))].sum(axis=1))
    over_db, level = np.concatenate(over), np.concatenate(loud)
    heard = over_db[level > max(FLOOR, float(np.percentile(level, LOUD_PERCENTILE)))] if len(level) else over_db
    found = {"sharpness_db": float(np.percentile(heard, SHARP_PERCENTILE)) if len(heard) else 0.0}
    if found["sharpness_db"] <= MOST_SHARP_DB:
        return Clean(why="Treble is no sharper than in music.", found=found)
    return Sharpness(framing=framing, found=found)


def _power(sound: Sound, framing: Framing, progress: Progress) -> Iterator[Vector]:
    """Yield the power spectra of half the frames, channels added, block by block."""
    step = 2 * framing.hop_length
    for start, end in blocks_of(sound.length_samples, block_samples=step * 256):
        last = start + (end - start - 1) // step * step
        block = sound.reel.read(start, last + framing.n_fft)
        yield np.sum([np.square(np.abs(spectra_of(samples, framing)[::2])) for samples in block], axis=0)
        progress(end / sound.length_samples)


def _over_db(power: Vector, bin_hz: float) -> Vector:
    """Return treble over middle of each frame, in decibels."""
    treble, body = (power[:, _between(power.shape[1], bin_hz, band)].sum(axis=1) for band in (SHARP_HZ, BODY_HZ))
    over: Vector = 10.0 * np.log10((treble + FLOOR) / (body + FLOOR))
    return over


def _between(bins: int, bin_hz: float, band: tuple[float, float]) -> NDArray[np.bool_]:
    frequencies = np.arange(bins) * bin_hz
    return (frequencies >= band[0]) & (frequencies < band[1])
