"""What a sound is made of, frame by frame: mel bands, cepstrum and the shape of the spectrum.

Frames are rows, in order of time. All features come from one pass over the shared short-time spectrum; only the mel
bands are kept whole. A frame's features depend on its own samples and, for the flux, on the frame before, never on what
follows or on the loudest frame of the whole: a live stream gives the same ones. What is relative to the whole
(`log_mel_db`, `mfcc`) is derived afterwards. Frames without energy have centroid, bandwidth, roll-off, contrast and
flux 0 and flatness 1.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import lru_cache

import numpy as np
from scipy import fft

from grym.domain.signal import FloatArray
from grym.domain.spectral_shape import CONTRAST_BANDS, POWER_FLOOR, contrast_db, shape_of
from grym.domain.stft import Framing, power_of_span, spans

MEL_BANDS = 128
MFCC_COUNT = 20
DYNAMIC_RANGE_DB = 80.0
"""Bands below the loudest one by more than this are noise floors, not music."""

MEL_LINEAR_HZ = 200.0 / 3.0
MEL_BREAK_HZ = 1_000.0
MEL_LOG_STEP = np.log(6.4) / 27.0

BANDS_AT_ONCE = 16
"""Neighbouring mel bands that share one product: their filters span few bins, the rest of the matrix is zeros."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SpectralFrames:
    """Spectral features of consecutive frames; each is indexed by frame first.

    Parameters
    ----------
    framing
        Window, hop and rate.
    first_frame
        Number of the first frame: 0 for a whole sound.
    mel_power
        Shape (frames, bands), power.
    centroid_hz, bandwidth_hz, rolloff_hz
        Shape (frames,).
    flatness
        Shape (frames,), 0 (tone) to 1 (noise).
    flux
        Shape (frames,), 0 to 1: what is new in the mel magnitudes, against the louder of this frame and the one before.
    contrast_db
        Shape (frames, 7): peak over valley in octaves from 200 Hz.
    zero_crossing_rate, rms
        Shape (frames,): sign changes per sample; root mean square, full scale 1.
    """

    framing: Framing
    first_frame: int = 0
    mel_power: FloatArray
    centroid_hz: FloatArray
    bandwidth_hz: FloatArray
    rolloff_hz: FloatArray
    flatness: FloatArray
    flux: FloatArray
    contrast_db: FloatArray
    zero_crossing_rate: FloatArray
    rms: FloatArray

    @property
    def times_s(self) -> FloatArray:
        """Centre of each frame in seconds."""
        frames = np.arange(self.first_frame, self.first_frame + len(self.rms))
        times: FloatArray = (frames / self.framing.frame_rate_hz).astype(np.float32)
        return times

    def log_mel_db(self) -> FloatArray:
        """Return the mel bands in dB, at most 80 dB below the loudest one of all frames."""
        levels = level_db(self.mel_power)
        np.maximum(levels, levels.max() - np.float32(DYNAMIC_RANGE_DB), out=levels)
        return levels

    def mfcc(self) -> FloatArray:
        """Return the mel-frequency cepstrum of `log_mel_db`, shape (frames, 20)."""
        return cepstrum(self.log_mel_db())


def describe(mono: FloatArray, framing: Framing) -> SpectralFrames:
    """Compute every spectral feature of a sound in one pass.

    Parameters
    ----------
    mono
        Shape (samples,), full scale ±1.
    framing
        Window and hop of the shared spectrum.
    """
    blocks: list[SpectralFrames] = []
    magnitudes, sample = None, 0.0
    first = 0
    for span in spans(mono, framing):
        block = describe_span(span, framing, first_frame=first, before=magnitudes, sample_before=sample)
        blocks.append(block)
        magnitudes, sample = np.sqrt(block.mel_power[-1]), float(span[len(block.rms) * framing.hop_length - 1])
        first += len(block.rms)
    return joined(blocks)


