"""How a sound uses its range: peaks against the mean, quiet passages against loud ones, section by section.

Levels are in dB and LU; what cannot be measured is None. Nothing here depends on the level of the sound, except that
silence has no dynamics and that the absolute gate of BS.1770 (−70 LUFS) leaves out what nobody hears.

References: AES TD1004 (2015), "Recommendation for loudness of audio streaming and network file playback" (peak to
loudness ratio); EBU Tech 3342 (2016), section 3 (percentiles of gated loudness).
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grym.domain.loudness import ABSOLUTE_GATE_LUFS, MOMENTARY_STEPS, RANGE_GATE_LU, STEP_S, Loudness
from grym.domain.signal import Signal

QUIET_PERCENTILE, LOUD_PERCENTILE = 10.0, 95.0
"""Those of the loudness range, here of moments of 0.4 s, so that phrases and strokes count, not only passages."""

CHUNK_SAMPLES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionDynamics:
    """How loud a passage is.

    Parameters
    ----------
    start_s, end_s
        The passage.
    loudness_lufs
        Mean of the audible moments that lie wholly within it; None where there is none.
    spread_lu
        From its quiet to its loud moments; None likewise.
    """

    start_s: float
    end_s: float
    loudness_lufs: float | None
    spread_lu: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dynamics:
    """How a sound uses its range.

    Parameters
    ----------
    crest_factor_db
        Highest sample over root mean square of all channels, ≥ 0: 3.01 for a sine, 0 for a square wave.
    peak_to_loudness_lu
        True peak (dBTP) less integrated loudness (LUFS): small where a limiter was driven hard.
    spread_lu
        From the quiet to the loud moments of the whole.
    sections
        The passages asked for, in order.
    """

    crest_factor_db: float | None
    peak_to_loudness_lu: float | None
    spread_lu: float | None
    sections: tuple[SectionDynamics, ...]


def measure_dynamics(
    signal: Signal, loudness: Loudness, *, true_peak_dbtp: float | None, passages: Iterable[tuple[float, float]] = ()
) -> Dynamics:
    """Measure the dynamics of a sound whose loudness is known.

    Parameters
    ----------
    signal
        The sound.
    loudness
        Its loudness.
    true_peak_dbtp
        Its true peak.
    passages
        Start and end of sections in seconds.
    """
    momentary, integrated = loudness.momentary_lufs, loudness.integrated_lufs
    return Dynamics(
        crest_factor_db=crest_factor_db(signal),
        peak_to_loudness_lu=None if true_peak_dbtp is None or integrated is None else true_peak_dbtp - integrated,
        spread_lu=_spread(momentary),
        sections=tuple(_section(momentary, start_s, end_s) for start_s, end_s in passages),
    )


def crest_factor_db(signal: Signal) -> float | None:
    """Return the highest sample over the root mean square of all channels in dB; None for silence."""
    squares, peak = 0.0, 0.0
    for samples in signal.samples:
        for start in range(0, len(samples), CHUNK_SAMPLES):
            chunk = samples[start : start + CHUNK_SAMPLES].astype(np.float64)
            squares += float(chunk @ chunk)
            peak = max(peak, float(np.abs(chunk).max()))
    if squares <= 0.0:
        return None
    return 20.0 * float(np.log10(peak / np.sqrt(squares / signal.samples.size)))


def _section(momentary: NDArray[np.float64], start_s: float, end_s: float) -> SectionDynamics:
    """Measure the moments that begin and end within a passage."""
    first = int(np.ceil(start_s / STEP_S - 1e-6))
    last = int(np.floor(end_s / STEP_S + 1e-6)) - MOMENTARY_STEPS + 1
    inside = momentary[first : max(first, last)]
    audible = inside[inside > ABSOLUTE_GATE_LUFS]
    level = 10.0 * float(np.log10(np.mean(10.0 ** (audible / 10.0)))) if len(audible) else None
    return SectionDynamics(start_s=start_s, end_s=end_s, loudness_lufs=level, spread_lu=_spread(inside))


def _spread(momentary: NDArray[np.float64]) -> float | None:
    """Return how far quiet and loud moments lie apart, pauses left out (gates as in EBU Tech 3342)."""
    audible = momentary[momentary > ABSOLUTE_GATE_LUFS]
    if not len(audible):
        return None
    mean = 10.0 * np.log10(np.mean(10.0 ** (audible / 10.0)))
    kept = audible[audible > mean + RANGE_GATE_LU]
    quiet, loud = np.percentile(kept, (QUIET_PERCENTILE, LOUD_PERCENTILE))
    return float(loud - quiet)
