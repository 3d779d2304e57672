"""What the gate must not let pass: each fault made of a sound without it, how strongly by chance.

Each takes samples of shape (channels, samples), their rate and a generator, and returns samples, or None where the
fault would be none (what has no treble loses none). Nothing here is taken from the gate.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import firwin, oaconvolve, resample_poly

from grym.domain.signal import FloatArray

Chance = np.random.Generator
Fault = Callable[[FloatArray, int, Chance], FloatArray | None]
Wide = NDArray[np.float64]

MARGIN = 1e-6
"""Share of the power that must lie beyond an edge for its loss to be one: -60 dB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A fault by name.

    Parameters
    ----------
    names
        Parts of the names of checks that would name it; any of them will do.
    beyond
        Whether it is beyond what the numbers ask for, and reported beside.
    """

    make: Fault
    names: tuple[str, ...]
    beyond: bool = False


def rms(samples: NDArray[np.floating]) -> float:
    """Return the root mean square over all channels."""
    return float(np.sqrt(np.mean(np.square(samples, dtype=np.float64)))) or 1e-9


def _as_float(samples: NDArray[np.floating]) -> FloatArray:
    return np.ascontiguousarray(samples, dtype=np.float32)


def _noise(samples: FloatArray, rate_hz: int, chance: Chance) -> FloatArray:
    """Return nothing but noise, its power falling by 0 to 6 dB an octave, as loud as the sound."""
    del rate_hz
    spectrum = np.fft.rfft(chance.standard_normal(samples.shape), axis=1)
    bins = np.maximum(np.arange(spectrum.shape[1]), 20.0)
    noise = np.fft.irfft(spectrum / bins ** chance.uniform(0.0, 1.0), n=samples.shape[1], axis=1)
    return _as_float(np.clip(noise * (max(rms(samples), 0.02) / rms(noise)), -1.0, 1.0))


def _sine(samples: FloatArray, rate_hz: int, chance: Chance) -> FloatArray:
    """Return a steady tone."""
    time_s = np.arange(samples.shape[1]) / rate_hz
    tone = chance.uniform(0.1, 0.7) * np.sin(2 * np.pi * np.exp(chance.uniform(4.6, 8.3)) * time_s)
    return _as_float(np.tile(tone, (len(samples), 1)))


def _silence(samples: FloatArray, rate_hz: int, chance: Chance) -> FloatArray:
    """Return nothing, or the last bit of 16 at play."""
    del rate_hz
    if chance.random() < 0.5:
        return np.zeros_like(samples)
    return _as_float(chance.integers(-1, 2, size=samples.shape) / 32_768)


def _clipped(samples: FloatArray, rate_hz: int, chance: Chance) -> FloatArray:
    """Drive the sound until a thousandth to a hundredth of it lies beyond full scale, and cut that off."""
    del rate_hz
    level = np.quantile(np.abs(samples), 1.0 - chance.uniform(0.001, 0.01))
    return _as_float(np.clip(samples / max(float(level), 1e-6), -1.0, 1.0))


def _clipped_lowered(samples: FloatArray, rate_hz: int, chance: Chance) -> FloatArray:
    return _as_float(chance.uniform(0.3, 0.9) * _clipped(samples, rate_hz, chance))


def _driven(samples: FloatArray, rate_hz: int, chance: Chance) -> FloatArray:
    """Bend the tops instead of cutting them: a valve driven by 10 to 18 dB."""
    del rate_hz
    drive = 10 ** (chance.uniform(10.0, 18.0) / 20) / max(float(np.abs(samples).max()), 1e-6)
    return _as_float(0.9 * np.tanh(samples * drive))


def _narrow(samples: FloatArray, rate_hz: int, chance: Chance) -> FloatArray | None:
    """Cut off everything above 1.2 to 1.9 kHz, steeply: less than a telephone leaves."""
    edge_hz = chance.uniform(1_200.0, 1_900.0)
    if _share_above(samples, rate_hz, edge_hz) < MARGIN:
        return None
    return _as_float(oaconvolve(samples, firwin(511, edge_hz, fs=rate_hz)[np.newaxis], mode="same", axes=1))


def _upsampled(samples: FloatArray, rate_hz: int, chance: Chance) -> FloatArray | None:
    """Return the sound by way of a half, a quarter or a sixth of its rate."""
    by = int(chance.choice([2, 3, 4, 6]))
    if rate_hz / by < 7_000 or _share_above(samples, rate_hz, 0.5 * rate_hz / by) < MARGIN:
        return None
    low = resample_poly(samples, 1, by, axis=1)
    return _as_float(resample_poly(low, by, 1, axis=1)[:, : samples.shape[1]])


def _hum(samples: FloatArray, rate_hz: int, chance: Chance) -> FloatArray:
    """Add mains hum with its harmonics, 12 to 24 dB below the sound."""
    time_s = np.arange(samples.shape[1]) / rate_hz
    mains_hz = float(chance.choice([50.0, 60.0])) * (1 + chance.uniform(-5e-4, 5e-4))
    hum = sum(
        chance.uniform(0.3, 1.0) / number * np.sin(2 * np.pi * (number * mains_hz * time_s + chance.random()))
        for number in range(1, 9)
    )
    hum = np.asarray(hum) * (rms(samples) * 10 ** (-chance.uniform(12.0, 24.0) / 20) / rms(np.asarray(hum)))
    return _as_float(samples + hum)


def _dc(samples: FloatArray, rate_hz: int, chance: Chance) -> FloatArray:
    """Move the sound off zero by 2 to 10 % of full scale, either way."""
    del rate_hz
    return _as_float(samples + chance.choice([-1.0, 1.0]) * chance.uniform(0.02, 0.1))


def _dropouts(samples: FloatArray, rate_hz: int, chance: Chance) -> FloatArray:
    """Leave holes of 8 to 60 ms, where there is something to hear."""
    holed = samples.copy()
    loud = np.flatnonzero(np.abs(samples).max(axis=0) > 0.5 * rms(samples))
    for start in chance.choice(loud, size=int(chance.integers(4, 13))):
        holed[:, start : start + round(chance.uniform(0.008, 0.06) * rate_hz)] = 0.0
    return holed


def _cancelling(samples: FloatArray, rate_hz: int, chance: Chance) -> FloatArray:
    """Put the same on both sides, one side upside down and a little softer."""
    del rate_hz
    middle = samples.mean(axis=0)
    if rms(middle) < 0.1 * rms(samples):
        middle = samples[0]
    return _as_float(np.stack([middle, -chance.uniform(0.9, 1.0) * middle]))


def _coarse(samples: FloatArray, rate_hz: int, chance: Chance) -> FloatArray:
    """Round to 5 to 9 bits."""
    del rate_hz
    steps = 2 ** (int(chance.integers(5, 10)) - 1)
    return _as_float(np.round(samples * steps) / steps)


def _clicks(samples: FloatArray, rate_hz: int, chance: Chance) -> FloatArray:
    """Add clicks of one to three samples, one to five a second, as high as the sound's peaks."""
    clicked = samples.copy()
    count = round(chance.uniform(1.0, 5.0) * samples.shape[1] / rate_hz)
    height = max(float(np.abs(samples).max()), 0.05)
    for start in chance.integers(0, samples.shape[1] - 3, size=count):
        length = int(chance.integers(1, 4))
        clicked[:, start : start + length] += height * chance.choice([-1.0, 1.0]) * chance.uniform(0.6, 1.0)
    return _as_float(np.clip(clicked, -1.0, 1.0))


