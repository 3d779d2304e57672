"""How far a sound is from a reference, after both were laid over each other (see `aligning`).

References: Le Roux et al. (2019), "SDR – half-baked or well done?" (SI-SDR); Gray and Markel (1976), "Distance measures
for speech processing" (log spectra); Wang et al. (2004), "Image quality assessment: from error visibility to structural
similarity" (SSIM, equation 13, Gaussian window of 1.5).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from grym.domain.loudness import measure_loudness
from grym.domain.quality.aligning import Aligned, aligned
from grym.domain.signal import FloatArray, Signal
from grym.domain.spectral import MEL_BANDS, mel_filterbank
from grym.domain.stft import Framing, framing_for, power_spectrogram

Floats = NDArray[np.float64]

EQUAL_DB = 100.0
"""What two equal sounds read as a ratio: a 16-bit file and its copy with rounding differ by about as much."""
SPECTRAL_RANGE_DB = 80.0
"""Power this far below the loudest of the reference counts as silence."""
SSIM_SIGMA = 1.5
SSIM_REACH = 5
SSIM_STEADYING = (0.01, 0.03)
"""K1 and K2 of the paper; the window reaches 3.5 standard deviations."""
THIRDS = 28
HALF_A_THIRD = 2.0 ** (1.0 / 6.0)
"""From the centre of a third of an octave to its edge, as a factor."""
LOWEST_HZ, HIGHEST_HZ = 31.5, 16_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A sound against its reference.

    Parameters
    ----------
    delay_s, gain_db, flipped
        How much later and louder it is than the reference, and whether its polarity is turned.
    snr_db
        Reference over the difference as it is, the delay apart; at most 100.
    si_sdr_db
        The same with the best gain: what a change of level does not touch; at most 100.
    log_spectral_distance_db
        Root mean square of the difference of the spectra in dB, averaged over time; level counts.
    mel_ssim
        Structural similarity of the mel spectrograms in dB, −1 to 1; 1 for equal ones.
    tonal_balance_db
        Root mean square of the difference between thirds of octaves, the level apart.
    loudness_difference_lu
        Louder is positive; None where one has no loudness.
    side_difference_db
        How much wider it is: sides over middle against the reference; None unless both have two channels.
    """

    delay_s: float
    gain_db: float
    flipped: bool
    snr_db: float
    si_sdr_db: float
    log_spectral_distance_db: float
    mel_ssim: float
    tonal_balance_db: float
    loudness_difference_lu: float | None
    side_difference_db: float | None


def compare(reference: Signal, candidate: Signal) -> Comparison:
    """Compare a sound with its reference.

    Raises
    ------
    InvalidAudioError
        As `aligned`.
    """
    pair = aligned(reference, candidate)
    framing = framing_for(pair.sample_rate_hz)
    ours, theirs = (power_spectrogram(_mono(sound), framing) for sound in (pair.reference, pair.candidate))
    return Comparison(
        delay_s=pair.delay_s,
        gain_db=20.0 * float(np.log10(max(abs(pair.gain), 1e-10))),
        flipped=pair.gain < 0.0,
        snr_db=snr_db(pair.reference, pair.candidate),
        si_sdr_db=si_sdr_db(pair.reference, pair.candidate),
        log_spectral_distance_db=log_spectral_distance_db(ours, theirs),
        mel_ssim=mel_ssim(ours, theirs, framing),
        tonal_balance_db=tonal_balance_db(ours, theirs, bin_hz=framing.bin_hz),
        loudness_difference_lu=_loudness_difference(pair),
        side_difference_db=_side_difference(pair),
    )


def snr_db(reference: Floats, candidate: Floats) -> float:
    """Return the power of the reference over that of the difference, in dB, at most 100."""
    return _ratio_db(reference, reference - candidate)


def si_sdr_db(reference: Floats, candidate: Floats) -> float:
    """Return the power of what the candidate has of the reference over the rest, in dB, at most 100 (equation 6)."""
    energy = float(np.vdot(reference, reference))
    share = float(np.vdot(reference, candidate)) / energy if energy > 0.0 else 0.0
    target = share * reference
    return _ratio_db(target, candidate - target)


def _ratio_db(wanted: Floats, rest: Floats) -> float:
    one, other = float(np.vdot(wanted, wanted)), float(np.vdot(rest, rest))
    least = 10.0 ** (-EQUAL_DB / 10.0)
    if one <= 0.0:
        return -EQUAL_DB
    return 10.0 * float(np.log10(one / max(other, least * one)))


