"""The broker of the measurements, on a core of its own, and the database that grym's workers share."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil

from benchmarks.event_layer.workers import CORE
from grym.adapters.postgres.database import connect
from grym.adapters.postgres.embedded import start_embedded
from grym.adapters.postgres.migrating import migrate
from tests.support.kafka_cluster import KafkaCluster

BROKER_CORE = 0
PINNED = ("taskset", "-c", str(BROKER_CORE))


@asynccontextmanager
async def broker(*, nodes: int = 1) -> AsyncIterator[KafkaCluster]:
    """Run Kafka as a server would: no shortened compilation, all nodes on the broker's core."""
    # What is imported here brings pytest along, which nobody needs who only asks for help.
    from tests.support.kafka import kafka_cluster  # noqa: PLC0415 (see above)

    async with kafka_cluster(
        nodes=nodes,
        prefix_command=PINNED,
        java_options=(),
        extra_properties="group.min.session.timeout.ms=1000\n",
    ) as cluster:
        yield cluster


@asynccontextmanager
async def database() -> AsyncIterator[str]:
    """Run an embedded server with grym's schema on the core of the system under test; the value is its DSN."""
    with tempfile.TemporaryDirectory(prefix="grym-bench-") as home:
        server = await asyncio.to_thread(start_embedded, Path(home))
        try:
            _pin(Path(home))
            connection = await connect(server.dsn)
            await migrate(connection)
            await connection.close()
            yield server.dsn
        finally:
            await asyncio.to_thread(server.leave)


def _pin(home: Path) -> None:
    """Move the server of this home to the workers' core; what it starts later comes along."""
    pid = int(next(home.rglob("postmaster.pid")).read_text().splitlines()[0])
    for process in (psutil.Process(pid), *psutil.Process(pid).children(recursive=True)):
        process.cpu_affinity([CORE])


def pin_to(core: int) -> None:
    """Move this process, with all its threads, to a core."""
    for thread in psutil.Process().threads():
        psutil.Process(thread.id).cpu_affinity([core])