def _share_above(samples: FloatArray, rate_hz: int, edge_hz: float) -> float:
    """Return the share of power above a frequency."""
    power = np.square(np.abs(np.fft.rfft(samples, axis=1))).sum(axis=0)
    edge = round(edge_hz / rate_hz * samples.shape[1])
    return float(power[edge:].sum() / max(power.sum(), 1e-12))


FAULTS = {
    "noise": Labelled(make=_noise, names=("flatness", "change", "noise", "bands")),
    "sine": Labelled(make=_sine, names=("bands", "change", "tone", "flatness")),
    "silence": Labelled(make=_silence, names=("silence", "loudness", "peak")),
    "clipped": Labelled(make=_clipped, names=("clip",)),
    "clipped, then lowered": Labelled(make=_clipped_lowered, names=("clip",)),
    "band-limited": Labelled(make=_narrow, names=("bandwidth", "upsampl", "true_width")),
    "upsampled": Labelled(make=_upsampled, names=("bandwidth", "upsampl", "true_width")),
    "hum": Labelled(make=_hum, names=("hum",)),
    "offset": Labelled(make=_dc, names=("dc",)),
    "dropouts": Labelled(make=_dropouts, names=("dropout", "gap", "hole")),
    "cancelling": Labelled(make=_cancelling, names=("correlation", "mono", "fold")),
    "quantised": Labelled(make=_coarse, names=("bits",)),
    "clicks": Labelled(make=_clicks, names=("click",)),
    "driven": Labelled(make=_driven, names=("clip", "satur", "driv"), beyond=True),
}
