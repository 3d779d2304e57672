"""What a sound is made of, frame by frame: mel bands, cepstrum and the shape of the spectrum.

Frames are rows, in order of time. All features come from one pass over the shared short-time spectrum; only the mel
bands are kept whole. Frames without energy have centroid, bandwidth, roll-off and contrast 0 and flatness 1.
"""

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from scipy import fft

from grym.domain.signal import FloatArray
from grym.domain.stft import Framing, power_blocks

MEL_BANDS = 128
MFCC_COUNT = 20
ROLLOFF_SHARE = 0.85
DYNAMIC_RANGE_DB = 80.0
"""Bands below the loudest one by more than this are noise floors, not music."""

POWER_FLOOR = 1e-10
"""Power of a full-scale spectrum's rounding noise; the floor of every logarithm here (−100 dB)."""

CONTRAST_LOWEST_HZ = 200.0
CONTRAST_BANDS = 7
CONTRAST_SHARE = 0.02

MEL_LINEAR_HZ = 200.0 / 3.0
MEL_BREAK_HZ = 1_000.0
MEL_LOG_STEP = np.log(6.4) / 27.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SpectralFrames:
    """Spectral features of a sound; each is indexed by frame first.

    Parameters
    ----------
    mel_power
        Shape (frames, bands), power.
    centroid_hz, bandwidth_hz, rolloff_hz
        Shape (frames,).
    flatness
        Shape (frames,), 0 (tone) to 1 (noise).
    flux
        Shape (frames,), rise of the mel magnitudes against the loudest frame.
    contrast_db
        Shape (frames, 7): peak over valley in octaves from 200 Hz.
    zero_crossing_rate, rms
        Shape (frames,): sign changes per sample; root mean square, full scale 1.
    """

    framing: Framing
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
        times: FloatArray = (np.arange(len(self.rms)) / self.framing.frame_rate_hz).astype(np.float32)
        return times

    def log_mel_db(self) -> FloatArray:
        """Return the mel bands in dB, at most 80 dB below the loudest one."""
        levels: FloatArray = (10.0 * np.log10(np.maximum(self.mel_power, np.float32(POWER_FLOOR)))).astype(np.float32)
        np.maximum(levels, levels.max() - np.float32(DYNAMIC_RANGE_DB), out=levels)
        return levels

    def mfcc(self) -> FloatArray:
        """Return the mel-frequency cepstrum, shape (frames, 20).

        References
        ----------
        Davis and Mermelstein (1980), "Comparison of parametric representations", equation 1; orthonormal cosines.
        """
        cepstrum: FloatArray = fft.dct(self.log_mel_db(), axis=1, norm="ortho")[:, :MFCC_COUNT]
        return cepstrum


def describe(mono: FloatArray, framing: Framing) -> SpectralFrames:
    """Compute every spectral feature of a sound in one pass.

    Parameters
    ----------
    mono
        Shape (samples,), full scale ±1.
    framing
        Window and hop of the shared spectrum.
    """
    bank = mel_filterbank(framing.sample_rate_hz, framing.n_fft, MEL_BANDS)
    mel, shape, contrast = [], [], []
    for power in power_blocks(mono, framing):
        mel.append(power @ bank)
        shape.append(_shape(power, framing))
        contrast.append(_contrast_db(power, framing))
    mel_power = np.concatenate(mel)
    centroid, bandwidth, rolloff, flatness = np.concatenate(shape, axis=1)
    crossings, rms = _waveform(mono, framing)
    return SpectralFrames(
        framing=framing,
        mel_power=mel_power,
        centroid_hz=centroid,
        bandwidth_hz=bandwidth,
        rolloff_hz=rolloff,
        flatness=flatness,
        flux=_flux(mel_power),
        contrast_db=np.concatenate(contrast),
        zero_crossing_rate=crossings,
        rms=rms,
    )


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


