"""Grains and time scales: what a sound does below a tenth of a second, and on which scales it changes.

Grains are peaks of the short-time level that rise and fall by 6 dB and are narrower than a tenth of a second. Grains
that fall together count as one; what is missed so is put back as for a counter with a dead time, as far as the
instants are independent of each other. Beyond some 40 a second a cloud is one sound, and its density is not known.
Levels are measured above 150 Hz, where the waves themselves are faster than any grain.

References: Roads (2001), "Microsound", chapter 1 (nine time scales) and chapter 3 (grains of 1 to 100 ms; density,
duration and fill factor of clouds); Knoll (2010), "Radiation detection and measurement", chapter 4 (dead time).
"""

import numpy as np
from scipy.signal import butter, find_peaks, peak_widths, sosfilt

from grym.domain.morphology.level import Level
from grym.domain.morphology.values import Cloud, CloudKind, TimeScales
from grym.domain.signal import FloatArray

HIGH_PASS_HZ = 150.0
STEP_S = 0.001
SMOOTHING_S = 0.012
"""A Hann window of 12 ms hides waves above 150 Hz and tells strokes 20 ms apart."""

PROMINENCE_DB = 6.0
APART_S = 0.015
WIDTH_DB = 10.0
LONGEST_GRAIN_S = 0.1
HEARD_DB = 50.0
SPARSE_FILL, COVERED_FILL = 0.5, 1.0
LEAST_GRAINS = 3
TOLD_APART_S = 0.02
MOST_MASKED = 0.8
"""Grains closer than 20 ms count as one; where that is the rule, no correction is trusted beyond fivefold."""

STEADY = 0.05
"""An amplitude that varies by less than a twentieth of its mean does not change."""

FLOOR = 1e-12
STRETCH_STEPS = 20_000
"""The filter runs over 20 s at a time, so that an hour needs no second hour beside it."""

MESO_BELOW_HZ = 0.125
MICRO_ABOVE_HZ = 10.0
"""Sound objects last from a tenth of a second to some 8 s (Roads 2001, chapter 1)."""


def cloud_of(mono: FloatArray, sample_rate_hz: int) -> Cloud:
    """Count the grains of a sound and say how densely they lie.

    Parameters
    ----------
    mono
        Shape (samples,).
    sample_rate_hz
        Samples per second.
    """
    power, step_s = _fine_power(mono, sample_rate_hz)
    top = float(power.max(initial=0.0))
    if top <= FLOOR:
        return Cloud(grains=0, density_per_s=0.0, duration_s=None, fill=0.0, regularity=None, kind=None)
    floor_db = 10.0 * np.log10(top) - HEARD_DB
    db = np.maximum(10.0 * np.log10(np.maximum(power, FLOOR)), floor_db)
    at, widths = _peaks(db, step_s, floor_db=floor_db)
    if not len(at):
        return Cloud(grains=0, density_per_s=0.0, duration_s=None, fill=0.0, regularity=None, kind=None)
    sounding = np.flatnonzero(db > floor_db)
    counted = len(at) / ((int(sounding[-1]) + 1 - int(sounding[0])) * step_s)
    masked = min(MOST_MASKED, counted * max(TOLD_APART_S, float(np.median(widths))))
    regularity = _regularity(at, masked)
    density = counted / (1.0 - masked * (1.0 - (regularity or 0.0)))
    fill = density * float(np.mean(widths))
    return Cloud(
        grains=len(at),
        density_per_s=density,
        duration_s=float(np.median(widths)),
        fill=fill,
        regularity=regularity,
        kind=_kind(fill) if len(at) >= LEAST_GRAINS else None,
    )


def time_scales(level: Level) -> TimeScales:
    """Divide the changes of the amplitude among Roads's time scales, by the spectrum of the amplitude over time."""
    amplitude = 10.0 ** (level.db.astype(np.float64) / 20.0)
    changes = amplitude - amplitude.mean()
    energy = np.abs(np.fft.rfft(changes * np.hanning(len(changes)))) ** 2
    hz = np.fft.rfftfreq(len(changes), level.step_s)
    total = float(energy[1:].sum())
    if float(changes.std()) <= STEADY * float(amplitude.mean()) or total <= 0.0:
        return TimeScales(meso=0.0, sound_object=0.0, micro=0.0)
    meso = float(energy[(hz > 0.0) & (hz < MESO_BELOW_HZ)].sum()) / total
    micro = float(energy[hz > MICRO_ABOVE_HZ].sum()) / total
    return TimeScales(meso=meso, sound_object=max(0.0, 1.0 - meso - micro), micro=micro)


def _fine_power(mono: FloatArray, sample_rate_hz: int) -> tuple[np.ndarray, float]:
    """Return the power above 150 Hz in steps of 1 ms, smoothed over 12 ms, and the exact step."""
    step = max(1, round(STEP_S * sample_rate_hz))
    high_pass = butter(2, HIGH_PASS_HZ, "highpass", fs=sample_rate_hz, output="sos").astype(np.float32)
    memory = np.zeros((len(high_pass), 2), dtype=np.float32)
    whole = len(mono) // step * step
    powers = [np.empty(0)]
    for start in range(0, whole, STRETCH_STEPS * step):
        filtered, memory = sosfilt(high_pass, mono[start : min(whole, start + STRETCH_STEPS * step)], zi=memory)
        rows = filtered.reshape(-1, step)
        powers.append(np.einsum("ij,ij->i", rows, rows).astype(np.float64) / step)
    power = np.concatenate(powers)
    window = np.hanning(round(SMOOTHING_S / STEP_S) + 2)
    return np.convolve(power, window / window.sum(), mode="same"), step / sample_rate_hz


def _peaks(db: np.ndarray, step_s: float, *, floor_db: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the times of grains and their lengths in seconds, between the points 10 dB below each peak."""
    padded = np.pad(db, 1, constant_values=floor_db)
    apart = max(1, round(APART_S / step_s))
    peaks, found = find_peaks(padded, prominence=PROMINENCE_DB, distance=apart)
    if not len(peaks):
        return np.empty(0), np.empty(0)
    depth = np.minimum(WIDTH_DB, found["prominences"])
    prominences = (depth, found["left_bases"], found["right_bases"])
    widths = peak_widths(padded, peaks, rel_height=1.0, prominence_data=prominences)[0] * step_s
    grains = widths <= LONGEST_GRAIN_S
    return (peaks[grains] - 1) * step_s, widths[grains]


def _regularity(at: np.ndarray, masked: float) -> float | None:
    """Return one less the coefficient of variation of the intervals, within 0–1: independent instants have 0.

    Independent instants that cannot follow each other at once vary less, by the share of the time that is masked.
    """
    if len(at) < LEAST_GRAINS:
        return None
    intervals = np.diff(at)
    plain = 1.0 - float(intervals.std() / intervals.mean())
    return float(np.clip((plain - masked) / (1.0 - masked), 0.0, 1.0))


def _kind(fill: float) -> CloudKind:
    """Name a cloud by its fill factor (Roads 2001, chapter 3)."""
    if fill < SPARSE_FILL:
        return "sparse"
    return "covered" if fill <= COVERED_FILL else "packed"