def describe_span(
    span: FloatArray,
    framing: Framing,
    *,
    first_frame: int,
    before: FloatArray | None,
    sample_before: float,
    full: bool = True,
) -> SpectralFrames:
    """Compute the features of the frames in a stretch of sound.

    Parameters
    ----------
    span
        Shape ((frames − 1) · hop + n_fft,); empty for no frames.
    framing
        Window and hop.
    first_frame
        Number of its first frame.
    before
        Mel magnitudes of the frame before the first, shape (128,); None where there is none.
    sample_before
        The sample before the span, whose sign the first one may cross.
    full
        Whether to compute contrast, zero crossings and level too, a quarter of the work; else they have shape
        (frames, 0).
    """
    if not span.any():
        return silent_frames(span, framing, first_frame=first_frame, full=full)
    power = power_of_span(span, framing)
    mel = mel_power(power, framing)
    centroid, bandwidth, rolloff, flatness = shape_of(power, framing)
    nothing = np.empty((len(mel), 0), dtype=np.float32)
    return SpectralFrames(
        framing=framing,
        first_frame=first_frame,
        mel_power=mel,
        centroid_hz=centroid,
        bandwidth_hz=bandwidth,
        rolloff_hz=rolloff,
        flatness=flatness,
        flux=flux_of(mel, before),
        contrast_db=contrast_db(power, framing) if full else nothing,
        zero_crossing_rate=_crossings(span, framing, sample_before=sample_before) if full else nothing,
        rms=_rms(span, framing) if full else nothing,
    )


