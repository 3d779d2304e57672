"""Many streams on real Kafka: workers of `live` as processes, and one upstream process that sends and hears."""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.live.embedded import row, server_s
from benchmarks.live.load import play, result_of, streamers, tunes
from benchmarks.live.processes import cpu_s, rss_mib
from benchmarks.live.upstream import Upstream, upstream_on
from grym.adapters.postgres.embedded import start_embedded
from grym.runtime import open_runtime
from grym.settings import Settings
from producers.frames import FrameStreamer

if TYPE_CHECKING:
    from tests.support.kafka_world import KafkaWorld

WORKERS = {"coordinator": ("worker", "coordinator"), "live-1": ("worker", "live"), "live-2": ("worker", "live")}
SETTLE_S = 20.0
"""How long the last windows are waited for."""
WARM_UP = 8
"""Streams that are played first, so that each worker has had one."""


async def measure(*, streams: int, seconds: float) -> dict[str, float]:
    """Return latency, loss, processor time of a stream's second by role, and memory of a stream in a worker."""
    async with AsyncExitStack() as stack:
        world, broker = await stack.enter_async_context(_world())
        runtime = await stack.enter_async_context(open_runtime(_settings(world)))
        desk = await stack.enter_async_context(runtime.stream_desk())
        for name, words in WORKERS.items():
            world.start(name, *words)
        async with upstream_on(world.bootstrap) as upstream:
            await _played(upstream, streamers(desk, WARM_UP, prefix="warm"), tunes(2.0))
            sounds = tunes(seconds)
            resident, used = _resident(world), _used(world, broker)
            many = streamers(desk, streams)
            await _played(upstream, many, sounds)
            blocks = 10 * streams * seconds
            spent = {role: now - used[role] for role, now in _used(world, broker).items()}
            costs = {f"{role}_ms_per_block": 1000 * seconds_used / blocks for role, seconds_used in spent.items()}
            grown = sum(_resident(world).values()) - sum(resident.values())
        found = result_of(upstream.heard, seconds=seconds, frames_lost=sum(one.sent.unsent_frames for one in many))
    return row(found) | upstream.legs.row() | costs | {"memory_mb": grown / streams}


@asynccontextmanager
async def _world() -> "AsyncIterator[tuple[KafkaWorld, int]]":
    """Start a broker and a database, and make the topics; the second value is the broker's process."""
    # What is imported here brings pytest along, which nobody needs who only asks for help.
    from tests.support.kafka import kafka_cluster  # noqa: PLC0415 (see above)
    from tests.support.kafka_world import kafka_world  # noqa: PLC0415 (see above)

    quick_sessions = "group.min.session.timeout.ms=1000\n"
    with tempfile.TemporaryDirectory(prefix="grym-bench-") as name:
        folder = Path(name)
        async with kafka_cluster(java_options=(), extra_properties=quick_sessions) as cluster:
            server = await asyncio.to_thread(start_embedded, folder / "database")
            try:
                with kafka_world(bootstrap=cluster.bootstrap, dsn=server.dsn, folder=folder) as world:
                    yield world, cluster.running[min(cluster.running)].pid
            finally:
                await asyncio.to_thread(server.leave)


def _settings(world: "KafkaWorld") -> Settings:
    return Settings(
        home=world.folder / "sender",
        kafka=world.bootstrap,
        database=world.dsn,
        artifacts=(world.folder / "artifacts").as_uri(),
    )


async def _played(upstream: Upstream, many: Sequence[FrameStreamer], sounds: Sequence[bytes]) -> None:
    """Play streams to their ends and hear what is said of them."""
    upstream.follow(many)
    await play(many, sounds)
    await upstream.until_over(patience_s=SETTLE_S)


def _used(world: "KafkaWorld", broker: int) -> dict[str, float]:
    """Return processor time by role, in seconds: sender and listener are this process."""
    live = [process.pid for name, process in world.workers.items() if name.startswith("live")]
    database = server_s(world.folder)
    return {"live": cpu_s(live), "sender": time.process_time(), "broker": cpu_s([broker]), "database": database}


def _resident(world: "KafkaWorld") -> dict[str, float]:
    return {name: rss_mib(process.pid) for name, process in world.workers.items() if name.startswith("live")}
