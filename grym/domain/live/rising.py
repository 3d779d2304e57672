"""What begins, frame by frame and without looking ahead: the raw curves that onsets and beats are found in.

The offline curves compare with the loudest band of the whole; here the loudest so far stands for it, forgetting slowly.
Every frame is compared with an earlier one under the same reference, so a change of the reference is no onset, and
blocks of any size give the same curves.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from grym.domain.live.company import Company, Working, at_once, by_kind, stacked
from grym.domain.onset import COMPRESSION, LAG_S, LOW_NEIGHBOUR_DECADES, VIBRATO_ABOVE_BAND_SHARE
from grym.domain.rhythm.begun import BASS_BELOW_HZ, HIGH_ABOVE_HZ, LOW_BELOW_HZ
from grym.domain.signal import FloatArray
from grym.domain.spectral import MEL_BANDS, bands_below
from grym.domain.stft import Framing

CURVES = ("full", "bass", "low", "high")
FORGETTING_S = 10.0
"""The reference falls by half in ten seconds of softer music."""

SPARED = round(VIBRATO_ABOVE_BAND_SHARE * MEL_BANDS)

LEAST_PEAK = 1e-9
"""Power below which there is nothing to compare with: −90 dB."""


class Rising:
    """Takes mel frames, gives for each how much begins in it and how loud it is."""

    def __init__(self, framing: Framing) -> None:
        self._lag = max(1, round(LAG_S * framing.frame_rate_hz))
        self._forget = 0.5 ** (1.0 / (FORGETTING_S * framing.frame_rate_hz))
        self._framing = framing
        self._before: FloatArray = np.zeros((self._lag, MEL_BANDS), dtype=np.float32)
        self._peak = 0.0

    def push(self, mel_power: FloatArray) -> FloatArray:
        """Take frames and return their curves, shape (frames, 5): `CURVES` and the magnitude.

        Parameters
        ----------
        mel_power
            Shape (frames, 128), following those of the last call.
        """
        return at_once(self.pushed(mel_power, Company()))

    def pushed(self, mel_power: FloatArray, company: Company) -> Working[FloatArray]:
        """Do what `push` does, in company."""
        count = len(mel_power)
        if not count:
            return np.empty((0, len(CURVES) + 1), dtype=np.float32)
        joined = np.concatenate([self._before, mel_power])
        self._before = joined[count:]
        change = Change(
            now=mel_power, earlier=joined[:count], references=self._references(mel_power), framing=self._framing
        )
        curves = company.ask(curves_of, change)
        yield
        return curves.get()

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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Change:
    """Frames beside those a little earlier.

    Parameters
    ----------
    now, earlier
        Shape (frames, 128), power of the mel bands.
    references
        Shape (frames,): what both are held against.
    """

    now: FloatArray
    earlier: FloatArray
    references: FloatArray
    framing: Framing


def curves_of(changes: Sequence[Change]) -> list[FloatArray]:
    """Return the curves of several streams, each of shape (frames, 5)."""
    return by_kind(changes, lambda change: (change.framing, len(change.now)), _curves_of)


def _curves_of(changes: Sequence[Change]) -> Sequence[FloatArray]:
    count = len(changes[0].now)
    both: FloatArray = np.empty((2, len(changes), count, MEL_BANDS), dtype=np.float32)
    for place, change in enumerate(changes):
        both[0, place], both[1, place] = change.now, change.earlier
    curves: FloatArray = np.empty((len(changes), count, len(CURVES) + 1), dtype=np.float32)
    np.sqrt(np.add.reduce(both[0], axis=-1), out=curves[..., -1])
    now, earlier = _levels(both, stacked([change.references for change in changes])[..., None])
    risen = np.subtract(now, _hidden(earlier), out=now)
    np.maximum(risen, np.float32(0.0), out=risen)
    np.matmul(risen, _groups(changes[0].framing), out=curves[..., :-1])
    return list(curves)


def _hidden(earlier: FloatArray) -> FloatArray:
    """Return the earlier levels widened over their neighbours, as `grym.domain.onset.rises` does."""
    wide = earlier.copy()
    np.maximum(wide[..., 1:], earlier[..., :-1], out=wide[..., 1:])
    np.maximum(wide[..., :-1], earlier[..., 1:], out=wide[..., :-1])
    low = wide[..., :SPARED]
    low -= np.float32(LOW_NEIGHBOUR_DECADES)
    np.maximum(low, earlier[..., :SPARED], out=low)
    return wide


def _levels(power: FloatArray, reference: FloatArray) -> FloatArray:
    """Return magnitudes against a reference, compressed, in decades, in the place of the power."""
    levels: FloatArray = np.divide(power, reference, out=power)
    np.sqrt(levels, out=levels)
    levels *= np.float32(COMPRESSION)
    levels += np.float32(1.0)
    return np.log10(levels, out=levels)


@lru_cache(maxsize=16)
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
