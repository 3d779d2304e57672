"""Live streams over each backend: listeners die in the middle of twenty streams, and nothing of them is lost.

The listeners are cancelled at random moments, in the middle of whatever they do, and others go on from the checkpoints:
in memory, in one PostgreSQL, and with Kafka beside it.
"""

import asyncio
import random

from consumers.live.runner import LiveRunner
from consumers.live.settings import LiveSettings
from consumers.ports import RunnerPorts
from consumers.settings import LeaseSettings, RunnerSettings
from grym.adapters.clock import SystemClock
from grym.ports.backend import Backend
from schemas.catalogue import LIVE, STREAMS
from schemas.live import StreamEnded
from schemas.records import Record
from tests.contract.backends import Kit
from tests.contract.fakes import MemoryArtifacts
from tests.support.live_kit import COUNTING, expected_windows, heard, stream, windows

STREAMS_SENT = 20
FRAMES = 30
DEATHS = 6
PATIENCE_S = 120  # far more than it takes; a test that waits so long has failed
SETTINGS = LiveSettings(
    runner=RunnerSettings(lease=LeaseSettings(ttl_s=30.0, compete_s=0.02), poll_s=0.1),
    checkpoint_sound_s=0.3,
    checkpoint_apart_s=0.05,
    checkpoint_quiet_s=0.3,
    idle_s=600.0,
)


async def told(backend: Backend) -> list[Record]:
    """Return everything told of live streams."""
    records: list[Record] = []
    for source in sorted(await backend.log.ends([LIVE, STREAMS])):
        after = 0
        while found := await backend.log.read(source, after=after, limit=5_000):
            records += found
            after = found[-1].position
    return records


async def send(backend: Backend, chance: random.Random) -> None:
    """Send twenty streams at once, bit by bit."""
    waiting = {f"s{number}": stream(f"s{number}", FRAMES, samples=700) for number in range(STREAMS_SENT)}
    while any(waiting.values()):
        batch = [message for messages in waiting.values() for message in messages[: chance.randint(0, 3)]]
        for messages in waiting.values():
            del messages[: sum(message in messages for message in batch)]
        if batch:
            await backend.publisher.publish(batch)
        await asyncio.sleep(0.02)


async def listen(kit: Kit, holder: str) -> asyncio.Task[None]:
    """Begin to listen as another process would."""
    ports = RunnerPorts(backend=await kit.again(), artifacts=MemoryArtifacts(), clock=SystemClock(), holder=holder)
    return asyncio.create_task(LiveRunner(COUNTING, ports, SETTINGS).run(asyncio.Event()))


async def ended(backend: Backend) -> int:
    """Return how many streams have ended."""
    records = await told(backend)
    names = {f"s{number}" for number in range(STREAMS_SENT)}
    return sum(any(isinstance(body, StreamEnded) for body in heard(records, name)) for name in names)


async def live_for(listening: asyncio.Task[None], seconds: float) -> None:
    """Let a listener live for a while, then end it in the middle of whatever it does."""
    await asyncio.wait([listening], timeout=seconds)
    if listening.done():
        listening.result()
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)


async def test_listeners_die_in_the_middle_of_twenty_streams(form: Kit) -> None:
    """Every window of every stream is told once by its id, made of the sound that was sent."""
    chance = random.Random(7)
    sending = asyncio.create_task(send(form.backend, chance))
    longest_s = 2.0 if form.name == "kafka" else 0.3  # joining a group takes half a second
    for number in range(DEATHS):
        await live_for(await listen(form, f"listener-{number}"), chance.uniform(0.0, longest_s))
    survivor = await listen(form, "survivor")
    async with asyncio.timeout(PATIENCE_S):
        while await ended(form.backend) < STREAMS_SENT:
            await asyncio.wait([survivor], timeout=0.2)
            assert not survivor.done()
    await sending
    await live_for(survivor, 0.0)
    records = await told(form.backend)
    for number in range(STREAMS_SENT):
        assert windows(records, f"s{number}") == expected_windows(FRAMES, samples=700), number
        assert len([body for body in heard(records, f"s{number}") if isinstance(body, StreamEnded)]) == 1
