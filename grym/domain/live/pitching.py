"""Spectra of the long window, of sound that comes in pieces: thinned out first, as pitch lies low."""

from dataclasses import replace
from typing import Any

import numpy as np

from grym.domain.decimation import Decimator, reduced
from grym.domain.live.company import Company, Working, at_once
from grym.domain.live.extractor import first_frame_ending_after
from grym.domain.live.following import PitchBlock
from grym.domain.live.spectra import Span, powers
from grym.domain.signal import FloatArray
from grym.domain.stft import Framing, framing_for

LONG_WINDOW = 8
"""As in `grym.domain.chroma`: 0.37 s tell semitones apart from 60 Hz up."""


def pitch_framing(sample_rate_hz: int) -> Framing:
    """Return the framing of the long window at the reduced rate."""
    return reduced(framing_for(sample_rate_hz, stretch=LONG_WINDOW))


class PitchFrames:
    """Takes samples, gives the long frames they complete.

    Parameters
    ----------
    sample_rate_hz
        Of the samples.
    from_sample
        Where on the sample clock the first ones will lie; silence is taken to lie before.
    """

    def __init__(self, sample_rate_hz: int, *, from_sample: int = 0) -> None:
        self.framing = pitch_framing(sample_rate_hz)
        self._decimator = Decimator(sample_rate_hz, from_sample=from_sample)
        begin = self._decimator.next_sample
        self._frame = first_frame_ending_after(begin, self.framing)
        self._kept: FloatArray = np.zeros(begin - self._start_sample, dtype=np.float32)

    @property
    def _start_sample(self) -> int:
        return self._frame * self.framing.hop_length - self.framing.n_fft // 2

    def push(self, mono: FloatArray) -> PitchBlock:
        """Take samples, shape (samples,), and return the frames they complete, maybe none."""
        return at_once(self.pushed(mono, Company()))

    def pushed(self, mono: FloatArray, company: Company) -> Working[PitchBlock]:
        """Do what `push` does, in company."""
        first = self._decimator.next_sample
        return (yield from self._completed(first, self._decimator.push(mono), company))

    def finish(self) -> PitchBlock:
        """Return the last frames, whose windows reach beyond the end of the sound."""
        first = self._decimator.next_sample
        rest = self._decimator.finish()
        end = self._start_sample + len(self._kept) + len(rest)
        needed = end // self.framing.hop_length * self.framing.hop_length + self.framing.n_fft // 2 - end
        padded = np.concatenate([rest, np.zeros(max(0, needed), dtype=np.float32)])
        return replace(at_once(self._completed(first, padded, Company())), samples=rest)

    def _completed(self, first: int, thinned: FloatArray, company: Company) -> Working[PitchBlock]:
        n_fft, hop = self.framing.n_fft, self.framing.hop_length
        samples = np.concatenate([self._kept, thinned])
        count = max(0, 1 + (len(samples) - n_fft) // hop)
        used = samples[: (count - 1) * hop + n_fft] if count else samples[:0]
        answer = company.ask(powers, Span(samples=used, framing=self.framing))
        yield
        block = PitchBlock(
            framing=self.framing,
            first_frame=self._frame,
            power=answer.get(),
            first_sample=first,
            samples=thinned,
        )
        self._frame += count
        self._kept = samples[count * hop :].copy()
        return block

    def state(self) -> dict[str, Any]:
        """Return what `restored` needs."""
        return {"decimator": self._decimator.state(), "frame": self._frame, "kept": self._kept}

    @classmethod
    def restored(cls, sample_rate_hz: int, state: dict[str, Any]) -> "PitchFrames":
        """Return one that goes on where `state` was taken."""
        frames = cls(sample_rate_hz)
        frames._decimator = Decimator.restored(sample_rate_hz, state["decimator"])
        frames._frame = state["frame"]
        frames._kept = state["kept"]
        return frames