def _shape(power: FloatArray, framing: Framing) -> FloatArray:
    """Return centroid, bandwidth, roll-off (Hz) and flatness of each frame, shape (4, frames).

    Centroid and bandwidth are moments of the power, roll-off the frequency below which 85 % of the power lies,
    flatness the geometric over the arithmetic mean (Peeters 2004, "A large set of audio features", section 6).
    """
    bins_hz = np.arange(power.shape[1], dtype=np.float32) * np.float32(framing.bin_hz)
    moments = np.stack([np.ones_like(bins_hz), bins_hz, bins_hz**2], axis=1)
    total, first, second = (power @ moments).T
    sounding = total > POWER_FLOOR
    total = np.where(sounding, total, 1.0)
    centroid = np.where(sounding, first / total, 0.0)
    bandwidth = np.sqrt(np.maximum(0.0, np.where(sounding, second / total, 0.0) - centroid**2))
    reached = (np.cumsum(power, axis=1) >= (ROLLOFF_SHARE * total)[:, None]).argmax(axis=1)
    rolloff = np.where(sounding, reached * np.float32(framing.bin_hz), 0.0)
    floored = np.maximum(power, np.float32(POWER_FLOOR))
    flatness = np.exp(np.log(floored).mean(axis=1)) / floored.mean(axis=1)
    shape: FloatArray = np.stack([centroid, bandwidth, rolloff, flatness]).astype(np.float32)
    return shape


@lru_cache(maxsize=16)
def _contrast_edges(framing: Framing) -> tuple[int, ...]:
    """Return the bin borders of octaves: 0, 200, 400, … Hz and half the rate."""
    inner_hz = CONTRAST_LOWEST_HZ * 2.0 ** np.arange(CONTRAST_BANDS - 1)
    last = framing.n_fft // 2 + 1
    inner = [min(last - CONTRAST_BANDS + i, round(hz / framing.bin_hz)) for i, hz in enumerate(inner_hz)]
    return (1, *inner, last)


def _contrast_db(power: FloatArray, framing: Framing) -> FloatArray:
    """Return peak over valley of octave bands in dB, shape (frames, 7).

    References
    ----------
    Jiang et al. (2002), "Music type classification by spectral contrast feature", equations 1 to 3; α = 0.02.
    """
    edges = _contrast_edges(framing)
    contrast = np.empty((len(power), CONTRAST_BANDS), dtype=np.float32)
    for band, (low, high) in enumerate(pairwise(edges)):
        ordered = np.sort(power[:, low:high], axis=1)
        share = max(1, round(CONTRAST_SHARE * ordered.shape[1]))
        valley = np.maximum(ordered[:, :share].mean(axis=1), POWER_FLOOR)
        peak = np.maximum(ordered[:, -share:].mean(axis=1), POWER_FLOOR)
        contrast[:, band] = 10.0 * np.log10(peak / valley)
    return contrast


def _flux(mel_power: FloatArray) -> FloatArray:
    """Return the Euclidean rise of the mel magnitudes between frames, against the loudest frame's magnitude."""
    magnitude = np.sqrt(mel_power)
    loudest = float(np.sqrt(mel_power.sum(axis=1).max()))
    rise = np.maximum(0.0, np.diff(magnitude, axis=0, prepend=magnitude[:1]))
    flux: FloatArray = np.sqrt(np.square(rise).sum(axis=1)) / max(loudest, float(np.sqrt(POWER_FLOOR)))
    return flux.astype(np.float32)


def _waveform(mono: FloatArray, framing: Framing) -> tuple[FloatArray, FloatArray]:
    """Return zero crossings per sample and root mean square of each frame, by running sums over hops."""
    hop, hops_per_window = framing.hop_length, framing.n_fft // framing.hop_length
    signs = np.signbit(mono)
    crossed = np.zeros(len(mono), dtype=bool)
    np.not_equal(signs[1:], signs[:-1], out=crossed[1:])
    crossings = np.concatenate([np.count_nonzero(rows, axis=1) for rows in _hops(crossed, hop)])
    energy = np.concatenate([np.einsum("ij,ij->i", rows, rows) for rows in _hops(mono, hop)]).astype(np.float64)
    frames = framing.frame_count(len(mono))
    before = hops_per_window // 2
    after = frames + hops_per_window - 1 - before - len(energy)
    summed = [
        np.convolve(np.pad(values, (before, after)), np.ones(hops_per_window), mode="valid")
        for values in (crossings, energy)
    ]
    rate, power = (values / framing.n_fft for values in summed)
    return rate.astype(np.float32), np.sqrt(np.maximum(0.0, power)).astype(np.float32)


def _hops(values: np.ndarray, hop: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the whole hops as rows, and the rest as one row or none."""
    whole = len(values) // hop * hop
    rest = values[whole:]
    return values[:whole].reshape(-1, hop), rest.reshape(-1, max(1, len(rest)))
