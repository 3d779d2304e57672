"""The desk: ids, which way frames go, and what stays out of the history of requests."""

import pytest

from grym.adapters.clock import VirtualClock
from grym.adapters.memory import open_memory
from grym.adapters.memory.group_backend import open_memory_with_groups
from grym.adapters.memory.group_log import MemoryGroupLog
from grym.errors import InvalidRequestError, SaturatedError
from grym.ports.backend import Backend
from producers.frames import PostSettings, StreamDesk, StreamerSettings, StreamFormat
from schemas.catalogue import AUDIO_FRAMES
from schemas.envelope import peek
from schemas.frames import is_frame

FORM = StreamFormat(sample_rate_hz=8_000)
FAST = StreamerSettings(speed=float("inf"))


async def sent(desk: StreamDesk, clock: VirtualClock, name: str = "s1") -> None:
    """Send a short stream to its end."""
    streamer = desk.streamer(FORM, stream_id=name, settings=FAST)
    await clock.run(streamer.open())
    await clock.run(streamer.send(bytes(4_800)))
    await clock.run(streamer.close())


async def frames_in(backend: Backend) -> int:
    """Return how many frames lie in the log."""
    ends = await backend.log.ends([AUDIO_FRAMES])
    records = [record for place in ends for record in await backend.log.read(place, after=0, limit=1_000)]
    return sum(is_frame(record.headers) for record in records)


async def test_frames_go_straight_into_the_embedded_log() -> None:
    """Opened, frames and closed lie in one partition, in order."""
    clock = VirtualClock()
    backend = open_memory(clock)
    async with StreamDesk(backend=backend, clock=clock) as desk:
        await sent(desk, clock)
    ends = await backend.log.ends([AUDIO_FRAMES])
    (source,) = [place for place, end in ends.items() if end]
    kinds = [is_frame(record.headers) for record in await backend.log.read(source, after=0, limit=10)]
    assert kinds == [False, True, True, True, False]


async def test_where_the_log_lies_elsewhere_frames_are_no_history() -> None:
    """The history tells that a stream was opened and closed; its sound is in the log alone."""
    clock = VirtualClock()
    backend = open_memory_with_groups(clock, MemoryGroupLog(clock))
    async with StreamDesk(backend=backend, clock=clock) as desk:
        await sent(desk, clock)
    assert await frames_in(backend) == 3
    assert not any(is_frame(record.headers) for record in await backend.history.of_request("s1"))


async def test_without_memory_frames_wait() -> None:
    """While this process has no memory for more, nothing is sent; then it goes on by itself."""
    clock = VirtualClock()
    backend = open_memory_with_groups(clock, MemoryGroupLog(clock))
    refusals = iter([SaturatedError("full", retry_after_s=0.5)] * 3)

    def admit() -> None:
        if (error := next(refusals, None)) is not None:
            raise error

    async with StreamDesk(backend=backend, clock=clock, admit=admit, settings=PostSettings()) as desk:
        await sent(desk, clock)
        assert desk.post.counts.saturated == 3
    assert await frames_in(backend) == 3
    assert clock.monotonic_s() >= 1.5


async def test_a_used_id_is_refused() -> None:
    """An id that stands for a stream already is refused by name before anything is sent."""
    clock = VirtualClock()
    backend = open_memory(clock)
    async with StreamDesk(backend=backend, clock=clock) as desk:
        await desk.require_unused("s1")
        await sent(desk, clock)
        with pytest.raises(InvalidRequestError) as caught:
            await desk.require_unused("s1")
        assert caught.value.code == "request.id_taken"


async def test_ids_are_made_up() -> None:
    """Two streams without ids are two streams."""
    clock = VirtualClock()
    desk = StreamDesk(backend=open_memory(clock), clock=clock)
    assert desk.streamer(FORM).stream_id != desk.streamer(FORM).stream_id


async def test_two_senders_of_one_id_can_be_told_apart() -> None:
    """Each has a source of its own unless it is given one, and so have their openings."""
    clock = VirtualClock()
    backend = open_memory(clock)
    async with StreamDesk(backend=backend, clock=clock) as desk:
        await sent(desk, clock)
        await sent(desk, clock)
    ends = await backend.log.ends([AUDIO_FRAMES])
    (source,) = [place for place, end in ends.items() if end]
    records = await backend.log.read(source, after=0, limit=20)
    assert len({peek(record.headers, "ce_source") for record in records}) == 2
    assert len({peek(record.headers, "ce_id") for record in records if not is_frame(record.headers)}) == 4
    assert desk.streamer(FORM, source="studio").source == "studio"
