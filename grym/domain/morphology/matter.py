"""What a sound is made of: notes, nodes or noise.

Power in the narrow lines of a long-window spectrum is tonal, the rest is noise. Of the lines, those that belong to
harmonic series of up to four pitches make notes; what belongs to none is a node: a sound with a place in the spectrum
but no pitch, as of bells and cymbals.

References: Smalley (1986), "Spectro-morphology and structuring processes", and (1997), section "Spectral typology"
(the note to noise continuum); Johnston (1988), "Transform coding of audio signals using perceptual noise criteria",
section III (tonality by spectral flatness); Klapuri (2006), "Multiple fundamental frequency estimation by summing
harmonic amplitudes" (pitches found one after the other, the found ones taken away).
"""

from dataclasses import dataclass

import numpy as np

from grym.domain.morphology.values import Matter
from grym.domain.signal import FloatArray
from grym.domain.stft import Framing, framing_for, power_blocks

LONG_WINDOW = 4
"""186 ms: lines 11 Hz wide; a vibrato of a quarter tone still keeps them within four bins up to 800 Hz."""

LOWEST_HZ, HIGHEST_HZ = 60.0, 8_000.0
BAND_BINS = 16
"""Flatness is measured in bands of at least this many bins, or a third of an octave where that is more."""

NOISE_FLATNESS = 0.561
"""Geometric over arithmetic mean of the power of Gaussian noise: e to the power of minus Euler's constant."""

HEARD_DB = 50.0
LEAST_MAGNITUDE = 3e-5
FRAMES_PER_S = 10.0
LINES = 20
LINE_RANGE_DB = 40.0
PITCHES = 4
HARMONICS = 16
TOLERANCE = 0.012
"""A fifth of a semitone: strings are stretched by less up to the tenth harmonic."""

LEAST_HARMONICS = 3
ALONE_SHARE = 0.5
"""A series must explain three lines, or be one that has half of the magnitude: a pure tone."""

ROOTS = 4
"""A line may be the first to fourth harmonic of the pitch sought."""


@dataclass(frozen=True, slots=True, eq=False)
class _Lines:
    """The strongest lines of each frame: frequency (0 where there are fewer) and magnitude, shape (frames, lines)."""

    hz: np.ndarray
    magnitude: np.ndarray


def matter_of(mono: FloatArray, sample_rate_hz: int) -> Matter | None:
    """Tell how much of a sound is notes, nodes and noise; None for silence or less than one frame.

    Parameters
    ----------
    mono
        Shape (samples,).
    sample_rate_hz
        Samples per second.
    """
    framing = _framing(sample_rate_hz)
    low, high = (round(hz / framing.bin_hz) for hz in (LOWEST_HZ, min(HIGHEST_HZ, 0.45 * sample_rate_hz)))
    blocks = [
        _of_block(power[:, low:high], first_bin=low, bin_hz=framing.bin_hz) for power in power_blocks(mono, framing)
    ]
    magnitude, tonal, pitched = np.concatenate(blocks, axis=1)
    heard = magnitude > max(float(magnitude.max(initial=0.0)) * 10.0 ** (-HEARD_DB / 20.0), LEAST_MAGNITUDE)
    if not heard.any():
        return None
    weight = np.where(heard, magnitude, 0.0) / magnitude[heard].sum()
    note, node = float(weight @ (tonal * pitched)), float(weight @ (tonal * (1.0 - pitched)))
    shares = {"note": note, "node": node, "noise": max(0.0, 1.0 - note - node)}
    return Matter(**shares, dominant=max(shares, key=lambda name: shares[name]))  # type: ignore[arg-type]  # the keys are the literal


def _framing(sample_rate_hz: int) -> Framing:
    """Return windows of 186 ms, some ten a second."""
    framing = framing_for(sample_rate_hz, stretch=LONG_WINDOW)
    every = max(1, round(framing.frame_rate_hz / FRAMES_PER_S))
    return Framing(n_fft=framing.n_fft, hop_length=framing.hop_length * every, sample_rate_hz=sample_rate_hz)


def _of_block(band: FloatArray, *, first_bin: int, bin_hz: float) -> np.ndarray:
    """Return magnitude, tonal share and pitched share of the lines of each frame, shape (3, frames)."""
    lines = _lines(band, first_bin=first_bin, bin_hz=bin_hz)
    return np.stack([np.sqrt(band.sum(axis=1)), _tonal_share(band), _pitched_share(lines)])


