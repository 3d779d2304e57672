"""What happens to a sound on its way: noise, narrow channels, codecs, rooms and effects.

Each takes and returns samples of shape (samples,) at 22,050 Hz and keeps their number; where chance is needed it comes
in as a generator.
"""

import io
from collections.abc import Callable

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray
from scipy.signal import butter, fftconvolve, sosfilt

from benchmarks.recognition.synth import RATE_HZ
from grym.domain.signal import FloatArray

Dice = np.random.Generator
Distortion = Callable[[FloatArray, Dice], FloatArray]

MP3_LEVEL = 0.85
"""Of libsndfile's scale from best to smallest: 32 kbit/s for one channel, as 64 kbit/s are for two."""

MP3_DELAY = 1_105
"""Samples by which encoder and decoder together come late; a player's gapless mode leaves them out."""


def as_it_is(samples: FloatArray, _: Dice) -> FloatArray:
    """Return the sound itself."""
    return samples


def noise(*, snr_db: float, pink: bool) -> Distortion:
    """Return a distortion that adds noise so many decibels below the sound's own power."""

    def distort(samples: FloatArray, dice: Dice) -> FloatArray:
        hiss = pink_noise(len(samples), dice) if pink else dice.standard_normal(len(samples))
        wanted = np.sqrt(np.mean(np.square(samples, dtype=np.float64))) * 10 ** (-snr_db / 20)
        return np.asarray(samples + hiss * (wanted / np.sqrt(np.mean(hiss**2))), dtype=np.float32)

    return distort


def pink_noise(length: int, dice: Dice, *, rate_hz: int = RATE_HZ) -> NDArray[np.float64]:
    """Return noise whose power falls by 3 dB an octave above 20 Hz."""
    spectrum = np.fft.rfft(dice.standard_normal(length))
    frequencies_hz = np.fft.rfftfreq(length, 1 / rate_hz)
    return np.fft.irfft(spectrum / np.sqrt(np.maximum(frequencies_hz, 20.0)), n=length)


def low_pass(samples: FloatArray, _: Dice) -> FloatArray:
    """Cut everything above 2 kHz, 36 dB an octave."""
    return _filtered(samples, butter(6, 2_000, "lowpass", fs=RATE_HZ, output="sos"))


def band_pass(samples: FloatArray, _: Dice) -> FloatArray:
    """Leave a telephone's band, 300 to 3,400 Hz, 24 dB an octave."""
    return _filtered(samples, butter(4, (300, 3_400), "bandpass", fs=RATE_HZ, output="sos"))


def _filtered(samples: FloatArray, sections: NDArray[np.float64]) -> FloatArray:
    return np.asarray(sosfilt(sections, samples), dtype=np.float32)


def mu_law(*, bits: int) -> Distortion:
    """Return a distortion that keeps so many bits a sample after μ-law companding (μ = 255, ITU-T G.711)."""

    def distort(samples: FloatArray, _: Dice) -> FloatArray:
        peak = max(float(np.abs(samples).max(initial=0.0)), 1e-9)
        companded = np.sign(samples) * np.log1p(255 * np.abs(samples) / peak) / np.log(256)
        steps = 2 ** (bits - 1) - 1
        coarse = np.round(companded * steps) / steps
        return np.asarray(np.sign(coarse) * (256 ** np.abs(coarse) - 1) / 255 * peak, dtype=np.float32)

    return distort


def reverb(samples: FloatArray, dice: Dice) -> FloatArray:
    """Put the sound into a hall: 1 s to fall by 60 dB, as much reverberant as direct energy, first after 10 ms."""
    times_s = np.arange(int(1.2 * RATE_HZ)) / RATE_HZ
    tail = dice.standard_normal(len(times_s)) * 10 ** (-3 * times_s)
    tail[: int(0.01 * RATE_HZ)] = 0
    tail /= np.sqrt(np.sum(tail**2))
    tail[0] = 1.0
    return np.asarray(fftconvolve(samples, tail)[: len(samples)], dtype=np.float32)


def mp3(samples: FloatArray, _: Dice) -> FloatArray:
    """Go through an MP3 file of 32 kbit/s, this being one channel."""
    file = io.BytesIO()
    soundfile.write(
        file, samples * np.float32(0.9), RATE_HZ, format="MP3", compression_level=MP3_LEVEL, bitrate_mode="CONSTANT"
    )
    file.seek(0)
    decoded = soundfile.read(file, dtype="float32")[0][MP3_DELAY:]
    return np.asarray(np.pad(decoded, (0, max(0, len(samples) - len(decoded))))[: len(samples)], dtype=np.float32)


def flanger(samples: FloatArray, _: Dice) -> FloatArray:
    """Add the sound to itself with a delay that swings between 0 and 5 ms twice in 4 seconds."""
    return _delayed(samples, 0.0025 * (1 + np.sin(2 * np.pi * 0.5 * _times_s(samples)))) * np.float32(0.8) + samples


def chorus(samples: FloatArray, _: Dice) -> FloatArray:
    """Add three voices whose delays of 20 to 30 ms swing by 3 ms."""
    swings = [(0.020, 0.7, 0.0), (0.025, 0.9, 2.1), (0.030, 1.1, 4.2)]
    times_s = _times_s(samples)
    voices = [_delayed(samples, d + 0.003 * np.sin(2 * np.pi * f * times_s + phase)) for d, f, phase in swings]
    return np.asarray(samples + 0.7 * np.sum(voices, axis=0), dtype=np.float32)


def echo(samples: FloatArray, _: Dice) -> FloatArray:
    """Add two echoes, after 0.3 and 0.6 s."""
    return np.asarray(samples + 0.6 * _later(samples, 0.3) + 0.36 * _later(samples, 0.6), dtype=np.float32)


def tremolo(samples: FloatArray, _: Dice) -> FloatArray:
    """Swing the level six times a second, down to 30 %."""
    return np.asarray(samples * (0.65 + 0.35 * np.sin(2 * np.pi * 6 * _times_s(samples))), dtype=np.float32)


def faster(samples: FloatArray, ratio: float) -> FloatArray:
    """Play the sound faster, as a turntable would: tempo and pitch rise together, and it becomes shorter."""
    return np.asarray(soxr.resample(samples, RATE_HZ * ratio, RATE_HZ), dtype=np.float32)


def _times_s(samples: FloatArray) -> NDArray[np.float64]:
    return np.arange(len(samples)) / RATE_HZ


def _delayed(samples: FloatArray, delays_s: NDArray[np.float64]) -> FloatArray:
    """Return the sound read so many seconds earlier at each moment, in between samples too."""
    places = np.arange(len(samples)) - delays_s * RATE_HZ
    return np.interp(places, np.arange(len(samples)), samples, left=0.0).astype(np.float32)


def _later(samples: FloatArray, delay_s: float) -> FloatArray:
    shift = round(delay_s * RATE_HZ)
    return np.concatenate((np.zeros(shift, dtype=np.float32), samples))[: len(samples)]
