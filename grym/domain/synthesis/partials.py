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

GROUP_BLOCKS = 32

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
    count, blocks = int(kept.sum()), levels.shape[1] - 1
    turns = frequencies_hz[kept] / sample_rate_hz
    waves = _block_phasors(turns * BLOCK_SAMPLES, phases[kept] / math.tau, blocks=blocks)
    starts = levels[kept].astype(np.float32)
    steps = np.diff(starts, axis=1)
    factors = np.empty((2 * count, 2 * blocks), dtype=np.float32)
    np.multiply(waves.imag, starts[:, :-1], out=factors[:count, :blocks])
    np.multiply(waves.real, starts[:, :-1], out=factors[count:, :blocks])
    np.multiply(waves.imag, steps, out=factors[:count, blocks:])
    np.multiply(waves.real, steps, out=factors[count:, blocks:])
    inner = np.outer(turns * math.tau, np.arange(BLOCK_SAMPLES))
    kernel = np.concatenate([np.cos(inner), np.sin(inner)]).astype(np.float32)
    product = factors.T @ kernel
    ramp = np.arange(BLOCK_SAMPLES, dtype=np.float32) / BLOCK_SAMPLES
    mixed: FloatArray = (product[:blocks] + ramp * product[blocks:]).astype(np.float32)
    return mixed.reshape(-1)[:length_samples]


def _block_phasors(turns_per_block: Vector, start_turns: Vector, *, blocks: int) -> NDArray[np.complex64]:
    """Return exp(i·phase) of each partial at the start of each block, shape (partials, blocks).

    A phase is that of its group of blocks plus that inside the group, so few exponentials are needed. Whole turns are
    dropped in float64: float32 could not hold thousands of turns and the phase.
    """
    groups = -(-blocks // GROUP_BLOCKS)
    coarse = np.outer(turns_per_block * GROUP_BLOCKS, np.arange(groups)) + start_turns[:, None]
    fine = np.outer(turns_per_block, np.arange(GROUP_BLOCKS))
    outer, inner = (np.exp(2j * np.pi * (part - np.floor(part))).astype(np.complex64) for part in (coarse, fine))
    phasors: NDArray[np.complex64] = (outer[:, :, None] * inner[:, None, :]).reshape(
        turns_per_block.size, groups * GROUP_BLOCKS
    )
    return phasors[:, :blocks]


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
