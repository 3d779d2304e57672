"""The third form under the suite: a log on real Kafka, everything else in PostgreSQL, with the relay between."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from consumers.ports import RunnerPorts
from grym.adapters.clock import SystemClock
from grym.adapters.kafka.admin import create_topics
from grym.ports.backend import Backend
from grym.runtime.brokers import kafka_settings
from grym.runtime.kafka import open_on_kafka
from grym.runtime.relaying import relay_of
from grym.settings import Settings
from tests.contract.backends import Kit, postgres_kit
from tests.contract.fakes import MemoryArtifacts


@asynccontextmanager
async def kafka_kit(bootstrap: str, prefix: str, dsn: str, *, home: Path) -> AsyncIterator[Kit]:
    """Open an empty backend under topics of its own, as processes of the runtime do; each has a relay."""
    settings = Settings(kafka=bootstrap, kafka_prefix=f"{prefix}.", database=dsn, single_host=True, home=home)
    await create_topics(kafka_settings(settings))
    by_hand = await postgres_kit(dsn, log_elsewhere=True)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(by_hand.close)

        async def again() -> Backend:
            backend = await stack.enter_async_context(open_on_kafka(settings, kind="test"))
            await stack.enter_async_context(_relaying(backend))
            return backend

        yield Kit(name="kafka", backend=await again(), pass_time=by_hand.pass_time, again=again)


@asynccontextmanager
async def _relaying(backend: Backend) -> AsyncIterator[None]:
    ports = RunnerPorts(
        backend=backend, artifacts=MemoryArtifacts(), clock=SystemClock(), holder=f"relay-{id(backend)}"
    )
    relay, stop = relay_of(ports), asyncio.Event()
    assert relay is not None
    running = asyncio.create_task(relay.run(stop))
    try:
        yield
    finally:
        stop.set()
        await running
