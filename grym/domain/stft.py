"""The one short-time spectrum that every feature shares: centred, Hann-windowed, power = re² + im².

Frames are rows. Frame k is centred on sample k·hop; the ends are padded with silence, so a sound of n samples has
1 + n // hop frames. Spectra come in blocks, because the whole matrix of an hour would not fit the memory budget.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy import fft
from scipy.signal import get_window

from grym.domain.signal import FloatArray

REFERENCE_RATE_HZ = 44_100
REFERENCE_FFT_SAMPLES = 2_048
"""46 ms at 44.1 kHz: the usual compromise between the onset of a note and its pitch."""

HOPS_PER_WINDOW = 4
BLOCK_SAMPLES = 1 << 18
"""Samples of windowed frames held at once: 1 MB of float32 stays inside a second-level cache, and is enough that what
each call costs by itself does not count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Framing:
    """How a sound is cut: window and hop in samples, and the rate they count."""

    n_fft: int
    hop_length: int
    sample_rate_hz: int

    @property
    def frame_rate_hz(self) -> float:
        """Frames per second."""
        return self.sample_rate_hz / self.hop_length

    @property
    def bin_hz(self) -> float:
        """Distance of neighbouring bins."""
        return self.sample_rate_hz / self.n_fft

    def frame_count(self, length_samples: int) -> int:
        """Return how many frames a sound of `length_samples` has."""
        return 1 + length_samples // self.hop_length


def framing_for(sample_rate_hz: int, *, stretch: int = 1) -> Framing:
    """Choose the power-of-two window closest to 46 ms, times `stretch`, with four hops a window.

    Parameters
    ----------
    sample_rate_hz
        Samples per second.
    stretch
        Power of two by which the window is longer: 8 resolves semitones down to the bass.
    """
    octaves = round(np.log2(sample_rate_hz / REFERENCE_RATE_HZ))
    n_fft = int(REFERENCE_FFT_SAMPLES * 2.0**octaves) * stretch
    return Framing(n_fft=n_fft, hop_length=n_fft // HOPS_PER_WINDOW, sample_rate_hz=sample_rate_hz)


@lru_cache(maxsize=32)
def hann_window(n_fft: int) -> FloatArray:
    """Return the periodic Hann window, shape (n_fft,), read-only."""
    window: FloatArray = get_window("hann", n_fft, fftbins=True).astype(np.float32)
    window.flags.writeable = False
    return window


def spans(mono: FloatArray, framing: Framing) -> Iterator[FloatArray]:
    """Yield the samples under consecutive frames, block by block, silence where they lie outside the sound.

    Parameters
    ----------
    mono
        Shape (samples,), full scale ±1.
    framing
        Window and hop.

    Yields
    ------
    FloatArray
        Shape ((frames − 1) · hop + n_fft,): what `power_of_span` takes, at least one frame.
    """
    n_fft, hop = framing.n_fft, framing.hop_length
    count = framing.frame_count(len(mono))
    step = max(1, BLOCK_SAMPLES // n_fft)
    for start in range(0, count, step):
        yield stretch(mono, start * hop - n_fft // 2, (min(start + step, count) - 1) * hop + n_fft // 2)


def power_of_span(span: FloatArray, framing: Framing) -> FloatArray:
    """Return the power spectra of the frames in a span, shape (frames, n_fft // 2 + 1)."""
    frames = overlapping(span, framing.n_fft, framing.hop_length)
    spectrum = fft.rfft(frames * hann_window(framing.n_fft), axis=1, overwrite_x=True)
    power: FloatArray = np.square(spectrum.real)
    power += np.square(spectrum.imag)
    return power


def power_of_spans(spans: Sequence[FloatArray], framing: Framing) -> FloatArray:
    """Return the power spectra of the frames in spans of one length, shape (spans, frames, n_fft // 2 + 1)."""
    count = 1 + (len(spans[0]) - framing.n_fft) // framing.hop_length
    frames: FloatArray = np.empty((len(spans), count, framing.n_fft), dtype=np.float32)
    for span, windowed in zip(spans, frames, strict=True):
        np.multiply(overlapping(span, framing.n_fft, framing.hop_length), hann_window(framing.n_fft), out=windowed)
    spectra = fft.rfft(frames, axis=2, overwrite_x=True)
    power: FloatArray = np.square(spectra.real)
    power += np.square(spectra.imag)
    return power


def overlapping(samples: FloatArray, size: int, step: int) -> FloatArray:
    """Return windows of `size` samples, one each `step`, as rows of a read-only view, shape (windows, size).

    Like numpy's `sliding_window_view`, which takes longer to make the view than a live stream has for its transform.
    """
    samples = np.ascontiguousarray(samples)
    count = max(0, 1 + (len(samples) - size) // step)
    rows: FloatArray = np.ndarray((count, size), np.float32, buffer=samples, strides=(step * 4, 4))
    rows.flags.writeable = False
    return rows


def power_blocks(mono: FloatArray, framing: Framing) -> Iterator[FloatArray]:
    """Yield the power spectrogram in blocks of consecutive frames.

    Parameters
    ----------
    mono
        Shape (samples,), full scale ±1.
    framing
        Window and hop.

    Yields
    ------
    FloatArray
        Shape (frames, n_fft // 2 + 1), at least one frame, in order of time.
    """
    for span in spans(mono, framing):
        yield power_of_span(span, framing)


def stretch(mono: FloatArray, first: int, last: int) -> FloatArray:
    """Return samples `first` to `last`, silence where they lie outside the sound, shape (last − first,)."""
    inside = mono[max(0, first) : max(0, last)]
    before = max(0, -first)
    after = last - first - before - len(inside)
    return np.pad(inside, (before, after)) if before or after else inside


def power_spectrogram(mono: FloatArray, framing: Framing) -> FloatArray:
    """Return the whole power spectrogram, shape (frames, n_fft // 2 + 1)."""
    spectrogram: FloatArray = np.empty((framing.frame_count(len(mono)), framing.n_fft // 2 + 1), dtype=np.float32)
    first = 0
    for block in power_blocks(mono, framing):  # put in place one by one: of an hour there is no room for two
        spectrogram[first : first + len(block)] = block
        first += len(block)
    return spectrogram
