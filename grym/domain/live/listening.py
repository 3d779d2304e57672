"""One window after the other: meters, frames, followers. What is done here is done once per 100 ms, whatever came how.

Because sound is always taken in the same windows of the sample clock, nothing depends on how it was cut into frames,
not even the last bit.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grym.domain.live.company import Company, Working, at_once, side_by_side
from grym.domain.live.extractor import Extractor
from grym.domain.live.facts import Beat, Features, Followed, KeyHeard
from grym.domain.live.following import Follower, FollowerKind, FrameBlock, PitchBlock
from grym.domain.live.frame import StreamFormat
from grym.domain.live.fresh import Fresh
from grym.domain.live.gaps import Span
from grym.domain.live.meters import Meters, Reading
from grym.domain.live.pitching import PitchFrames, pitch_framing
from grym.domain.live.telling import features
from grym.domain.signal import FloatArray
from grym.domain.spectral import SpectralFrames, joined
from grym.domain.stft import framing_for


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Window:
    """A window of the sample clock.

    Parameters
    ----------
    number
        From 0.
    samples
        Shape (channels, samples), finite, silence where they are missing; the last one of a stream may be shorter.
    missing
        Where samples are missing, as spans of the sample clock.
    """

    number: int
    samples: FloatArray
    missing: tuple[Span, ...] = ()

    @property
    def missing_share(self) -> float:
        """Share of its samples for which silence stands, 0 to 1."""
        return sum(end - first for first, end in self.missing) / max(1.0, float(self.samples.shape[1]))


Told = tuple[Features, Reading, list[Beat | KeyHeard]]
"""What is told of a window: its features, what the meters show at its end, beats and keys."""


class Listening:
    """Everything that listens to one stream, from a position on.

    Parameters
    ----------
    stream_format
        Rate and channels.
    kinds
        The followers wanted.
    from_sample
        Where on the sample clock the first window begins.
    """

    def __init__(self, stream_format: StreamFormat, kinds: Sequence[FollowerKind], *, from_sample: int = 0) -> None:
        rate_hz = stream_format.sample_rate_hz
        self._format = stream_format
        self._framing = framing_for(rate_hz)
        self._extractor = Extractor(self._framing, full=False, from_sample=from_sample)
        self._pitch = PitchFrames(rate_hz, from_sample=from_sample)
        self._followers: dict[str, Follower] = {
            kind.name: kind.begun(self._framing, self._pitch.framing) for kind in kinds
        }
        self._missing: list[Span] = []
        self.fresh = Fresh(self._pitch.framing.sample_rate_hz)

    def window(self, window: Window, meters: Meters, company: Company) -> Working[Told]:
        """Listen to a whole window, in company."""
        mono = _mono(window.samples)
        reading = meters.window(window.samples)
        frames, pitch = yield from side_by_side(
            self._extractor.pushed(mono, company), self._pitch.pushed(mono, company)
        )
        followed = yield from self._followed(frames, pitch, window, company)
        return self._told(window, mono, frames, followed, reading), reading, _said(followed)

    def finish(self, window: Window, meters: Meters) -> tuple[Features, list[Beat | KeyHeard]]:
        """Listen to what is left, shorter than a window, and to the frames that reach beyond the end."""
        mono = _mono(window.samples)
        peak = max(meters.peak(window.samples) if window.samples.size else 0.0, meters.finish())
        frames = joined([self._extractor.push(mono), self._extractor.finish()])
        blocks = [self._pitch.push(mono), self._pitch.finish()]
        power, samples = (np.concatenate(parts) for parts in zip(*((b.power, b.samples) for b in blocks), strict=True))
        pitch = replace(blocks[0], power=power, samples=samples)
        followed = at_once(self._followed(frames, pitch, window, Company()))
        reading = Reading(momentary_lufs=None, short_term_lufs=None, true_peak=peak)
        return self._told(window, mono, frames, followed, reading), _said(followed)

    def _told(
        self, window: Window, mono: FloatArray, frames: SpectralFrames, followed: list[Followed], reading: Reading
    ) -> Features:
        first = window.number * self._format.window_samples
        return features(
            window=window.number,
            at_s=self._format.seconds(first),
            end_s=self._format.seconds(first + len(mono)),
            mono=mono,
            frames=frames,
            followed=followed,
            momentary_lufs=reading.momentary_lufs,
            true_peak=reading.true_peak,
            missing_share=window.missing_share,
        )

    def _followed(
        self, frames: SpectralFrames, pitch: PitchBlock, window: Window, company: Company
    ) -> Working[list[Followed]]:
        """Let the followers hear the frames."""
        block = FrameBlock(
            framing=self._framing,
            first_frame=frames.first_frame,
            mel_power=frames.mel_power,
            missing=self._marked(frames, window.missing),
            pitch=pitch,
        )
        self.fresh.add(pitch.first_sample, pitch.samples, window.missing_share)
        said = yield from side_by_side(*(follower.follow(block, company) for follower in self._followers.values()))
        return [fact for facts in said for fact in facts]

    def _marked(self, frames: SpectralFrames, missing: tuple[Span, ...]) -> NDArray[np.bool_]:
        """Return which frames touch missing samples, and forget the gaps that no later frame can touch."""
        marks = np.zeros(len(frames.rms), dtype=bool)
        self._missing.extend(missing)
        if self._missing:
            centres = np.arange(frames.first_frame, frames.first_frame + len(marks)) * self._framing.hop_length
            half = self._framing.n_fft // 2
            for first, end in self._missing:
                marks |= (centres + half > first) & (centres - half < end)
            earliest = self._extractor.next_frame * self._framing.hop_length - half
            self._missing = [span for span in self._missing if span[1] > earliest]
        return marks

    def state(self) -> dict[str, Any]:
        """Return what `restored` needs."""
        return {
            "extractor": self._extractor.state(),
            "pitch": self._pitch.state(),
            "followers": {name: follower.state() for name, follower in self._followers.items()},
            "missing": self._missing,
        }

    @classmethod
    def restored(cls, stream_format: StreamFormat, kinds: Sequence[FollowerKind], state: dict[str, Any]) -> "Listening":
        """Return one that goes on where `state` was taken; a follower the state does not know begins there."""
        listening = cls(stream_format, kinds)
        short, long = listening._framing, pitch_framing(stream_format.sample_rate_hz)
        listening._extractor = Extractor.restored(short, state["extractor"], full=False)
        listening._pitch = PitchFrames.restored(stream_format.sample_rate_hz, state["pitch"])
        kept = state["followers"]
        for kind in kinds:
            if kind.name in kept:
                listening._followers[kind.name] = kind.restored(short, long, kept[kind.name])
        listening._missing = [(first, end) for first, end in state["missing"]]
        return listening


def _mono(samples: FloatArray) -> FloatArray:
    """Return the mean of all channels, as `Signal.mono` does."""
    only: FloatArray = samples[0]
    return only if len(samples) == 1 else samples.mean(axis=0, dtype=np.float32)


def _said(followed: Sequence[Followed]) -> list[Beat | KeyHeard]:
    return [fact for fact in followed if isinstance(fact, Beat | KeyHeard)]