def log_spectral_distance_db(ours: FloatArray, theirs: FloatArray) -> float:
    """Return the distance of two power spectrograms of one shape, in dB."""
    floor = max(float(ours.max()) * 10.0 ** (-SPECTRAL_RANGE_DB / 10.0), 1e-20)
    difference = 10.0 * (np.log10(np.maximum(ours, floor)) - np.log10(np.maximum(theirs, floor)))
    return float(np.sqrt(np.mean(np.square(difference, dtype=np.float64), axis=1)).mean())


def mel_ssim(ours: FloatArray, theirs: FloatArray, framing: Framing) -> float:
    """Return the structural similarity of two spectrograms in mel bands, over 80 dB below the loudest of the first."""
    bank = mel_filterbank(framing.sample_rate_hz, framing.n_fft, MEL_BANDS)
    one, other = (10.0 * np.log10(np.maximum(power @ bank, 1e-20)).astype(np.float64) for power in (ours, theirs))
    top = float(one.max())
    return ssim(
        *(np.clip(level - top, -SPECTRAL_RANGE_DB, 0.0) + SPECTRAL_RANGE_DB for level in (one, other)),
        span=SPECTRAL_RANGE_DB,
    )


def ssim(one: Floats, other: Floats, *, span: float) -> float:
    """Return the mean structural similarity of two pictures of one shape whose values span `span`.

    As scikit-image with Gaussian weights and the population's variance: the border that the window passes is left out.
    """
    c1, c2 = ((k * span) ** 2 for k in SSIM_STEADYING)
    mean_one, mean_other = _blurred(one), _blurred(other)
    spread_one = _blurred(one * one) - mean_one**2
    spread_other = _blurred(other * other) - mean_other**2
    together = _blurred(one * other) - mean_one * mean_other
    above = (2.0 * mean_one * mean_other + c1) * (2.0 * together + c2)
    below = (mean_one**2 + mean_other**2 + c1) * (spread_one + spread_other + c2)
    similar = above / below
    if min(similar.shape) > 2 * SSIM_REACH:
        similar = similar[SSIM_REACH:-SSIM_REACH, SSIM_REACH:-SSIM_REACH]
    return float(similar.mean())


def _blurred(picture: Floats) -> Floats:
    return np.asarray(gaussian_filter(picture, SSIM_SIGMA, truncate=3.5))


def tonal_balance_db(ours: FloatArray, theirs: FloatArray, *, bin_hz: float) -> float:
    """Return how differently two sounds are spread over thirds of octaves, in dB, the level taken out."""
    one, other = (_thirds(power.mean(axis=0, dtype=np.float64), bin_hz=bin_hz) for power in (ours, theirs))
    heard = one > one.max() - SPECTRAL_RANGE_DB
    difference = (other - one)[heard]
    return float(np.std(difference))


def _thirds(mean_power: Floats, *, bin_hz: float) -> Floats:
    """Return the level of each third of an octave in dB."""
    centres = LOWEST_HZ * 2.0 ** (np.arange(THIRDS) / 3.0)
    centres = centres[centres * HALF_A_THIRD < min(HIGHEST_HZ * HALF_A_THIRD, bin_hz * (len(mean_power) - 1))]
    edges = [(int(hz / HALF_A_THIRD / bin_hz), int(hz * HALF_A_THIRD / bin_hz) + 1) for hz in centres]
    power = np.array([mean_power[low : max(high, low + 1)].mean() for low, high in edges])
    return np.asarray(10.0 * np.log10(np.maximum(power, 1e-20)))


def _mono(sound: Floats) -> FloatArray:
    return np.asarray(sound.mean(axis=0), dtype=np.float32)


def _loudness_difference(pair: Aligned) -> float | None:
    one, other = (
        measure_loudness(Signal(samples=sound.astype(np.float32), sample_rate_hz=pair.sample_rate_hz)).integrated_lufs
        for sound in (pair.reference, pair.candidate)
    )
    return None if one is None or other is None else other - one


def _side_difference(pair: Aligned) -> float | None:
    if len(pair.reference) != 2:  # noqa: PLR2004 (left and right)
        return None
    return _width_db(pair.candidate) - _width_db(pair.reference)


def _width_db(sound: Floats) -> float:
    """Return the power of the sides over that of the middle, in dB, −100 to 100."""
    middle, side = sound[0] + sound[1], sound[0] - sound[1]
    one, other = float(np.vdot(side, side)), float(np.vdot(middle, middle))
    least = 1e-10 * (one + other) + 1e-30
    return 10.0 * float(np.log10(max(one, least) / max(other, least)))
