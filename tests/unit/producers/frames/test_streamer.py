"""One stream: announced, paced, bounded, closed, and taken up again without a gap or a repeat."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grym.adapters.clock import VirtualClock
from grym.errors import ContractError, GrymError, SaturatedError, TransientError, UnavailableError
from producers.frames import FramePost, FrameStreamer, PostSettings, StreamerSettings, StreamFormat, StreamPlace
from schemas.envelope import decode
from schemas.events import StreamClosed, StreamOpened
from tests.unit.producers.frames.world import Tape, joined

FORM = StreamFormat(sample_rate_hz=8_000)
SECOND = bytes(range(256)) * 63  # 16,128 bytes: a little over a second
FAST = StreamerSettings(speed=float("inf"))

T = TypeVar("T")


class Stage:
    """A stream on a tape, in virtual time."""

    def __init__(
        self,
        tape: Tape | None = None,
        *,
        settings: StreamerSettings = FAST,
        place: StreamPlace | None = None,
        patience_s: float = 60.0,
    ) -> None:
        self.clock = VirtualClock()
        self.tape = tape or Tape()
        self.told = Tape()
        self.post = FramePost(self.tape, self.clock, PostSettings(patience_s=patience_s))
        self.streamer = FrameStreamer(
            self.post, self.told, self.clock, form=FORM, stream_id="s1", source="test", settings=settings, place=place
        )

    async def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Let time pass until it is done."""
        return await self.clock.run(work)


async def test_a_stream_is_told_of_and_sent_whole() -> None:
    """Opened with its format, every byte in order, closed with the number of its frames."""
    stage = Stage()
    await stage.run(stage.streamer.open())
    await stage.run(stage.streamer.send(SECOND))
    sent = await stage.run(stage.streamer.close())
    opened, closed = (decode(message) for message in stage.told.messages)
    assert opened.body == StreamOpened(sample_rate_hz=8_000, channels=1, sample_format="s16le")
    assert closed.body == StreamClosed(frames=11)
    assert {opened.subject, closed.subject} == {"s1"}
    assert joined(stage.tape.frames) == SECOND
    assert (sent.frames, sent.samples, sent.size_bytes, sent.unsent_frames) == (11, 8_064, 16_128, 0)


async def test_arrays_are_sent_like_bytes() -> None:
    """A float array and the bytes of it are the same frames."""
    samples = np.linspace(-1, 1, 2_000, dtype=np.float32)[np.newaxis]
    one, other = Stage(), Stage()
    await one.run(one.streamer.send(samples))
    await one.run(one.streamer.close())
    await other.run(other.streamer.send(FORM.pack(samples)))
    await other.run(other.streamer.close())
    assert one.tape.frames == other.tape.frames


async def test_real_time_is_real_time() -> None:
    """A second of sound takes a second, and each frame leaves when its last sample is there."""
    stage = Stage(settings=StreamerSettings(speed=1.0))
    await stage.run(stage.streamer.send(bytes(16_000)))
    assert stage.clock.monotonic_s() == pytest.approx(1.0)
    assert [stage.streamer.sent_s(number * 800) for number in range(10)] == pytest.approx(
        [0.1 * (number + 1) for number in range(10)]
    )


async def test_sending_times_are_those_of_the_frame_that_holds_a_sample() -> None:
    """The first and the last sample of a frame left together; what was not sent has no time."""
    stage = Stage(settings=StreamerSettings(speed=1.0))
    await stage.run(stage.streamer.send(bytes(3_200)))
    assert stage.streamer.sent_s(799) == pytest.approx(0.1)
    assert stage.streamer.sent_s(800) == stage.streamer.sent_s(1_599) == pytest.approx(0.2)
    assert stage.streamer.sent_s(1_600) is None


async def test_bytes_under_way_are_bounded() -> None:
    """While nothing arrives, a fast stream stops at its bound and goes on when something has."""
    gate, published = asyncio.Event(), Tape()

    async def stuck(messages: Any) -> None:
        await gate.wait()
        await published(messages)

    clock = VirtualClock()
    post = FramePost(stuck, clock)
    settings = StreamerSettings(speed=float("inf"), under_way_bytes=4_800)
    streamer = FrameStreamer(post, Tape(), clock, form=FORM, stream_id="s1", source="test", settings=settings)
    sending = asyncio.create_task(streamer.send(bytes(16_000)))
    await clock.advance(5.0)
    assert not sending.done()
    assert streamer.place.sequence == 3
    gate.set()
    await clock.run(_done(sending))
    await clock.run(streamer.close())
    assert len(published.frames) == 10


