"""A listener that is killed in the middle of twenty streams: another goes on within twice the session's time-out."""

import asyncio

import pytest

from consumers.live.runner import LiveRunner
from consumers.live.settings import LiveSettings
from consumers.settings import RunnerSettings
from schemas.catalogue import LIVE
from tests.simulation.loop import run_simulated
from tests.simulation.mortal import Life
from tests.simulation.world import FORMS, SESSION_S, Form, World
from tests.support.live_kit import COUNTING, expected_windows, stream, windows

STREAMS_SENT = 20
FRAMES = 300
KILL_AT_S = 12.34
SETTINGS = LiveSettings(runner=RunnerSettings(poll_s=0.5))
TIME_OUT_S = {"embedded": SETTINGS.runner.lease.ttl_s, "kafka": SESSION_S}


async def send(world: World) -> None:
    """Send twenty streams in real time."""
    streams = [stream(f"s{number}", FRAMES) for number in range(STREAMS_SENT)]
    for step in range(FRAMES + 2):
        await world.backend.publisher.publish([messages[step] for messages in streams])
        await asyncio.sleep(0.1)


def listener(world: World, holder: str) -> tuple[Life, "asyncio.Task[None]"]:
    """Begin to listen in a process that can be killed."""
    life = Life(holder, world.ledger, world.sky, crash=0.0)
    runner = LiveRunner(COUNTING, world.ports(holder, holder, life), SETTINGS)
    task = asyncio.create_task(runner.run(asyncio.Event()))
    life.at_death(task.cancel)
    return life, task


async def killed_in_the_middle(form: Form) -> tuple[float, World]:
    """Return for how many seconds nothing was told after the kill, and the world afterwards."""
    world = World(form=form, seed=1, processors=())
    world.audit.passed = world.audit.beyond = _nothing  # type: ignore[method-assign, assignment]  # not looked at here
    first, dying = listener(world, "first")
    await asyncio.sleep(0.5)
    _, second = listener(world, "second")
    sending = asyncio.create_task(send(world))
    await asyncio.sleep(KILL_AT_S)
    killed_at = world.clock.now()
    first.die()
    await asyncio.gather(dying, return_exceptions=True)
    await sending
    await asyncio.sleep(5 * TIME_OUT_S[form])
    second.cancel()
    await asyncio.gather(second, return_exceptions=True)
    records = await world.of_topic(LIVE)
    longest_s = 0.0
    for number in range(STREAMS_SENT):
        mine = [record for record in records if record.key == b"s%d" % number and record.appended_at > killed_at]
        longest_s = max(longest_s, (mine[0].appended_at - killed_at).total_seconds())
    return longest_s, world


async def _nothing(*_: object) -> None:
    """Look at nothing."""


@pytest.mark.parametrize("form", FORMS)
def test_streams_go_on_elsewhere_soon(form: Form) -> None:
    """All twenty, within twice the time-out, and no window of theirs is missing or told twice by its id."""

    async def work() -> None:
        silent_s, world = await killed_in_the_middle(form)
        assert silent_s < 2 * TIME_OUT_S[form]
        records = await world.of_topic(LIVE)
        for number in range(STREAMS_SENT):
            assert windows(records, f"s{number}") == expected_windows(FRAMES)

    run_simulated(work())
