"""Peaks of the spectrum and the pairs they form: the evidence that survives noise.

A peak stands out of its surroundings in time and frequency, so noise moves few of them; a pair (two frequencies and
the time between) is rare enough to be looked up in a library of many sounds.

References
----------
Avery Wang, "An Industrial-Strength Audio Search Algorithm", ISMIR 2003.
"""

import numpy as np
from numpy.typing import NDArray

from grym.domain.recognition.imprint import FloatArray, Int32Array, Landmarks, Peaks
from grym.domain.recognition.spectrum import FRAME_RATE_HZ, Spectrum

LEAST_EXCESS_DB = 9.0
REACH_FRAMES = 3
REACH_BINS = 4
PEAKS_PER_SECOND = 100

LEAST_GAP_FRAMES = 2
MOST_GAP_FRAMES = 63
MOST_STEP_BINS = 127
SHELVED_PEAKS_PER_SECOND = 60
SHELVED_FAN_OUT = 4
ASKED_FAN_OUT = 10
"""Libraries keep few pairs of the strongest peaks, questions try many: as sure in noise as many on both sides, and
memory grows by two fifths as much."""

FOLLOWERS = 60
"""Peaks after an anchor that are looked at for partners."""

BLOCK_FRAMES = 8_192
"""Peaks are looked for in three minutes at a time, so that an hour needs no copies of its spectrum."""

GAP_BITS = 6
STEP_BITS = 8


def peaks_of(spectrum: Spectrum) -> Peaks:
    """Return the peaks of a spectrum, the strongest of each second, in order of time."""
    excess = spectrum.excess_db
    places = [_standing(excess, first) for first in range(0, len(excess), BLOCK_FRAMES)]
    frames, bins = (np.concatenate(parts) for parts in zip(*places, strict=True))
    levels = np.minimum(np.rint(excess[frames, bins]), 255).astype(np.uint8)
    every = Peaks(frames=frames.astype(np.int32), bins=bins.astype(np.int32), levels_db=levels)
    return strongest(every, per_second=PEAKS_PER_SECOND)


def _standing(excess: FloatArray, first: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return frames and bins that stand out of all around them, in the block of frames that begins at `first`."""
    last = min(first + BLOCK_FRAMES, len(excess))
    low = max(0, first - REACH_FRAMES)
    near = excess[low : last + REACH_FRAMES]
    around = _greatest_around(_greatest_around(near, REACH_BINS, axis=1), REACH_FRAMES, axis=0)
    here, around = excess[first:last], around[first - low : last - low]
    frames, bins = np.nonzero((here == around) & (here >= LEAST_EXCESS_DB))
    return frames + first, bins


def _greatest_around(levels: FloatArray, reach: int, *, axis: int) -> FloatArray:
    """Return the greatest level within `reach` to either side along an axis.

    Runs of one, two, four … levels are doubled until one run from each end covers the neighbourhood, so the cost grows
    with the logarithm of the reach.
    """
    padding = [(0, 0), (0, 0)]
    padding[axis] = (reach, reach)
    runs, length, wanted = np.pad(levels, padding, mode="edge"), 1, 2 * reach + 1
    runs = np.moveaxis(runs, axis, 0)
    while 2 * length <= wanted:
        runs = np.maximum(runs[:-length], runs[length:])
        length *= 2
    rest = wanted - length
    greatest: FloatArray = np.maximum(runs[: len(runs) - rest], runs[rest:])
    return np.moveaxis(greatest, 0, axis)


def strongest(peaks: Peaks, *, per_second: int) -> Peaks:
    """Return the strongest peaks of each second, in order of time; of equals the earlier and lower ones."""
    seconds = (peaks.frames / FRAME_RATE_HZ).astype(np.int32)
    order = np.lexsort((-peaks.levels_db.astype(np.int32), seconds))
    ranked = seconds[order]
    rank = np.arange(len(order)) - np.searchsorted(ranked, ranked)
    kept = np.sort(order[rank < per_second])
    return Peaks(frames=peaks.frames[kept], bins=peaks.bins[kept], levels_db=peaks.levels_db[kept])


def landmarks_of(peaks: Peaks) -> Landmarks:
    """Return the landmarks that a library keeps of a sound, in order of time."""
    return _landmarks(strongest(peaks, per_second=SHELVED_PEAKS_PER_SECOND), fan_out=SHELVED_FAN_OUT)


def asked_landmarks(peaks: Peaks) -> Landmarks:
    """Return the landmarks that a library is asked for, in order of time."""
    return _landmarks(peaks, fan_out=ASKED_FAN_OUT)


def _landmarks(peaks: Peaks, *, fan_out: int) -> Landmarks:
    """Return the pairs of peaks: each with the next few that follow it closely enough."""
    anchors, partners = _pairs(peaks, fan_out=fan_out)
    gaps = peaks.frames[partners] - peaks.frames[anchors]
    steps = peaks.bins[partners] - peaks.bins[anchors] + MOST_STEP_BINS
    hashes = (peaks.bins[anchors] << (GAP_BITS + STEP_BITS)) | (steps << GAP_BITS) | gaps
    return Landmarks(hashes=hashes.astype(np.uint32), frames=peaks.frames[anchors])


def _pairs(peaks: Peaks, *, fan_out: int) -> tuple[Int32Array, Int32Array]:
    """Return anchors and partners by place, ascending by anchor."""
    count = len(peaks.frames)
    taken = np.zeros(count, dtype=np.int32)
    anchors: list[Int32Array] = [np.zeros(0, dtype=np.int32)]
    partners: list[Int32Array] = [np.zeros(0, dtype=np.int32)]
    for ahead in range(1, min(FOLLOWERS, count - 1) + 1):
        gap = peaks.frames[ahead:] - peaks.frames[:-ahead]
        step = np.abs(peaks.bins[ahead:] - peaks.bins[:-ahead])
        near = (gap >= LEAST_GAP_FRAMES) & (gap <= MOST_GAP_FRAMES) & (step <= MOST_STEP_BINS)
        found = np.nonzero(near & (taken[:-ahead] < fan_out))[0].astype(np.int32)
        taken[found] += 1
        anchors.append(found)
        partners.append(found + np.int32(ahead))
    first, second = np.concatenate(anchors), np.concatenate(partners)
    order = np.argsort(first, kind="stable")
    return first[order], second[order]
