"""Onsets of a live stream: the peaks of the rising curve, told three frames after they were heard.

As offline (`grym.domain.onset`), without what lies ahead: a peak is the highest of 35 ms on both sides and stands above
the mean of the 120 ms before; how far it must stand out follows from the peaks so far. Together with half the window
that a frame needs, an onset is known 58 ms after it sounded at 44.1 kHz, 35 of them for being sure.

References: Böck, Krebs and Schedl (2012), "Evaluating the online capabilities of onset detection methods", section 3.
"""

from typing import Any

import numpy as np

from grym.domain.live.facts import Onset
from grym.domain.onset import (
    ADAPTIVE_SHARE,
    APART_S,
    BEFORE_MEAN_S,
    BEFORE_PEAK_S,
    FOOT_SHARE,
    LATENCY_S,
    LEAST_RISE,
    LONGEST_RISE_S,
    MEAN_FACTOR,
)

FORGETTING_S = 10.0
"""The scale of peaks falls by half in ten seconds."""


class OnsetPicker:
    """Takes how much begins in each frame, gives onsets.

    Parameters
    ----------
    frame_rate_hz
        Frames per second.
    first_frame
        Number of the first frame on the stream's clock.
    """

    def __init__(self, frame_rate_hz: float, first_frame: int = 0) -> None:
        self._rate_hz = frame_rate_hz
        self._around = max(1, round(BEFORE_PEAK_S * frame_rate_hz))
        self._before = max(self._around, round(BEFORE_MEAN_S * frame_rate_hz))
        self._kept = np.zeros(max(self._before, round(LONGEST_RISE_S * frame_rate_hz) + 1) + self._around)
        self._next = first_frame
        self._scale = 0.0
        self._last = -1

    def push(self, begun: np.ndarray) -> list[Onset]:
        """Take the curve of the next frames and return the onsets that are sure now.

        Parameters
        ----------
        begun
            Shape (frames,), ≥ 0: the first curve of `Rising`.
        """
        joined = np.concatenate([self._kept, begun])
        curve = joined.tolist()  # of a dozen values, plain numbers are the faster ones
        first = len(self._kept) - self._around
        onsets = [
            self._onset(curve, place)
            for place in range(first, first + len(begun))
            if curve[place] > LEAST_RISE and self._is_peak(curve, place)
        ]
        self._next += len(begun)
        self._scale *= 0.5 ** (len(begun) / (FORGETTING_S * self._rate_hz))
        self._kept = joined[len(begun) :]
        return onsets

    def state(self) -> dict[str, Any]:
        """Return what `restored` needs."""
        return {"kept": self._kept, "next": self._next, "scale": self._scale, "last": self._last}

    @classmethod
    def restored(cls, frame_rate_hz: float, state: dict[str, Any]) -> "OnsetPicker":
        """Return one that goes on where `state` was taken."""
        picker = cls(frame_rate_hz)
        picker._kept, picker._next = state["kept"], state["next"]
        picker._scale, picker._last = state["scale"], state["last"]
        return picker

    def _is_peak(self, curve: list[float], place: int) -> bool:
        """Return whether a frame is highest around, stands out, and is not the same onset again."""
        height = curve[place]
        if height < max(curve[place - self._around : place + self._around + 1]):
            return False
        mean = sum(curve[place - self._before : place + self._around + 1]) / (self._before + self._around + 1)
        self._scale = max(self._scale, height)
        stands_out = height >= MEAN_FACTOR * mean + max(LEAST_RISE, ADAPTIVE_SHARE * self._scale)
        frame = self._frame(place)
        apart = self._last < 0 or frame - self._last >= APART_S * self._rate_hz
        if stands_out and apart:
            self._last = frame
        return stands_out and apart

    def _frame(self, place: int) -> int:
        """Return the number of a frame on the stream's clock."""
        return self._next - len(self._kept) + place

    def _onset(self, curve: list[float], place: int) -> Onset:
        """Return the onset whose rise leads to a peak: where the curve left the ground."""
        foot = curve[place] * FOOT_SHARE
        rise = place
        earliest = max(1, place - round(LONGEST_RISE_S * self._rate_hz))
        while rise > earliest and curve[rise - 1] >= foot:
            rise -= 1
        low, high = curve[rise - 1], curve[rise]
        share = (foot - low) / max(high - low, 1e-9) if low < foot else 1.0
        at_s = (self._frame(rise) - 1 + share) / self._rate_hz + LATENCY_S
        return Onset(at_s=max(0.0, at_s), strength=curve[place])
