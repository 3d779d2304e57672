"""One live stream: frames in, facts out, without a clock of its own.

`LiveStream` is a pure fold. The same frames in the same order give the same facts, bit for bit, also when the stream
was stored in between and restored elsewhere; and the same *samples* give the same facts however they were cut into
frames. Facts come in the order of the sample clock, except late windows. Memory does not grow with the stream.

What happens to frames that do not simply follow each other is told in `grym.domain.live.reassembly`; a frame of another
rate or channel count than the stream began with is refused by name, since its positions mean something else.
"""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from grym.domain.live.alerts import Alerts
from grym.domain.live.codec import decoded, encoded
from grym.domain.live.company import Company
from grym.domain.live.conditions import Conditions
from grym.domain.live.facts import Beat, Ended, EndReason, Heard, KeyHeard, Loudness
from grym.domain.live.following import FollowerKind
from grym.domain.live.frame import Frame, StreamFormat
from grym.domain.live.fresh import FreshSound
from grym.domain.live.gaps import Span
from grym.domain.live.late import late_features
from grym.domain.live.listening import Listening, Told, Window
from grym.domain.live.meters import Meters, Reading
from grym.domain.live.reassembly import Arrival, Jumped, Late, Missing, Notice, Reassembly, Sound
from grym.domain.live.tally import Tally
from grym.domain.signal import FloatArray
from grym.errors import InvariantError

LOUDEST = np.float32(100.0)
"""40 dB over full scale: beyond is no sound but broken bytes, which would spoil the filters for good."""

WINDOWS_PER_SECOND = 10


