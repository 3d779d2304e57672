"""Whether a sound is fit to be heard: silence, clipping, offset, noise and monotony are found and named.

Every check states what was measured, what is required and what to do about it. Requirements come in two sets: for
recordings of others, which may be loud or old, and for what grym delivers itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from grym.domain.loudness import measure_loudness, true_peak_dbtp
from grym.domain.rating import Check
from grym.domain.signal import Signal
from grym.domain.signal_measures import (
    bandwidth_hz,
    change_db,
    clipped_per_s,
    dc_offset,
    effective_bits,
    flatness,
    long_term_spectrum,
    occupied_bands,
    silence_share,
    stereo_correlation,
)


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
    spectrum = long_term_spectrum(signal)
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


def _at_most(name: str, value: float, most: float, *, unit: str, advice: str) -> Check:
    return _check(name, value, f"<= {most:g}", unit=unit, passed=value <= most, advice=advice)


def _at_least(name: str, value: float, least: float, *, unit: str, advice: str) -> Check:
    return _check(name, value, f">= {least:g}", unit=unit, passed=value >= least, advice=advice)


def _check(name: str, value: float | None, required: str, *, unit: str, passed: bool, advice: str) -> Check:
    return Check(name=name, value=value, required=required, unit=unit, passed=passed, advice="" if passed else advice)
