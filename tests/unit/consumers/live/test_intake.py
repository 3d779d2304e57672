"""Tests of consumers.live.intake: what is taken in hand, what is left alone, and what cannot be gone on with."""

import msgspec

from grym.ports.live import Checkpoint
from schemas.catalogue import AUDIO_FRAMES, LIVE, STREAMS
from schemas.headers import IMPORTED
from schemas.live import StreamEnded
from schemas.records import TopicPartition
from tests.contract.fakes import run_virtual
from tests.support.live_kit import expected_windows, frame, heard, stream, windows
from tests.unit.consumers.live.test_runner import listen_until_idle, live_world


def test_what_an_import_brought_is_left_alone() -> None:
    """It is history: nothing is told of it, and its places are done."""

    async def work() -> None:
        world = live_world()
        mark = ((IMPORTED, b"2026-01-01T00:00:00Z"),)
        past = [msgspec.structs.replace(put, headers=put.headers + mark) for put in stream("past", 5)]
        await world.publish(*past, *stream("s", 5))
        await listen_until_idle(world)
        records = await world.records(LIVE)
        assert windows(records, "past") == []
        assert windows(records, "s") == expected_windows(5)
        assert await world.backend.live.find(["past"]) == {}

    run_virtual(work())


def test_a_checkpoint_that_cannot_be_read_ends_its_stream_alone() -> None:
    """By name, once, and for good; the others go on."""

    async def work() -> None:
        world = live_world()
        source = TopicPartition(AUDIO_FRAMES, 0)
        async with world.backend.work.begin() as unit:
            epoch = await unit.claim_sources([source])
            await unit.keep_checkpoints(epoch, [Checkpoint(stream_id="old", source=source, position=1, state=b"\xc1")])
        await world.publish(frame("old", 1), *stream("s", 5))
        await listen_until_idle(world)
        (end,) = heard(await world.records(STREAMS), "old")
        assert isinstance(end, StreamEnded)
        assert (end.reason, end.fault is not None and end.fault.code) == ("failed", "live.state")
        assert (await world.backend.live.find(["old"]))["old"].ended
        assert windows(await world.records(LIVE), "s") == expected_windows(5)

    run_virtual(work())


def test_a_stream_that_floods_leaves_room_for_others() -> None:
    """What waits is bounded by bytes, whoever sends it, and all of it is heard in the end."""

    async def work() -> None:
        world = live_world()
        flood = stream("flood", 40, samples=8_000)
        await world.publish(*flood, *stream("s", 5))
        ports = await listen_until_idle(world, in_hand_bytes=64 * 1024, unwritten_bytes=8 * 1024)
        records = await world.records(LIVE)
        assert windows(records, "flood") == expected_windows(40, samples=8_000)
        assert windows(records, "s") == expected_windows(5)
        assert ports.telemetry.counts["events_done"] == len(flood) + 7

    run_virtual(work())
