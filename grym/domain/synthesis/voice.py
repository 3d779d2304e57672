"""What a voice is: something that turns a touch into sound, and the shapes that voices share.

Levels are linear amplitudes; a voice need not care about its loudness, since `levelled` brings every note to one
loudness before velocity and mix are applied.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from grym.domain.signal import FloatArray
from grym.domain.synthesis.partials import Vector

MIDDLE_C_HZ = 261.6256

LEVEL_WINDOW_S = 0.15
"""The ear judges the loudness of an attack over some 100 to 200 ms."""

LEVEL_RMS = 0.1
"""−20 dBFS for a note at full velocity, so six parts with chords stay far below overflow in the sum."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Touch:
    """One way of playing a key.

    Parameters
    ----------
    frequency_hz
        Pitch of the fundamental.
    force
        Velocity as 0–1.
    held_s
        Seconds from the onset to the release.
    sample_rate_hz
        Samples per second of the result.
    """

    frequency_hz: float
    force: float
    held_s: float
    sample_rate_hz: int


class Voice(Protocol):
    """An instrument of the built-in synthesiser."""

    @property
    def release_s(self) -> float:
        """Seconds the sound goes on after the key is released."""
        ...

    @property
    def gain_db(self) -> float:
        """Level against the other voices."""
        ...

    def play(self, touch: Touch, *, rng: np.random.Generator) -> FloatArray:
        """Return the note, shape (1 or 2, samples), at least `held_s` + `release_s` long or rung out."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Formant:
    """A resonance of a body or a vocal tract: centre and width in hertz, height in decibels."""

    centre_hz: float
    width_hz: float
    gain_db: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """Attack, decay and sustain (0–1) of an amplitude or a filter; times in seconds."""

    attack_s: float = 0.01
    decay_s: float = 0.3
    sustain: float = 0.8

    def at(self, times_s: Vector) -> Vector:
        """Return the envelope at `times_s`: a sine-shaped rise to 1, then an exponential fall towards `sustain`."""
        rise = np.sin(np.clip(times_s / self.attack_s, 0.0, 1.0) * (np.pi / 2)) ** 2
        fall = np.exp(-np.maximum(0.0, times_s - self.attack_s) / self.decay_s)
        shape: Vector = rise * (self.sustain + (1.0 - self.sustain) * fall)
        return shape


def body(frequencies_hz: Vector, formants: tuple[Formant, ...]) -> Vector:
    """Return the amplitude factor of `formants` at each frequency."""
    gain_db = np.zeros_like(frequencies_hz)
    for formant in formants:
        distance = (frequencies_hz - formant.centre_hz) / formant.width_hz
        gain_db += formant.gain_db / (1.0 + distance**2)
    factor: Vector = 10.0 ** (gain_db / 20.0)
    return factor


def partial_count(frequency_hz: float, *, sample_rate_hz: int, most: int) -> int:
    """Return how many harmonics of a pitch lie below 16 kHz and the Nyquist frequency, between 1 and `most`."""
    return int(np.clip(min(16_000.0, 0.45 * sample_rate_hz) / frequency_hz, 1, most))


def levelled(samples: FloatArray, *, frequency_hz: float, sample_rate_hz: int) -> FloatArray:
    """Scale a note so that its loudest 150 ms reach `LEVEL_RMS`, a little more for low pitches.

    The tilt of −1.5 dB per octave, at most 4 dB either way, stands for the ear's lower sensitivity in the bass.

    Parameters
    ----------
    samples
        Shape (channels, samples).
    frequency_hz
        Pitch of the note.
    sample_rate_hz
        Samples per second.
    """
    power = np.square(samples, dtype=np.float64).mean(axis=0)
    window = min(power.shape[0], int(LEVEL_WINDOW_S * sample_rate_hz))
    sums = np.concatenate([[0.0], np.cumsum(power)])
    loudest = float(np.max(sums[window:] - sums[:-window])) / max(1, int(LEVEL_WINDOW_S * sample_rate_hz))
    if loudest <= 0.0:
        return samples
    tilt_db = float(np.clip(-1.5 * np.log2(frequency_hz / MIDDLE_C_HZ), -4.0, 4.0))
    return samples * np.float32(LEVEL_RMS / np.sqrt(loudest) * 10.0 ** (tilt_db / 20.0))
