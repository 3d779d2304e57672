"""Listening to the answers of many streams with one reader of the log.

Reading begins where the topics end when the first stream is listened to, so listen first and open then. Every event
comes once, whatever the log repeats. A log that is away is waited for; one listener who is slow holds up nobody: past
a bound the oldest answers are left out, and counted.
"""

import asyncio
import math
from collections import OrderedDict
from collections.abc import AsyncIterator, Sequence
from contextvars import Context

from grym.errors import ContractError, GrymError, TransientError
from grym.ports.clock import Clock
from grym.ports.log import EventLog
from producers.frames.answers import OUTCOMES, TOPICS, Answer, kind_of, known_from_s
from producers.frames.streamer import FrameStreamer
from schemas.envelope import decode, peek
from schemas.records import Record, TopicPartition

READ_AT_ONCE = 500
MOST_WAITING = 20_000
"""Answers that wait for a listener: what half an hour of one stream brings."""
REMEMBERED_IDS = 4_096
PATIENCE_S = 60.0
"""How long a log that is away is waited for: fail-overs and restarts take seconds."""
PAUSE_S = 0.5


class Listener:
    """The answers of one stream, as they come."""

    def __init__(self, streamer: FrameStreamer, clock: Clock) -> None:
        self._streamer = streamer
        self._clock = clock
        self._arrived: asyncio.Queue[Answer | GrymError | None] = asyncio.Queue()
        self._seen: OrderedDict[str, None] = OrderedDict()
        self.left_out = 0

    @property
    def stream_id(self) -> str:
        """Whom it listens to."""
        return self._streamer.stream_id

    def __aiter__(self) -> AsyncIterator[Answer]:
        """Yield answers until the request of the stream has ended.

        Raises
        ------
        GrymError
            When the log has been away for too long.
        """
        return self._answers()

    def take(self, record: Record) -> None:
        """Take in a record of this stream."""
        try:
            envelope = decode(record)
        except ContractError:  # of a version that is not known here
            return
        kind = kind_of(envelope)
        if kind is None or self._knows(envelope.id):
            return
        at_s = getattr(envelope.body, "at_s", None)
        latency_s = self._since(known_from_s(envelope))
        self._put(Answer(kind=kind, envelope=envelope, at_s=at_s, latency_s=latency_s))

    def fail(self, error: GrymError) -> None:
        """End the answers with an error."""
        self._arrived.put_nowait(error)

    def stop(self) -> None:
        """End the answers."""
        self._arrived.put_nowait(None)

    async def _answers(self) -> AsyncIterator[Answer]:
        while (answer := await self._arrived.get()) is not None:
            if isinstance(answer, GrymError):
                raise answer
            yield answer
            if answer.is_last:
                return

    def _put(self, answer: Answer) -> None:
        if self._arrived.qsize() >= MOST_WAITING:
            self._arrived.get_nowait()
            self.left_out += 1
        self._arrived.put_nowait(answer)

    def _knows(self, event_id: str) -> bool:
        if event_id in self._seen:
            return True
        self._seen[event_id] = None
        if len(self._seen) > REMEMBERED_IDS:
            self._seen.popitem(last=False)
        return False

    def _since(self, known_s: float | None) -> float | None:
        """Return seconds since the frame was sent that holds the last sample before `known_s`."""
        if known_s is None or known_s < 0:
            return None
        last = max(0, math.ceil(known_s * self._streamer.form.sample_rate_hz - 1e-6) - 1)
        sent_s = self._streamer.sent_s(last)
        return None if sent_s is None else self._clock.monotonic_s() - sent_s


