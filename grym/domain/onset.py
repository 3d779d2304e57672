"""Where notes begin: a spectral flux that ignores vibrato, and its peaks.

The envelope has one value per frame of the shared spectrum and does not depend on the level of the recording.
Silence before the first frame counts as heard, so a sound that starts at once has an onset there. Times are in
seconds, ascending.

References: Böck and Widmer (2013), "Maximum filter vibrato suppression for onset detection" (SuperFlux);
Böck, Krebs and Schedl (2012), "Evaluating the online capabilities of onset detection methods" (peak picking).
"""

import numpy as np
from scipy.ndimage import maximum_filter1d, uniform_filter1d

from grym.domain.signal import FloatArray

COMPRESSION = 200.0
"""Magnitudes are compressed as log(1 + 200·m) against the loudest band: linear below −46 dB, where noise and the
skirts of a vibrato live."""

LAG_S = 0.023
"""Flux compares frames half a window apart: closer ones share most of their samples."""

VIBRATO_BANDS = 3
VIBRATO_ABOVE_BAND_SHARE = 0.25
"""The widening of earlier spectra spares the lowest quarter of the bands (below 1 kHz of 22): there a neighbouring
band is a neighbouring semitone, and a scale would vanish with the vibrato."""

LOW_NEIGHBOUR_DECADES = 0.4
"""In those bands a neighbour counts 8 dB lower: it still hides the skirts that swing with a vibrato."""

LATENCY_S = 0.01
"""The flank of the flux leaves the ground this much before the note: 19 ms for clicks, 13 for chords, 8 for attacks of
50 ms; bowed and blown notes come up to 20 ms later (measured on synthetic notes)."""

BEFORE_PEAK_S = 0.03
BEFORE_MEAN_S = 0.12
AFTER_MEAN_S = 0.08
APART_S = 0.03
"""Peak picking as in Böck, Krebs and Schedl (2012): local maximum over ±30 ms, mean over 120 ms before, 80 ms after."""

LEAST_RISE = 0.01
"""Flux below this is no note: one band of 128 that rises by 13 dB, above the floor, gives 0.012."""

FOOT_SHARE = 0.3
LONGEST_RISE_S = 0.12
"""A rise starts where the flux last was below 30 % of its peak, at most 120 ms before: the attack of bowed strings."""

MEAN_FACTOR = 1.5
ADAPTIVE_SHARE = 0.06
"""A peak must also stand out by this share of the loudest tenth of all peaks of the piece."""


def onset_envelope(mel_power: FloatArray, *, frame_rate_hz: float) -> FloatArray:
    """Return how much energy appears in each frame, ≥ 0, in decades of compressed magnitude averaged over bands.

    Parameters
    ----------
    mel_power
        Shape (frames, bands), power.
    frame_rate_hz
        Frames per second.

    References
    ----------
    Böck and Widmer (2013), equations 2 to 4, on mel bands.
    """
    envelope: FloatArray = rises(compressed(mel_power), frame_rate_hz=frame_rate_hz).mean(axis=1)
    return envelope


def compressed(mel_power: FloatArray, *, loudest: float | None = None) -> FloatArray:
    """Return the logarithm of the magnitudes against the loudest one of all, in decades, ≥ 0; zeros for silence.

    Parameters
    ----------
    mel_power
        Shape (frames, bands), power.
    loudest
        Highest power of the whole, where these frames are a part of it.
    """
    loudest = float(mel_power.max(initial=0.0)) if loudest is None else loudest
    if loudest <= 0.0:
        return np.zeros_like(mel_power)
    levels: FloatArray = np.log10(1.0 + COMPRESSION * np.sqrt(mel_power / np.float32(loudest))).astype(np.float32)
    return levels


def rises(levels: FloatArray, *, frame_rate_hz: float) -> FloatArray:
    """Return how far each band rises within half a window above itself and its neighbours, shape (frames, bands).

    Parameters
    ----------
    levels
        Result of `compressed`, shape (frames, bands).
    frame_rate_hz
        Frames per second.
    """
    lag = max(1, round(LAG_S * frame_rate_hz))
    spared = round(VIBRATO_ABOVE_BAND_SHARE * levels.shape[1])
    earlier = np.zeros_like(levels)
    near = maximum_filter1d(levels[:-lag, :spared], VIBRATO_BANDS, axis=1) - np.float32(LOW_NEIGHBOUR_DECADES)
    earlier[lag:, :spared] = np.maximum(levels[:-lag, :spared], near)
    earlier[lag:, spared:] = maximum_filter1d(levels, VIBRATO_BANDS, axis=1)[:-lag, spared:]
    risen: FloatArray = np.maximum(0.0, levels - earlier)
    return risen


def onset_times(envelope: FloatArray, *, frame_rate_hz: float) -> FloatArray:
    """Return the times of onsets in seconds, ascending, shape (onsets,).

    Parameters
    ----------
    envelope
        Result of `onset_envelope`.
    frame_rate_hz
        Frames per second.
    """
    peaks = _peaks(envelope, frame_rate_hz=frame_rate_hz)
    if not len(peaks):
        return np.empty(0, dtype=np.float32)
    times = _start_of_rise(envelope, peaks, frame_rate_hz=frame_rate_hz)
    return np.unique(np.maximum(0.0, times).astype(np.float32))


def _peaks(envelope: FloatArray, *, frame_rate_hz: float) -> np.ndarray:
    """Return the frames of local maxima that stand out from their neighbourhood and are 30 ms apart."""
    around = 2 * round(BEFORE_PEAK_S * frame_rate_hz) + 1
    before, after = round(BEFORE_MEAN_S * frame_rate_hz), round(AFTER_MEAN_S * frame_rate_hz)
    highest = maximum_filter1d(envelope, around, mode="constant")
    size = before + after + 1
    mean = uniform_filter1d(envelope, size, mode="constant", origin=before - size // 2)
    candidates = np.flatnonzero((envelope >= highest) & (envelope > LEAST_RISE))
    if not len(candidates):
        return candidates
    scale = float(np.quantile(envelope[candidates], 0.9))
    threshold = MEAN_FACTOR * mean[candidates] + max(LEAST_RISE, ADAPTIVE_SHARE * scale)
    return _apart(candidates[envelope[candidates] >= threshold], round(APART_S * frame_rate_hz))


def _apart(peaks: np.ndarray, least_frames: int) -> np.ndarray:
    """Keep the first of peaks that are closer than `least_frames`."""
    kept: list[int] = []
    for peak in peaks:
        if not kept or peak - kept[-1] >= least_frames:
            kept.append(int(peak))
    return np.array(kept, dtype=np.intp)


def _start_of_rise(envelope: FloatArray, peaks: np.ndarray, *, frame_rate_hz: float) -> np.ndarray:
    """Return where the rise that leads to each peak leaves the ground, in seconds, interpolated.

    A window sees a note early and the lag keeps the flux high after it, longer for slow attacks; only the rising flank
    tells where the note begins.
    """
    times = np.empty(len(peaks))
    longest = round(LONGEST_RISE_S * frame_rate_hz)
    for index, peak in enumerate(peaks):
        foot = envelope[peak] * FOOT_SHARE
        frame, earliest = int(peak), max(0, int(peak) - longest)
        while frame > earliest and envelope[frame - 1] >= foot:
            frame -= 1
        low = envelope[frame - 1] if frame > 0 else 0.0
        high = envelope[frame]
        share = (foot - low) / max(float(high - low), 1e-9) if low < foot else 1.0
        times[index] = (frame - 1 + share) / frame_rate_hz + LATENCY_S
    return times
