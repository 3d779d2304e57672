"""Spectral features of sound that comes in pieces: the same frames as `grym.domain.spectral.describe` of the whole.

Kept between pieces are the samples that later frames still need (less than one analysis window), the mel magnitudes of
the last frame and one sample. Frame numbers are those of the stream's sample clock.
"""

from typing import Any

import numpy as np

from grym.domain.live.company import Company, Working, at_once
from grym.domain.live.spectra import Span, described
from grym.domain.signal import FloatArray
from grym.domain.spectral import MEL_BANDS, SpectralFrames, describe_span
from grym.domain.stft import Framing


def first_frame_ending_after(position_samples: int, framing: Framing) -> int:
    """Return the number of the first frame, from 0, whose window ends after a position of the sample clock."""
    return max(0, (position_samples - framing.n_fft // 2) // framing.hop_length + 1)


class Extractor:
    """Takes samples, gives the frames they complete.

    Parameters
    ----------
    framing
        Window, hop and rate.
    full
        Whether to compute contrast and zero crossings too, a quarter of the work.
    from_sample
        Where on the sample clock the first samples will lie; silence is taken to lie before.
    """

    def __init__(self, framing: Framing, *, full: bool = True, from_sample: int = 0) -> None:
        self._framing = framing
        self._full = full
        self._frame = first_frame_ending_after(from_sample, framing)
        self._kept: FloatArray = np.zeros(from_sample - self._start_sample, dtype=np.float32)
        self._magnitudes: FloatArray | None = np.zeros(MEL_BANDS, dtype=np.float32) if self._frame else None
        self._sample_before = 0.0

    @property
    def next_frame(self) -> int:
        """Number of the next frame to be completed."""
        return self._frame

    @property
    def end_sample(self) -> int:
        """Position on the sample clock up to which samples were taken."""
        return self._start_sample + len(self._kept)

    @property
    def _start_sample(self) -> int:
        """Position at which the window of the next frame begins."""
        return self._frame * self._framing.hop_length - self._framing.n_fft // 2

    def push(self, mono: FloatArray) -> SpectralFrames:
        """Take samples and return the frames they complete, maybe none.

        Parameters
        ----------
        mono
            Shape (samples,), finite, following those of the last call.
        """
        return at_once(self.pushed(mono, Company()))

    def pushed(self, mono: FloatArray, company: Company) -> Working[SpectralFrames]:
        """Do what `push` does, in company."""
        samples = np.concatenate([self._kept, mono])
        count = max(0, 1 + (len(samples) - self._framing.n_fft) // self._framing.hop_length)
        done = count * self._framing.hop_length
        span = samples[: done - self._framing.hop_length + self._framing.n_fft] if count else samples[:0]
        frames = yield from self._described(span, company)
        if count:
            self._magnitudes = np.sqrt(frames.mel_power[-1])
            self._sample_before = float(samples[done - 1])
            self._frame += count
        self._kept = samples[done:].copy()
        return frames

    def finish(self) -> SpectralFrames:
        """Return the last frames, whose windows reach beyond the end of the sound; the extractor is done then."""
        last = self.end_sample // self._framing.hop_length
        needed = last * self._framing.hop_length + self._framing.n_fft // 2 - self.end_sample
        return self.push(np.zeros(max(0, needed), dtype=np.float32))

    def state(self) -> dict[str, Any]:
        """Return what `restored` needs."""
        return {
            "frame": self._frame,
            "kept": self._kept,
            "magnitudes": self._magnitudes,
            "sample_before": self._sample_before,
        }

    @classmethod
    def restored(cls, framing: Framing, state: dict[str, Any], *, full: bool = True) -> "Extractor":
        """Return an extractor that goes on where `state` was taken."""
        extractor = cls(framing, full=full)
        extractor._frame = state["frame"]
        extractor._kept = state["kept"]
        extractor._magnitudes = state["magnitudes"]
        extractor._sample_before = state["sample_before"]
        return extractor

    def _described(self, samples: FloatArray, company: Company) -> Working[SpectralFrames]:
        first, before = self._frame, self._magnitudes
        if not self._full:
            span = Span(samples=samples, framing=self._framing, first_frame=first, before=before)
            answer = company.ask(described, span)
            yield
            return answer.get()
        sample_before = self._sample_before
        return describe_span(samples, self._framing, first_frame=first, before=before, sample_before=sample_before)
