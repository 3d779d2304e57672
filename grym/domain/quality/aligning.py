"""Laying a sound over its reference: how late it is, to a fraction of a sample, and how much louder.

The delay maximises the cross-correlation, evaluated between samples from its spectrum; the sound is then moved by the
same fraction of a sample, so that what remains different is different sound.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import fft
from scipy.optimize import minimize_scalar
from scipy.signal import resample_poly

from grym.domain.signal import Signal
from grym.errors import InvalidAudioError

LONGEST_DELAY_S = 5.0
LEAST_OVERLAP_S = 0.5
LEAST_FRACTION = 1e-3
"""Of a sample; what it changes lies 50 dB below a tone at half the rate."""
EDGE_SAMPLES = 32
"""What a move by a fraction of a sample draws from beyond the ends is left out."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Aligned:
    """Two sounds laid over each other.

    Parameters
    ----------
    reference, candidate
        Shape (channels, samples), of one length and rate; the candidate is moved in time, its level is its own.
    sample_rate_hz
        Rate of both.
    delay_s
        How much later the candidate was, negative where it was earlier.
    gain
        Factor of the candidate over the reference by least squares; negative where its polarity is flipped.
    """

    reference: Floats
    candidate: Floats
    sample_rate_hz: int
    delay_s: float
    gain: float


def aligned(reference: Signal, candidate: Signal) -> Aligned:
    """Lay a sound over its reference.

    A candidate of another rate is converted; where the channels differ both are heard as one.

    Raises
    ------
    InvalidAudioError
        ``audio.silent`` where one of them is silent, ``audio.too_short`` where they overlap by less than half a second.
    """
    rate_hz = reference.sample_rate_hz
    ours, theirs = reference.samples.astype(np.float64), _at_rate(candidate, rate_hz)
    if len(ours) != len(theirs):
        ours, theirs = (sound.mean(axis=0, keepdims=True) for sound in (ours, theirs))
    if not ours.any() or not theirs.any():
        raise InvalidAudioError(
            "one of the two sounds is silent, so that nothing can be laid over it",
            code="audio.silent",
            hint="Compare sounds in which something sounds.",
        )
    delay_samples = _delay_samples(
        ours.mean(axis=0), theirs.mean(axis=0), most_samples=round(LONGEST_DELAY_S * rate_hz)
    )
    first, second = _moved(ours, theirs, delay_samples)
    if first.shape[1] < LEAST_OVERLAP_S * rate_hz:
        raise InvalidAudioError(
            "the two sounds overlap by less than half a second",
            code="audio.too_short",
            hint="Compare versions of one recording.",
        )
    energy = float(np.vdot(first, first))
    gain = float(np.vdot(first, second)) / energy if energy > 0.0 else 0.0
    return Aligned(
        reference=first, candidate=second, sample_rate_hz=rate_hz, delay_s=delay_samples / rate_hz, gain=gain
    )


def _at_rate(signal: Signal, rate_hz: int) -> Floats:
    samples = signal.samples.astype(np.float64)
    if signal.sample_rate_hz == rate_hz:
        return samples
    common = int(np.gcd(signal.sample_rate_hz, rate_hz))
    return np.asarray(resample_poly(samples, rate_hz // common, signal.sample_rate_hz // common, axis=1))


def _delay_samples(ours: Floats, theirs: Floats, *, most_samples: int) -> float:
    """Return by how many samples the second sound is later."""
    size = fft.next_fast_len(len(ours) + len(theirs), real=True)
    spectrum = np.conj(fft.rfft(ours, size)) * fft.rfft(theirs, size)
    strength = np.abs(fft.irfft(spectrum, size))
    lags = np.concatenate([np.arange(0, min(most_samples, size // 2)), np.arange(-min(most_samples, size // 2 - 1), 0)])
    whole = int(lags[int(np.argmax(strength[lags]))])
    angular = 2.0 * np.pi * np.arange(len(spectrum)) / size

    def weakness(lag: float) -> float:
        return -float(abs(np.sum((spectrum * np.exp(1j * angular * lag)).real)))

    if weakness(whole) == 0.0:
        return float(whole)
    found = minimize_scalar(weakness, bounds=(whole - 1.0, whole + 1.0), method="bounded", options={"xatol": 1e-4}).x
    return float(whole) if abs(found - whole) < LEAST_FRACTION else float(found)


def _moved(ours: Floats, theirs: Floats, delay_samples: float) -> tuple[Floats, Floats]:
    """Return the stretch that both cover, the second moved back by the delay."""
    whole = round(delay_samples)
    fraction = delay_samples - whole
    if abs(fraction) < LEAST_FRACTION:
        fraction = 0.0
    first, second = ours[:, max(0, -whole) :], theirs[:, max(0, whole) :]
    length = min(first.shape[1], second.shape[1])
    first, second = first[:, :length], second[:, :length]
    if not fraction or length <= 2 * EDGE_SAMPLES:
        return first, second
    size = fft.next_fast_len(length + EDGE_SAMPLES, real=True)
    turn = np.exp(2j * np.pi * np.arange(size // 2 + 1) * fraction / size)
    moved = fft.irfft(fft.rfft(second, size, axis=1) * turn, size, axis=1)[:, :length]
    return first[:, EDGE_SAMPLES:-EDGE_SAMPLES], moved[:, EDGE_SAMPLES:-EDGE_SAMPLES]
