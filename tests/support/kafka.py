"""Real Kafka for tests: one node for the whole run, shared by all its processes, or a cluster of one's own.

Where it comes from: ``GRYM_TEST_KAFKA=host:port`` names a broker that runs already (it must allow short sessions:
``group.min.session.timeout.ms=1000``); else Java with the jars that Maven fetches; else a container where a docker
engine answers; else the tests are skipped and say why, unless ``GRYM_TEST_KAFKA=required``.
"""

import asyncio
import hashlib
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from pathlib import Path

import pytest

from tests.support.kafka_cluster import KafkaCluster, new_folder, start_guard
from tests.support.kafka_container import docker_answers, start_container
from tests.support.kafka_jars import KafkaMissingError, classpath, is_the_same, java, locked, setting

_REQUIRED = "required"
_STARTS = 3  # another process may have taken a port between our look and our start


def skip_or_fail(reason: KafkaMissingError) -> None:
    """Skip the test, or fail it where Kafka is required."""
    if setting("GRYM_TEST_KAFKA") == _REQUIRED:
        raise reason
    pytest.skip(f"real Kafka cannot run here: {reason}")


@asynccontextmanager
async def kafka_cluster(
    *,
    nodes: int = 1,
    extra_properties: str = "",
    prefix_command: tuple[str, ...] = (),
    java_options: tuple[str, ...] = ("-XX:TieredStopAtLevel=1",),
) -> AsyncIterator[KafkaCluster]:
    """Run a cluster of one's own from the jars, to be killed at will; gone when the block ends."""
    folder = new_folder()
    with locked(folder / "users.lock", shared=True):
        start_guard(folder)
        cluster = await _started(
            folder,
            nodes=nodes,
            extra_properties=extra_properties,
            prefix_command=prefix_command,
            java_options=java_options,
        )
        try:
            yield cluster
        finally:
            for node in cluster.running:
                cluster.thaw(node)
            cluster.remove()


@asynccontextmanager
async def running_kafka() -> AsyncIterator[str]:
    """Run a single node, or use the broker that GRYM_TEST_KAFKA names; the value is its bootstrap string."""
    given = _given()
    if given:
        yield given
        return
    async with kafka_cluster() as cluster:
        yield cluster.bootstrap


@contextmanager
def shared_kafka(run_id: str) -> Iterator[str]:
    """Use the one node of a test run, which the first process starts and the last one leaves to be stopped."""
    given = _given()
    if given:
        yield given
        return
    with _shared_folder(run_id) as folder:
        yield (folder / "bootstrap").read_text()


@contextmanager
def _shared_folder(run_id: str) -> Iterator[Path]:
    """Hold the folder of the run's node: its lock is what keeps the node alive."""
    name = hashlib.sha256(run_id.encode()).hexdigest()[:16]
    folder = Path(tempfile.gettempdir()) / f"grym-test-kafka-{name}"
    with ExitStack() as held:
        _hold(folder, held)
        yield folder


def _hold(folder: Path, held: ExitStack) -> None:
    """Lock the folder for this process, and start the node where no other process has."""
    for _ in range(_STARTS):
        folder.mkdir(exist_ok=True)
        with suppress(FileNotFoundError), ExitStack() as trying, locked(folder / "start.lock"):
            ours = trying.enter_context(locked(folder / "users.lock", shared=True))
            if is_the_same(folder / "users.lock", ours):  # else the guard has just taken the folder away
                if not (folder / "bootstrap").exists():
                    start_guard(folder)
                    (folder / "bootstrap").write_text(asyncio.run(_start_shared(folder)))
                held.push(trying.pop_all())
                return
    raise KafkaMissingError(f"{folder} was taken away again and again")


async def _start_shared(folder: Path) -> str:
    """Start the run's node from the jars or as a container."""
    try:
        java()
        classpath()
    except KafkaMissingError:
        if not docker_answers():
            raise
        return await start_container(folder)
    cluster = await _started(folder, nodes=1)
    cluster.disown()
    return cluster.bootstrap


async def _started(
    folder: Path,
    *,
    nodes: int,
    extra_properties: str = "",
    prefix_command: tuple[str, ...] = (),
    java_options: tuple[str, ...] = ("-XX:TieredStopAtLevel=1",),
) -> KafkaCluster:
    """Return a cluster that answers; on other ports where one of the chosen ones was taken meanwhile."""
    for left in reversed(range(_STARTS)):
        cluster = KafkaCluster(
            folder=folder,
            nodes=nodes,
            extra_properties=extra_properties,
            prefix_command=prefix_command,
            java_options=java_options,
        )
        try:
            await asyncio.to_thread(cluster.prepare)
            cluster.start()
            await cluster.ready()
        except KafkaMissingError:
            cluster.kill()
            if not left:
                raise
        else:
            return cluster
    raise AssertionError


def _given() -> str:
    """Return the broker that the environment names, empty where it names none."""
    given = setting("GRYM_TEST_KAFKA")
    return "" if given == _REQUIRED else given