@given(
    faults=st.lists(st.sampled_from(["full", "unknown", "away", None]), max_size=12),
    stores=st.booleans(),
    sizes=st.lists(st.integers(1, 4_000), min_size=1, max_size=8),
)
async def test_faults_lose_and_reorder_nothing(faults: list[str | None], stores: bool, sizes: list[int]) -> None:
    """Whatever fails and whether it was stored all the same: each frame is there, repeats are the same frames."""
    errors = {"full": SaturatedError("full"), "unknown": TransientError("?", code="publish.unknown")}
    tape = Tape(*(errors.get(fault or "", UnavailableError("away")) if fault else None for fault in faults))
    tape.stores_anyway = stores
    stage = Stage(tape)
    sound = np.random.default_rng(sum(sizes)).bytes(2 * sum(sizes))
    at = 0
    for size in sizes:
        await stage.run(stage.streamer.send(sound[2 * at : 2 * (at + size)]))
        at += size
    await stage.run(stage.streamer.close())
    first: dict[int, Any] = {}
    for frame in tape.frames:
        assert first.setdefault(frame.sequence, frame) == frame
    assert joined(list(first.values())) == sound


async def test_an_outage_longer_than_patience_is_resumed() -> None:
    """The caller is told, and sends again what did not arrive, under the same numbers."""
    tape = Tape()
    stage = Stage(tape, patience_s=1.0)
    await stage.run(stage.streamer.send(bytes(3_200)))
    await stage.run(stage.streamer.flush())
    tape.errors = [UnavailableError("away")] * 50
    with pytest.raises(UnavailableError):
        await stage.run(_send_and_flush(stage.streamer, bytes(4_800)))
    with pytest.raises(UnavailableError):
        await stage.run(stage.streamer.send(bytes(1_600)))
    assert stage.streamer.sent.unsent_frames == 3
    tape.errors = []
    await stage.run(stage.streamer.resume())
    await stage.run(stage.streamer.close())
    assert joined(tape.frames) == bytes(9_600)


async def test_a_restarted_source_goes_on_where_it_was() -> None:
    """Taken up at a place, the stream is not opened again and its numbers go on."""
    stage = Stage(place=StreamPlace(sequence=7, first_sample=5_600))
    await stage.run(stage.streamer.open())
    await stage.run(stage.streamer.send(bytes(1_600)))
    assert stage.told.messages == []
    assert [(frame.sequence, frame.first_sample) for frame in stage.tape.frames] == [(7, 5_600)]


async def test_a_gap_of_the_source_stays_visible() -> None:
    """Lost sound is left out: what came before it is sent as a shorter frame, what follows begins behind it."""
    stage = Stage()
    await stage.run(stage.streamer.send(bytes(2_000)))
    await stage.run(stage.streamer.skip(500))
    await stage.run(stage.streamer.send(bytes(1_600)))
    sent = await stage.run(stage.streamer.close())
    assert [(frame.first_sample, frame.samples) for frame in stage.tape.frames] == [(0, 800), (800, 200), (1_500, 800)]
    assert sent.skipped_samples == 500


async def test_an_odd_byte_is_left_over_and_counted() -> None:
    """Sound that ends inside a sample is sent up to there."""
    stage = Stage()
    await stage.run(stage.streamer.send(bytes(1_601)))
    sent = await stage.run(stage.streamer.close("truncated"))
    assert (sent.samples, sent.left_over_bytes) == (800, 1)
    assert decode(stage.told.messages[-1]).body == StreamClosed(frames=1, reason="truncated")


async def test_closing_twice_says_it_once() -> None:
    """And nothing is sent afterwards."""
    stage = Stage()
    await stage.run(stage.streamer.close())
    await stage.run(stage.streamer.close())
    assert len(stage.told.messages) == 1
    with pytest.raises(ContractError) as caught:
        await stage.run(stage.streamer.send(bytes(2)))
    assert caught.value.code == "stream.closed"


async def test_a_cancelled_send_can_be_closed_without_a_gap() -> None:
    """Interrupted in the middle, the frames there are follow each other."""
    stage = Stage(settings=StreamerSettings(speed=1.0))
    sending = asyncio.create_task(stage.streamer.send(bytes(16_000)))
    await stage.clock.advance(0.35)
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
    stage.streamer.discard()
    sent = await stage.run(stage.streamer.close("interrupted"))
    assert sent.frames == len(stage.tape.frames) == 3
    joined(stage.tape.frames)


async def _done(sending: "asyncio.Task[None]") -> None:
    await sending


async def _send_and_flush(streamer: FrameStreamer, sound: bytes) -> None:
    await streamer.send(sound)
    await streamer.flush()


async def test_an_unsendable_end_is_told() -> None:
    """Where even the end cannot be told, the caller learns it: the stream then ends by itself."""
    stage = Stage()
    stage.told.errors = [UnavailableError("away")]
    with pytest.raises(GrymError):
        await stage.run(stage.streamer.close())
