"""Tests of consumers.live.intake: what is taken in hand, what is left alone, and what cannot be gone on with."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

import msgspec

from consumers.live.hearings import Hearing, Hearings
from consumers.live.intake import Intake
from consumers.live.settings import LiveSettings
from consumers.live.storing import Storing
from consumers.waits import Bell
from grym.ports.feed import Assignment
from grym.ports.live import Checkpoint
from schemas.catalogue import AUDIO_FRAMES, LIVE, STREAMS
from schemas.headers import IMPORTED
from schemas.live import StreamEnded
from schemas.records import TopicPartition
from streams.live.listener import Listener, Manners
from streams.live.memo import Over
from tests.contract.fakes import run_virtual
from tests.contract.probe import World
from tests.support.live_kit import COUNTING, expected_windows, frame, heard, record_of, stream, windows
from tests.unit.consumers.live.test_folding import Kept
from tests.unit.consumers.live.test_runner import listen_until_idle, live_world

MANNERS = Manners(ears=COUNTING, idle_s=30.0)


def _over(stream_id: str) -> Hearing:
    """Return a stream that has ended."""
    listener = Listener(stream_id, MANNERS, memo=None, over=Over())
    return Hearing(listener, TopicPartition(AUDIO_FRAMES, 0), position=1, now_s=0.0)


def _intake(world: World, hearings: Hearings, *, live: Any) -> Intake:
    """Return what reads into these hearings, beside other checkpoints."""
    ports, settings, kept = world.ports(backend=replace(world.backend, live=live)), LiveSettings(), Kept()
    assignment = cast("Assignment", cast("Any", kept))
    storing = Storing("live", ports, settings, assignment=assignment, outlet=kept)
    return Intake(
        "live", ports, settings, MANNERS, assignment=assignment, hearings=hearings, storing=storing, arrived=Bell()
    )


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


def test_what_an_import_brought_may_lie_among_what_is_new() -> None:
    """Records are taken in the order of the log, whichever of them are history."""

    async def work() -> None:
        world = live_world()
        mark = ((IMPORTED, b"2026-01-01T00:00:00Z"),)
        past = [msgspec.structs.replace(put, headers=put.headers + mark) for put in stream("s", 5)]
        among = [put for pair in zip(stream("s", 5), past, strict=True) for put in pair]
        await world.publish(*among)
        await listen_until_idle(world)
        assert windows(await world.records(LIVE), "s") == expected_windows(5)

    run_virtual(work())


def test_a_stream_let_go_while_others_are_looked_up_is_looked_up_too() -> None:
    """It has ended: what comes of it after the end does not begin it again."""

    async def work() -> None:
        world = live_world()
        await world.publish(*stream("s", 2))
        await listen_until_idle(world)
        known, hearings = await world.backend.live.find(["s"]), Hearings(remembered=1)

        class Evicting:
            """Looks streams up; meanwhile another stream ends, and the oldest that has ended is let go."""

            async def find(self, stream_ids: Sequence[str]) -> Mapping[str, Checkpoint]:
                """Return what is known of them."""
                if "new" in stream_ids:
                    hearings.add(_over("other"))
                return {name: known[name] for name in stream_ids if name in known}

        intake = _intake(world, hearings, live=Evicting())
        intake.take_up(known.values())
        assert hearings.get("s") is not None
        late = [record_of(frame(name, 9), position) for position, name in enumerate(["new", "s"], 100)]
        await intake._take(late)
        again = hearings.get("s")
        assert again is not None
        assert again.listener.over

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