class LiveEar:
    """Reads the answers of all streams that are listened to.

    Parameters
    ----------
    look_s
        Longest wait between looks at the log, in seconds.
    """

    def __init__(self, log: EventLog, clock: Clock, *, look_s: float) -> None:
        self._log = log
        self._clock = clock
        self._look_s = look_s
        self._listeners: dict[str, Listener] = {}
        self._places: dict[tuple[str, str], TopicPartition] = {}
        self._positions: dict[TopicPartition, int] = {}
        self._endings: list[Record] = []
        self._reading: asyncio.Task[None] | None = None
        self._beginning = asyncio.Lock()

    async def listen(self, streamer: FrameStreamer) -> Listener:
        """Begin to listen to a stream; nothing that is written from now on is missed.

        Raises
        ------
        GrymError
            When the log cannot be read.
        """
        async with self._beginning:
            if self._reading is None or self._reading.done():  # one that gave up begins anew
                self._positions = await self._log.ends(TOPICS)
                # A log remembers per context what its reader has seen: a context of its own is shared with nobody.
                self._reading = asyncio.create_task(self._read(), name="live-ear", context=Context())
        listener = self._listeners[streamer.stream_id] = Listener(streamer, self._clock)
        return listener

    def leave(self, listener: Listener) -> None:
        """Listen to a stream no more."""
        if self._listeners.get(listener.stream_id) is listener:
            del self._listeners[listener.stream_id]
            for topic in TOPICS:
                self._places.pop((topic, listener.stream_id), None)
        listener.stop()

    async def close(self) -> None:
        """Stop reading; every listener's answers end."""
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)
        for listener in list(self._listeners.values()):
            self.leave(listener)

    async def _read(self) -> None:
        away_since_s: float | None = None
        while True:
            try:
                if not await self._read_on():
                    await self._log.wait(timeout_s=self._look_s)
                away_since_s = None
            except TransientError as error:
                now_s = self._clock.monotonic_s()
                away_since_s = now_s if away_since_s is None else away_since_s
                if now_s - away_since_s > PATIENCE_S:
                    self._fail(error)
                    return
                await self._clock.sleep(PAUSE_S)
            except GrymError as error:
                self._fail(error)
                return

    async def _read_on(self) -> bool:
        """Read what is new and tell whether to look again at once.

        The end of a request is passed on one look later: what came before it may lie in another partition, whose end
        was seen a moment earlier. Where a partition cannot be read, what was read of the others is passed on all the
        same, and endings wait for the next look.
        """
        ends = await self._log.ends(TOPICS)
        grown = [(source, end) for source, end in sorted(ends.items()) if end > self._positions.get(source, 0)]
        wanted = [(source, end) for source, end in grown if self._concerns(source)]
        # At once: where listening shares this event loop, each waiting in turn would take one of its rounds.
        found: list[list[Record]] = [[] for _ in wanted]
        reading = (self._read_to(source, end, into) for (source, end), into in zip(wanted, found, strict=True))
        failures = [failure for failure in await asyncio.gather(*reading, return_exceptions=True) if failure]
        endings, self._endings = ([], self._endings) if failures else (self._endings, [])
        for records in found:
            self._take(records)
        for record in endings:
            self._deliver(record)
        if failures:
            raise failures[0]
        return bool(wanted)

    async def _read_to(self, source: TopicPartition, end: int, into: list[Record]) -> None:
        """Add what is new of a partition to `into`, up to where it ended."""
        while (after := self._positions.get(source, 0)) < end:
            records = await self._log.read(source, after=after, limit=READ_AT_ONCE)
            self._positions[source] = records[-1].position if records else end  # or retention took it
            into += records

    def _take(self, records: Sequence[Record]) -> None:
        for record in records:
            if record.topic == OUTCOMES:
                self._endings.append(record)
            else:
                self._deliver(record)

    def _concerns(self, source: TopicPartition) -> bool:
        """Tell whether some listener's answers may lie in a partition: a stream stays where it was found once."""
        places = self._places
        return any(places.get((source.topic, name), source) == source for name in self._listeners)

    def _deliver(self, record: Record) -> None:
        name = peek(record.headers, "ce_subject")
        listener = self._listeners.get(name)
        if listener is not None:
            self._places[record.topic, name] = record.topic_partition
            listener.take(record)

    def _fail(self, error: GrymError) -> None:
        for listener in self._listeners.values():
            listener.fail(error)
