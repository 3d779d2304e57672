"""Tests of consumers.live.runner: live streams become events, fairly and from checkpoint to checkpoint."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from consumers.live.runner import LiveRunner
from consumers.live.settings import LiveSettings
from consumers.ports import RunnerPorts
from consumers.settings import RunnerSettings
from schemas.catalogue import AUDIO_FRAMES, LIVE, STREAMS
from schemas.live import AlertRaised, StreamEnded, StreamStarted
from schemas.records import Message
from tests.contract.fakes import run_virtual, running_until
from tests.contract.probe import World, open_world
from tests.support import live_kit
from tests.support.live_kit import COUNTING, closed, expected_windows, frame, heard, opened, stream, windows

READERS = {"live": (AUDIO_FRAMES,)}


def live_world() -> World:
    """Return an empty world whose only reader is `live`."""
    return open_world(readers=READERS)


async def listen(
    world: World, done: Callable[[], Awaitable[bool]], *, holder: str = "one", **settings: Any
) -> RunnerPorts:
    """Listen until something holds, then stop gracefully."""
    ports = world.ports(holder)
    given = LiveSettings(runner=RunnerSettings(drain_s=60.0), **settings)
    await running_until(LiveRunner(COUNTING, ports, given).run, done)
    return ports


async def listen_until_idle(world: World, **settings: Any) -> RunnerPorts:
    """Listen until everything that was put in is covered by checkpoints."""

    async def idle() -> bool:
        return not (await world.backend.counters.open_work())["records"]

    return await listen(world, idle, **settings)


async def told(world: World, stream_id: str) -> list[Any]:
    """Return what was told of a stream, on both topics."""
    return heard([*await world.records(LIVE), *await world.records(STREAMS)], stream_id)


def test_a_stream_becomes_windows_with_a_start_and_an_end() -> None:
    """Every window is told once, with the sound that it is made of."""

    async def work() -> None:
        world = live_world()
        await world.publish(*stream("s", 25))
        await listen_until_idle(world)
        assert windows(await world.records(LIVE), "s") == expected_windows(25)
        started, end = await world.events(STREAMS)
        assert isinstance(started.body, StreamStarted)
        assert isinstance(end.body, StreamEnded)
        assert (end.body.reason, end.body.frames, end.body.duration_s) == ("ended", 25, 2.5)
        assert {started.source, started.subject, started.correlation_id} == {"grym/live", "s"}

    run_virtual(work())


def test_many_streams_do_not_mix() -> None:
    """Each stream has its own windows, however their frames lie in the log."""

    async def work() -> None:
        world = live_world()
        streams = {f"s{n}": stream(f"s{n}", 20 + n, samples=300 + 50 * n) for n in range(12)}
        for step in range(40):
            await world.publish(*[messages[step] for messages in streams.values() if step < len(messages)])
        await listen_until_idle(world)
        records = await world.records(LIVE)
        for n in range(12):
            assert windows(records, f"s{n}") == expected_windows(20 + n, samples=300 + 50 * n)

    run_virtual(work())


def test_a_stopped_listener_leaves_nothing_to_do_again() -> None:
    """A graceful stop saves every stream; whoever comes next goes on exactly there."""

    async def work() -> None:
        world = live_world()
        first, second = stream("s", 30)[:13], stream("s", 30)[13:]
        await world.publish(*first)
        await listen_until_idle(world)
        (checkpoint,) = (await world.backend.live.find(["s"])).values()
        assert (checkpoint.position, checkpoint.ended) == (13, False)
        await world.publish(*second)
        await listen_until_idle(world, holder="two")
        records = await world.records(LIVE)
        assert len(records) == 30
        assert windows(records, "s") == expected_windows(30)

    run_virtual(work())


def test_a_frame_begins_a_stream_of_which_no_opening_came() -> None:
    """Its header says the same; the opening that follows is no second one."""

    async def work() -> None:
        world = live_world()
        await world.publish(frame("s", 0), opened("s"), opened("s"), frame("s", 1), closed("s", frames=2))
        await listen_until_idle(world)
        assert windows(await world.records(LIVE), "s") == expected_windows(2)
        assert [type(body) for body in await told(world, "s") if not hasattr(body, "window")] == [
            StreamStarted,
            StreamEnded,
        ]

    run_virtual(work())


def test_a_broken_frame_is_a_letter_and_its_stream_goes_on() -> None:
    """Named, counted and told; the frames around it are heard, and other streams know nothing of it."""

    async def work() -> None:
        world = live_world()
        a, b = stream("a", 6), stream("b", 6)
        await world.publish(*a[:4], live_kit.broken("a", 77), *a[4:], *b)
        await listen_until_idle(world)
        (letter,) = await world.backend.letters.letters()
        assert (letter.processor, letter.fault.code, letter.request_id) == ("live", "contract.frame", "a")
        records = await world.records(LIVE)
        assert windows(records, "a") == expected_windows(6)
        assert windows(records, "b") == expected_windows(6)
        alerts = [body for body in await told(world, "a") if isinstance(body, AlertRaised)]
        assert [(alert.name, alert.count, alert.at_s) for alert in alerts] == [("broken_frame", 1, 0.3)]
        (end,) = [body for body in await told(world, "a") if isinstance(body, StreamEnded)]
        assert end.counts == {"broken_frame": 1}

    run_virtual(work())


def test_what_breaks_a_stream_ends_it_alone() -> None:
    """A fault in hearing is told as the end of that stream, with the letter of the frame; others go on."""

    async def work() -> None:
        world = live_world()
        bad = frame("a", 3, value=live_kit.BAD_SAMPLE)
        await world.publish(*stream("a", 3)[:-1], bad, frame("a", 4), *stream("b", 6))
        await listen_until_idle(world)
        (letter,) = await world.backend.letters.letters()
        (end,) = [body for body in await told(world, "a") if isinstance(body, StreamEnded)]
        assert (end.reason, end.letter_id) == ("failed", letter.letter_id)
        assert end.fault is not None
        assert windows(await world.records(LIVE), "a") == expected_windows(3)
        assert windows(await world.records(LIVE), "b") == expected_windows(6)

    run_virtual(work())


def test_a_stream_of_which_nothing_comes_has_ended() -> None:
    """After the time-out by the log's time, and not before what is in the log was read."""

    async def work() -> None:
        world = live_world()
        await world.publish(*stream("s", 4)[:-1])

        async def ended() -> bool:
            return any(isinstance(body, StreamEnded) for body in await told(world, "s"))

        await listen(world, ended, idle_s=30.0)
        assert 30 < world.clock.monotonic_s() < 35
        (end,) = [body for body in await told(world, "s") if isinstance(body, StreamEnded)]
        assert end.reason == "idle"

    run_virtual(work())


