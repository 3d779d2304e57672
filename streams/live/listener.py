"""One live stream: records in, events out, and a small state to go on from.

Policy (ADR 28). The first record of a stream begins it: an opening, or a frame, whose header says the same. The first
sender is its only one. A closing ends it; so does silence of the *log*: a record that comes longer than the time-out
after the one before it finds its stream ended, whoever reads it and whenever. What comes after the end has no effect.
Whatever is refused is named, counted and told; it is told the first time and each time its count has doubled.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from grym.domain.live.facts import Ended
from grym.domain.live.fresh import FreshSound
from grym.errors import InvariantError
from grym.ports.patterns import Recognition
from schemas.body import Body, Fault
from schemas.events import StreamClosed, StreamOpened
from schemas.frames import AudioFrame
from schemas.live import PatternHeard, StreamEnded, StreamStarted
from schemas.records import Message
from streams.live.arriving import Arrival, format_of, frame_of
from streams.live.memo import EPOCH, Memo, Over
from streams.live.recognised import Stretch, heard
from streams.live.recognised import ended as no_more
from streams.live.refusals import alert, is_told
from streams.live.sound import Ear, Ears
from streams.live.telling import Cause, Teller, ended

COORDINATOR = "grym/coordinator"
"""Who may close a stream besides its sender: somebody cancelled its request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """How a stream is listened to.

    Parameters
    ----------
    idle_s
        Seconds of log time without a record after which a stream has ended.
    """

    ears: Ears
    idle_s: float


