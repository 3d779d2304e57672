"""A session: sound goes out while answers come in, and each way of ending is told to both sides."""

import asyncio
import io
from collections.abc import Sequence

import pytest
from rich.console import Console

from grym.cli.screen import Screen
from grym.cli.streaming.session import Session
from grym.cli.streaming.views import LineView
from grym.errors import InvalidAudioError, InvalidRequestError
from producers.frames import FrameStreamer, StreamDesk, StreamerSettings
from producers.frames.answers import Answer
from schemas.body import Body, Fault
from schemas.events import RequestCancelled, RequestRejected
from schemas.frames import AudioFrame
from tests.unit.grym.cli.streaming.world import FORM, Sound, World, nothing, window_of


class Shown(LineView):
    """Remembers what was told."""

    def __init__(self) -> None:
        screen = Screen()
        screen.__dict__["out"] = Console(file=io.StringIO())
        super().__init__(screen)
        self.told: list[Answer] = []
        self.played_s: list[float] = []

    def tell(self, answer: Answer) -> None:
        """Take in an answer."""
        super().tell(answer)
        self.told.append(answer)

    def played(self, at_s: float) -> None:
        """Note how much was sent."""
        self.played_s.append(at_s)


class Stage:
    """A session in a world of its own."""

    def __init__(self, world: World, sound: Sound, *, speed: float = 1.0, timeout_s: float | None = None) -> None:
        self.world, self.view, self.errors = world, Shown(), io.StringIO()
        self.sound, self.speed, self.timeout_s = sound, speed, timeout_s
        self.screen = Screen()
        self.screen.__dict__["err"] = Console(file=self.errors)
        self.session: Session | None = None

    async def run(self) -> None:
        """Run it to its end."""
        async with self.world.answering(), self.world.desk as desk:
            self.session = self._session(desk)
            await self.session.run()

    def _session(self, desk: StreamDesk) -> Session:
        return Session(
            screen=self.screen,
            desk=desk,
            source=self.sound,
            streamer=self._streamer(desk),
            view=self.view,
            timeout_s=self.timeout_s,
        )

    def _streamer(self, desk: StreamDesk) -> FrameStreamer:
        return desk.streamer(FORM, stream_id="s1", settings=StreamerSettings(speed=self.speed))

    @property
    def kinds(self) -> list[str]:
        """The kinds of what was told."""
        return [answer.kind for answer in self.view.told]


async def test_answers_come_while_it_plays() -> None:
    """Each window is told while the next one plays: none waits for the end."""
    stage = Stage(World(), Sound(bytes(16_000)))
    await stage.world.clock.run(stage.run())
    assert stage.kinds == ["features"] * 10 + ["ended", "completed"]
    assert max(answer.latency_s or 0.0 for answer in stage.view.told[:10]) < 0.1
    assert stage.view.played_s[-1] == pytest.approx(1.0)
    assert stage.view.standing.outcome == "completed"


async def test_an_odd_end_is_named() -> None:
    """Sound that ends inside a sample is closed as truncated, and a person is told."""
    stage = Stage(World(), Sound(bytes(1_601)))
    await stage.world.clock.run(stage.run())
    assert stage.world.closed[0].reason == "truncated"
    assert "1 bytes are left over" in stage.errors.getvalue()


async def test_a_refused_stream_is_sent_no_further() -> None:
    """Once its request has ended, nothing more is sent."""

    def refused(frame: AudioFrame) -> Sequence[Body]:
        return [RequestRejected(fault=Fault(code="x", message="no"))] if frame.sequence == 2 else window_of(frame)

    stage = Stage(World(refused), Sound(*[bytes(1_600)] * 100))
    await stage.world.clock.run(stage.run())
    assert stage.view.standing.outcome == "rejected"
    assert stage.view.standing.fault == {"code": "x", "message": "no"}
    assert len(stage.world.frames) < 10


async def test_a_stream_of_somebody_else_is_left_alone() -> None:
    """Who opens a stream that another sender has opened is refused, and shows nothing of the other's sound."""
    stage = Stage(World(taken=True), Sound(*[bytes(1_600)] * 100))
    with pytest.raises(InvalidRequestError) as caught:
        await stage.world.clock.run(stage.run())
    assert caught.value.code == "request.id_taken"
    assert len(stage.world.frames) < 10


async def test_a_cancelled_stream_ends() -> None:
    """`grym cancel` from elsewhere stops the sending here."""

    def cancelled(frame: AudioFrame) -> Sequence[Body]:
        return [RequestCancelled(reason="asked")] if frame.sequence == 2 else []

    stage = Stage(World(cancelled), Sound(*[bytes(1_600)] * 100))
    await stage.world.clock.run(stage.run())
    assert stage.view.standing.outcome == "cancelled"


async def test_a_source_that_fails_closes_its_stream() -> None:
    """What was sent stays, the end names the reason, and the caller gets the error."""
    stage = Stage(World(), Sound(bytes(3_200), error=InvalidAudioError("gone", code="audio.truncated")))
    with pytest.raises(InvalidAudioError):
        await stage.world.clock.run(stage.run())
    assert stage.world.closed[0].reason == "source failed"
    assert len(stage.world.frames) == 2


async def test_an_interrupt_closes_the_stream_and_hears_its_end() -> None:
    """Cancelled in the middle, the stream is closed and its summary still comes."""
    stage = Stage(World(), Sound(*[bytes(1_600)] * 100))
    running = asyncio.create_task(stage.run())
    await stage.world.clock.advance(1.05)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert stage.world.closed[0].reason == "interrupted"
    assert stage.kinds[-2:] == ["ended", "completed"]
    assert len(stage.world.frames) == 10


async def test_waiting_for_the_end_can_be_given_up() -> None:
    """Where nobody answers, a time-out ends the waiting, not the stream."""
    stage = Stage(World(nothing, ends=False), Sound(bytes(1_600)), speed=float("inf"), timeout_s=0.05)
    await stage.run()
    assert stage.session is not None
    assert stage.session.gave_up
    assert stage.world.closed[0].reason == "ended"
