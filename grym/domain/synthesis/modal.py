"""Struck and plucked sounds: partials that are set off once and die away, each at its own rate.

Struck strings and bars use measured partial ratios and two-stage decay; plucked strings are the extended
Karplus–Strong string solved for its modes: every harmonic decays by the gain of the string's loop filter once a
period, which is the same sound as the delay line, exactly in tune and cheaper.
"""

from dataclasses import dataclass

import numpy as np
from scipy.signal import butter, sosfilt

from grym.domain.signal import FloatArray
from grym.domain.synthesis.partials import Vector, edge_times_s, sum_partials
from grym.domain.synthesis.voice import MIDDLE_C_HZ, Formant, Touch, body, partial_count

SIXTY_DB = 6.9078
"""Natural logarithm of 1000: the decay by 60 dB."""

STRIKE_S = 0.002
"""Contact time of a hammer or pick: long enough not to click, short enough to stay percussive."""


COUPLING_HZ = 25.0

FORCE_ROLLOFF = 0.8
"""A soft touch excites upper partials less: between pp and ff the slope of the spectrum changes by some 4 dB/octave."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Struck:
    """A string, bar or bell that is struck.

    Parameters
    ----------
    ratios
        Partial frequencies as multiples of the pitch; empty for the stretched harmonics of a stiff string.
    stiffness
        Inharmonicity coefficient at middle C; partial n lies at n·sqrt(1 + B·n²).
    rolloff
        Exponent by which partials weaken with their number.
    strike
        Where the string is struck, as a share of its length (0 = no comb).
    brightness_hz
        Where the spectrum of a middling stroke falls to 1/e; force moves it over three octaves.
    ring_s
        Seconds to decay by 60 dB at middle C; halves every `ring_octaves` octaves.
    damping_hz
        Frequency at which a partial decays twice as fast as the lowest.
    detune_cents
        Spread of the strings of one note.
    knock
        Level of the noise of the action.
    """

    ratios: tuple[float, ...] = ()
    stiffness: float = 0.0004
    rolloff: float = 0.8
    strike: float = 0.12
    brightness_hz: float = 2_200.0
    ring_s: float = 9.0
    ring_octaves: float = 1.6
    damping_hz: float = 2_500.0
    detune_cents: float = 0.6
    knock: float = 0.02
    most_partials: int = 36
    release_s: float = 0.18
    gain_db: float = 0.0
    formants: tuple[Formant, ...] = ()

    def play(self, touch: Touch, *, rng: np.random.Generator) -> FloatArray:
        """Return the note, shape (1, samples)."""
        octaves = np.log2(touch.frequency_hz / MIDDLE_C_HZ)
        ring_s = self.ring_s * 2.0 ** (-octaves / self.ring_octaves)
        length = int(min(touch.held_s + self.release_s, ring_s) * touch.sample_rate_hz) + 1
        times_s = edge_times_s(length, sample_rate_hz=touch.sample_rate_hz)
        numbers, frequencies_hz = self._partials(touch)
        heights = self._heights(numbers, frequencies_hz, touch)
        slow = SIXTY_DB / ring_s * (1.0 + frequencies_hz / self.damping_hz)
        # Strings first shed their energy quickly into the bridge, then ring on slowly (Weinreich 1977).
        decay = 0.72 * np.exp(-np.outer(slow * 2.4, times_s)) + 0.28 * np.exp(-np.outer(slow * 0.8, times_s))
        levels = heights[:, None] * decay * np.clip(times_s / STRIKE_S, 0.0, 1.0)
        spread = np.exp2(self.detune_cents / 1200.0 * np.where(np.arange(numbers.size) % 2 == 0, 1.0, -1.0))
        pairs = min(14, numbers.size)
        samples = sum_partials(
            frequencies_hz=np.concatenate([frequencies_hz * spread, frequencies_hz[:pairs] / spread[:pairs]]),
            levels=np.concatenate([levels, 0.6 * levels[:pairs]]),
            phases=rng.uniform(-0.4, 0.4, numbers.size + pairs),
            length_samples=length,
            sample_rate_hz=touch.sample_rate_hz,
        )
        return self._with_knock(samples, touch, rng=rng)[None, :]

    def _partials(self, touch: Touch) -> tuple[Vector, Vector]:
        """Return partial numbers and their frequencies in hertz."""
        if self.ratios:
            ratios = np.array(self.ratios)
            return np.arange(1.0, ratios.size + 1.0), touch.frequency_hz * ratios
        count = partial_count(touch.frequency_hz, sample_rate_hz=touch.sample_rate_hz, most=self.most_partials)
        numbers = np.arange(1.0, count + 1.0)
        stiffness = self.stiffness * (touch.frequency_hz / MIDDLE_C_HZ) ** 1.2
        return numbers, touch.frequency_hz * numbers * np.sqrt((1.0 + stiffness * numbers**2) / (1.0 + stiffness))

    def _heights(self, numbers: Vector, frequencies_hz: Vector, touch: Touch) -> Vector:
        """Return the amplitude of each partial at the stroke."""
        reach_hz = self.brightness_hz * 2.0 ** (3.0 * (touch.force - 0.6)) + touch.frequency_hz
        comb = 0.15 + np.abs(np.sin(np.pi * numbers * self.strike)) if self.strike else np.ones_like(numbers)
        heights: Vector = numbers ** -_rolloff(self.rolloff, touch) * comb * np.exp(-frequencies_hz / reach_hz)
        return heights * body(frequencies_hz, self.formants)

    def _with_knock(self, samples: FloatArray, touch: Touch, *, rng: np.random.Generator) -> FloatArray:
        """Add the dull thud of hammer and key: 40 ms of noise, smoothed over 24 samples."""
        length = min(samples.shape[0], int(0.04 * touch.sample_rate_hz))
        if self.knock == 0.0 or length < 2:  # noqa: PLR2004 (a thud needs a rise and a fall)
            return samples
        thud = np.convolve(rng.standard_normal(length), np.hanning(24), mode="same")
        thud *= np.hanning(2 * length)[length:] * np.minimum(1.0, np.arange(length) / 40.0)
        knocked = samples.copy()
        knocked[:length] += (self.knock * touch.force * float(np.abs(samples).max()) * thud).astype(np.float32)
        return knocked


@dataclass(frozen=True, slots=True, kw_only=True)
class Plucked:
    """A plucked string: guitar, harp, bass, pizzicato.

    Parameters
    ----------
    pluck
        Where the string is plucked, as a share of its length.
    ring_s
        Seconds for the fundamental of middle C to decay by 60 dB.
    stretch
        Weight 0–0.5 of the delayed sample in the loop filter: how much faster high partials die.
    brightness_hz
        Where the spectrum of a middling pluck falls to 1/e.

    References
    ----------
    Jaffe and Smith (1983), "Extensions of the Karplus-Strong plucked-string algorithm", Computer Music Journal 7(2).
    """

    pluck: float = 0.18
    ring_s: float = 4.0
    stretch: float = 0.25
    brightness_hz: float = 2_600.0
    rolloff: float = 1.0
    drive: float = 0.0
    most_partials: int = 44
    release_s: float = 0.12
    gain_db: float = 0.0
    formants: tuple[Formant, ...] = ()

    def play(self, touch: Touch, *, rng: np.random.Generator) -> FloatArray:
        """Return the note, shape (1, samples)."""
        ring_s = self.ring_s * (MIDDLE_C_HZ / touch.frequency_hz) ** 0.5
        length = int(min(touch.held_s + self.release_s, ring_s) * touch.sample_rate_hz) + 1
        times_s = edge_times_s(length, sample_rate_hz=touch.sample_rate_hz)
        count = partial_count(touch.frequency_hz, sample_rate_hz=touch.sample_rate_hz, most=self.most_partials)
        numbers = np.arange(1.0, count + 1.0)
        frequencies_hz = touch.frequency_hz * numbers * np.sqrt(1.0 + 6e-5 * numbers**2)
        reach_hz = self.brightness_hz * 2.0 ** (2.5 * (touch.force - 0.6)) + touch.frequency_hz
        heights = (
            numbers ** -_rolloff(self.rolloff, touch)
            * np.abs(np.sin(np.pi * numbers * self.pluck))
            * np.exp(-frequencies_hz / reach_hz)
        )
        heights = heights * body(frequencies_hz, self.formants) * rng.uniform(0.8, 1.2, count)
        rates = self._rates(frequencies_hz, touch, ring_s=ring_s)
        levels = heights[:, None] * np.exp(-np.outer(rates, times_s)) * np.clip(times_s / STRIKE_S, 0.0, 1.0)
        samples = sum_partials(
            frequencies_hz=frequencies_hz,
            levels=levels,
            phases=rng.uniform(-0.8, 0.8, count),
            length_samples=length,
            sample_rate_hz=touch.sample_rate_hz,
        )
        return driven(samples, drive=self.drive, sample_rate_hz=touch.sample_rate_hz)[None, :]

    def _rates(self, frequencies_hz: Vector, touch: Touch, *, ring_s: float) -> Vector:
        """Return decay rates in 1/s: the loss of the string plus that of the loop filter, taken once a period."""
        angle = 2.0 * np.pi * frequencies_hz / touch.sample_rate_hz
        squared = 1.0 - 2.0 * self.stretch * (1.0 - self.stretch) * (1.0 - np.cos(angle))
        rates: Vector = SIXTY_DB / ring_s - 0.5 * np.log(np.maximum(squared, 1e-12)) * touch.frequency_hz
        return rates


def driven(samples: FloatArray, *, drive: float, sample_rate_hz: int) -> FloatArray:
    """Saturate softly: `drive` 0 leaves the sound, 1 is a crunchy amplifier.

    The partials stop at 16 kHz and the curve is mostly cubic, so what folds back lies more than 50 dB down.
    """
    if drive == 0.0:
        return samples
    peak = float(np.abs(samples).max()) or 1.0
    shaped = np.tanh(samples * np.float32((1.0 + 5.0 * drive) / peak))
    # Bending a lopsided wave leaves direct current behind, as in any amplifier; a capacitor takes it away.
    sos = butter(1, COUPLING_HZ, "highpass", fs=sample_rate_hz, output="sos")
    coupled: FloatArray = sosfilt(sos, shaped).astype(np.float32)
    return coupled


def _rolloff(rolloff: float, touch: Touch) -> float:
    """Return the exponent by which partials weaken, for the force of a touch (0.6 is the middle)."""
    return rolloff + FORCE_ROLLOFF * (0.6 - touch.force)
