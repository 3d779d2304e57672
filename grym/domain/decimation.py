"""Fewer samples of the same music: pitch lies below 4.2 kHz, so its long spectra need no more than 11 kHz of rate.

Output sample m lies at input sample m · factor (the filter is symmetric and its delay taken off), so times do not
move. Samples outside the sound are silence. A stream gives the same samples as the whole.

References: Crochiere and Rabiner (1983), "Multirate digital signal processing", chapter 4; Kaiser (1974), window.
"""

from functools import lru_cache
from typing import Any

import numpy as np
from scipy.signal import firwin, kaiser_beta, kaiserord

from grym.domain.signal import FloatArray
from grym.domain.stft import Framing, overlapping

LEAST_RATE_HZ = 11_000
KEPT_HZ = 4_400.0
"""Up to here nothing is lost and nothing folded back: the top of the piano and a quarter tone of mistuning."""

ATTENUATION_DB = 70.0
"""Twenty more than the range in which spectral peaks count."""

OUTPUTS_AT_ONCE = 32
"""Outputs that one row of the matrix product gives; more only multiply by more zeros."""


PIECE_SAMPLES = 1 << 16
"""Input taken at once from a whole sound, so that what lies between stays in the cache."""


def factor_for(sample_rate_hz: int) -> int:
    """Return the largest power of two by which a rate divides evenly and stays at 11 kHz or more."""
    factor = 1
    while sample_rate_hz % (2 * factor) == 0 and sample_rate_hz // (2 * factor) >= LEAST_RATE_HZ:
        factor *= 2
    return factor


def reduced(framing: Framing) -> Framing:
    """Return the framing of the same windows and hops, in time, after decimation."""
    factor = factor_for(framing.sample_rate_hz)
    return Framing(
        n_fft=framing.n_fft // factor,
        hop_length=framing.hop_length // factor,
        sample_rate_hz=framing.sample_rate_hz // factor,
    )


def decimated(mono: FloatArray, sample_rate_hz: int) -> FloatArray:
    """Return a sound at the reduced rate, shape (1 + (samples − 1) // factor,), float32.

    Parameters
    ----------
    mono
        Shape (samples,), at least one.
    sample_rate_hz
        Its rate; the result has `sample_rate_hz // factor_for(sample_rate_hz)`.
    """
    decimator = Decimator(sample_rate_hz)
    pieces = [decimator.push(mono[first : first + PIECE_SAMPLES]) for first in range(0, len(mono), PIECE_SAMPLES)]
    return np.concatenate([*pieces, decimator.finish()])


class Decimator:
    """Takes samples, gives those of the reduced rate they determine.

    Parameters
    ----------
    sample_rate_hz
        Of what comes in.
    from_sample
        Where on the sample clock the first samples will lie; silence is taken to lie before.
    """

    def __init__(self, sample_rate_hz: int, *, from_sample: int = 0) -> None:
        self._factor = factor_for(sample_rate_hz)
        self._taps = _taps(sample_rate_hz, self._factor)
        self._reach = len(self._taps) // 2
        self._next = -(-max(0, from_sample - self._reach) // self._factor)
        self._kept: FloatArray = np.zeros(from_sample - self._start_sample, dtype=np.float32)

    @property
    def next_sample(self) -> int:
        """Number of the next output sample."""
        return self._next

    @property
    def _start_sample(self) -> int:
        """Position of the first input sample that the next output needs."""
        return self._next * self._factor - self._reach

    def push(self, mono: FloatArray) -> FloatArray:
        """Take samples and return the outputs they determine, maybe none.

        Parameters
        ----------
        mono
            Shape (samples,), following those of the last call.
        """
        if self._factor == 1:
            self._next += len(mono)
            return mono
        samples = np.concatenate([self._kept, mono])
        count = max(0, 1 + (len(samples) - len(self._taps)) // self._factor)
        self._kept = samples[count * self._factor :].copy()
        self._next += count
        return _outputs(samples, self._taps, self._factor, count)

    def finish(self) -> FloatArray:
        """Return the last outputs, up to the last input sample; the decimator is done then."""
        end = self._start_sample + len(self._kept)
        wanted = -(-end // self._factor) - self._next
        needed = (wanted - 1) * self._factor + len(self._taps) - len(self._kept)
        return self.push(np.zeros(max(0, needed) if wanted > 0 else 0, dtype=np.float32))

    def state(self) -> dict[str, Any]:
        """Return what `restored` needs."""
        return {"next": self._next, "kept": self._kept}

    @classmethod
    def restored(cls, sample_rate_hz: int, state: dict[str, Any]) -> "Decimator":
        """Return a decimator that goes on where `state` was taken."""
        decimator = cls(sample_rate_hz)
        decimator._next = state["next"]
        decimator._kept = state["kept"]
        return decimator


@lru_cache(maxsize=16)
def _taps(sample_rate_hz: int, factor: int) -> FloatArray:
    """Return a symmetric low-pass of odd length that keeps 4.4 kHz and folds nothing onto what it keeps."""
    if factor == 1:
        return np.ones(1, dtype=np.float32)
    stop_hz = sample_rate_hz / factor - KEPT_HZ
    length, _ = kaiserord(ATTENUATION_DB, 2.0 * (stop_hz - KEPT_HZ) / sample_rate_hz)
    window = ("kaiser", kaiser_beta(ATTENUATION_DB))
    taps: FloatArray = firwin(length | 1, sample_rate_hz / factor / 2.0, window=window, fs=sample_rate_hz).astype(
        np.float32
    )
    return taps


def _outputs(samples: FloatArray, taps: FloatArray, factor: int, count: int) -> FloatArray:
    """Return `count` filtered samples, one for each `factor`, as one product of overlapping rows with the filter."""
    if not count:
        return samples[:0]
    matrix = _matrix(taps.tobytes(), factor)
    rows = -(-count // OUTPUTS_AT_ONCE)
    stride = factor * OUTPUTS_AT_ONCE
    padded = np.zeros((rows - 1) * stride + len(matrix), dtype=np.float32)
    used = min(len(samples), len(padded))
    padded[:used] = samples[:used]
    outputs: FloatArray = (overlapping(padded, len(matrix), stride) @ matrix).reshape(-1)[:count]
    return outputs


@lru_cache(maxsize=16)
def _matrix(taps: bytes, factor: int) -> FloatArray:
    """Return the filter shifted along the rows, shape ((outputs − 1) · factor + taps, outputs)."""
    filter_ = np.frombuffer(taps, dtype=np.float32)
    matrix = np.zeros(((OUTPUTS_AT_ONCE - 1) * factor + len(filter_), OUTPUTS_AT_ONCE), dtype=np.float32)
    for output in range(OUTPUTS_AT_ONCE):
        matrix[output * factor : output * factor + len(filter_), output] = filter_
    return matrix
