"""How strongly each semitone of the piano sounds: a spectrum taken apart into harmonic templates.

The spectrum has three bins a semitone from 27.5 Hz up, in amplitudes, every 20 ms: low bins from windows of 256 ms,
which tell semitones apart, higher ones from 128 ms, which tell notes apart. Every semitone has one template. It starts
as partials that decay as those of struck strings do and learns its shape from the sound; where it is zero it stays
zero, so it remains harmonic. Long sounds teach by a sample of a minute and are taken apart in blocks.

References
----------
Smaragdis and Brown (2003), "Non-negative matrix factorization for polyphonic music transcription".
Raczyński, Ono and Sagayama (2007), "Multipitch analysis with harmonic nonnegative matrix approximation" (templates
that are zero between the partials). Lee and Seung (2001), "Algorithms for non-negative matrix factorization",
equations 5 (updates for the Kullback–Leibler divergence).
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from grym.domain.chroma import tuning_cents
from grym.domain.pitch.yin import WORKING_RATE_HZ
from grym.domain.signal import FloatArray
from grym.domain.stft import Framing, power_spectrogram

LOWEST_PITCH = 21
PITCHES = 88
HOP_SAMPLES = 320
HOP_S = HOP_SAMPLES / WORKING_RATE_HZ
LONG_SAMPLES = 4_096
SHORT_SAMPLES = 2_048
LONG_BELOW_HZ = 700.0
BINS_PER_SEMITONE = 3
LOWEST_HZ = 27.5
HIGHEST_HZ = 7_500.0

PARTIALS = 20
DECAY_POWER = 0.5
DECAY_HZ = 3_000.0
"""Amplitudes of the partials fall as h^−0.5·exp(−f / 3 kHz) before they are learnt: best of five on piano, guitar."""

STIFFNESS = 1e-4
"""Partials of strings lie at h·f·√(1 + B·h²); B is 1e-4 in the middle of a piano (Fletcher and Rossing 1998, 12.3)."""

LOBE_BINS = 4
FITTED = 10
LEARNT = 5
APPLIED = 12
"""Rounds of updates: of weights alone, of weights and templates, and of weights with the templates learnt."""

LEARNING_S = 60.0
LEARNING_PARTS = 6
BLOCK_FRAMES = 3_000
TUNING_STEP_CENTS = 5.0
_TINY = np.float32(1e-9)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Activations:
    """How strongly each semitone sounds.

    Parameters
    ----------
    weights
        Shape (88, frames), ≥ 0, amplitudes; row 0 is MIDI pitch 21, columns are 20 ms apart.
    """

    weights: FloatArray


def activations(sound: FloatArray) -> Activations:
    """Take a sound apart into the semitones of the piano.

    Parameters
    ----------
    sound
        Shape (samples,), at 16 kHz.
    """
    lesson = _lesson(sound)
    templates = _learnt(_bins(lesson), _templates(_tuning(lesson)))
    block = BLOCK_FRAMES * HOP_SAMPLES
    parts = []
    for start in range(0, max(1, len(sound)), block):
        # A block begins where the one before ended; its windows reach into the neighbours.
        margin = LONG_SAMPLES // HOP_SAMPLES + 1
        first = max(0, start - margin * HOP_SAMPLES)
        found = _weights(_bins(sound[first : start + block + LONG_SAMPLES]), templates, rounds=APPLIED)
        skipped = (start - first) // HOP_SAMPLES
        last = start + block >= len(sound)
        count = 1 + (len(sound) - start) // HOP_SAMPLES if last else BLOCK_FRAMES
        parts.append(found[:, skipped : skipped + count])
    return Activations(weights=np.concatenate(parts, axis=1))


def _lesson(sound: FloatArray) -> FloatArray:
    """Return what templates are learnt from: the sound, or six stretches of ten seconds spread over it."""
    most = round(LEARNING_S * WORKING_RATE_HZ)
    if len(sound) <= most:
        return sound
    part = most // LEARNING_PARTS
    starts = np.linspace(0, len(sound) - part, LEARNING_PARTS).astype(np.intp)
    return np.concatenate([sound[start : start + part] for start in starts])


def _bins(sound: FloatArray) -> FloatArray:
    """Return the amplitudes in bins of a third of a semitone, shape (bins, frames)."""
    split = int((centres_hz() < LONG_BELOW_HZ).sum())
    low, high = (
        power_spectrogram(sound, _framing(size)) @ _mapping(size)[:, part]
        for size, part in ((LONG_SAMPLES, slice(split)), (SHORT_SAMPLES, slice(split, None)))
    )
    return np.ascontiguousarray(np.sqrt(np.concatenate([low, high], axis=1)).T)


def _framing(n_fft: int) -> Framing:
    return Framing(n_fft=n_fft, hop_length=HOP_SAMPLES, sample_rate_hz=WORKING_RATE_HZ)


@lru_cache(maxsize=1)
def centres_hz() -> FloatArray:
    """Return the centre of each bin in Hz, ascending."""
    count = int(12 * BINS_PER_SEMITONE * np.log2(HIGHEST_HZ / LOWEST_HZ)) + 2
    centres = LOWEST_HZ * 2.0 ** ((np.arange(count) - 1) / (12 * BINS_PER_SEMITONE))
    return centres.astype(np.float32)


@lru_cache(maxsize=2)
def _mapping(n_fft: int) -> FloatArray:
    """Return what each bin of the spectrum gives to each bin of a third of a semitone, shape (n_fft // 2 + 1, bins).

    Triangles over the neighbours; where these are closer than the spectrum's bins, its two nearest bins share. A
    window's gain is divided out, so that both windows measure the same amplitude.
    """
    bin_hz = WORKING_RATE_HZ / n_fft
    frequency = np.arange(n_fft // 2 + 1) * bin_hz
    centres = centres_hz().astype(np.float64)
    ratio = 2.0 ** (1.0 / (12 * BINS_PER_SEMITONE))
    mapping = np.zeros((len(frequency), len(centres)))
    for column, centre in enumerate(centres):
        below, above = centre / ratio, centre * ratio
        rise, fall = (frequency - below) / (centre - below), (above - frequency) / (above - centre)
        triangle = np.maximum(np.minimum(rise, fall), 0.0)
        if np.count_nonzero(triangle) < 3:  # noqa: PLR2004 (a triangle needs three)
            triangle = np.maximum(1.0 - np.abs(frequency - centre) / bin_hz, 0.0)
        mapping[:, column] = triangle
    gain = (n_fft / 4.0) ** 2
    scaled: FloatArray = (mapping / gain).astype(np.float32)
    return scaled


def _tuning(sound: FloatArray) -> float:
    """Return the deviation from a = 440 Hz in cents, to 5 cents, from the peaks of every tenth frame."""
    framing = Framing(n_fft=LONG_SAMPLES, hop_length=10 * HOP_SAMPLES, sample_rate_hz=WORKING_RATE_HZ)
    power = power_spectrogram(sound, framing)[:, 20:600]
    middle = power[:, 1:-1]
    loud = middle > power.max(axis=1, keepdims=True) * np.float32(1e-3)
    frame, column = np.nonzero((middle > power[:, :-2]) & (middle >= power[:, 2:]) & loud & (middle > _TINY))
    left, centre, right = (np.log(np.maximum(power[frame, column + shift], _TINY)) for shift in (0, 1, 2))
    offset = 0.5 * (left - right) / np.minimum(left - 2.0 * centre + right, -1e-6)
    hz = (21 + column + np.clip(offset, -0.5, 0.5)) * framing.bin_hz
    cents = tuning_cents(69.0 + 12.0 * np.log2(hz / 440.0), np.sqrt(power[frame, column + 1]))
    return float(np.round(cents / TUNING_STEP_CENTS) * TUNING_STEP_CENTS)


@lru_cache(maxsize=4)
def _templates(cents: float) -> FloatArray:
    """Return the harmonic templates, shape (bins, 88), each with sum 1."""
    split = int((centres_hz() < LONG_BELOW_HZ).sum())
    power = np.zeros((len(centres_hz()), PITCHES))
    for pitch in range(PITCHES):
        fundamental = LOWEST_HZ * 2.0 ** (pitch / 12.0 + cents / 1200.0)
        for number in range(1, PARTIALS + 1):
            hz = fundamental * number * np.sqrt(1.0 + STIFFNESS * number**2)
            if hz > HIGHEST_HZ:
                break
            amplitude = number**-DECAY_POWER * np.exp(-hz / DECAY_HZ)
            power[:split, pitch] += amplitude**2 * _line(hz, LONG_SAMPLES)[:split]
            power[split:, pitch] += amplitude**2 * _line(hz, SHORT_SAMPLES)[split:]
    shapes = np.sqrt(power)
    shapes /= shapes.sum(axis=0)
    return shapes.astype(np.float32)


def _line(hz: float, n_fft: int) -> np.ndarray:
    """Return the power that a sine of amplitude 1 leaves in each bin: the main lobe of the Hann window."""
    place = hz * n_fft / WORKING_RATE_HZ
    bins = np.arange(max(0, int(place) - LOBE_BINS), min(n_fft // 2, int(place) + LOBE_BINS) + 1)
    distance = bins - place
    denominator = 1.0 - distance**2
    edge = np.abs(denominator) < 1e-6  # noqa: PLR2004 (the limit there is a half)
    lobe = np.where(edge, 0.5, np.sinc(distance) / np.where(edge, 1.0, denominator))
    power: np.ndarray = (lobe**2) @ (_mapping(n_fft)[bins] * (n_fft / 4.0) ** 2)
    return power


def _learnt(bins: FloatArray, templates: FloatArray) -> FloatArray:
    """Return the templates with the shape that explains these bins best, zero where they were zero."""
    weights = _weights(bins, templates, rounds=FITTED)
    for _ in range(LEARNT):
        weights *= templates.T @ (bins / np.maximum(templates @ weights, _TINY))
        unexplained = bins / np.maximum(templates @ weights, _TINY)
        templates = templates * (unexplained @ weights.T) / np.maximum(weights.sum(axis=1), _TINY)
        templates = templates / np.maximum(templates.sum(axis=0), _TINY)
    return templates


def _weights(bins: FloatArray, templates: FloatArray, *, rounds: int) -> FloatArray:
    """Return how much of each template explains the bins, shape (88, frames); templates have sum 1."""
    weights: FloatArray = np.maximum(templates.T @ bins, _TINY)
    for _ in range(rounds):
        weights *= templates.T @ (bins / np.maximum(templates @ weights, _TINY))
    return weights
