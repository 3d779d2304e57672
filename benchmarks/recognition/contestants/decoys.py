"""Decoys made of features: music that was never played, with everything that real tunes share.

An imprint in blocks of four seconds out of order, its peaks and pitches moved by the same interval: scales, cadences
and instruments stay, and so does each motif in another key.
"""

from dataclasses import replace

import numpy as np

from grym.domain.recognition.imprint import Imprint, Peaks, Tonal
from grym.domain.recognition.spectrum import FRAME_RATE_HZ

BLOCK_S = 4.0
"""Longer than a motif, shorter than most questions."""


def decoy_of(imprint: Imprint, dice: np.random.Generator) -> Imprint:
    """Return the imprint of a tune that was never played."""
    semitones = int(dice.choice([step for step in range(-6, 7) if step]))
    tonal = _shuffled_tonal(imprint.tonal, semitones, dice)
    peaks = _shuffled_peaks(imprint.peaks, semitones, dice)
    return replace(imprint, peaks=peaks, tonal=tonal)


def _shuffled_peaks(peaks: Peaks, semitones: int, dice: np.random.Generator) -> Peaks:
    block = round(BLOCK_S * FRAME_RATE_HZ)
    order = dice.permutation(int(peaks.frames.max(initial=0)) // block + 1)
    frames = (order[peaks.frames // block] * block + peaks.frames % block).astype(np.int32)
    bins = np.round(peaks.bins * 2 ** (semitones / 12)).astype(np.int32)
    kept = np.flatnonzero(bins <= peaks.bins.max(initial=0))
    kept = kept[np.lexsort((bins[kept], frames[kept]))]
    return Peaks(frames=frames[kept], bins=bins[kept], levels_db=peaks.levels_db[kept])


def _shuffled_tonal(tonal: Tonal, semitones: int, dice: np.random.Generator) -> Tonal:
    blocks = np.array_split(tonal.frames, max(int(len(tonal.frames) / tonal.rate_hz / BLOCK_S), 1))
    frames = np.concatenate([blocks[place] for place in dice.permutation(len(blocks))])
    return replace(tonal, frames=np.roll(frames, semitones, axis=1))
