"""From the frames of a window to the `Features` that are told of it."""

import math
from collections.abc import Sequence

import numpy as np

from grym.domain.live.facts import Features, Followed, Harmony, Onset
from grym.domain.live.meters import peak_db
from grym.domain.signal import FloatArray
from grym.domain.spectral import SpectralFrames, cepstrum, level_db


def features(
    *,
    window: int,
    at_s: float,
    end_s: float,
    mono: FloatArray,
    frames: SpectralFrames,
    followed: Sequence[Followed] = (),
    momentary_lufs: float | None,
    true_peak: float,
    missing_share: float,
    late_sequence: int | None = None,
) -> Features:
    """Sum up a window.

    Parameters
    ----------
    window, at_s, end_s
        Its number and place.
    mono
        Its samples, shape (samples,).
    frames
        The frames that ended in it, maybe none.
    followed
        What the followers said meanwhile.
    momentary_lufs, true_peak
        Of the meters; the peak as a magnitude.
    missing_share
        0 to 1.
    late_sequence
        Number of the frame that brought it too late; None for a window in time.
    """
    count = len(frames.mel_power)
    return Features(
        window=window,
        at_s=at_s,
        end_s=end_s,
        rms_db=_level(mono),
        momentary_lufs=momentary_lufs,
        true_peak_dbtp=peak_db(true_peak),
        centroid_hz=_mean(frames.centroid_hz),
        bandwidth_hz=_mean(frames.bandwidth_hz),
        rolloff_hz=_mean(frames.rolloff_hz),
        flatness=_mean(frames.flatness) if count else 1.0,
        flux=float(np.maximum.reduce(frames.flux)) if count else 0.0,
        mfcc=_mfcc(frames),
        chroma=_chroma(followed),
        onsets_s=tuple(sorted(fact.at_s for fact in followed if isinstance(fact, Onset))),
        frames_folded=count,
        missing_share=missing_share,
        late=late_sequence is not None,
        late_sequence=late_sequence,
    )


def _mean(values: FloatArray) -> float:
    return float(np.add.reduce(values)) / len(values) if len(values) else 0.0


def _level(mono: FloatArray) -> float | None:
    return peak_db(math.sqrt(float(np.dot(mono, mono)) / len(mono))) if len(mono) else None


def _mfcc(frames: SpectralFrames) -> tuple[float, ...]:
    """Return the mean cepstrum of the frames; the cosines of the mean level are the mean of the cosines."""
    if not len(frames.mel_power):
        return ()
    levels: FloatArray = np.add.reduce(level_db(frames.mel_power), axis=0, keepdims=True)
    levels /= np.float32(len(frames.mel_power))
    return tuple(cepstrum(levels)[0].tolist())


def _chroma(followed: Sequence[Followed]) -> tuple[float, ...]:
    """Return the share of each pitch class in what the followers heard; empty where nothing has pitch."""
    heard = [fact.weights for fact in followed if isinstance(fact, Harmony)]
    if not heard:
        return ()
    sums = [sum(weights) for weights in zip(*heard, strict=True)]
    total = sum(sums)
    return tuple(weight / total for weight in sums) if total > 0.0 else ()