class Listener:
    """Listens to one stream; its records come in the order of the log, each once or again from a checkpoint on."""

    def __init__(self, stream_id: str, manners: Manners, *, memo: Memo | None, over: Over | None) -> None:
        self.stream_id = stream_id
        self._manners = manners
        self._memo = memo
        self._over = over
        self._ear: Ear | None = None
        self._told_of_sound = False

    @classmethod
    def restored(cls, stream_id: str, state: bytes, manners: Manners, *, over: bool) -> "Listener":
        """Return the listener that `state` was taken of.

        Raises
        ------
        InvariantError
            ``live.state`` where the state cannot be read.
        """
        try:
            if over:
                return cls(stream_id, manners, memo=None, over=msgspec.msgpack.decode(state, type=Over))
            return cls(stream_id, manners, memo=msgspec.msgpack.decode(state, type=Memo), over=None)
        except msgspec.DecodeError as error:
            raise InvariantError("the checkpoint of a stream cannot be read", code="live.state") from error

    @classmethod
    def lost(cls, stream_id: str, manners: Manners, fault: Fault) -> tuple["Listener", Sequence[Message]]:
        """Return the listener of a stream whose state cannot be read, and what follows: the stream has failed."""
        memo = Memo(
            source="",
            sample_rate_hz=0,
            channels=0,
            sample_format="s16le",
            correlation_id=stream_id,
            tenant="default",
            last_at=EPOCH,
        )
        listener = cls(stream_id, manners, memo=memo, over=None)
        return listener, listener.fail(fault)

    @classmethod
    def unheard(cls, stream_id: str, manners: Manners) -> "Listener":
        """Return the listener of a stream of which nothing was heard yet."""
        return cls(stream_id, manners, memo=None, over=None)

    @property
    def over(self) -> bool:
        """Whether the stream has ended."""
        return self._over is not None

    @property
    def begun(self) -> bool:
        """Whether anything of the stream was heard, so that there is something to keep."""
        return self._over is not None or self._memo is not None

    @property
    def end_s(self) -> float:
        """Up to where sound has come, in seconds from the start of the stream."""
        return self._over.end_s if self._over is not None else self._memo.end_s if self._memo is not None else 0.0

    def idle_at(self, at: datetime) -> bool:
        """Return whether nothing has come for so long, at this log time, that the stream has ended."""
        return self._memo is not None and at - self._memo.last_at > timedelta(seconds=self._manners.idle_s)

    def state(self) -> bytes:
        """Return everything that `restored` needs."""
        if self._over is not None:
            return msgspec.msgpack.encode(self._over)
        if self._memo is None:
            raise InvariantError("nothing of the stream was heard", code="live.state")
        if self._ear is None:
            return msgspec.msgpack.encode(self._memo)
        return msgspec.msgpack.encode(msgspec.structs.replace(self._memo, sound=self._ear.state()))

    # --- records ---------------------------------------------------------------------------------------------------

    def hear(self, arrival: Arrival) -> Iterator[Sequence[Message]]:
        """Take in a record piece by piece, and yield what follows from each piece.

        Raises
        ------
        InvalidAudioError
            For the first record of a stream with a rate or a number of channels that no stream can have.
        """
        if self._over is None and self.idle_at(arrival.at):
            yield self.fall_silent()
        if self._over is not None:
            yield self._after_end(arrival, self._over)
            return
        if self._memo is None:
            yield self._begin(arrival)
        if self._memo is not None:
            yield from self._go_on(arrival, self._memo)

    def fall_silent(self) -> Sequence[Message]:
        """End the stream, since nothing has come for too long."""
        if self._memo is None:
            return ()
        quiet = timedelta(seconds=self._manners.idle_s)
        return self._end("idle", Cause(event_id=self._memo.last_id, at=self._memo.last_at + quiet))

    def fail(self, fault: Fault, cause: Cause | None = None, *, letter_id: str = "") -> Sequence[Message]:
        """End the stream, since grym cannot go on with it: its state may be anything, so nothing is asked of it."""
        if self._memo is None:
            return ()
        memo, cause = self._memo, cause or self._newest(self._memo)
        body = StreamEnded(
            reason="failed", duration_s=round(memo.end_s, 6), counts=memo.counts, fault=fault, letter_id=letter_id
        )
        return [self._close("failed", body, cause)]

    def note(self, name: str, cause: Cause | None = None, *, always: bool = False) -> Sequence[Message]:
        """Count something that went wrong, and tell of it now and then; by default the newest record is the cause."""
        if self._memo is None:
            return ()
        cause = cause or self._newest(self._memo)
        count = self._memo.counts[name] = self._memo.counts.get(name, 0) + 1
        if not (always or is_told(count)):
            return ()
        return [self._teller.tell(alert(name, self._memo.end_s, count=count), cause, name, count)]

    # --- patterns --------------------------------------------------------------------------------------------------

    def fresh_sound(self) -> FreshSound | None:
        """Return what was heard since the last call, for memory to be asked about; None where there is nothing."""
        return None if self._ear is None else self._ear.fresh_sound()

    def recognised(self, answer: Recognition, stretch: Stretch) -> Sequence[Message]:
        """Take in what memory says of the last seconds."""
        if self._memo is None:
            return ()
        memo = self._memo
        memo.soundings, said = heard(memo.soundings, answer, stretch)
        memo.patterns += sum(statement.state == "began" for statement in said)
        back = self._memory_is(memo, away=False)
        return [*back, *(self._state(statement, memo) for statement in said)]

    def unrecognised(self) -> Sequence[Message]:
        """Note that memory does not answer; the stream goes on, and says so once."""
        return () if self._memo is None else self._memory_is(self._memo, away=True)

    def _memory_is(self, memo: Memo, *, away: bool) -> Sequence[Message]:
        if memo.memory_away == away:
            return ()
        memo.memory_away = away
        if away:
            memo.counts["unrecognised"] = memo.counts.get("unrecognised", 0) + 1
        said = alert("unrecognised", memo.end_s, count=memo.counts["unrecognised"], over=not away)
        return [self._teller.tell(said, self._newest(memo), "away" if away else "back", _tenths(memo.end_s))]

    def _state(self, said: PatternHeard, memo: Memo) -> Message:
        """Return a statement about a pattern, named by what it says: whoever goes on elsewhere may not say the same."""
        names = (said.state, said.match.pattern_id, _tenths(said.at_s))
        return self._teller.tell(said, self._newest(memo), *names)

    def _newest(self, memo: Memo) -> Cause:
        return Cause(event_id=memo.last_id, at=memo.last_at)

    # --- inside ----------------------------------------------------------------------------------------------------

    def _begin(self, arrival: Arrival) -> Sequence[Message]:
        first = arrival.frame or (arrival.event.body if arrival.event is not None else None)
        if not isinstance(first, AudioFrame | StreamOpened):  # it was closed before anything was heard
            self._over = Over(
                source=arrival.source,
                reason="unheard",
                correlation_id=self.stream_id,
                last_id=arrival.cause.event_id,
                ended_at=arrival.at,
            )
            return ()
        format_of(first)
        opening = arrival.event
        self._memo = Memo(
            source=arrival.source,
            sample_rate_hz=first.sample_rate_hz,
            channels=first.channels,
            sample_format=first.sample_format,
            correlation_id=self.stream_id if opening is None else opening.correlation_id,
            tenant="default" if opening is None else opening.tenant,
            last_at=arrival.at,
        )
        started = StreamStarted(
            sample_rate_hz=first.sample_rate_hz, channels=first.channels, sample_format=first.sample_format
        )
        return [self._teller.tell(started, arrival.cause)]

    def _go_on(self, arrival: Arrival, memo: Memo) -> Iterator[Sequence[Message]]:
        body = None if arrival.event is None else arrival.event.body
        if arrival.source != memo.source and not _closes(body, arrival.source):
            # Whoever opens a stream waits to hear whether it is theirs.
            yield self.note("second_source", arrival.cause, always=isinstance(body, StreamOpened))
            return
        memo.last_at, memo.last_id = arrival.at, arrival.cause.event_id
        if arrival.frame is not None:
            yield from self._sound(arrival.frame, memo, arrival.cause)
        elif isinstance(body, StreamOpened):
            yield self._opened(arrival, memo)
        elif isinstance(body, StreamClosed):
            said_frames = 0 if arrival.source == COORDINATOR else body.frames
            yield self._end(body.reason, arrival.cause, said_frames=said_frames)

    def _opened(self, arrival: Arrival, memo: Memo) -> Sequence[Message]:
        if memo.opened_id in {"", arrival.cause.event_id}:
            memo.opened_id = arrival.cause.event_id
            return ()
        return self.note("reused", arrival.cause)

    def _sound(self, frame: AudioFrame, memo: Memo, cause: Cause) -> Iterator[Sequence[Message]]:
        ear, teller = self._listening(memo), self._teller
        for step in ear.steps(frame_of(frame)):
            yield [teller.tell_heard(fact, cause) for fact in step]
        memo.end_s = ear.position / memo.sample_rate_hz

    def _end(self, reason: str, cause: Cause, *, said_frames: int = 0) -> Sequence[Message]:
        assert self._memo is not None
        memo = self._memo
        *facts, last = self._listening(memo).finish("idle" if reason == "idle" else "closed")
        if not isinstance(last, Ended):
            raise InvariantError("a stream ended without saying what it came to", code="live.no_end")
        counts = {str(name): count for name, count in last.counts.items()} | memo.counts
        if said_frames > last.frames:
            counts["missing_frames"] = said_frames - last.frames
        told = [self._teller.tell_heard(fact, cause) for fact in facts]
        told += [self._state(no_more(one, heard_until_s=last.duration_s), memo) for one in memo.soundings]
        body = ended(last, reason=reason, counts=counts, patterns=memo.patterns)
        memo.end_s = last.duration_s
        return [*told, self._close(reason, body, cause)]

    def _close(self, reason: str, body: StreamEnded, cause: Cause) -> Message:
        assert self._memo is not None
        memo, message = self._memo, self._teller.tell(body, cause)
        self._over = Over(
            source=memo.source,
            opened_id=memo.opened_id,
            end_s=memo.end_s,
            correlation_id=memo.correlation_id,
            tenant=memo.tenant,
            reason=reason,
            last_id=cause.event_id,
            ended_at=cause.at,
        )
        self._memo = self._ear = None
        return message

    def _after_end(self, arrival: Arrival, over: Over) -> Sequence[Message]:
        """Tell that something came after the end: of sound once, of openings each time.

        Nothing of it is remembered beyond this process, so whoever tells it again must tell the same.
        """
        body = None if arrival.event is None else arrival.event.body
        if isinstance(body, StreamClosed) or arrival.cause.event_id == over.opened_id:
            return ()
        if isinstance(body, StreamOpened):
            return [self._teller.tell(alert("reused", over.end_s), arrival.cause, "reused", arrival.cause.event_id)]
        if self._told_of_sound:
            return ()
        self._told_of_sound = True
        cause = Cause(event_id=over.last_id, at=over.ended_at)
        return [self._teller.tell(alert("after_end", over.end_s), cause, "after_end")]

    def _listening(self, memo: Memo) -> Ear:
        if self._ear is None:
            ears = self._manners.ears
            self._ear = ears.restored(memo.sound) if memo.sound else ears.begun(format_of(memo))
            memo.sound = b""
        return self._ear

    @property
    def _teller(self) -> Teller:
        known = self._memo or self._over
        assert known is not None
        return Teller(stream_id=self.stream_id, correlation_id=known.correlation_id, tenant=known.tenant)


def _closes(body: Body | None, source: str) -> bool:
    return isinstance(body, StreamClosed) and source == COORDINATOR


def _tenths(seconds: float) -> int:
    return round(10 * seconds)
