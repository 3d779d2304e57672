"""Whether a sound is fit for a purpose: measured once, judged by a profile, every failure named with what helps.

A measure knows nothing of requirements and a profile nothing of sound, so one measuring serves any number of profiles.
"""

from collections.abc import Mapping

from grym.domain.loudness import measure_loudness, true_peak_dbtp
from grym.domain.quality.catalogue import CATALOGUE
from grym.domain.quality.check import Check
from grym.domain.quality.defects import clicks_per_s, dropouts_per_min, saturation
from grym.domain.quality.hum import hum_db
from grym.domain.quality.profiles import RECORDING, Profile
from grym.domain.quality.spectrum import (
    bandwidth_hz,
    change_db,
    flatness,
    long_term_spectrum,
    noisiness,
    occupied_bands,
    true_width,
    variety_db,
)
from grym.domain.quality.waveform import (
    clipped_per_s,
    dc_offset,
    effective_bits,
    mono_fold_db,
    silence_share,
    stereo_correlation,
)
from grym.domain.signal import Signal


def signal_checks(signal: Signal, *, profile: Profile = RECORDING) -> list[Check]:
    """Check a sound; it is fit when every check passed.

    Parameters
    ----------
    signal
        Any sound, also an empty or silent one.
    profile
        What it is for.
    """
    return judged(measured(signal), profile)


def measured(signal: Signal) -> dict[str, float | None]:
    """Measure everything of the catalogue, by name and in its unit; None where there is nothing to measure."""
    return {**_level(signal), **_waveform(signal), **_spectrum(signal), **_format(signal)}


def judged(measures: Mapping[str, float | None], profile: Profile) -> list[Check]:
    """Judge measures by a profile, in the order of the catalogue."""
    return [_check(name, measures[name], profile) for name in CATALOGUE if name in measures]


def _check(name: str, value: float | None, profile: Profile) -> Check:
    row, bound = CATALOGUE[name], profile.bound(name)
    passed = bound.holds(value)
    return Check(
        name=name,
        value=value,
        required=bound.words,
        unit=row.unit,
        passed=passed,
        advice="" if passed else row.advice(value, bound.least),
    )


def _level(signal: Signal) -> dict[str, float | None]:
    return {
        "signal.silence": silence_share(signal),
        "signal.loudness": measure_loudness(signal).integrated_lufs,
        "signal.true_peak": true_peak_dbtp(signal),
    }


def _waveform(signal: Signal) -> dict[str, float | None]:
    return {
        "signal.clipping": clipped_per_s(signal),
        "signal.saturation": saturation(signal),
        "signal.clicks": clicks_per_s(signal),
        "signal.dropouts": dropouts_per_min(signal),
        "signal.dc_offset": dc_offset(signal),
        "signal.effective_bits": float(effective_bits(signal)),
        "signal.stereo_correlation": stereo_correlation(signal),
        "signal.mono_fold": mono_fold_db(signal),
        "signal.hum": hum_db(signal),
    }


def _spectrum(signal: Signal) -> dict[str, float | None]:
    spectrum = long_term_spectrum(signal)
    return {
        "signal.bandwidth": bandwidth_hz(spectrum.mean, bin_hz=spectrum.bin_hz),
        "signal.true_width": true_width(spectrum.mean, bin_hz=spectrum.bin_hz),
        "signal.flatness": flatness(spectrum.mean),
        "signal.noisiness": noisiness(spectrum),
        "signal.change": change_db(spectrum.bands),
        "signal.variety": variety_db(spectrum.bands),
        "signal.occupied_bands": float(occupied_bands(spectrum.bands)),
    }


def _format(signal: Signal) -> dict[str, float | None]:
    return {
        "format.sample_rate": float(signal.sample_rate_hz),
        "format.channels": float(signal.channels),
        "format.length": signal.duration_s,
    }
