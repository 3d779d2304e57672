"""Whether a sound is fit to be heard: silence, clipping, offset, noise and monotony are found and named.

Every check states what was measured, what is required and what to do about it. Requirements come in two sets: for
recordings of others, which may be loud or old, and for what grym delivers itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import median_filter

from grym.domain.loudness import measure_loudness, true_peak_dbtp
from grym.domain.rating import Check
from grym.domain.signal import FloatArray, Signal
from grym.domain.spectral import MEL_BANDS, mel_filterbank
from grym.domain.stft import framing_for, power_blocks

SILENCE_FRAME_S = 0.05
SILENCE_DBFS = -60.0
CLIPPED_RUN_SAMPLES = 3
CLIPPED_SHARE_OF_PEAK = 0.9995
CLIPPED_STEP = 2.0**-15
"""A flat top: three samples in a row within 0.004 dB of the peak that differ by less than one 16-bit step."""

BANDWIDTH_RANGE_DB = 75.0
BANDWIDTH_SMOOTHING_BINS = 31
OCCUPIED_RANGE_DB = 40.0
CHANGE_FRAME_S = 0.25
POWER_FLOOR = 1e-12
CHUNK_SAMPLES = 1 << 20
FULL_BITS = 24
LONG_WINDOW = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalRequirements:
    """What a sound must keep to.

    Parameters
    ----------
    quietest_lufs, loudest_lufs
        Range of the integrated loudness.
    highest_true_peak_dbtp
        Ceiling of the oversampled waveform.
    most_silence
        Share of frames below −60 dBFS, 0–1.
    most_clipped_per_s
        Flat tops a second, all channels together.
    highest_offset
        Mean of the worst channel, full scale 1.
    least_bandwidth_hz
        Highest frequency that still carries something.
    highest_flatness
        Of the mean spectrum, 0 (tones) to 1 (white noise); pink noise reads 0.4.
    least_change_db
        How far bands vary over time; steady noise reads 1, a held tone 0.
    least_occupied_bands
        Mel bands of 128 within 40 dB of the strongest; a sine fills 3.
    lowest_correlation
        Of the first two channels, −1 to 1; below 0 they cancel in mono.
    least_bits
        Resolution of the samples.
    """

    quietest_lufs: float = -45.0
    loudest_lufs: float = -5.0
    highest_true_peak_dbtp: float = 4.0
    most_silence: float = 0.5
    most_clipped_per_s: float = 2.0
    highest_offset: float = 0.01
    least_bandwidth_hz: float = 2_000.0
    highest_flatness: float = 0.25
    least_change_db: float = 2.0
    least_occupied_bands: int = 6
    lowest_correlation: float = -0.6
    least_bits: int = 12


RECORDING = SignalRequirements()
"""Old, loud and lossy recordings pass: decoded Vorbis overshoots full scale by up to 3.5 dB."""

DELIVERABLE = SignalRequirements(
    quietest_lufs=-15.0,
    loudest_lufs=-13.0,
    highest_true_peak_dbtp=-1.0,
    most_silence=0.35,
    most_clipped_per_s=0.5,
    highest_offset=0.002,
    lowest_correlation=-0.2,
    least_bits=16,
)
"""What streaming services expect: −14 ± 1 LUFS, true peak at most −1 dBTP (EBU R 128 s2, AES TD1008)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Spectrum:
    """Mean power by bin, and mean mel power by quarter second."""

    mean: FloatArray
    bands: FloatArray
    bin_hz: float


def signal_checks(signal: Signal, *, requirements: SignalRequirements = RECORDING) -> list[Check]:
    """Check a sound; it is fit when every check passed.

    Parameters
    ----------
    signal
        Any sound, also an empty or silent one.
    requirements
        `RECORDING` for the sound of others, `DELIVERABLE` for what grym makes.
    """
    return [
        *_level_checks(signal, requirements),
        *_waveform_checks(signal, requirements),
        *_music_checks(signal, requirements),
    ]