def test_silence_counts_by_the_log_not_by_who_reads_it() -> None:
    """Frames that came after too long a pause find their stream ended, although they are read together with it."""

    async def work() -> None:
        world = live_world()
        await world.publish(*stream("s", 4)[:-1])
        await asyncio.sleep(31)
        await world.publish(frame("s", 4))
        await asyncio.sleep(1000)
        await listen_until_idle(world, idle_s=30.0)
        assert windows(await world.records(LIVE), "s") == expected_windows(4)
        names = [body.name for body in await told(world, "s") if isinstance(body, AlertRaised)]
        assert names == ["after_end"]

    run_virtual(work())


def test_an_id_that_was_used_is_refused_by_name() -> None:
    """Openings and frames under it are told of, once each; a second sender while it runs is told of too."""

    async def work() -> None:
        world = live_world()
        foreign: list[Message] = [frame("s", 1, source="test/other", value=99) for _ in range(5)]
        await world.publish(opened("s"), frame("s", 0), *foreign, closed("s", source="test/other"), frame("s", 1))
        await world.publish(closed("s", frames=2), opened("s", event_id="again"), frame("s", 2), frame("s", 3))
        await listen_until_idle(world)
        assert windows(await world.records(LIVE), "s") == expected_windows(2)
        alerts = [(body.name, body.count) for body in await told(world, "s") if isinstance(body, AlertRaised)]
        assert alerts == [
            ("second_source", 1),
            ("second_source", 2),
            ("second_source", 4),
            ("reused", 1),
            ("after_end", 1),
        ]
        (end,) = [body for body in await told(world, "s") if isinstance(body, StreamEnded)]
        assert end.counts == {"second_source": 6}

    run_virtual(work())


def test_streams_that_end_together_are_all_remembered() -> None:
    """Also where fewer checkpoints are stored at once than there are ends, nothing is left to do."""

    async def work() -> None:
        world = live_world()
        names = [f"s{number}" for number in range(12)]
        await world.publish(*[message for name in names for message in stream(name, 2)])
        await listen_until_idle(world, checkpoints_at_once=2)
        found = await world.backend.live.find(names)
        assert {name for name, checkpoint in found.items() if checkpoint.ended} == set(names)

    run_virtual(work())
