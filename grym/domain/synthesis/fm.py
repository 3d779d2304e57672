"""Frequency modulation: electric pianos, bells and other sounds whose brightness fades while they ring.

References
----------
Chowning (1973), "The synthesis of complex audio spectra by means of frequency modulation", JAES 21(7).
"""

from dataclasses import dataclass

import numpy as np

from grym.domain.signal import FloatArray
from grym.domain.synthesis.modal import SIXTY_DB, STRIKE_S
from grym.domain.synthesis.voice import MIDDLE_C_HZ, Touch


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """A carrier with its modulator.

    Parameters
    ----------
    ratio, modulator_ratio
        Frequencies as multiples of the pitch.
    index
        Peak modulation index at full force.
    index_fade_s
        Seconds in which the index falls to 1/e.
    ring_s
        Seconds for the carrier to fall by 60 dB at middle C.
    level
        Linear amplitude.
    """

    ratio: float = 1.0
    modulator_ratio: float = 1.0
    index: float = 1.5
    index_fade_s: float = 0.6
    ring_s: float = 4.0
    level: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FrequencyModulated:
    """A handful of operators, with a slow stereo tremolo where `tremolo` (0–1) is above 0."""

    operators: tuple[Operator, ...]
    tremolo: float = 0.0
    tremolo_hz: float = 4.6
    detune_cents: float = 1.5
    release_s: float = 0.2
    gain_db: float = 0.0

    def play(self, touch: Touch, *, rng: np.random.Generator) -> FloatArray:
        """Return the note, shape (2, samples)."""
        length = int((touch.held_s + self.release_s) * touch.sample_rate_hz) + 1
        times_s = np.arange(length) / touch.sample_rate_hz
        samples = np.zeros(length, dtype=np.float32)
        for operator in self.operators:
            samples += _operate(operator, touch, times_s, start=rng.uniform(-0.05, 0.05))
        samples *= np.clip(times_s / STRIKE_S, 0.0, 1.0).astype(np.float32)
        if self.tremolo == 0.0:
            return samples[None, :]
        sway = np.float32(0.5 * self.tremolo) * np.sin(2.0 * np.pi * self.tremolo_hz * times_s).astype(np.float32)
        return np.stack([samples * (1.0 + sway), samples * (1.0 - sway)])


def _operate(operator: Operator, touch: Touch, times_s: np.ndarray, *, start: float) -> FloatArray:
    """Return one operator's sound; its index is bounded so that the side bands stay below the Nyquist frequency."""
    carrier_hz = touch.frequency_hz * operator.ratio
    modulator_hz = touch.frequency_hz * operator.modulator_ratio
    # Carson's rule: side bands reach carrier + modulator · (index + 1).
    room = (0.45 * touch.sample_rate_hz - carrier_hz) / modulator_hz - 1.0
    if room <= 0.0:
        return np.zeros(times_s.shape[0], dtype=np.float32)
    index = min(operator.index * touch.force**1.3, room) * np.exp(-times_s / operator.index_fade_s)
    ring_s = operator.ring_s * (MIDDLE_C_HZ / touch.frequency_hz) ** 0.5
    modulation = index.astype(np.float32) * np.sin(_angle(modulator_hz * times_s + start))
    decay = np.exp(-SIXTY_DB / ring_s * times_s).astype(np.float32)
    sound: FloatArray = np.float32(operator.level) * decay * np.sin(_angle(carrier_hz * times_s) + modulation)
    return sound


def _angle(cycles: np.ndarray) -> FloatArray:
    """Return the phase in radians of a count of cycles, reduced to one turn before precision is given up."""
    angle: FloatArray = ((cycles - np.floor(cycles)) * (2.0 * np.pi)).astype(np.float32)
    return angle
