"""What begins, frame by frame and without looking ahead: the raw curves that onsets and beats are found in.

The offline curves compare with the loudest band of the whole; here the loudest so far stands for it, forgetting slowly.
Every frame is compared with an earlier one under the same reference, so a change of the reference is no onset, and
blocks of any size give the same curves.
"""

from typing import Any

import numpy as np

from grym.domain.onset import COMPRESSION, LAG_S, LOW_NEIGHBOUR_DECADES, VIBRATO_ABOVE_BAND_SHARE
from grym.domain.rhythm.curves import BASS_BELOW_HZ, HIGH_ABOVE_HZ, LOW_BELOW_HZ
from grym.domain.signal import FloatArray
from grym.domain.spectral import MEL_BANDS, bands_below
from grym.domain.stft import Framing

CURVES = ("full", "bass", "low", "high")
FORGETTING_S = 10.0
"""The reference falls by half in ten seconds of softer music."""

LEAST_PEAK = 1e-9
"""Power below which there is nothing to compare with: −90 dB."""


class Rising:
    """Takes mel frames, gives for each how much begins in it and how loud it is."""

    def __init__(self, framing: Framing) -> None:
        self._lag = max(1, round(LAG_S * framing.frame_rate_hz))
        self._forget = 0.5 ** (1.0 / (FORGETTING_S * framing.frame_rate_hz))
        self._spared = round(VIBRATO_ABOVE_BAND_SHARE * MEL_BANDS)
        self._groups = _groups(framing)
        self._before: FloatArray = np.zeros((self._lag, MEL_BANDS), dtype=np.float32)
        self._peak = 0.0

    def push(self, mel_power: FloatArray) -> FloatArray:
        """Take frames and return their curves, shape (frames, 5): `CURVES` and the magnitude.

        Parameters
        ----------
        mel_power
            Shape (frames, 128), following those of the last call.
        """
        count = len(mel_power)
        if not count:
            return np.empty((0, len(CURVES) + 1), dtype=np.float32)
        joined = np.concatenate([self._before, mel_power])
        both: FloatArray = np.empty((2, count, MEL_BANDS), dtype=np.float32)
        both[0], both[1] = mel_power, joined[:count]
        now, earlier = _levels(both, self._references(mel_power)[:, None])
        risen = np.subtract(now, self._hidden(earlier), out=now)
        np.maximum(risen, np.float32(0.0), out=risen)
        self._before = joined[count:]
        curves: FloatArray = np.empty((count, len(CURVES) + 1), dtype=np.float32)
        np.matmul(risen, self._groups, out=curves[:, :-1])
        np.sqrt(np.add.reduce(mel_power, axis=1), out=curves[:, -1])
        return curves

    def state(self) -> dict[str, Any]:
        """Return what `restored` needs."""
        return {"before": self._before, "peak": self._peak}

    @classmethod
    def restored(cls, framing: Framing, state: dict[str, Any]) -> "Rising":
        """Return one that goes on where `state` was taken."""
        rising = cls(framing)
        rising._before, rising._peak = state["before"], state["peak"]
        return rising

    def _references(self, mel_power: FloatArray) -> FloatArray:
        """Return the loudest band so far at each frame, forgetting."""
        references: FloatArray = np.empty(len(mel_power), dtype=np.float32)
        for frame, loudest in enumerate(np.maximum.reduce(mel_power, axis=1).tolist()):
            self._peak = max(loudest, self._peak * self._forget)
            references[frame] = max(self._peak, LEAST_PEAK)
        return references

    def _hidden(self, earlier: FloatArray) -> FloatArray:
        """Return the earlier levels widened over their neighbours, as `grym.domain.onset.rises` does."""
        wide = earlier.copy()
        np.maximum(wide[:, 1:], earlier[:, :-1], out=wide[:, 1:])
        np.maximum(wide[:, :-1], earlier[:, 1:], out=wide[:, :-1])
        low = wide[:, : self._spared]
        low -= np.float32(LOW_NEIGHBOUR_DECADES)
        np.maximum(low, earlier[:, : self._spared], out=low)
        return wide


def _levels(power: FloatArray, reference: FloatArray) -> FloatArray:
    """Return magnitudes against a reference, compressed, in decades, in the place of the power."""
    levels: FloatArray = np.divide(power, reference, out=power)
    np.sqrt(levels, out=levels)
    levels *= np.float32(COMPRESSION)
    levels += np.float32(1.0)
    return np.log10(levels, out=levels)


def _groups(framing: Framing) -> FloatArray:
    """Return the weights that average the bands of each curve, shape (128, 4)."""
    high_hz = min(HIGH_ABOVE_HZ, framing.sample_rate_hz / 4.0)
    bass, low, high = (
        bands_below(hz, sample_rate_hz=framing.sample_rate_hz) for hz in (BASS_BELOW_HZ, LOW_BELOW_HZ, high_hz)
    )
    groups = np.zeros((MEL_BANDS, len(CURVES)), dtype=np.float32)
    for column, (first, last) in enumerate(((0, MEL_BANDS), (0, bass), (bass, max(low, bass + 1)), (high, MEL_BANDS))):
        groups[first:last, column] = 1.0 / (last - first)
    return groups
