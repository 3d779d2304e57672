"""Bars beside each other: how alike two bars of a melody are in pitch and in rhythm.

Every bar becomes a row of slots, 24 a bar in any metre. Two bars are alike in pitch by the share of slots in which the
same pitch sounds, and in rhythm by the share of onsets that they have in common (Jaccard).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.music.pieces import NEAR, Window

SLOTS = 24
"""Divides bars of two, three and four beats into halves, thirds and quarters of beats down to sixteenths."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars:
    """Likeness of every two bars in pitch and in rhythm, 0 to 1; shape (bars, bars) each."""

    pitch: NDArray[np.float64]
    rhythm: NDArray[np.float64]

    @property
    def both(self) -> NDArray[np.float64]:
        """Mean of both."""
        return (self.pitch + self.rhythm) / 2


def bars_of(window: Window) -> Bars:
    """Compare all bars of a window's melody; two empty bars are alike."""
    sounding, onsets = _slots(window)
    pitch = (sounding[:, None, :] == sounding[None, :, :]).mean(axis=2)
    common = (onsets[:, None, :] & onsets[None, :, :]).sum(axis=2)
    either = (onsets[:, None, :] | onsets[None, :, :]).sum(axis=2)
    rhythm = np.where(either > 0, common / np.maximum(either, 1), 1.0)
    return Bars(pitch=pitch, rhythm=rhythm)


def _slots(window: Window) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return the pitch sounding in every slot (0 for none) and whether a note begins there; shape (bars, slots)."""
    slot = window.bar / SLOTS
    sounding = np.zeros(window.bars * SLOTS, dtype=np.int64)
    onsets = np.zeros(window.bars * SLOTS, dtype=np.bool_)
    for note in window.melody:
        first = min(int(note.start / slot + NEAR), len(sounding) - 1)
        sounding[first : max(first + 1, round(note.end / slot))] = note.pitch
        onsets[first] = True
    return sounding.reshape(window.bars, SLOTS), onsets.reshape(window.bars, SLOTS)
