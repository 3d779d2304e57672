"""grym itself, by its own functions and a shelf in memory."""

from dataclasses import replace
from typing import Any

import numpy as np

from benchmarks.recognition.contestants.base import Answer, Guess
from grym.domain.recognition.codec import encode
from grym.domain.recognition.imprint import Imprint, Peaks, Tonal
from grym.domain.recognition.recognising import recognise
from grym.domain.recognition.shelf import Shelf
from grym.domain.recognition.spectrum import FRAME_RATE_HZ
from grym.domain.recognition.taking import take_imprint
from grym.domain.recognition.windows import windows_of
from grym.domain.signal import Signal

BLOCK_S = 4.0
"""Decoys are made of blocks of this length: longer than a motif, shorter than most questions."""


class Grym:
    """The contestant this is all about."""

    name = "grym"

    def __init__(self) -> None:
        self._names: list[str] = []
        self._shelf = Shelf()

    def take(self, signal: Signal) -> Imprint:
        """Return the imprint of a sound."""
        return take_imprint(signal)

    def bytes_of(self, taken: Imprint) -> int:
        """Return the length of the encoded imprint."""
        return len(encode(taken))

    def disguise(self, taken: Imprint, dice: np.random.Generator) -> Imprint:
        """Return the imprint out of order, its peaks and pitches moved by the same interval."""
        semitones = int(dice.choice([step for step in range(-6, 7) if step]))
        tonal = _shuffled_tonal(taken.tonal, semitones, dice)
        return replace(
            taken, peaks=_shuffled_peaks(taken.peaks, semitones, dice), tonal=tonal, windows=windows_of(tonal)
        )

    def learn(self, names: list[str], taken: list[Any]) -> None:
        """Put every imprint on a new shelf."""
        self._names, self._shelf = names, Shelf()
        for imprint in taken:
            self._shelf.put(imprint)

    def ask(self, signal: Signal) -> Answer:
        """Recognise a sound, its imprint included."""
        findings = recognise(take_imprint(signal), self._shelf, top=5)
        return Answer(
            guesses=tuple(Guess(name=self._names[one.number], offset_s=one.offset_s) for one in findings),
            evidence=(),
            confidence=findings[0].confidence if findings else 0.0,
        )


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
