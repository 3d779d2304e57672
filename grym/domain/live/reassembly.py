"""Putting frames in their places by the stream's sample clock, whatever order they come in.

Policy. A frame belongs where its `first_sample` says; sequence numbers are only checked. A frame ahead of the next
expected sample waits for what lies before it, at most half a second of sound or 1 MiB; then the hole is given up: it
is a gap, silence stands for it, and what comes for it afterwards is late. Where frames overlap, the first to come
counts. A frame may come in parts that carry its number again. A frame more than a second ahead may be a broken header,
which must not cost the stream its place: it is believed only when others follow on from it. Then up to ten seconds are
a gap; further, the stream goes on there (a jump) and nothing is said of what lies between. Frames of that kind which
nobody follows are refused.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from grym.domain.live.facts import AlertName
from grym.domain.live.frame import Frame
from grym.domain.live.gaps import Gaps, Span

REORDER_S = 0.5
MOST_WAITING_BYTES = 1 << 20
MOST_WAITING_FRAMES = 256
FAR_S = 1.0
LONGEST_GAP_S = 10.0
BELIEVED_FRAMES = 3
BELIEVED_S = 0.5
"""Three frames that follow on from each other, or two of half a second together, are no accident."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sound:
    """Samples in their place: the next ones."""

    frame: Frame


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """Samples that are not there: the next ones."""

    first_sample: int
    end_sample: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Jumped:
    """The stream goes on elsewhere."""

    to_sample: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Late:
    """A frame for gaps that were given up, and the parts of it that fill them."""

    frame: Frame
    parts: tuple[Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something to count: how often, where, and how many samples it concerns."""

    name: AlertName
    at_sample: int
    amount: int = 1
    samples: int | None = None


Arrival = Sound | Missing | Jumped | Late | Notice


class Reassembly:
    """The place of one stream on its sample clock, and the frames that wait for their turn."""

    def __init__(self, sample_rate_hz: int) -> None:
        self._rate_hz = sample_rate_hz
        self.position = 0
        """The next sample to be handed on."""
        self._waiting: list[Frame] = []
        self._far: list[Frame] = []
        self._passed_far = 0
        self._newest = 0
        self._sequence: int | None = None
        self._gaps = Gaps()

    def take(self, frame: Frame) -> list[Arrival]:
        """Take a frame and return what follows from it, in the order of the sample clock."""
        return [*self._placed(frame), *self._caught_up()] if frame.length_samples else []

    def finish(self) -> list[Arrival]:
        """Hand on whatever still waits; holes before it are gaps."""
        arrivals = [*self._released(force=True), *self._caught_up(), *self._released(force=True)]
        if self._far and self._far[0].first_sample - self.position <= round(LONGEST_GAP_S * self._rate_hz):
            return [*arrivals, *self._believe_far()]
        return [*arrivals, *self._refuse_far()]

    def _placed(self, frame: Frame) -> Iterator[Arrival]:
        """Find out where a frame belongs: before the place of the stream, near it, or far ahead."""
        if frame.end_sample <= self.position:
            yield from self._past(frame, whole=True)
        elif self._is_far(frame):
            yield from self._from_afar(frame)
        else:
            yield from self._doubt_far()
            yield from self._near(frame)
            yield from self._released(force=False)

    def _is_far(self, frame: Frame) -> bool:
        return frame.first_sample > self.position + round(FAR_S * self._rate_hz)

    def _caught_up(self) -> Iterator[Arrival]:
        """Place far frames anew that the stream has come near to or passed."""
        while self._far and not self._is_far(self._far[0]):
            frames, self._far = self._far, []
            for frame in frames:
                yield from self._placed(frame)

    def _past(self, frame: Frame, *, whole: bool) -> Iterator[Arrival]:
        """Tell late samples from those that came before."""
        parts = self._gaps.filled(frame.first_sample, frame.end_sample)
        if parts:
            missing = sum(high - low for low, high in parts)
            yield Notice(name="late", at_sample=frame.first_sample, samples=missing)
            yield Late(frame=frame, parts=tuple(parts))
        elif frame.first_sample < self._gaps.forgotten_before:
            yield Notice(name="too_late", at_sample=frame.first_sample, samples=frame.length_samples)
        else:
            yield Notice(name="duplicate" if whole else "overlap", at_sample=frame.first_sample)

    def _near(self, frame: Frame) -> Iterator[Arrival]:
        """Let a frame wait for its turn, which may be now."""
        if frame.first_sample < self.position:
            yield from self._past(frame.between(frame.first_sample, self.position), whole=False)
            frame = frame.between(self.position, frame.end_sample)
        same = (frame.first_sample, frame.length_samples)
        if any((other.first_sample, other.length_samples) == same for other in self._waiting):
            yield Notice(name="duplicate", at_sample=frame.first_sample)
            return
        if frame.first_sample < self._newest:
            yield Notice(name="reordered", at_sample=frame.first_sample)
        self._newest = max(self._newest, frame.first_sample)
        place = sum(other.first_sample <= frame.first_sample for other in self._waiting)
        self._waiting.insert(place, frame)

    def _released(self, *, force: bool) -> Iterator[Arrival]:
        """Hand on the frames whose turn has come, giving up holes for which too much waits."""
        while self._waiting:
            if self._waiting[0].first_sample > self.position:
                if not (force or self._too_much_waits()):
                    return
                yield from self._give_up(self._waiting[0].first_sample)
            yield from self._hand_on(self._waiting.pop(0))

    def _too_much_waits(self) -> bool:
        end = max(frame.end_sample for frame in self._waiting)
        return (
            end - self.position > round(REORDER_S * self._rate_hz)
            or len(self._waiting) > MOST_WAITING_FRAMES
            or _bytes(self._waiting) > MOST_WAITING_BYTES
        )

    def _give_up(self, end_sample: int) -> Iterator[Arrival]:
        """Let silence stand for the samples before `end_sample`."""
        yield Notice(name="gap", at_sample=self.position, samples=end_sample - self.position)
        yield Missing(first_sample=self.position, end_sample=end_sample)
        self._gaps.add(self.position, end_sample)
        self.position = end_sample
        self._sequence = None

    def _hand_on(self, frame: Frame) -> Iterator[Arrival]:
        """Hand on what of a frame is new."""
        if frame.first_sample < self.position:
            yield Notice(name="overlap", at_sample=frame.first_sample)
            frame = frame.between(self.position, frame.end_sample)
        if self._sequence is not None and frame.sequence - self._sequence not in {0, 1}:
            yield Notice(name="sequence", at_sample=frame.first_sample)
        self._sequence = frame.sequence
        self.position = max(self.position, frame.end_sample)
        if frame.length_samples:
            yield Sound(frame=frame)

    def _from_afar(self, frame: Frame) -> Iterator[Arrival]:
        """Set a frame far ahead aside until others follow on from it."""
        if any(other.first_sample == frame.first_sample for other in self._far):
            yield Notice(name="duplicate", at_sample=frame.first_sample)
            return
        if self._far and frame.first_sample != self._far[-1].end_sample:
            yield from self._refuse_far()
        self._far.append(frame)
        self._passed_far = 0
        length = self._far[-1].end_sample - self._far[0].first_sample
        several = len(self._far) > 1 and length >= round(BELIEVED_S * self._rate_hz)
        if several or len(self._far) >= BELIEVED_FRAMES or _bytes(self._far) > MOST_WAITING_BYTES:
            yield from self._believe_far()

    def _doubt_far(self) -> Iterator[Arrival]:
        """Refuse far frames when the stream goes on without them."""
        self._passed_far += 1
        if self._far and self._passed_far >= BELIEVED_FRAMES:
            yield from self._refuse_far()

    def _refuse_far(self) -> Iterator[Arrival]:
        if self._far:
            samples = self._far[-1].end_sample - self._far[0].first_sample
            yield Notice(name="jump", at_sample=self.position, amount=len(self._far), samples=samples)
            self._far = []

    def _believe_far(self) -> Iterator[Arrival]:
        """Go on where the far frames are: after a gap, or by a jump."""
        yield from self._released(force=True)
        first = self._far[0].first_sample
        if first - self.position > round(LONGEST_GAP_S * self._rate_hz):
            yield Notice(name="jump", at_sample=self.position, samples=first - self.position)
            yield Jumped(to_sample=first)
            self._gaps.forget(first)
            self.position = first
            self._sequence = None
        elif first > self.position:
            yield from self._give_up(first)
        self._waiting, self._far = self._far, []
        self._newest = max(self._newest, self._waiting[-1].first_sample)
        yield from self._released(force=True)

    def state(self) -> dict[str, Any]:
        """Return what `restored` needs: whoever stores it has taken every frame for good."""
        return {
            "position": self.position,
            "waiting": [_frame_state(frame) for frame in self._waiting],
            "far": [_frame_state(frame) for frame in self._far],
            "passed_far": self._passed_far,
            "newest": self._newest,
            "sequence": self._sequence,
            "gaps": self._gaps.state(),
        }

    @classmethod
    def restored(cls, sample_rate_hz: int, state: dict[str, Any]) -> "Reassembly":
        """Return a reassembly that goes on where `state` was taken."""
        reassembly = cls(sample_rate_hz)
        reassembly.position = state["position"]
        reassembly._waiting = [_frame(sample_rate_hz, kept) for kept in state["waiting"]]
        reassembly._far = [_frame(sample_rate_hz, kept) for kept in state["far"]]
        reassembly._passed_far = state["passed_far"]
        reassembly._newest = state["newest"]
        reassembly._sequence = state["sequence"]
        reassembly._gaps = Gaps.restored(state["gaps"])
        return reassembly


def _bytes(frames: list[Frame]) -> int:
    return sum(frame.samples.nbytes for frame in frames)


def _frame_state(frame: Frame) -> dict[str, Any]:
    return {"sequence": frame.sequence, "first_sample": frame.first_sample, "samples": np.array(frame.samples)}


def _frame(sample_rate_hz: int, kept: dict[str, Any]) -> Frame:
    return Frame(sample_rate_hz=sample_rate_hz, **kept)
