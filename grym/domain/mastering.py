"""The master: stems become one finished stereo mix of a given loudness that never exceeds a ceiling.

In this order: a high-pass at 30 Hz takes away direct current and rumble; each stem sends a little into one room; the
sum is brought to the loudness target; where that needs more than a few decibels of limiting, a slow compressor evens
out the loud passages first; a look-ahead limiter holds the true peak; the end fades to silence. Every step is linear
or a gain common to all stems, so **the stems of the result, added up, are the mix**, room included: they can be
remixed and still null against the master. Lengths do not change.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.signal import butter, sosfilt

from grym.domain.limiter import CHUNK_SAMPLES, edges_of, gain_of, intersample_peaks, levelling_db, reduction_db
from grym.domain.loudness import measure_loudness, true_peak_dbtp
from grym.domain.reverb import reverberate
from grym.domain.signal import FloatArray, Signal
from grym.errors import InvariantError

HIGH_PASS_HZ = 30.0
"""Below the lowest note of a bass guitar (41 Hz) and of most loudspeakers."""

HIGH_PASS_ORDER = 4
"""24 dB an octave: the lowest E of a bass loses 0.4 dB, a rumble of 8 Hz 46 dB."""

ROOM_DB = -15.0
"""Level of the room against the dry sound: heard when it is taken away, hardly while it is there."""

LIMITER_MARGIN_DB = 0.25
"""The limiter aims this far below the ceiling: its moving gain bends waves between samples a little."""

GENTLE_LIMITING_DB = 5.0
"""What a limiter takes off peaks unnoticed; beyond it the compressor goes first."""

LEVELLING_RATIO = 2.5

LOUDNESS_TOLERANCE_LU = 0.1
MOST_ROUNDS = 6
MOST_GAIN_DB = 80.0
"""Silence with a whisper of noise is not blown up to full loudness."""

LEAST_SLOPE = 0.3
"""LU gained per decibel of gain that a step counts on at least: where limiting eats more, steps stay short."""

FADE_S = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Mastered:
    """A finished mix.

    Parameters
    ----------
    mix
        Stereo, at the loudness target and below the ceiling.
    stems
        As many as were given, of the length of the mix; their sum is the mix.
    loudness_lufs
        Integrated loudness of the mix; None for silence.
    true_peak_dbtp
        True peak of the mix; None for silence.
    gain_db
        Gain that was applied before compressor and limiter.
    reduction_db
        Largest reduction of compressor and limiter together.
    """

    mix: Signal
    stems: tuple[Signal, ...]
    loudness_lufs: float | None
    true_peak_dbtp: float | None
    gain_db: float
    reduction_db: float


def master(
    stems: Sequence[Signal],
    *,
    target_lufs: float = -14.0,
    ceiling_dbtp: float = -1.0,
    gains_db: Sequence[float] | None = None,
    sends_db: Sequence[float] | None = None,
) -> Mastered:
    """Mix and finish stems.

    Parameters
    ----------
    stems
        At least one; mono or stereo, of one length and one rate.
    target_lufs
        Integrated loudness the mix is brought to, within `LOUDNESS_TOLERANCE_LU` where the material allows.
    ceiling_dbtp
        True peak the mix stays below.
    gains_db
        Per stem, its fader; 0 without it.
    sends_db
        Per stem, how much more (or less) of it goes into the room; 0 without it.

    Returns
    -------
    Mastered
        Mix and stems.

    Raises
    ------
    InvariantError
        ``master.stems``: no stems, or stems of different lengths or rates.
    """
    rate_hz = _require_alike(stems)
    flat = (0.0,) * len(stems)
    prepared = [
        _prepare(stem, gain_db=gain_db, send_db=send_db)
        for stem, gain_db, send_db in zip(stems, gains_db or flat, sends_db or flat, strict=True)
    ]
    mix = _sum(prepared)
    gain_db, reduction = _loudness_gain(mix, rate_hz=rate_hz, target_lufs=target_lufs, ceiling_dbtp=ceiling_dbtp)
    gain = gain_of(reduction - gain_db, length_samples=mix.shape[1])
    del mix
    for samples in prepared:
        np.multiply(samples, gain, out=samples)
    finished = Signal(samples=_sum(prepared), sample_rate_hz=rate_hz)
    peak_dbtp = true_peak_dbtp(finished)
    if peak_dbtp is not None and peak_dbtp > ceiling_dbtp:
        # Noise up to the Nyquist frequency can slip past the limiter's detector by some tenths of a decibel.
        trim = np.float32(10.0 ** ((ceiling_dbtp - LIMITER_MARGIN_DB - peak_dbtp) / 20.0))
        prepared = [samples * trim for samples in prepared]
        finished = Signal(samples=_sum(prepared), sample_rate_hz=rate_hz)
        peak_dbtp = true_peak_dbtp(finished)
    return Mastered(
        mix=finished,
        stems=tuple(Signal(samples=samples, sample_rate_hz=rate_hz) for samples in prepared),
        loudness_lufs=measure_loudness(finished).integrated_lufs,
        true_peak_dbtp=peak_dbtp,
        gain_db=gain_db,
        reduction_db=float(reduction.max(initial=0.0)),
    )


def _require_alike(stems: Sequence[Signal]) -> int:
    """Return the sample rate that all stems share."""
    shapes = {(stem.length_samples, stem.sample_rate_hz) for stem in stems}
    if len(shapes) != 1:
        raise InvariantError(
            f"stems must exist and agree in length and rate, not {sorted(shapes)}", code="master.stems"
        )
    return shapes.pop()[1]


def _sum(stems: Sequence[FloatArray]) -> FloatArray:
    """Add stems up, in their order."""
    total = np.zeros_like(stems[0])
    for samples in stems:
        total += samples
    return total


def _prepare(stem: Signal, *, gain_db: float, send_db: float) -> FloatArray:
    """Return one stem as stereo at its fader, high-passed, with its share of the room, fading at the end."""
    rate_hz = stem.sample_rate_hz
    clean = _high_passed(stem, gain=10.0 ** (gain_db / 20.0))
    level = np.float32(10.0 ** ((ROOM_DB + send_db) / 20.0))
    mono = clean.mean(axis=0, dtype=np.float32)
    if mono.any():
        clean += level * reverberate(mono, sample_rate_hz=rate_hz)
    fade = min(stem.length_samples // 10, round(FADE_S * rate_hz))
    if fade:
        clean[:, -fade:] *= np.cos(np.linspace(0.0, np.pi / 2, fade, dtype=np.float32)) ** 2
        clean[:, -1] = 0.0
    return clean


def _high_passed(stem: Signal, *, gain: float) -> FloatArray:
    """Return a stem as stereo without direct current and rumble, scaled by `gain`, a new array."""
    filtered = np.empty((2, stem.length_samples), dtype=np.float32)
    sos = butter(HIGH_PASS_ORDER, HIGH_PASS_HZ, "highpass", fs=stem.sample_rate_hz, output="sos")
    sos[0, :3] *= gain
    for side in range(2):
        source = stem.samples[min(side, stem.channels - 1)]
        state = np.zeros((sos.shape[0], 2))
        for first in range(0, stem.length_samples, CHUNK_SAMPLES):
            chunk = source[first : first + CHUNK_SAMPLES].astype(np.float64)
            filtered[side, first : first + CHUNK_SAMPLES], state = sosfilt(sos, chunk, zi=state)
    return filtered


def _loudness_gain(
    mix: FloatArray, *, rate_hz: int, target_lufs: float, ceiling_dbtp: float
) -> tuple[float, np.ndarray]:
    """Find the gain, and the reduction over time that goes with it, which bring `mix` to the target.

    Limiting makes sound quieter, so gain and limiting are found together by a few secant steps.
    """
    silence = np.zeros(edges_of(mix.shape[1]))
    peaks = intersample_peaks(mix)
    peak = float(peaks.max(initial=0.0))
    if peak == 0.0:
        return 0.0, silence
    # Measured at full scale: whispered material would not pass the absolute gate of −70 LUFS.
    scaled = Signal(samples=mix / np.float32(peak), sample_rate_hz=rate_hz)
    loudness = measure_loudness(scaled).integrated_lufs
    if loudness is None:
        return 0.0, silence
    loudness += 20.0 * np.log10(peak)
    aim_db = ceiling_dbtp - LIMITER_MARGIN_DB
    gain_db = min(MOST_GAIN_DB, target_lufs - loudness)
    excess_db = 20.0 * np.log10(peak) + gain_db - aim_db
    levelling = silence
    if excess_db > GENTLE_LIMITING_DB:
        threshold_db = loudness + 1.0
        levelling = levelling_db(mix, threshold_db=threshold_db, ratio=LEVELLING_RATIO, sample_rate_hz=rate_hz)
        peaks = peaks * np.exp(levelling * (-np.log(10.0) / 20.0)).astype(np.float32)
    return _search(mix, peaks, levelling, rate_hz=rate_hz, target_lufs=target_lufs, aim_db=aim_db, gain_db=gain_db)


def _search(
    mix: FloatArray,
    peaks: FloatArray,
    levelling: np.ndarray,
    *,
    rate_hz: int,
    target_lufs: float,
    aim_db: float,
    gain_db: float,
) -> tuple[float, np.ndarray]:
    """Step towards the target; each step is as large as what the last one left, and no slope is steeper than 1:1."""
    slope, previous = 1.0, None
    for round_no in range(MOST_ROUNDS):
        reduction = levelling + reduction_db(peaks, ceiling_db=aim_db - gain_db, sample_rate_hz=rate_hz)
        trial = Signal(samples=mix * gain_of(reduction - gain_db, length_samples=mix.shape[1]), sample_rate_hz=rate_hz)
        loudness = measure_loudness(trial).integrated_lufs
        missing_lu = 0.0 if loudness is None else target_lufs - loudness
        is_spent = gain_db >= MOST_GAIN_DB or round_no == MOST_ROUNDS - 1
        if abs(missing_lu) <= LOUDNESS_TOLERANCE_LU or is_spent:
            break
        if previous is not None:
            slope = float(np.clip((previous[1] - missing_lu) / (gain_db - previous[0]), LEAST_SLOPE, 1.0))
        previous = (gain_db, missing_lu)
        gain_db = min(MOST_GAIN_DB, gain_db + missing_lu / slope)
    return gain_db, reduction
