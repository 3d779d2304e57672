"""A sound as a point: unit vectors that lie close together for sounds that are alike.

Vectors of 96 numbers made from four views of equal weight: which pitch classes sound, how they vary, what the timbre
is, and how the onsets repeat. None depends on level. Nothing here is learned: the name is ``dsp`` and `PRETRAINED` is
False.

References: Ellis and Poliner (2007), "Identifying cover songs with chroma features" (harmony); Tzanetakis and Cook
(2002), "Musical genre classification of audio signals", section III (timbre moments, beat histogram).
"""

from dataclasses import dataclass

import numpy as np
from scipy import fft

from grym.domain.signal import FloatArray

EMBEDDING_NAME = "dsp"
EMBEDDING_DIM = 96
PRETRAINED = False

CEPSTRUM = slice(1, 20)
"""All but the level."""

TYPICAL_CEPSTRUM_DB = 40.0
TYPICAL_DECAY = 1.2
"""Cepstral coefficient n of music scatters by some 40/n^1.2 dB, so each is divided by that before comparing."""

RHYTHM_LAGS_S = np.geomspace(0.1, 2.0, 34)
"""From thirty-second notes at 75 BPM to a bar at 120 BPM; 34 fill the dimension."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Embedding:
    """The whole sound as one unit vector, shape (96,); zeros for silence."""

    vector: FloatArray
    name: str = EMBEDDING_NAME
    dim: int = EMBEDDING_DIM
    pretrained: bool = PRETRAINED


def embed(mfcc: FloatArray, chroma: FloatArray, envelope: FloatArray, *, duration_s: float) -> Embedding:
    """Embed a whole sound.

    Parameters
    ----------
    mfcc
        Shape (frames, 20).
    chroma
        Shape (frames', 12), covering the same time.
    envelope
        Onset strength, shape (frames,).
    duration_s
        Length of the sound.
    """
    return Embedding(vector=_vector(mfcc, chroma, envelope, frame_rate_hz=len(envelope) / duration_s))


def _vector(mfcc: FloatArray, chroma: FloatArray, envelope: FloatArray, *, frame_rate_hz: float) -> FloatArray:
    """Join the four views, each of unit length or zero, and give the whole unit length."""
    views = [*_harmony(chroma), _timbre(mfcc), _rhythm(envelope, frame_rate_hz=frame_rate_hz)]
    return _unit(np.concatenate([_unit(view) for view in views])).astype(np.float32)


def _harmony(chroma: FloatArray) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and spread of the pitch classes over time, each about its own mean, shapes (12,)."""
    share = np.sqrt(chroma / np.maximum(chroma.sum(axis=1, keepdims=True), 1e-9))
    mean, spread = share.mean(axis=0), share.std(axis=0)
    return mean - mean.mean(), spread - spread.mean()


def _timbre(mfcc: FloatArray) -> np.ndarray:
    """Return mean and spread of the cepstrum, scaled by what is typical, shape (38,)."""
    typical = TYPICAL_CEPSTRUM_DB / np.arange(1, 20) ** TYPICAL_DECAY
    return np.concatenate([mfcc[:, CEPSTRUM].mean(axis=0) / typical, mfcc[:, CEPSTRUM].std(axis=0) / typical])


def _rhythm(envelope: FloatArray, *, frame_rate_hz: float) -> np.ndarray:
    """Return the autocorrelation of the onset strength at 34 lags, about its mean."""
    centred = (envelope - envelope.mean()).astype(np.float64)
    size = fft.next_fast_len(2 * len(centred), real=True)
    products = fft.irfft(np.abs(fft.rfft(centred, size)) ** 2, size)[: len(centred)]
    if products[0] <= 0.0:
        return np.zeros(len(RHYTHM_LAGS_S))
    similarity = np.interp(RHYTHM_LAGS_S * frame_rate_hz, np.arange(len(products)), products / products[0], right=0.0)
    return np.asarray(similarity - similarity.mean())


def _unit(vector: np.ndarray) -> np.ndarray:
    length = float(np.linalg.norm(vector))
    return vector / length if length > 1e-9 else np.zeros_like(vector)  # noqa: PLR2004 (rounding)