class LiveStream:
    """A stream that is being heard.

    Parameters
    ----------
    stream_format
        Rate and channels of all its frames.
    followers
        Which followers listen; the same ones must be given when it is restored.
    company
        The streams that are folded beside it, in turns; it says the same with and without them.
    """

    def __init__(
        self,
        stream_format: StreamFormat,
        followers: Sequence[FollowerKind] = (),
        *,
        company: Company | None = None,
    ) -> None:
        self.format = stream_format
        self._kinds = tuple(followers)
        self._company = company or Company()
        self._reassembly = Reassembly(stream_format.sample_rate_hz)
        self._listening = Listening(stream_format, self._kinds)
        self._meters = Meters(stream_format)
        self._conditions = Conditions(stream_format)
        self._alerts = Alerts()
        self._tally = Tally()
        self._window = 0
        self._samples: FloatArray = np.zeros((stream_format.channels, stream_format.window_samples), dtype=np.float32)
        self._filled = 0
        self._missing: list[Span] = []
        self._busy = False

    @property
    def position(self) -> int:
        """The next sample of the clock that is expected in order."""
        return self._reassembly.position

    def take(self, frame: Frame) -> list[Heard]:
        """Take a frame and return what is heard now."""
        return [fact for step in self.steps(frame) for fact in step]

    def steps(self, frame: Frame) -> Iterator[list[Heard]]:
        """Take a frame and yield what is heard, after at most a window's work each, so that others may have a turn.

        Nothing is yielded now and then too: where others in its company may ask for the same work.

        The iterator must be used up before the stream is asked for its state or given another frame.

        Raises
        ------
        InvariantError
            ``live.busy``: an earlier frame was not used up.
        """
        self._begin()
        self._tally.count(frame.sequence)
        if (frame.sample_rate_hz, len(frame.samples)) != (self.format.sample_rate_hz, self.format.channels):
            self._alerts.note("format_changed", at_s=self.format.seconds(self.position))
        else:
            for arrival in self._reassembly.take(frame):
                yield from self._arrived(arrival)
        due: list[Heard] = [*self._alerts.due(self._window)]
        if due:
            yield due
        self._busy = False

    def fresh_sound(self) -> FreshSound | None:
        """Return the reassembled sound since the last call at a reduced rate, in order; None where there is none.

        It is kept for ten seconds, begins anew after a jump and after `restored`, and is no part of the state.
        """
        return self._listening.fresh.fetched()

    def finish(self, reason: EndReason = "closed") -> list[Heard]:
        """End the stream and return the rest of what was heard, `Ended` last."""
        self._begin()
        heard = [fact for arrival in self._reassembly.finish() for step in self._arrived(arrival) for fact in step]
        if self._window or self._filled:
            heard += self._last_window()
        self._conditions.finish(self._window, self._alerts)
        return [*heard, *self._alerts.due(self._window, all_of_them=True), self._ended(reason)]

    def state(self) -> bytes:
        """Return everything that `restored` needs to go on; of the same length however long the stream is.

        Raises
        ------
        InvariantError
            ``live.busy``: the last frame was not used up.
        """
        if self._busy:
            raise InvariantError("a stream in the middle of a frame has no state", code="live.busy")
        return encoded(
            {
                "sample_rate_hz": self.format.sample_rate_hz,
                "channels": self.format.channels,
                "reassembly": self._reassembly.state(),
                "listening": self._listening.state(),
                "meters": self._meters.state(),
                "conditions": self._conditions.state(),
                "alerts": self._alerts.state(),
                "tally": self._tally.state(),
                "window": self._window,
                "samples": self._samples[:, : self._filled],
                "missing": self._missing,
            }
        )

    @classmethod
    def restored(
        cls, data: bytes, followers: Sequence[FollowerKind] = (), *, company: Company | None = None
    ) -> "LiveStream":
        """Return the stream whose `state` the bytes are.

        Raises
        ------
        ContractError
            ``live.state_version`` or ``live.state_damaged``.
        """
        state = decoded(data)
        stream_format = StreamFormat(sample_rate_hz=state["sample_rate_hz"], channels=state["channels"])
        stream = cls(stream_format, followers, company=company)
        stream._restore(state)
        return stream

    def _restore(self, state: dict[str, Any]) -> None:
        self._reassembly = Reassembly.restored(self.format.sample_rate_hz, state["reassembly"])
        self._listening = Listening.restored(self.format, self._kinds, state["listening"])
        self._meters = Meters.restored(self.format, state["meters"])
        self._conditions = Conditions.restored(self.format, state["conditions"])
        self._alerts = Alerts.restored(state["alerts"])
        self._tally = Tally.restored(state["tally"])
        self._window = state["window"]
        self._filled = state["samples"].shape[1]
        self._samples[:, : self._filled] = state["samples"]
        self._missing = [(first, end) for first, end in state["missing"]]

    def _begin(self) -> None:
        if self._busy:
            raise InvariantError("the frame before was not used up", code="live.busy")
        self._busy = True

    def _arrived(self, arrival: Arrival) -> Iterator[list[Heard]]:
        """Deal with one thing that followed from a frame."""
        match arrival:
            case Sound(frame=frame):
                self._tally.heard_samples += frame.length_samples
                yield from self._sound(self._sane(frame))
            case Missing(first_sample=first, end_sample=end):
                self._tally.missing_samples += end - first
                yield from self._silence(first, end)
            case Jumped(to_sample=to):
                yield from self._jump(to)
            case Late(frame=frame, parts=parts):
                yield from self._late(frame, parts)
            case Notice(name=name, at_sample=at, amount=amount, samples=samples):
                length_s = None if samples is None else self.format.seconds(samples)
                self._alerts.note(name, at_s=self.format.seconds(at), amount=amount, duration_s=length_s)

    def _sane(self, frame: Frame) -> FloatArray:
        """Return the samples of a frame with silence for whatever is no sound."""
        samples = frame.samples
        if float(np.abs(samples).max()) <= LOUDEST:  # false also where one is not a number
            return samples
        good = np.abs(samples) <= LOUDEST
        bad = int(np.count_nonzero(~good))
        self._alerts.note("not_finite", at_s=self.format.seconds(frame.first_sample), amount=bad)
        return np.where(good, samples, np.float32(0.0))

    def _sound(self, samples: FloatArray) -> Iterator[list[Heard]]:
        """Fill windows with samples."""
        taken = 0
        while taken < samples.shape[1]:
            count = min(self.format.window_samples - self._filled, samples.shape[1] - taken)
            self._samples[:, self._filled : self._filled + count] = samples[:, taken : taken + count]
            self._filled += count
            taken += count
            if self._filled == self.format.window_samples:
                yield from self._whole_window()

    def _silence(self, first: int, end: int) -> Iterator[list[Heard]]:
        """Fill windows with silence for samples that are missing."""
        while first < end:
            count = min(self.format.window_samples - self._filled, end - first)
            self._samples[:, self._filled : self._filled + count] = 0.0
            self._missing.append((first, first + count))
            self._filled += count
            first += count
            if self._filled == self.format.window_samples:
                yield from self._whole_window()

    def _jump(self, to_sample: int) -> Iterator[list[Heard]]:
        """End the window that was begun and begin anew in the one where the stream goes on."""
        step = self.format.window_samples
        if self._filled:
            first = self._window * step
            yield from self._silence(first + self._filled, first + step)
        self._conditions.finish(self._window, self._alerts)
        self._window = to_sample // step
        self._listening = Listening(self.format, self._kinds, from_sample=self._window * step)
        self._meters.jump()
        yield from self._silence(self._window * step, to_sample)

    def _whole_window(self) -> Iterator[list[Heard]]:
        """Listen to the window that is full now."""
        window = Window(number=self._window, samples=self._samples, missing=tuple(self._missing))
        absent = window.missing_share == 1.0
        features, reading, said = yield from self._listened(window)
        heard: list[Heard] = []
        if not absent:
            self._conditions.window(self._window, self._samples, self._alerts)
            self._tally.windows += 1
            heard.append(features)
        heard += self._numbered(said)
        self._window += 1
        self._filled, self._missing = 0, []
        if self._window % WINDOWS_PER_SECOND == 0:
            heard.append(self._loudness(reading))
        heard += self._alerts.due(self._window)
        yield heard

    def _listened(self, window: Window) -> Generator[list[Heard], None, Told]:
        """Listen to a window, with a word of nothing at every pause."""
        listening = self._listening.window(window, self._meters, self._company)
        while True:
            try:
                next(listening)
            except StopIteration as end:
                heard: Told = end.value
                return heard
            yield []

    def _last_window(self) -> list[Heard]:
        window = Window(number=self._window, samples=self._samples[:, : self._filled], missing=tuple(self._missing))
        features, said = self._listening.finish(window, self._meters)
        self._tally.windows += 1
        return [features, *self._numbered(said)]

    def _numbered(self, said: Sequence[Beat | KeyHeard]) -> list[Heard]:
        """Give beats and keys their numbers in the stream."""
        return [replace(fact, number=self._tally.number_of(fact)) for fact in said]

    def _loudness(self, reading: Reading) -> Loudness:
        return Loudness(
            second=self._window // WINDOWS_PER_SECOND - 1,
            at_s=self.format.seconds(self._window * self.format.window_samples),
            momentary_lufs=reading.momentary_lufs,
            short_term_lufs=reading.short_term_lufs,
            integrated_lufs=self._meters.integrated_lufs,
            true_peak_dbtp=self._meters.true_peak_dbtp,
        )

    def _late(self, frame: Frame, parts: tuple[Span, ...]) -> Iterator[list[Heard]]:
        """Fold sound that came too late into the totals, and tell of its windows."""
        self._tally.late_samples += sum(end - first for first, end in parts)
        sane = replace(frame, samples=self._sane(frame))
        for features, peak in late_features(sane, parts, self.format):
            self._meters.fold_late_peak(peak)
            yield [features]

    def _ended(self, reason: EndReason) -> Ended:
        return self._tally.ended(
            reason,
            sample_rate_hz=self.format.sample_rate_hz,
            position=self.position,
            counts=self._alerts.counts,
            meters=self._meters,
        )
