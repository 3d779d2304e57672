"""A small synthetic room: one impulse response, convolved with whatever is sent into it.

The room is noise that dies away faster the higher it is, after a few distinct reflections; left and right are
independent, so a mono source becomes wide without losing its centre. It is the same room for every piece: its noise
comes from a fixed seed.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, next_fast_len, rfft
from scipy.signal import butter, sosfilt

from grym.domain.signal import FloatArray

ROOM_SEED = 20_240_229

BANDS = ((220.0, 900.0, 1.35), (900.0, 3_500.0, 1.1), (3_500.0, 9_000.0, 0.6))
"""Low and high corner in hertz and seconds to −60 dB: a panelled room that swallows its treble."""

LOW_CUT_HZ = 200.0
"""Nothing below comes back, so basses stay dry and clear."""

PREDELAY_S = 0.014
"""A wall five metres away (there and back at 343 m/s): the attack stays in front of the room."""

EARLY_S = (0.0, 0.007, 0.013, 0.021, 0.032, 0.046)
EARLY_SHARE = 0.35


@lru_cache(maxsize=4)
def room_response(sample_rate_hz: int) -> FloatArray:
    """Return the impulse response of the room.

    Parameters
    ----------
    sample_rate_hz
        Samples per second.

    Returns
    -------
    FloatArray
        Shape (2, samples); each side has an energy of 1, so white noise comes back as loud as it went in.

    References
    ----------
    Moorer (1979), "About this reverberation business", Computer Music Journal 3(2): exponentially decaying noise.
    """
    rng = np.random.Generator(np.random.PCG64(ROOM_SEED))
    length = int(max(seconds for _, _, seconds in BANDS) * sample_rate_hz)
    times_s = np.arange(length) / sample_rate_hz
    late = np.zeros((2, length))
    for low_hz, high_hz, seconds in BANDS:
        top_hz = min(high_hz, 0.45 * sample_rate_hz)
        if top_hz > low_hz:
            sos = butter(2, (low_hz, top_hz), "bandpass", fs=sample_rate_hz, output="sos")
            late += sosfilt(sos, rng.standard_normal((2, length))) * np.exp(-6.9 * times_s / seconds)
    late *= np.clip(times_s / 0.03, 0.0, 1.0)
    response = np.concatenate([np.zeros((2, int(PREDELAY_S * sample_rate_hz))), late], axis=1)
    response /= np.sqrt(np.square(response).sum(axis=1, keepdims=True))
    response += _early(sample_rate_hz, response.shape[1], rng=rng)
    response = sosfilt(butter(4, LOW_CUT_HZ, "highpass", fs=sample_rate_hz, output="sos"), response)
    scaled: FloatArray = (response / np.sqrt(np.square(response).sum(axis=1, keepdims=True))).astype(np.float32)
    return scaled


def _early(sample_rate_hz: int, length: int, *, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return a handful of single reflections, band-passed, at slightly different moments left and right."""
    taps = np.zeros((2, length))
    for order, at_s in enumerate(EARLY_S):
        for side in range(2):
            at = int((PREDELAY_S * 0.6 + at_s * rng.uniform(0.9, 1.1)) * sample_rate_hz)
            taps[side, at] += 0.8**order * rng.choice((-1.0, 1.0))
    sos = butter(1, (300.0, min(6_000.0, 0.45 * sample_rate_hz)), "bandpass", fs=sample_rate_hz, output="sos")
    filtered: NDArray[np.float64] = sosfilt(sos, taps)
    filtered *= EARLY_SHARE / np.sqrt(np.square(filtered).sum(axis=1, keepdims=True))
    return filtered


def reverberate(mono: FloatArray, *, sample_rate_hz: int) -> FloatArray:
    """Return what comes back when a mono sound is sent into the room, without the sound itself.

    Parameters
    ----------
    mono
        Shape (samples,).
    sample_rate_hz
        Samples per second.

    Returns
    -------
    FloatArray
        Shape (2, samples); what rings on beyond the end of `mono` is left out.
    """
    room = Room(sample_rate_hz)
    wet = np.empty((2, mono.shape[0]), dtype=np.float32)
    for first in range(0, mono.shape[0], room.block_samples):
        last = first + room.block_samples
        wet[:, first:last] = room.answer(mono[first:last])
    return wet


class Room:
    """The room for sound that comes in blocks: what rings on from earlier ones is kept.

    Parameters
    ----------
    sample_rate_hz
        Samples per second.
    """

    def __init__(self, sample_rate_hz: int) -> None:
        self._spectrum, overlap, self._size = _room_spectrum(sample_rate_hz)
        self._ringing = np.zeros((2, overlap), dtype=np.float32)
        self.block_samples = self._size - overlap
        """Most samples at once, and the cheapest number."""

    def answer(self, mono: FloatArray) -> FloatArray:
        """Return what comes back while the next samples sound, shape (2, samples).

        Parameters
        ----------
        mono
            Shape (samples,), at most `block_samples` of them.
        """
        length, overlap = mono.shape[0], self._ringing.shape[1]
        reaching = np.zeros((2, length + overlap), dtype=np.float32)
        if mono.any():
            reaching += irfft(rfft(mono, self._size) * self._spectrum, self._size)[:, : length + overlap]
        reaching[:, :overlap] += self._ringing
        self._ringing = reaching[:, length:].copy()
        return reaching[:, :length]


@lru_cache(maxsize=2)
def _room_spectrum(sample_rate_hz: int) -> tuple[NDArray[np.complex64], int, int]:
    """Return the spectrum of the room, how far its answer to a block reaches beyond it, and the transform's size.

    Blocks are some three times as long as the answer, where overlap-add costs least.
    """
    response = room_response(sample_rate_hz)
    size = next_fast_len(4 * response.shape[1], real=True)
    spectrum: NDArray[np.complex64] = rfft(response, size)
    return spectrum, response.shape[1] - 1, size
