"""Which pitches sound, frame by frame: what stays of a tune on other instruments, in another key, at another tempo.

A dictionary holds what one note of each pitch leaves in the spectrum: its partials, as wide as the window draws them.
Multiplicative updates find the activations that explain a frame best, so that a partial counts for its note and not
as a note of its own. The tuning of the sound is measured first and the dictionary moved to it.

References
----------
Lee and Seung, "Algorithms for Non-negative Matrix Factorization", NIPS 2000: updates with a fixed dictionary.
Mauch and Dixon, "Approximate note transcription for the improved identification of difficult chords", ISMIR 2010.
"""

from functools import lru_cache

import numpy as np

from grym.domain.recognition.imprint import FloatArray, Tonal
from grym.domain.recognition.spectrum import BIN_HZ, FRAME_RATE_HZ, FRAMING, Spectrum

FRAME_BINS = FRAMING.n_fft // 2 + 1

LOWEST_MIDI = 36
PITCHES = 60
"""C2 to B6: where tunes and their basses move."""

STEP_FRAMES = 4
RATE_HZ = FRAME_RATE_HZ / STEP_FRAMES
"""10.8 frames a second: a frame is half of a short note of a fast tune."""

PARTIALS = 10
PARTIAL_DECAY = 0.7
"""Each partial's amplitude over that of the one below it; between a flute (less) and a reed (more)."""

UPDATES = 12
"""More of them change the salience by less than other instruments do."""

LEAST_EXCESS_DB = 6.0
"""Noise alone exceeds its own floor by as much in half of the bins."""

ROOT_DB = 40.0
"""Levels enter as the square root of amplitudes: a tune under loud chords still counts."""

TUNING_BAND_HZ = (350.0, 2_500.0)
"""Below, a bin is wider than a semitone can be measured in; above, partials of strings are no longer in tune."""

TUNING_EXCESS_DB = 25.0
CENTS_STEP = 5
"""Tunings are told apart no finer: a twentieth of a semitone moves no partial by half a bin below 2 kHz."""

BLOCK_FRAMES = 2_048 * STEP_FRAMES
COMPRESSION = 10.0
LOUD_QUANTILE = 0.95


def tonal_of(spectrum: Spectrum) -> Tonal:
    """Return the salience of each pitch, shape (frames, 60) from C2 upwards, in the sound's own tuning.

    Salience is logarithmic, and relative to the loud frames of the sound; zeros for silence.
    """
    pooled = _pooled_roots(spectrum.excess_db)
    if not pooled.any():
        return Tonal(frames=np.zeros((len(pooled), PITCHES), dtype=np.float32), rate_hz=RATE_HZ)
    cents = tuning_cents(spectrum)
    activations = _activations(pooled, _dictionary(cents))
    loud = np.quantile(activations.max(axis=1), LOUD_QUANTILE)
    salience = np.log1p(activations * np.float32(COMPRESSION / max(loud, 1e-6)))
    return Tonal(frames=salience, rate_hz=RATE_HZ, tuning_cents=float(cents))


def tuning_cents(spectrum: Spectrum) -> int:
    """Return how far the sound lies above equal temperament at 440 Hz, −50 to 50 cents, in steps of five.

    Peaks are located between bins by the parabola through their levels; their distances from the nearest semitone are
    averaged on the circle.
    """
    first, last = (round(hz / BIN_HZ) for hz in TUNING_BAND_HZ)
    levels = spectrum.excess_db[:, first - 1 : last + 1]
    below, here, above = levels[:, :-2], levels[:, 1:-1], levels[:, 2:]
    frames, bins = np.nonzero((here > below) & (here >= above) & (here > TUNING_EXCESS_DB))
    left, mid, right = below[frames, bins], here[frames, bins], above[frames, bins]
    hertz = (bins + first + 0.5 * (left - right) / (left - 2.0 * mid + right)) * BIN_HZ
    turn = np.sum(mid * np.exp(24j * np.pi * np.log2(hertz / 440.0)))
    return int(np.rint(np.angle(turn) / (2.0 * np.pi) * 100.0 / CENTS_STEP)) * CENTS_STEP


def _roots(excess_db: FloatArray) -> FloatArray:
    """Return the square roots of amplitudes above the floor."""
    over = np.maximum(excess_db - np.float32(LEAST_EXCESS_DB), np.float32(0.0))
    roots: FloatArray = np.expm1(over * np.float32(np.log(10.0) / ROOT_DB))
    return roots


def _pooled_roots(excess_db: FloatArray) -> FloatArray:
    """Return `_roots`, pooled, some minutes at a time: the roots of an hour need not be there at once."""
    whole = len(excess_db) // STEP_FRAMES * STEP_FRAMES
    blocks = [excess_db[first : min(first + BLOCK_FRAMES, whole)] for first in range(0, max(1, whole), BLOCK_FRAMES)]
    return np.concatenate([_pooled(_roots(block)) for block in blocks])


def _pooled(frames: FloatArray) -> FloatArray:
    """Return means of `STEP_FRAMES` frames; what does not fill a step is left out."""
    count = len(frames) // STEP_FRAMES
    pooled: FloatArray = frames[: count * STEP_FRAMES].reshape(count, STEP_FRAMES, frames.shape[1]).mean(axis=1)
    return pooled


@lru_cache(maxsize=32)
def _dictionary(cents: int) -> FloatArray:
    """Return what one note of each pitch leaves in the spectrum, shape (pitches, bins), rows of unit length."""
    semitones = LOWEST_MIDI + np.arange(PITCHES) - 69 + cents / 100.0
    fundamentals = 440.0 * 2.0 ** (semitones / 12.0)
    partials = np.arange(1, PARTIALS + 1)
    places = fundamentals[:, None] * partials / BIN_HZ
    # The main lobe of a Hann window is nearly a Gaussian of one bin.
    lobes = np.exp(-0.5 * (np.arange(FRAME_BINS) - places[:, :, None]) ** 2)
    notes = np.einsum("h,phb->pb", PARTIAL_DECAY ** (partials - 1.0), lobes)
    notes /= np.linalg.norm(notes, axis=1, keepdims=True)
    kept: FloatArray = notes.astype(np.float32)
    kept.flags.writeable = False
    return kept


def _activations(levels: FloatArray, notes: FloatArray) -> FloatArray:
    """Return how strongly each note sounds in each frame, shape (frames, pitches): Kullback–Leibler updates."""
    found: FloatArray = levels @ notes.T + np.float32(1e-6)
    weights = notes.sum(axis=1)
    for _ in range(UPDATES):
        ratio = found @ notes
        ratio += np.float32(1e-3)
        np.divide(levels, ratio, out=ratio)
        found = found * (ratio @ notes.T) / weights
    return found
