"""Live sound for tests: streams cut at will, a follower that remembers, and how to run them."""

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

import numpy as np
from hypothesis import strategies as st

from grym.domain.live.company import Company, Working
from grym.domain.live.facts import Ended, Followed, Harmony, Heard, KeyHeard, Onset
from grym.domain.live.following import Follower, FollowerKind, FollowerState, FrameBlock
from grym.domain.live.frame import Frame, StreamFormat
from grym.domain.live.stream import LiveStream
from grym.domain.signal import FloatArray
from grym.domain.stft import Framing
from grym.domain.tonality import Key

MONO = StreamFormat(sample_rate_hz=44_100, channels=1)
T = TypeVar("T")


def music(stream_format: StreamFormat, *, seconds: float, seed: int = 0) -> FloatArray:
    """Tones that start and stop, some noise, and a pause: shape (channels, samples), a function of the seed alone."""
    rng = np.random.default_rng(seed)
    rate_hz = stream_format.sample_rate_hz
    count = round(seconds * rate_hz)
    time = np.arange(count) / rate_hz
    sound = np.zeros((stream_format.channels, count))
    for start_s in np.arange(0.0, seconds, 0.25):
        hz = 110.0 * 2.0 ** (rng.integers(0, 36) / 12.0)
        first = round(start_s * rate_hz)
        since = time[: round(0.5 * rate_hz)][: count - first]
        pan = rng.uniform(0.2, 1.0, (stream_format.channels, 1))
        note = 0.15 * np.sin(2.0 * np.pi * hz * since) * np.exp(-6.0 * since)
        sound[:, first : first + len(since)] += pan * note
    sound += 0.01 * rng.standard_normal(sound.shape)
    sound[:, round(0.6 * count) : round(0.7 * count)] = 0.0
    return sound.astype(np.float32)


def frames_of(
    samples: FloatArray, lengths: Iterable[int], *, sample_rate_hz: int = 44_100, first_sample: int = 0
) -> list[Frame]:
    """Cut samples into frames of the given lengths; the last length goes on to the end."""
    frames: list[Frame] = []
    start, ahead = 0, iter(lengths)
    length = samples.shape[1]
    while start < samples.shape[1]:
        length = next(ahead, length)
        frames.append(
            Frame(
                sequence=len(frames),
                first_sample=first_sample + start,
                sample_rate_hz=sample_rate_hz,
                samples=samples[:, start : start + length],
            )
        )
        start += length
    return frames


def even(samples: FloatArray, length: int = 4_410, *, sample_rate_hz: int = 44_100) -> list[Frame]:
    """Cut samples into frames of one length."""
    count = -(-samples.shape[1] // length)
    return frames_of(samples, [length] * count, sample_rate_hz=sample_rate_hz)


def heard(frames: Iterable[Frame], stream: LiveStream) -> list[Heard]:
    """Return what a stream says of frames and its end."""
    facts = [fact for frame in frames for fact in stream.take(frame)]
    return [*facts, *stream.finish()]


def of(kind: type[T], facts: Iterable[object]) -> list[T]:
    """Return the facts of one kind."""
    return [fact for fact in facts if isinstance(fact, kind)]


def end_of(facts: Sequence[Heard]) -> Ended:
    """Return the last fact, which ends every stream."""
    last = facts[-1]
    assert isinstance(last, Ended)
    return last


cuts = st.lists(st.integers(min_value=1, max_value=9_000), min_size=1, max_size=12)
"""Lengths of blocks, from one sample to a fifth of a second."""


class Remembering:
    """A follower that says how much it heard: any lost, doubled or changed frame changes what it says."""

    def __init__(self, state: FollowerState | None = None) -> None:
        state = state or {"frames": 0, "sum": 0.0, "levels": np.zeros(3, dtype=np.float32), "pitch": 0.0}
        self.frames: int = state["frames"]
        self.sum: float = state["sum"]
        self.levels: FloatArray = state["levels"]
        self.pitch: float = state["pitch"]

    def follow(self, block: FrameBlock, company: Company) -> Working[Sequence[Followed]]:
        """Fold the block, after a pause."""
        del company
        yield
        self.frames += len(block.mel_power)
        self.sum += float(block.mel_power.sum()) - float(block.missing.sum())
        self.pitch += float(block.pitch.power.sum())
        self.levels = np.append(self.levels[1:], block.mel_power.max(initial=0.0)).astype(np.float32)
        at_s = self.frames / block.framing.frame_rate_hz
        key = Key(tonic=self.frames % 12, mode="major", confidence=self.sum % 1.0)
        return [
            Onset(at_s=at_s, strength=self.sum),
            Harmony(at_s=at_s, weights=(self.pitch + 1.0,) * 12),
            KeyHeard(at_s=at_s, span_s=float(self.levels.sum()), key=key),
        ]

    def state(self) -> FollowerState:
        """Return all of it."""
        return {"frames": self.frames, "sum": self.sum, "levels": self.levels, "pitch": self.pitch}


def _begun(_short: Framing, _long: Framing) -> Follower:
    return Remembering()


def _restored(_short: Framing, _long: Framing, state: FollowerState) -> Follower:
    return Remembering(state)


REMEMBERING = FollowerKind(name="remembering", begun=_begun, restored=_restored)


def same(one: Any, other: Any) -> None:
    """Assert that two lists of facts are the same to the last bit; NaN is never said."""
    assert repr(one) == repr(other)