def _level_checks(signal: Signal, requirements: SignalRequirements) -> Iterator[Check]:
    yield _at_most(
        "signal.silence",
        silence_share(signal),
        requirements.most_silence,
        unit="share",
        advice="Remove the silent passages, or raise the level of the instruments.",
    )
    loudness = measure_loudness(signal).integrated_lufs
    low, high = requirements.quietest_lufs, requirements.loudest_lufs
    louder = loudness is None or loudness < low
    yield _check(
        "signal.loudness",
        loudness,
        f"{low:g} to {high:g}",
        unit="LUFS",
        passed=loudness is not None and low <= loudness <= high,
        advice="Raise the gain; silence and sounds below 0.4 s have no loudness." if louder else "Lower the gain.",
    )
    peak = true_peak_dbtp(signal)
    yield _check(
        "signal.true_peak",
        peak,
        f"<= {requirements.highest_true_peak_dbtp:g}",
        unit="dBTP",
        passed=peak is not None and peak <= requirements.highest_true_peak_dbtp,
        advice="There is no signal at all." if peak is None else "Lower the ceiling of the limiter or the gain.",
    )


def _waveform_checks(signal: Signal, requirements: SignalRequirements) -> Iterator[Check]:
    yield _at_most(
        "signal.clipping",
        clipped_per_s(signal),
        requirements.most_clipped_per_s,
        unit="1/s",
        advice="The tops are cut flat: lower the gain before the converter or the mix bus and render again.",
    )
    yield _at_most(
        "signal.dc_offset",
        dc_offset(signal),
        requirements.highest_offset,
        unit="full scale",
        advice="Apply a high-pass at 20 to 30 Hz.",
    )
    yield _at_least(
        "signal.effective_bits",
        float(effective_bits(signal)),
        float(requirements.least_bits),
        unit="bit",
        advice="Export with 16 bit or more; do not scale after reducing the word length.",
    )
    yield _at_least(
        "signal.stereo_correlation",
        stereo_correlation(signal),
        requirements.lowest_correlation,
        unit="1",
        advice="The channels cancel in mono: reduce stereo widening or flip the polarity of one channel.",
    )


def _music_checks(signal: Signal, requirements: SignalRequirements) -> Iterator[Check]:
    spectrum = _spectrum(signal)
    yield _at_least(
        "signal.bandwidth",
        bandwidth_hz(spectrum.mean, bin_hz=spectrum.bin_hz),
        requirements.least_bandwidth_hz,
        unit="Hz",
        advice="Use a source of higher sample rate, or brighter instruments.",
    )
    yield _at_most(
        "signal.flatness",
        flatness(spectrum.mean),
        requirements.highest_flatness,
        unit="1",
        advice="This is mostly noise: lower noisy instruments and give pitched ones more weight.",
    )
    yield _at_least(
        "signal.change",
        change_db(spectrum.bands),
        requirements.least_change_db,
        unit="dB",
        advice="Nothing changes over time: vary notes, rhythm or dynamics.",
    )
    yield _at_least(
        "signal.occupied_bands",
        float(occupied_bands(spectrum.bands)),
        float(requirements.least_occupied_bands),
        unit="bands",
        advice="A single tone is no music: add notes or instruments.",
    )


def silence_share(signal: Signal) -> float:
    """Return the share of frames of 50 ms whose level is below −60 dBFS, 0–1; 1 for an empty sound."""
    length = max(1, round(SILENCE_FRAME_S * signal.sample_rate_hz))
    count = signal.length_samples // length
    if not count:
        return 1.0 if not signal.samples.any() else 0.0
    frames = signal.samples[:, : count * length].reshape(signal.channels, count, length)
    power = np.einsum("ctn,ctn->t", frames, frames) / (signal.channels * length)
    return float(np.mean(power < 10.0 ** (SILENCE_DBFS / 10.0)))


def clipped_per_s(signal: Signal) -> float:
    """Return how many flat tops a second there are, all channels together.

    Clipping is found at any level, since a clipped sound may have been turned down afterwards: music comes within
    0.004 dB of its own peak a few times, a clipped one all the time.
    """
    runs = 0
    for samples in signal.samples:
        peak = max(float(samples.max(initial=0.0)), -float(samples.min(initial=0.0)))
        limit = np.float32(CLIPPED_SHARE_OF_PEAK * peak)
        high = np.flatnonzero((samples >= limit) | (samples <= -limit)) if peak > 0.0 else np.empty(0, dtype=int)
        together = (np.diff(high) == 1) & (np.abs(np.diff(samples[high])) < CLIPPED_STEP)
        runs += _runs(together, least=CLIPPED_RUN_SAMPLES - 1)
    return runs / signal.duration_s if signal.duration_s else 0.0


