"""Peaks of the spectrum and the pairs they form: the evidence that survives noise.

A peak stands out of its surroundings in time and frequency, so noise moves few of them; a pair (two frequencies and
the time between) is rare enough to be looked up in a library of many sounds.

References
----------
Avery Wang, "An Industrial-Strength Audio Search Algorithm", ISMIR 2003.
"""

import numpy as np
from scipy.ndimage import maximum_filter

from grym.domain.recognition.imprint import Int32Array, Landmarks, Peaks
from grym.domain.recognition.spectrum import FRAME_RATE_HZ, FloatArray, Spectrum

LEAST_EXCESS_DB = 9.0
REACH_FRAMES = 3
REACH_BINS = 4
PEAKS_PER_SECOND = 100

LEAST_GAP_FRAMES = 2
MOST_GAP_FRAMES = 63
MOST_STEP_BINS = 127
FAN_OUT = 6
FOLLOWERS = 60
"""Peaks after an anchor that are looked at for partners."""

GAP_BITS = 6
STEP_BITS = 8


def peaks_of(spectrum: Spectrum) -> Peaks:
    """Return the peaks of a spectrum, the strongest of each second, in order of time."""
    excess = spectrum.excess_db
    size = (2 * REACH_FRAMES + 1, 2 * REACH_BINS + 1)
    standing = (excess == maximum_filter(excess, size=size)) & (excess >= LEAST_EXCESS_DB)
    frames, bins = np.nonzero(standing)
    levels = excess[frames, bins]
    kept = _strongest(frames.astype(np.int32), levels)
    return Peaks(
        frames=frames[kept].astype(np.int32),
        bins=bins[kept].astype(np.int32),
        levels_db=np.minimum(np.rint(levels[kept]), 255).astype(np.uint8),
    )


def _strongest(frames: Int32Array, levels: FloatArray) -> "np.ndarray[tuple[int], np.dtype[np.intp]]":
    """Return which peaks are among the strongest of their second, ascending."""
    seconds = (frames / FRAME_RATE_HZ).astype(np.int32)
    order = np.lexsort((-levels, seconds))
    ranked = seconds[order]
    rank = np.arange(len(order)) - np.searchsorted(ranked, ranked)
    return np.sort(order[rank < PEAKS_PER_SECOND])


def landmarks_of(peaks: Peaks) -> Landmarks:
    """Return the pairs of peaks: each with the next few that follow it closely enough, in order of time."""
    anchors, partners = _pairs(peaks)
    gaps = peaks.frames[partners] - peaks.frames[anchors]
    steps = peaks.bins[partners] - peaks.bins[anchors] + MOST_STEP_BINS
    hashes = (peaks.bins[anchors] << (GAP_BITS + STEP_BITS)) | (steps << GAP_BITS) | gaps
    return Landmarks(hashes=hashes.astype(np.uint32), frames=peaks.frames[anchors])


def _pairs(peaks: Peaks) -> tuple[Int32Array, Int32Array]:
    """Return anchors and partners by place, ascending by anchor."""
    count = len(peaks.frames)
    taken = np.zeros(count, dtype=np.int32)
    anchors: list[Int32Array] = [np.zeros(0, dtype=np.int32)]
    partners: list[Int32Array] = [np.zeros(0, dtype=np.int32)]
    for ahead in range(1, min(FOLLOWERS, count - 1) + 1):
        gap = peaks.frames[ahead:] - peaks.frames[:-ahead]
        step = np.abs(peaks.bins[ahead:] - peaks.bins[:-ahead])
        near = (gap >= LEAST_GAP_FRAMES) & (gap <= MOST_GAP_FRAMES) & (step <= MOST_STEP_BINS)
        found = np.nonzero(near & (taken[:-ahead] < FAN_OUT))[0].astype(np.int32)
        taken[found] += 1
        anchors.append(found)
        partners.append(found + np.int32(ahead))
    first, second = np.concatenate(anchors), np.concatenate(partners)
    order = np.argsort(first, kind="stable")
    return first[order], second[order]
