"""The ear: answers of a stream once each and in order, with their latency, whatever else is in the log."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest

from grym.adapters.clock import VirtualClock
from grym.adapters.memory import open_memory
from grym.errors import ContractError, UnavailableError
from grym.ports.backend import Backend
from producers.frames import FrameStreamer, StreamDesk, StreamerSettings, StreamFormat
from producers.frames.answers import STREAMS, Answer
from producers.frames.ear import Listener, LiveEar
from schemas.body import Body, Fault
from schemas.envelope import Envelope, encode
from schemas.events import MatchData, RequestAccepted, RequestCompleted, RequestRejected
from schemas.live import BeatHeard, FeaturesHeard, LoudnessHeard, PatternHeard, StreamEnded, StreamStarted
from schemas.records import Message

CLOCK = VirtualClock()


@pytest.fixture
def clock() -> VirtualClock:
    """Return a clock at its start."""
    return VirtualClock()


@pytest.fixture
def backend(clock: VirtualClock) -> Backend:
    """Return an empty log."""
    return open_memory(clock)


def said(body: Body, *, of: str = "s1", event_id: str = "") -> Message:
    """Return an event about a stream."""
    return encode(
        Envelope(
            id=event_id or f"{of}/{body}",
            source="grym/live",
            type=body.TYPE,
            subject=of,
            time=CLOCK.now(),
            body=body,
            correlation_id=of,
        )
    )


def features(window: int) -> FeaturesHeard:
    """Return a window."""
    return FeaturesHeard(window=window, at_s=window / 10, end_s=(window + 1) / 10, frames_folded=8)


ENDED = RequestCompleted(kind="analyze", result={})


def streamer_of(desk: StreamDesk, name: str = "s1", *, speed: float = 1.0) -> FrameStreamer:
    """Return a stream at 8 kHz."""
    form = StreamFormat(sample_rate_hz=8_000)
    return desk.streamer(form, stream_id=name, settings=StreamerSettings(speed=speed))


async def heard(listener: Listener) -> list[Answer]:
    """Return all answers up to the last."""
    return [answer async for answer in listener]


async def test_answers_come_once_and_in_order(backend: Backend, clock: VirtualClock) -> None:
    """Of all that is in the log, one stream's answers, repeats left out, up to the end of its request."""
    async with StreamDesk(backend=backend, clock=clock) as desk, desk.listening(streamer_of(desk)) as listener:
        await backend.publisher.publish(
            [
                said(StreamStarted(sample_rate_hz=8_000, channels=1, sample_format="s16le")),
                said(RequestAccepted(kind="analyze", deadline_s=1.0)),
                said(features(0)),
                said(features(0), of="s2"),
                said(features(0)),
                said(
                    BeatHeard(
                        number=0, at_s=0.05, in_bar=1, beats_per_bar=4, tempo_bpm=120.0, confidence=0.9, next_s=0.05
                    )
                ),
                said(StreamEnded(reason="ended", frames=1, duration_s=0.1)),
                said(ENDED),
            ]
        )
        answers = await heard(listener)
    live = [answer.kind for answer in answers if answer.kind in {"features", "beat"}]
    assert live == ["features", "beat"]
    assert sorted(answer.kind for answer in answers) == ["beat", "completed", "ended", "features", "started"]
    assert answers[-1].is_last


async def test_what_was_said_before_is_not_heard(backend: Backend, clock: VirtualClock) -> None:
    """Listening begins at the end of the log."""
    await backend.publisher.publish([said(features(0))])
    async with StreamDesk(backend=backend, clock=clock) as desk, desk.listening(streamer_of(desk)) as listener:
        await backend.publisher.publish([said(features(1)), said(ENDED)])
        windows = [getattr(answer.envelope.body, "window", None) for answer in await heard(listener)]
    assert windows == [1, None]


@pytest.mark.parametrize(
    ("body", "latency_s"),
    [
        (features(0), 0.3 - 0.1),
        (features(1), 0.3 - 0.2),
        (
            BeatHeard(number=0, at_s=0.05, in_bar=1, beats_per_bar=4, tempo_bpm=120.0, confidence=0.9, next_s=0.05),
            0.3 - 0.1,
        ),
        (BeatHeard(number=0, at_s=0.9, in_bar=1, beats_per_bar=4, tempo_bpm=120.0, confidence=0.9, next_s=0.9), None),
        (LoudnessHeard(at_s=0.2), 0.3 - 0.2),
        (
            PatternHeard(
                state="began",
                at_s=0.0,
                heard_until_s=0.3,
                match=MatchData(
                    pattern_id="p",
                    name="p",
                    confidence=1.0,
                    offset_s=0.0,
                    transposition_semitones=0,
                    tempo_ratio=1.0,
                    why="",
                ),
            ),
            0.0,
        ),
        (StreamStarted(sample_rate_hz=8_000, channels=1, sample_format="s16le"), None),
    ],
)
async def test_latency_counts_from_the_frame_that_made_it_known(
    backend: Backend, clock: VirtualClock, body: Body, latency_s: float | None
) -> None:
    """Frames leave at 0.1, 0.2 and 0.3 s; the answer is heard at 0.3 s."""
    async with StreamDesk(backend=backend, clock=clock) as desk:
        streamer = streamer_of(desk)
        async with desk.listening(streamer) as listener:
            await clock.run(streamer.send(bytes(4_800)))
            await backend.publisher.publish([said(body)])
            answer = await anext(aiter(listener))
            assert answer.latency_s == (None if latency_s is None else pytest.approx(latency_s))