def _runs(flags: np.ndarray, *, least: int) -> int:
    """Count the runs of at least `least` true values."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    return int(np.sum(edges[1::2] - edges[::2] >= least))


def dc_offset(signal: Signal) -> float:
    """Return the absolute mean of the worst channel, full scale 1."""
    if not signal.length_samples:
        return 0.0
    return float(np.abs(signal.samples.mean(axis=1, dtype=np.float64)).max())


def effective_bits(signal: Signal) -> int:
    """Return how many bits the samples really use, 0 to 24: 16 for a 16-bit file stored as floats."""
    used = 0
    for samples in _chunks(signal):
        scaled = np.rint(samples * np.float32(2.0 ** (FULL_BITS - 1))).astype(np.int64)
        used |= int(np.bitwise_or.reduce(np.abs(scaled), axis=None))
        if used & 1:
            return FULL_BITS
    if not used:
        return 0
    unused = (used & -used).bit_length() - 1
    return max(0, FULL_BITS - unused)


def stereo_correlation(signal: Signal) -> float:
    """Return the correlation of the first two channels, −1 to 1; 1 where there is one channel or silence."""
    if signal.channels == 1 or not signal.length_samples:
        return 1.0
    mean = signal.samples[:2].mean(axis=1, keepdims=True, dtype=np.float64)
    products = np.zeros((2, 2))
    for samples in _chunks(signal):
        centred = samples[:2] - mean
        products += centred @ centred.T
    alone = float(np.sqrt(products[0, 0] * products[1, 1]))
    return float(products[0, 1]) / alone if alone > 0.0 else 1.0


def _chunks(signal: Signal) -> Iterator[FloatArray]:
    """Yield the samples in pieces, so that no measure copies a whole recording."""
    for first in range(0, signal.length_samples, CHUNK_SAMPLES):
        yield signal.samples[:, first : first + CHUNK_SAMPLES]


def _spectrum(signal: Signal) -> _Spectrum:
    """Average the power spectrum over time, and its mel bands over quarter seconds."""
    framing = framing_for(signal.sample_rate_hz, stretch=LONG_WINDOW)
    bank = mel_filterbank(framing.sample_rate_hz, framing.n_fft, MEL_BANDS)
    total = np.zeros(framing.n_fft // 2 + 1)
    mel = []
    for power in power_blocks(signal.mono(), framing):
        total += power.sum(axis=0, dtype=np.float64)
        mel.append(power @ bank)
    bands = np.concatenate(mel)
    group = max(1, round(CHANGE_FRAME_S * framing.frame_rate_hz))
    starts = np.arange(0, max(1, len(bands) - group + 1), group)
    grouped = np.stack([bands[start : start + group].mean(axis=0) for start in starts])
    return _Spectrum(mean=(total / len(bands)).astype(np.float32), bands=grouped, bin_hz=framing.bin_hz)


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
        Mel power, shape (quarter seconds, bands). The first and last are left out where there are more than four: how a
        sound is switched on and off is not music.
    """
    bands = bands[1:-1] if len(bands) > 4 else bands  # noqa: PLR2004 (a second)
    mean = bands.mean(axis=0)
    if not float(mean.max()):
        return 0.0
    carrying = mean >= mean.max() * 10.0 ** (-OCCUPIED_RANGE_DB / 10.0)
    floor = float(mean.max()) * 10.0 ** (-2.0 * OCCUPIED_RANGE_DB / 10.0)
    level = 10.0 * np.log10(np.maximum(bands[:, carrying], floor))
    return float(level.std(axis=0).mean())


def occupied_bands(bands: FloatArray) -> int:
    """Return how many mel bands lie within 40 dB of the strongest on average."""
    mean = bands.mean(axis=0)
    if not float(mean.max()):
        return 0
    return int(np.sum(mean >= mean.max() * 10.0 ** (-OCCUPIED_RANGE_DB / 10.0)))


def _at_most(name: str, value: float, most: float, *, unit: str, advice: str) -> Check:
    return _check(name, value, f"<= {most:g}", unit=unit, passed=value <= most, advice=advice)


def _at_least(name: str, value: float, least: float, *, unit: str, advice: str) -> Check:
    return _check(name, value, f">= {least:g}", unit=unit, passed=value >= least, advice=advice)


def _check(name: str, value: float | None, required: str, *, unit: str, passed: bool, advice: str) -> Check:
    return Check(name=name, value=value, required=required, unit=unit, passed=passed, advice="" if passed else advice)