def _tonal_share(band: FloatArray) -> np.ndarray:
    """Return the share of each frame's magnitude that lies in lines, 0–1, by flatness in bands (Johnston 1988)."""
    edges = _band_edges(band.shape[1])
    floored = np.maximum(band, np.float32(1e-14))
    widths = np.diff(edges)
    geometric = np.exp(np.add.reduceat(np.log(floored), edges[:-1], axis=1) / widths)
    arithmetic = np.add.reduceat(floored, edges[:-1], axis=1) / widths
    tonality = np.clip(1.0 - geometric / arithmetic / NOISE_FLATNESS, 0.0, 1.0)
    magnitude = np.sqrt(arithmetic * widths)
    return np.asarray((tonality * magnitude).sum(axis=1) / np.maximum(magnitude.sum(axis=1), 1e-12))


def _band_edges(bins: int) -> np.ndarray:
    """Return bin borders of bands of 16 bins at first, and a third of an octave from there on."""
    edges = [0]
    while edges[-1] < bins:
        edges.append(edges[-1] + max(BAND_BINS, round(edges[-1] * (2.0 ** (1.0 / 3.0) - 1.0))))
    edges = [edge for edge in edges if bins - edge >= BAND_BINS] + [bins]
    return np.array(edges if len(edges) > 1 else [0, bins])


def _lines(band: FloatArray, *, first_bin: int, bin_hz: float) -> _Lines:
    """Return the strongest lines of each frame, placed by a parabola through the log power."""
    middle = band[:, 1:-1]
    peak = (middle > band[:, :-2]) & (middle >= band[:, 2:])
    strength = np.where(peak, middle, 0.0)
    count = min(LINES, strength.shape[1])
    chosen = np.argpartition(-strength, count - 1, axis=1)[:, :count]
    rows = np.arange(len(band))[:, None]
    picked = strength[rows, chosen]
    valid = picked > picked.max(axis=1, keepdims=True) * 10.0 ** (-LINE_RANGE_DB / 10.0)
    left, centre, right = (np.log(np.maximum(band[rows, chosen + shift], 1e-20)) for shift in (0, 1, 2))
    curvature = np.minimum(left - 2.0 * centre + right, -1e-9)
    hz = (first_bin + 1 + chosen + np.clip(0.5 * (left - right) / curvature, -0.5, 0.5)) * bin_hz
    return _Lines(hz=np.where(valid, hz, 0.0), magnitude=np.where(valid, np.sqrt(picked), 0.0))


def _pitched_share(lines: _Lines) -> np.ndarray:
    """Return the share of each frame's lines that belongs to up to four harmonic series, shape (frames,)."""
    rest = lines.magnitude.copy()
    total = np.maximum(rest.sum(axis=1), 1e-12)
    candidates = np.concatenate([lines.hz / root for root in range(1, ROOTS + 1)], axis=1)
    rows = np.arange(len(rest))
    order = _harmonic_numbers(candidates, lines.hz)
    for _ in range(PITCHES):
        best, gained = _best_series(order, rest, total)
        belongs = order[rows, best] > 0
        rest = np.where(belongs & gained[:, None], 0.0, rest)
    return np.asarray(1.0 - rest.sum(axis=1) / total)


def _harmonic_numbers(candidates: np.ndarray, hz: np.ndarray) -> np.ndarray:
    """Return which harmonic of each candidate each line is, shape (frames, candidates, lines); 0 for none."""
    ratio = hz[:, None, :] / np.where(candidates > 0.5 * LOWEST_HZ, candidates, np.inf)[:, :, None]
    nearest = np.round(ratio)
    fits = (nearest >= 1) & (nearest <= HARMONICS) & (np.abs(ratio - nearest) <= TOLERANCE * nearest)
    return np.where(fits, nearest, 0).astype(np.int8)


def _best_series(order: np.ndarray, rest: np.ndarray, total: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the candidate that explains most, less where many of its harmonics are missing, and whether it counts."""
    there = (order > 0) & (rest[:, None, :] > 0.0)
    explained = (there * rest[:, None, :]).sum(axis=2)
    found = there.sum(axis=2)
    highest = np.where(there, order, 0).max(axis=2)
    completeness = found / np.maximum(highest, 1)
    best = (explained * completeness).argmax(axis=1)
    rows = np.arange(len(rest))
    enough = (found[rows, best] >= LEAST_HARMONICS) & (completeness[rows, best] >= 0.5)  # noqa: PLR2004 (every other one)
    alone = (found[rows, best] < LEAST_HARMONICS) & (explained[rows, best] >= ALONE_SHARE * total)
    return best, enough | alone
