"""Damages to repair, made by code that no repair knows, how strongly by chance.

Each takes samples of shape (channels, samples), their rate and a generator, and returns samples. A recording of a free
game is no more than 0 dBFS loud, so what is added stays audible without being cut off.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d
from scipy.signal import bilinear, butter, lfilter, sosfilt

from benchmarks.quality.faults import Chance, rms
from grym.domain.signal import FloatArray

Wide = NDArray[np.float64]
Spoil = Callable[[FloatArray, int, Chance], Wide]


@dataclass(frozen=True, slots=True, kw_only=True)
class Damage:
    """A damage by name.

    Parameters
    ----------
    level
        Whether it is a matter of level alone, which measures that ignore level cannot see.
    """

    spoil: Spoil
    level: bool = False


def _db(low: float, high: float, chance: Chance) -> float:
    """Return a factor of amplitude between two numbers of decibels."""
    return float(10 ** (chance.uniform(low, high) / 20))


def _clipped(samples: FloatArray, rate_hz: int, chance: Chance) -> Wide:
    """Cut the tops off at 6 to 14 dB below the peak."""
    del rate_hz
    ceiling = float(np.abs(samples).max()) * _db(-14.0, -6.0, chance)
    return np.clip(samples.astype(np.float64), -ceiling, ceiling)


def _bent(samples: FloatArray, rate_hz: int, chance: Chance) -> Wide:
    """Overdrive a stage that bends before it cuts: a cubic, 3 to 9 dB too hot."""
    del rate_hz
    driven = np.clip(samples / float(np.abs(samples).max()) * _db(3.0, 9.0, chance), -1.5, 1.5)
    return np.asarray(0.9 * (driven - driven**3 * 4 / 27), dtype=np.float64)


def _humming(samples: FloatArray, rate_hz: int, chance: Chance) -> Wide:
    """Add the hum of a mains whose frequency wanders by a tenth of a hertz and whose load comes and goes."""
    length = samples.shape[1]
    wander = gaussian_filter1d(chance.standard_normal(length // 256 + 2), 80.0)
    wander *= 0.1 / max(float(np.abs(wander).max()), 1e-9)
    drift_hz = np.interp(np.arange(length), 256 * np.arange(len(wander)), wander)
    phase = 2 * np.pi * np.cumsum(float(chance.choice([50.0, 60.0])) + drift_hz) / rate_hz
    strengths = chance.uniform(0.05, 1.0, size=10) / np.arange(1, 11) ** 0.7
    hum = sum(strength * np.cos((n + 1) * phase + 6.3 * chance.random()) for n, strength in enumerate(strengths))
    swell = 1.0 + 0.1 * np.sin(2 * np.pi * 0.2 * np.arange(length) / rate_hz + 6.3 * chance.random())
    hum = np.asarray(hum) * swell
    return np.asarray(samples + hum * (rms(samples) * _db(-24.0, -10.0, chance) / rms(hum)))


def _crackling(samples: FloatArray, rate_hz: int, chance: Chance) -> Wide:
    """Add the ticks of a record: short bursts that ring out within a millisecond, many soft and few loud."""
    spoilt = samples.astype(np.float64)
    peak = float(np.abs(samples).max())
    for start in chance.integers(
        0, samples.shape[1] - 256, size=round(chance.uniform(2, 15) * samples.shape[1] / rate_hz)
    ):
        length = round(chance.uniform(0.0001, 0.001) * rate_hz) + 1
        burst = chance.standard_normal(length) * np.exp(-4.0 * np.arange(length) / length)
        burst[0] = chance.choice([-1.5, 1.5])
        sides = chance.uniform(0.3, 1.0, size=(len(samples), 1))
        spoilt[:, start : start + length] += sides * peak * min(1.0, 0.15 * chance.pareto(1.5) + 0.15) * burst
    return spoilt


def _noise(samples: FloatArray, chance: Chance, *, slope: float, moving: bool, rate_hz: int) -> Wide:
    """Return noise of a unit's power whose power falls by 6 × `slope` dB an octave, steady or breathing."""
    spectrum = np.fft.rfft(chance.standard_normal(samples.shape), axis=1)
    spectrum /= np.maximum(np.arange(spectrum.shape[1]) * rate_hz / samples.shape[1], 40.0) ** slope
    noise = np.fft.irfft(spectrum, n=samples.shape[1], axis=1)
    if moving:
        shape = gaussian_filter1d(chance.standard_normal(samples.shape[1] // 1024 + 2), 0.35 * rate_hz / 1024)
        swell_db = 6.0 * shape / max(float(np.abs(shape).max()), 1e-9)
        noise *= 10 ** (np.interp(np.arange(samples.shape[1]), 1024 * np.arange(len(shape)), swell_db) / 20)
    return np.asarray(noise / rms(noise))


def _hissing(samples: FloatArray, rate_hz: int, chance: Chance) -> Wide:
    """Add steady noise between white and pink, 12 to 28 dB below the sound."""
    noise = _noise(samples, chance, slope=chance.uniform(0.0, 0.5), moving=False, rate_hz=rate_hz)
    return np.asarray(samples + noise * rms(samples) * _db(-28.0, -12.0, chance))


def _breathing(samples: FloatArray, rate_hz: int, chance: Chance) -> Wide:
    """Add noise that comes and goes by 6 dB within seconds."""
    noise = _noise(samples, chance, slope=chance.uniform(0.2, 0.8), moving=True, rate_hz=rate_hz)
    return np.asarray(samples + noise * rms(samples) * _db(-26.0, -12.0, chance))


def _rumbling(samples: FloatArray, rate_hz: int, chance: Chance) -> Wide:
    """Add an offset and what a turntable's bearing makes below 20 Hz."""
    rumble = sosfilt(
        butter(3, [4.0, 20.0], "bandpass", fs=rate_hz, output="sos"), chance.standard_normal(samples.shape)
    )
    offset = chance.choice([-1.0, 1.0], size=(len(samples), 1)) * chance.uniform(0.01, 0.06)
    return np.asarray(samples + offset + rumble * (rms(samples) * _db(-16.0, -4.0, chance) / rms(rumble)))


def _dull(samples: FloatArray, rate_hz: int, chance: Chance) -> Wide:
    """Take 8 to 14 dB of treble away, as a blanket would: a shelf of first order at 1.5 to 3 kHz."""
    corner, least = 2 * np.pi * chance.uniform(1_500.0, 3_000.0), _db(-14.0, -8.0, chance)
    b, a = bilinear([least, corner], [1.0, corner], fs=rate_hz)
    return np.asarray(lfilter(b, a, samples.astype(np.float64), axis=1))


def _sharp(samples: FloatArray, rate_hz: int, chance: Chance) -> Wide:
    """Let 5 to 9 kHz flare up by 6 to 12 dB wherever there is much of it: sibilance."""
    high = min(9_000.0, 0.45 * rate_hz)
    band = sosfilt(butter(2, [high * 0.55, high], "bandpass", fs=rate_hz, output="sos"), samples.astype(np.float64))
    loudness = gaussian_filter1d(np.square(band).sum(axis=0), 0.004 * rate_hz)
    flares = loudness > np.quantile(loudness, 0.8)
    gain = gaussian_filter1d(np.where(flares, _db(6.0, 12.0, chance) - 1.0, 0.0), 0.003 * rate_hz)
    return np.asarray(samples + gain * band)


def _soft(samples: FloatArray, rate_hz: int, chance: Chance) -> Wide:
    """Turn it down by 18 to 32 dB."""
    del rate_hz
    return samples.astype(np.float64) * _db(-32.0, -18.0, chance)


def _cassette(samples: FloatArray, rate_hz: int, chance: Chance) -> Wide:
    """Cut, hum and hiss at once."""
    clipped = np.asarray(_clipped(samples, rate_hz, chance), dtype=np.float32)
    humming = np.asarray(_humming(clipped, rate_hz, chance), dtype=np.float32)
    return _hissing(humming, rate_hz, chance)


DAMAGES = {
    "clipped": Damage(spoil=_clipped),
    "bent": Damage(spoil=_bent),
    "humming": Damage(spoil=_humming),
    "crackling": Damage(spoil=_crackling),
    "hissing": Damage(spoil=_hissing),
    "breathing": Damage(spoil=_breathing),
    "rumbling": Damage(spoil=_rumbling),
    "dull": Damage(spoil=_dull),
    "sharp": Damage(spoil=_sharp),
    "soft": Damage(spoil=_soft, level=True),
    "cut, humming and hissing": Damage(spoil=_cassette),
}
