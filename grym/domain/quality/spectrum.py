"""Measures of the long-term spectrum: how wide, even, full and changing it is.

All work on any `Signal`, also an empty or silent one; spectra come in blocks and only sums and mel bands are kept.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter, minimum_filter1d

from grym.domain.signal import FloatArray, Signal
from grym.domain.spectral import MEL_BANDS, mel_filterbank
from grym.domain.stft import HOPS_PER_WINDOW, framing_for, power_blocks

BANDWIDTH_RANGE_DB = 75.0
BANDWIDTH_SMOOTHING_BINS = 31
OCCUPIED_RANGE_DB = 40.0
CHANGE_FRAME_S = 0.25
INNER_FROM = 4
"""Quarter seconds; of more than a second the first and last are left out: how a sound begins and ends is not music."""
POWER_FLOOR = 1e-12
LONG_WINDOW = 4
NEIGHBOUR_BINS = 32
AUDIBLE_SHARE = 1e-4
"""Frames 40 dB below the loudest say nothing of what the sound is made of."""

EDGE_HZ = 1_500.0
FILLED_HZ = 300.0
LEAST_EDGE_DB = 27.0
LEAST_CLIFF_DB = 38.0
LOWEST_EDGE, LOWEST_CLIFF, HIGHEST_EDGE = 0.1, 0.03, 0.58
"""Of half the rate. Lossy coders cut at 0.7 and above, natural sound falls by 12 dB within 1.5 kHz,
and the last partials of a synthesiser leave gaps: they count from 38 dB only, which no clean sound
reached (33)."""
EDGE_SMOOTHING_BINS = 15
SOURCE_RATES_HZ = (8_000, 11_025, 16_000, 22_050, 24_000, 32_000)
MIRRORED_HZ = (150.0, 1_500.0)
LEAST_MIRRORED = 0.75
"""Correlation of the fine structure below and above half the source's rate: images read 0.9 and more, music to 0.6."""
LEAST_STRUCTURE_DB = 0.3
"""A smooth spectrum has nothing that could be mirrored."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LongTermSpectrum:
    """Mean power by bin, mean mel power by quarter second, and by frame how noisy it is and its power."""

    mean: FloatArray
    bands: FloatArray
    bin_hz: float
    noisy: FloatArray
    power: FloatArray


def long_term_spectrum(signal: Signal) -> LongTermSpectrum:
    """Average the power spectrum over time, and its mel bands over quarter seconds.

    Windows that reach beyond the ends of a longer sound are left out of the mean: the sudden end of a sound fills every
    frequency and would hide where its own end.
    """
    framing = framing_for(signal.sample_rate_hz, stretch=LONG_WINDOW)
    bank = mel_filterbank(framing.sample_rate_hz, framing.n_fft, MEL_BANDS)
    total = np.zeros(framing.n_fft // 2 + 1)
    mel, made_of, seen = [], [], 0
    count = framing.frame_count(signal.length_samples)
    edge = HOPS_PER_WINDOW // 2 if count > 2 * HOPS_PER_WINDOW else 0
    for power in power_blocks(signal.mono(), framing):
        whole = power[max(0, edge - seen) : max(0, count - edge - seen)]
        total += whole.sum(axis=0, dtype=np.float64)
        mel.append(power @ bank)
        made_of.append(_noise_of(power))
        seen += len(power)
    bands = np.concatenate(mel)
    group = max(1, round(CHANGE_FRAME_S * framing.frame_rate_hz))
    starts = np.arange(0, max(1, len(bands) - group + 1), group)
    grouped = np.stack([bands[start : start + group].mean(axis=0) for start in starts])
    noisy, loud = np.concatenate(made_of, axis=1)
    mean = (total / (count - 2 * edge)).astype(np.float32)
    return LongTermSpectrum(mean=mean, bands=grouped, bin_hz=framing.bin_hz, noisy=noisy, power=loud)


def _noise_of(power: FloatArray) -> FloatArray:
    """Return how noisy each frame is, and its power, shape (2, frames).

    Of 32 neighbouring bins of noise the geometric mean is 0.56 of the arithmetic one, whatever its colour; of a tone it
    is near 0. Neighbourhoods count by their power; the lowest is left out, for there a colour is steep.
    """
    groups = power[:, NEIGHBOUR_BINS:-1].reshape(len(power), -1, NEIGHBOUR_BINS) + np.float32(POWER_FLOOR)
    mean = groups.mean(axis=2)
    flat = np.exp(np.log(groups).mean(axis=2))
    loud = mean.sum(axis=1)
    return np.stack([flat.sum(axis=1) / loud, loud])


def bandwidth_hz(mean_power: FloatArray, *, bin_hz: float) -> float:
    """Return the highest frequency whose smoothed power lies within 75 dB of the strongest, in Hz; 0 for silence."""
    if not float(mean_power.max()):
        return 0.0
    level = 10.0 * np.log10(np.maximum(mean_power, POWER_FLOOR))
    smooth = median_filter(level, BANDWIDTH_SMOOTHING_BINS, mode="nearest")
    return float(np.flatnonzero(smooth >= smooth.max() - BANDWIDTH_RANGE_DB)[-1] * bin_hz)


def flatness(mean_power: FloatArray) -> float:
    """Return the geometric over the arithmetic mean of the spectrum, 0 to 1; 0 for silence."""
    if not float(mean_power.max()):
        return 0.0
    floored = np.maximum(mean_power[1:].astype(np.float64), POWER_FLOOR)
    return float(np.exp(np.log(floored).mean()) / floored.mean())


def change_db(bands: FloatArray) -> float:
    """Return the standard deviation over time of the band levels in dB, averaged over the bands that carry the sound.

    Parameters
    ----------
    bands
        Mel power, shape (quarter seconds, bands).
    """
    bands = _inner(bands)
    mean = bands.mean(axis=0)
    if not float(mean.max()):
        return 0.0
    level = _levels_db(bands[:, _carrying(mean)], highest=float(mean.max()))
    return float(level.std(axis=0).mean())


def _inner(bands: FloatArray) -> FloatArray:
    """Return the quarter seconds but the first and the last, where enough are left."""
    return bands[1:-1] if len(bands) > INNER_FROM else bands


def _carrying(mean: FloatArray) -> NDArray[np.bool_]:
    """Return which bands carry the sound: those within 40 dB of the strongest on average."""
    carrying: NDArray[np.bool_] = mean >= mean.max() * 10.0 ** (-OCCUPIED_RANGE_DB / 10.0)
    return carrying


def _levels_db(power: FloatArray, *, highest: float) -> FloatArray:
    """Return levels in dB; what lies twice the range below the strongest counts as that low."""
    levels: FloatArray = 10.0 * np.log10(np.maximum(power, highest * 10.0 ** (-2.0 * OCCUPIED_RANGE_DB / 10.0)))
    return levels


def occupied_bands(bands: FloatArray) -> int:
    """Return how many mel bands lie within 40 dB of the strongest on average."""
    mean = bands.mean(axis=0)
    if not float(mean.max()):
        return 0
    return int(np.sum(_carrying(mean)))


def noisiness(spectrum: LongTermSpectrum) -> float:
    """Return the median over audible frames of how noisy they are: 0 for tones, 0.58 for noise of any colour."""
    loudest = float(spectrum.power.max(initial=0.0))
    if loudest <= 2.0 * POWER_FLOOR * spectrum.mean.size:
        return 0.0
    return float(np.median(spectrum.noisy[spectrum.power > AUDIBLE_SHARE * loudest]))


def variety_db(bands: FloatArray) -> float:
    """Return how the balance of the bands varies over time, in dB: `change_db` with the level of each moment taken out.

    Noise that swells and a chord that trembles read 1, music 3 to 8.
    """
    bands = _inner(bands)
    mean = bands.mean(axis=0)
    if not float(mean.max()):
        return 0.0
    loud = bands.sum(axis=1)
    heard = bands[loud > AUDIBLE_SHARE * loud.max()][:, _carrying(mean)]
    level = _levels_db(heard, highest=float(mean.max()))
    return float((level - level.mean(axis=1, keepdims=True)).std(axis=0).mean())


def true_width(mean_power: FloatArray, *, bin_hz: float) -> float:
    """Return which share of the band below half the rate carries sound of its own, 0–1; less than 1 after upsampling.

    A sound that was recorded at a lower rate ends at a steep edge, or repeats itself mirrored above half that rate.
    """
    if not float(mean_power.max()):
        return 1.0
    level = 10.0 * np.log10(np.maximum(mean_power.astype(np.float64), POWER_FLOOR))
    smooth = median_filter(level, EDGE_SMOOTHING_BINS, mode="nearest")
    return min(_edge(smooth, bin_hz=bin_hz), _mirror(level - smooth, bin_hz=bin_hz))


def _edge(smooth: np.ndarray, *, bin_hz: float) -> float:
    """Return where the spectrum falls steeply and stays down, as a share of its width; 1 where it does not."""
    width = round(EDGE_HZ / bin_hz)
    if len(smooth) <= 2 * width:
        return 1.0
    beyond = np.maximum.accumulate(smooth[::-1])[::-1][width:]
    filled = round(FILLED_HZ / bin_hz)
    within = minimum_filter1d(smooth, filled, origin=(filled - 1) // 2)  # the least of what lies just below
    last = round(HIGHEST_EDGE * len(smooth))
    for low, lowest, least_db in ((within, LOWEST_EDGE, LEAST_EDGE_DB), (smooth, LOWEST_CLIFF, LEAST_CLIFF_DB)):
        first = round(lowest * len(smooth))
        falls = (low[:-width] - beyond)[first:last]
        if len(falls) and falls.max() >= least_db:
            return float((first + int(np.argmax(falls)) + width / 2) / len(smooth))
    return 1.0


def _mirror(fine: np.ndarray, *, bin_hz: float) -> float:
    """Return above which share of the width the spectrum mirrors what lies below; 1 where nothing does."""
    first, last = (round(hz / bin_hz) for hz in MIRRORED_HZ)
    away = np.arange(first, last)
    for rate_hz in SOURCE_RATES_HZ:
        middle = rate_hz / 2.0 / bin_hz
        below = np.floor(middle).astype(int) - away
        above = np.rint(2.0 * middle).astype(int) - below
        if below[-1] < 0 or above[-1] >= len(fine):
            continue
        one, other = fine[below], fine[above]
        if min(one.std(), other.std()) >= LEAST_STRUCTURE_DB and np.corrcoef(one, other)[0, 1] >= LEAST_MIRRORED:
            return float(middle / len(fine))
    return 1.0
