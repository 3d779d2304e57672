"""Sums of sinusoids with moving amplitudes, computed as one matrix product.

A note is P partials whose amplitudes are given at the edges of short blocks and run linearly between them. With
``sin(a + b) = sin a cos b + cos a sin b`` the sum splits into a factor that depends on the block and one that depends
on the sample inside it, so P partials over N samples cost one product of shapes (2N/B, 2P) and (2P, B) instead of
P·N sines. The amplitude is continuous, hence no clicks; partials near the Nyquist frequency are left out, hence no
aliasing.
"""

import math

import numpy as np
from numpy.typing import NDArray

from grym.domain.signal import FloatArray

BLOCK_SAMPLES = 64
"""Amplitude resolution: 1.5 ms at 44.1 kHz, shorter than the shortest attack a voice asks for (2 ms)."""

HIGHEST_SHARE = 0.45
"""Partials above this share of the sample rate are left out: 19.8 kHz at 44.1 kHz, the edge of hearing."""

Vector = NDArray[np.float64]


def edge_times_s(length_samples: int, *, sample_rate_hz: int) -> Vector:
    """Return the times in seconds at which `sum_partials` expects amplitudes.

    Parameters
    ----------
    length_samples
        Length of the note, ≥ 1.
    sample_rate_hz
        Samples per second.
    """
    edges = math.ceil(length_samples / BLOCK_SAMPLES) + 1
    times: Vector = np.arange(edges, dtype=np.float64) * (BLOCK_SAMPLES / sample_rate_hz)
    return times


def audible(frequencies_hz: Vector, *, sample_rate_hz: int) -> NDArray[np.bool_]:
    """Tell which partials lie below the edge of hearing and safely below the Nyquist frequency."""
    kept: NDArray[np.bool_] = frequencies_hz < HIGHEST_SHARE * sample_rate_hz
    return kept


def sum_partials(
    *, frequencies_hz: Vector, levels: NDArray[np.floating], phases: Vector, length_samples: int, sample_rate_hz: int
) -> FloatArray:
    """Add up partials of constant frequency and moving amplitude.

    Parameters
    ----------
    frequencies_hz
        Shape (partials,), each > 0; those that are not `audible` are left out.
    levels
        Shape (partials, edges): linear amplitude at each of `edge_times_s`.
    phases
        Shape (partials,): phase of each sine at time zero, radians.
    length_samples
        Samples to return.
    sample_rate_hz
        Samples per second.

    Returns
    -------
    FloatArray
        Shape (length_samples,).
    """
    kept = audible(frequencies_hz, sample_rate_hz=sample_rate_hz)
    frequencies_hz, levels, phases = frequencies_hz[kept], levels[kept], phases[kept]
    blocks = levels.shape[1] - 1
    cycles = np.outer(frequencies_hz / sample_rate_hz * BLOCK_SAMPLES, np.arange(blocks)) + (phases / math.tau)[:, None]
    # The fraction of a cycle is taken in float64: float32 could not hold thousands of cycles and their phase.
    angles = ((cycles - np.floor(cycles)) * math.tau).astype(np.float32)
    waves = np.concatenate([np.sin(angles), np.cos(angles)])
    starts = np.tile(levels[:, :-1].astype(np.float32), (2, 1))
    steps = np.tile(np.diff(levels, axis=1).astype(np.float32), (2, 1))
    inner = np.outer(frequencies_hz * (math.tau / sample_rate_hz), np.arange(BLOCK_SAMPLES))
    kernel = np.concatenate([np.cos(inner), np.sin(inner)]).astype(np.float32)
    product = np.concatenate([waves * starts, waves * steps], axis=1).T @ kernel
    ramp = np.arange(BLOCK_SAMPLES, dtype=np.float32) / BLOCK_SAMPLES
    mixed: FloatArray = (product[:blocks] + ramp * product[blocks:]).astype(np.float32)
    return mixed.reshape(-1)[:length_samples]


def warp_pitch(samples: FloatArray, *, cents: Vector) -> FloatArray:
    """Bend the pitch of a rendered note by reading it at a moving speed (vibrato, drift).

    Parameters
    ----------
    samples
        Shape (samples,).
    cents
        Deviation at evenly spaced moments over the note, interpolated between them; its mean should be near 0, so
        that the length stays.

    Returns
    -------
    FloatArray
        Same shape; a cubic through four samples keeps the upper partials.
    """
    length = samples.shape[0]
    moments = np.linspace(0, length - 1, cents.shape[0])
    speed = np.exp2(np.interp(np.arange(length), moments, cents) / 1200.0)
    position = np.cumsum(speed)
    position = np.clip(position - position[0], 1, max(1, length - 3))
    index = position.astype(np.int64)
    share = (position - index).astype(np.float32)
    padded = np.pad(samples, (0, 4))
    before, here, after, beyond = (padded[index + offset] for offset in (-1, 0, 1, 2))
    slope = 0.5 * (after - before)
    bend = before - 2.5 * here + 2.0 * after - 0.5 * beyond
    twist = 0.5 * (beyond - before) + 1.5 * (here - after)
    warped: FloatArray = ((twist * share + bend) * share + slope) * share + here
    return warped.astype(np.float32)