def silent_frames(span: FloatArray, framing: Framing, *, first_frame: int, full: bool) -> SpectralFrames:
    """Return the features of digital silence without looking for them."""
    count = max(0, 1 + (len(span) - framing.n_fft) // framing.hop_length)
    zeros = np.zeros(count, dtype=np.float32)
    return SpectralFrames(
        framing=framing,
        first_frame=first_frame,
        mel_power=np.zeros((count, MEL_BANDS), dtype=np.float32),
        centroid_hz=zeros,
        bandwidth_hz=zeros,
        rolloff_hz=zeros,
        flatness=np.ones(count, dtype=np.float32),
        flux=zeros,
        contrast_db=np.zeros((count, CONTRAST_BANDS if full else 0), dtype=np.float32),
        zero_crossing_rate=zeros if full else np.zeros((count, 0), dtype=np.float32),
        rms=zeros if full else np.zeros((count, 0), dtype=np.float32),
    )


def joined(blocks: Sequence[SpectralFrames]) -> SpectralFrames:
    """Return consecutive blocks as one."""
    if len(blocks) == 1:
        return blocks[0]
    arrays = [field.name for field in fields(SpectralFrames) if field.name not in {"framing", "first_frame"}]
    together = {name: np.concatenate([getattr(block, name) for block in blocks]) for name in arrays}
    return SpectralFrames(framing=blocks[0].framing, first_frame=blocks[0].first_frame, **together)


def level_db(power: FloatArray) -> FloatArray:
    """Return power in dB, at least −100."""
    levels: FloatArray = np.maximum(power, np.float32(POWER_FLOOR))
    np.log10(levels, out=levels)
    levels *= np.float32(10.0)
    return levels


def cepstrum(levels_db: FloatArray) -> FloatArray:
    """Return the mel-frequency cepstrum of mel levels, shape (frames, 20).

    References
    ----------
    Davis and Mermelstein (1980), "Comparison of parametric representations", equation 1; orthonormal cosines.
    """
    coefficients: FloatArray = levels_db @ _cosines(levels_db.shape[1])
    return coefficients


@lru_cache(maxsize=4)
def _cosines(bands: int) -> FloatArray:
    cosines: FloatArray = fft.dct(np.eye(bands), axis=1, norm="ortho")[:, :MFCC_COUNT].astype(np.float32)
    return cosines


def mel_power(power: FloatArray, framing: Framing) -> FloatArray:
    """Return the power in 128 mel bands, shape (…, frames, 128).

    Parameters
    ----------
    power
        Shape (…, frames, n_fft // 2 + 1).
    framing
        Window and hop it was taken with.
    """
    mel = np.empty((*power.shape[:-1], MEL_BANDS), dtype=np.float32)
    for bins, bands, filters in _band_groups(framing.sample_rate_hz, framing.n_fft):
        np.matmul(power[..., bins], filters, out=mel[..., bands])
    return mel


@lru_cache(maxsize=16)
def _band_groups(sample_rate_hz: int, n_fft: int) -> tuple[tuple[slice, slice, FloatArray], ...]:
    """Return the filterbank in pieces without the zeros: bins, bands, filters of shape (bins, bands)."""
    bank = mel_filterbank(sample_rate_hz, n_fft, MEL_BANDS)
    groups = []
    for first in range(0, MEL_BANDS, BANDS_AT_ONCE):
        bands = slice(first, first + BANDS_AT_ONCE)
        used = np.flatnonzero(bank[:, bands].any(axis=1))
        bins = slice(int(used[0]), int(used[-1]) + 1) if len(used) else slice(0, 1)
        groups.append((bins, bands, np.ascontiguousarray(bank[bins, bands])))
    return tuple(groups)


@lru_cache(maxsize=16)
def mel_filterbank(sample_rate_hz: int, n_fft: int, bands: int) -> FloatArray:
    """Return triangular mel filters of equal area, shape (n_fft // 2 + 1, bands), from 0 Hz to half the rate.

    References
    ----------
    Slaney (1998), "Auditory Toolbox", technical report 1998-010: linear below 1 kHz, logarithmic above.
    """
    top = _mel_of_hz(sample_rate_hz / 2.0)
    edges_hz = _hz_of_mel(np.linspace(0.0, top, bands + 2))
    bins_hz = np.linspace(0.0, sample_rate_hz / 2.0, n_fft // 2 + 1)[:, None]
    low, centre, high = edges_hz[:-2], edges_hz[1:-1], edges_hz[2:]
    rising = (bins_hz - low) / (centre - low)
    falling = (high - bins_hz) / (high - centre)
    triangles = np.maximum(0.0, np.minimum(rising, falling)) * (2.0 / (high - low))
    bank: FloatArray = triangles.astype(np.float32)
    bank.flags.writeable = False
    return bank


def bands_below(hz: float, *, sample_rate_hz: int, bands: int = MEL_BANDS) -> int:
    """Return how many mel bands have their centre below a frequency, at least 1."""
    return max(1, int(_mel_of_hz(hz) / _mel_of_hz(sample_rate_hz / 2.0) * (bands + 1)))


def _mel_of_hz(hz: float) -> float:
    if hz < MEL_BREAK_HZ:
        return hz / MEL_LINEAR_HZ
    return float(MEL_BREAK_HZ / MEL_LINEAR_HZ + np.log(hz / MEL_BREAK_HZ) / MEL_LOG_STEP)


def _hz_of_mel(mel: np.ndarray) -> np.ndarray:
    break_mel = MEL_BREAK_HZ / MEL_LINEAR_HZ
    linear: np.ndarray = mel * MEL_LINEAR_HZ
    logarithmic: np.ndarray = MEL_BREAK_HZ * np.exp(MEL_LOG_STEP * (mel - break_mel))
    return np.where(mel < break_mel, linear, logarithmic)


def flux_of(mel: FloatArray, before: FloatArray | None) -> FloatArray:
    """Return the Euclidean rise of the mel magnitudes between frames, as a share of the louder frame's magnitude.

    Shape (…, frames) for `mel` of shape (…, frames, 128) and `before` of shape (…, 128).
    """
    magnitude: FloatArray = np.empty((*mel.shape[:-2], mel.shape[-2] + 1, mel.shape[-1]), dtype=np.float32)
    np.sqrt(mel, out=magnitude[..., 1:, :])
    magnitude[..., 0, :] = magnitude[..., 1, :] if before is None else before
    rise = magnitude[..., 1:, :] - magnitude[..., :-1, :]
    np.maximum(rise, np.float32(0.0), out=rise)
    powers = np.einsum("...j,...j->...", magnitude, magnitude)
    power = np.maximum(powers[..., 1:], powers[..., :-1])
    share: FloatArray = np.einsum("...j,...j->...", rise, rise) / np.maximum(power, np.float32(POWER_FLOOR))
    return np.sqrt(np.minimum(share, np.float32(1.0)))


def _crossings(span: FloatArray, framing: Framing, *, sample_before: float) -> FloatArray:
    """Return sign changes per sample of each frame, by running sums over hops."""
    signs = np.signbit(span)
    crossed = np.empty(len(span), dtype=bool)
    np.not_equal(signs[1:], signs[:-1], out=crossed[1:])
    crossed[0] = bool(signs[0]) != bool(np.signbit(sample_before))
    counts = crossed.reshape(-1, framing.hop_length).sum(axis=1)
    rate: FloatArray = (_over_windows(counts, framing) / framing.n_fft).astype(np.float32)
    return rate


def _rms(span: FloatArray, framing: Framing) -> FloatArray:
    """Return the root mean square of each frame, by running sums over hops."""
    hops = span.reshape(-1, framing.hop_length)
    energy = np.einsum("ij,ij->i", hops, hops).astype(np.float64)
    rms: FloatArray = np.sqrt(_over_windows(energy, framing) / framing.n_fft).astype(np.float32)
    return rms


def _over_windows(hops: np.ndarray, framing: Framing) -> np.ndarray:
    """Return the sums over the hops that make up each frame's window."""
    size = framing.n_fft // framing.hop_length
    count = len(hops) - size + 1
    total: np.ndarray = sum(hops[shift : shift + count] for shift in range(1, size)) + hops[:count]
    return total
