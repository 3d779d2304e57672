"""What of a sound lasts, what strikes, and what does neither: harmonic, percussive and residual part.

In a spectrogram a held tone is a line along time and a stroke a line along frequency. A median along time keeps the
first and forgets the second; a median along frequency does the reverse. What exceeds the other by a factor is kept as
harmonic or as percussive; the rest (noise, breath, applause, dense textures) is the residual.

References: Fitzgerald (2010), "Harmonic/percussive separation using median filtering", section 2; Driedger, Müller and
Disch (2014), "Extending harmonic-percussive separation of audio signals", section 2 (separation factor, residual).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import fft
from scipy.ndimage import median_filter

from grym.domain.signal import FloatArray
from grym.domain.stft import Framing, hann_window

BoolArray = NDArray[np.bool_]

TIME_MEDIAN_S = 0.2
FREQUENCY_MEDIAN_HZ = 500.0
"""Widths of the two medians, Driedger, Müller and Disch (2014), section 2."""

BAND_MEDIAN = 17
"""Width in mel bands where no bins are at hand: that of Fitzgerald (2010) in bins."""

SEPARATION_FACTOR = 2.0
"""How many times the power of one median must exceed that of the other, β of Driedger, Müller and Disch (2014). At 2,
white noise is residual to 95 % and plucked notes are harmonic to 94 %; at 1 noise is divided between the two."""

BLOCK_FRAMES = 256
SHARE_FRAMES = 8_192
"""Shares are added up over stretches of a minute and a half, so that an hour needs no more memory than that."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Masks:
    """Which cells of a spectrogram belong where, shape (frames, bands) each; what is in neither is residual."""

    harmonic: BoolArray
    percussive: BoolArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """Shares of the energy, 0–1 each, sum 1."""

    harmonic: float
    percussive: float
    residual: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Parts:
    """Three sounds that add up to the whole, shape (samples,) each."""

    harmonic: FloatArray
    percussive: FloatArray
    residual: FloatArray


def masks(power: FloatArray, *, time_frames: int, frequency_bands: int) -> Masks:
    """Decide for each cell of a spectrogram whether it lasts, strikes or does neither.

    Parameters
    ----------
    power
        Shape (frames, bands).
    time_frames, frequency_bands
        Widths of the medians; even ones are widened by one.

    References
    ----------
    Fitzgerald (2010), equations 1 and 2 (medians); Driedger, Müller and Disch (2014), equations 3 and 4 (factor).
    """
    lasting = _median(power, time_frames, axis=0)
    striking = _median(power, frequency_bands, axis=1)
    factor = np.float32(SEPARATION_FACTOR)
    return Masks(harmonic=lasting > factor * striking, percussive=striking > factor * lasting)


def energy_shares(mel_power: FloatArray, *, frame_rate_hz: float) -> Shares | None:
    """Return how the energy of a sound divides; None for silence.

    Parameters
    ----------
    mel_power
        Shape (frames, bands), power. Bands are enough to tell shares, and eight times cheaper than bins.
    frame_rate_hz
        Frames per second.
    """
    total = float(mel_power.sum(dtype=np.float64))
    if total <= 0.0:
        return None
    width = round(TIME_MEDIAN_S * frame_rate_hz)
    harmonic = percussive = 0.0
    for start in range(0, len(mel_power), SHARE_FRAMES):
        power = mel_power[start : start + SHARE_FRAMES]
        found = masks(power, time_frames=width, frequency_bands=BAND_MEDIAN)
        harmonic += float(power[found.harmonic].sum(dtype=np.float64)) / total
        percussive += float(power[found.percussive].sum(dtype=np.float64)) / total
    return Shares(harmonic=harmonic, percussive=percussive, residual=max(0.0, 1.0 - harmonic - percussive))


def separate(mono: FloatArray, framing: Framing) -> Parts:
    """Divide a sound into three that add up to it.

    Parameters
    ----------
    mono
        Shape (samples,). The spectra of the whole are held at once: some 50 MB for a minute at 44.1 kHz.
    framing
        Window and hop; four hops a window.

    Raises
    ------
    ValueError
        When the sound is shorter than one window.
    """
    if len(mono) < framing.n_fft:
        raise ValueError(f"{len(mono)} samples are less than one window of {framing.n_fft}")
    spectra = _spectra(mono, framing)
    found = masks(
        np.square(spectra.real) + np.square(spectra.imag),
        time_frames=round(TIME_MEDIAN_S * framing.frame_rate_hz),
        frequency_bands=round(FREQUENCY_MEDIAN_HZ / framing.bin_hz),
    )
    harmonic = _sound(np.where(found.harmonic, spectra, 0), framing, len(mono))
    percussive = _sound(np.where(found.percussive, spectra, 0), framing, len(mono))
    return Parts(harmonic=harmonic, percussive=percussive, residual=mono - harmonic - percussive)


def _median(levels: FloatArray, width: int, *, axis: int) -> FloatArray:
    """Return the running median along one axis, edges mirrored.

    Rows are mirrored at both ends and laid end to end, because a median over one long line is eight times faster than
    over many; what runs over from row to row is cut away again.
    """
    half = max(1, width // 2)
    lines = np.moveaxis(levels, axis, -1)
    padded = np.pad(lines, [(0, 0), (half, half)], mode="symmetric")
    smooth = median_filter(padded.ravel(), 2 * half + 1).reshape(padded.shape)[:, half:-half]
    median: FloatArray = np.moveaxis(smooth, -1, axis)
    return median


def _spectra(mono: FloatArray, framing: Framing) -> NDArray[np.complex64]:
    """Return the complex spectra of centred frames, shape (frames, n_fft // 2 + 1)."""
    half = framing.n_fft // 2
    padded = np.pad(mono, (half, framing.n_fft))
    frames = np.lib.stride_tricks.sliding_window_view(padded, framing.n_fft)[:: framing.hop_length]
    count = framing.frame_count(len(mono)) + 1  # one more, so that the last samples lie under whole windows
    window = hann_window(framing.n_fft)
    blocks = [
        fft.rfft(frames[at : min(at + BLOCK_FRAMES, count)] * window, axis=1) for at in range(0, count, BLOCK_FRAMES)
    ]
    spectra: NDArray[np.complex64] = np.concatenate(blocks)
    return spectra


def _sound(spectra: NDArray[np.complex64], framing: Framing, length: int) -> FloatArray:
    """Return the sound of spectra by windowed overlap and add (Griffin and Lim 1984, equation 6)."""
    n_fft, hop = framing.n_fft, framing.hop_length
    window = hann_window(n_fft)
    sound = np.zeros((len(spectra) - 1) * hop + n_fft, dtype=np.float32)
    weight = np.zeros_like(sound)
    for index, frame in enumerate(fft.irfft(spectra, n_fft, axis=1)):
        sound[index * hop : index * hop + n_fft] += frame * window
        weight[index * hop : index * hop + n_fft] += window**2
    kept = slice(n_fft // 2, n_fft // 2 + length)
    return np.asarray(sound[kept] / np.maximum(weight[kept], np.float32(1e-6)), dtype=np.float32)