async def test_many_streams_share_one_reader(backend: Backend, clock: VirtualClock) -> None:
    """Each listener has its own stream's answers."""
    names = [f"stream-{number}" for number in range(30)]
    async with AsyncExitStack() as stack:
        desk = await stack.enter_async_context(StreamDesk(backend=backend, clock=clock))
        listeners = [await stack.enter_async_context(desk.listening(streamer_of(desk, name))) for name in names]
        for window in range(20):
            await backend.publisher.publish([said(features(window), of=name) for name in names])
        await backend.publisher.publish([said(ENDED, of=name) for name in names])
        for name, answers in zip(names, await asyncio.gather(*map(heard, listeners)), strict=True):
            windows = [a.envelope.body.window for a in answers if a.kind == "features"]
            assert set(windows) == set(range(20)), name


async def test_a_refused_stream_says_so(backend: Backend, clock: VirtualClock) -> None:
    """The end of its request is the last answer, whatever it is."""
    async with StreamDesk(backend=backend, clock=clock) as desk, desk.listening(streamer_of(desk)) as listener:
        await backend.publisher.publish([said(RequestRejected(fault=Fault(code="x", message="no")))])
        assert [answer.kind for answer in await heard(listener)] == ["rejected"]


class Absent:
    """A log that is away as often as it is told, in front of another."""

    def __init__(self, log: Any, *, times: Callable[[], bool]) -> None:
        self._log = log
        self._away = times

    async def ends(self, topics: Any) -> Any:
        """Return the ends, or be away."""
        if self._away():
            raise UnavailableError("away")
        return await self._log.ends(topics)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._log, name)


async def test_a_log_that_comes_back_was_waited_for(backend: Backend, clock: VirtualClock) -> None:
    """An outage of some looks leaves nothing out."""
    looks = iter([False, *[True] * 20])
    ear = LiveEar(Absent(backend.log, times=lambda: next(looks, False)), clock, look_s=0.5)
    async with StreamDesk(backend=backend, clock=clock) as desk:
        listener = await ear.listen(streamer_of(desk))
        await backend.publisher.publish([said(features(0)), said(ENDED)])
        assert {answer.kind for answer in await clock.run(heard(listener))} == {"features", "completed"}
    await ear.close()


async def test_a_log_that_stays_away_ends_the_answers(backend: Backend, clock: VirtualClock) -> None:
    """After a minute the listener learns why."""
    looks = iter([False])
    ear = LiveEar(Absent(backend.log, times=lambda: next(looks, True)), clock, look_s=0.5)
    async with StreamDesk(backend=backend, clock=clock) as desk:
        listener = await ear.listen(streamer_of(desk))
        with pytest.raises(UnavailableError):
            await clock.run(heard(listener))
    assert clock.monotonic_s() == pytest.approx(60.0, abs=1.0)
    await ear.close()


async def test_an_error_for_good_ends_the_answers(backend: Backend, clock: VirtualClock) -> None:
    """What no waiting mends is told at once."""

    class Broken(Absent):
        async def read(self, source: Any, *, after: int, limit: int) -> Any:
            del source, after, limit
            raise ContractError("no such topic")

    ear = LiveEar(Broken(backend.log, times=lambda: False), clock, look_s=0.5)
    async with StreamDesk(backend=backend, clock=clock) as desk:
        listener = await ear.listen(streamer_of(desk))
        await backend.publisher.publish([said(features(0))])
        with pytest.raises(ContractError):
            await heard(listener)
    await ear.close()


async def test_a_reader_that_gave_up_begins_again(backend: Backend, clock: VirtualClock) -> None:
    """Who listens after an outage that lasted too long hears what comes then."""
    looks = iter([False, *[True] * 200])
    ear = LiveEar(Absent(backend.log, times=lambda: next(looks, False)), clock, look_s=0.5)
    async with StreamDesk(backend=backend, clock=clock) as desk:
        listener = await ear.listen(streamer_of(desk))
        with pytest.raises(UnavailableError):
            await clock.run(heard(listener))
        ear.leave(listener)
        for _ in looks:
            pass
        again = await ear.listen(streamer_of(desk, "s2"))
        await backend.publisher.publish([said(features(0), of="s2"), said(ENDED, of="s2")])
        async with asyncio.timeout(5.0):
            assert [answer.kind for answer in await clock.run(heard(again))] == ["features", "completed"]
    await ear.close()


class Flickering(Absent):
    """A log whose partitions are away in turn: each read fails once before it succeeds."""

    def __init__(self, log: Any) -> None:
        super().__init__(log, times=lambda: False)
        self._failed: set[tuple[Any, int]] = set()

    async def read(self, source: Any, *, after: int, limit: int) -> Any:
        """Read one record at a time, each at the second try and in its own time."""
        await asyncio.sleep(0)
        if (source, after) not in self._failed and (after or source.topic == STREAMS):
            self._failed.add((source, after))
            raise UnavailableError("away")
        return await self._log.read(source, after=after, limit=min(1, limit))


async def test_what_was_read_before_an_outage_is_not_lost(backend: Backend, clock: VirtualClock) -> None:
    """Also where another partition fails in the same look, and for the end of the request, which waits for a look."""
    ear = LiveEar(Flickering(backend.log), clock, look_s=0.5)
    async with StreamDesk(backend=backend, clock=clock) as desk:
        listener = await ear.listen(streamer_of(desk))
        started = StreamStarted(sample_rate_hz=8_000, channels=1, sample_format="s16le")
        live = [said(features(window)) for window in range(5)]
        await backend.publisher.publish([*live, said(started), said(ENDED)])
        async with asyncio.timeout(5.0):
            kinds = [answer.kind for answer in await clock.run(heard(listener))]
    assert sorted(kinds) == ["completed", *["features"] * 5, "started"]
    assert kinds[-1] == "completed"
    await ear.close()
