"""grym's full runner with a trivial hop, for harnesses that know nothing of grym: ``python -m benchmarks.copy_worker``.

Everything is told by environment variables (`benchmarks.environment`, `docs/benchmarks.md`). Parking and the register
of dead letters lie in the database of GRYM_DATABASE, or in an embedded one that all copies of a group on this machine
share. A record that fails is tried again after the others of other keys, and given up after five attempts.
"""

import asyncio
import contextlib
import hashlib
import importlib
import os
import signal
import sys
import tempfile
import traceback
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.copying import CopyHop, DeadLetterSender, Step, cluster_id, own_schema, recode
from benchmarks.environment import CopySettings, EnvironmentFaultError, from_environment, optional
from consumers.failures.retry import RetryPolicy
from consumers.ports import RunnerPorts
from consumers.runner import ProcessorRunner
from consumers.running.holding import holding_by_name
from consumers.settings import LeaseSettings, RunnerSettings
from consumers.supervisor import Supervisor
from grym.adapters.artifact_folder import FolderArtifacts
from grym.adapters.clock import SystemClock
from grym.adapters.kafka.feed import KafkaFeeds
from grym.adapters.kafka.sender import KafkaSender
from grym.adapters.kafka.settings import KafkaSettings
from grym.adapters.postgres.backend import open_embedded, open_postgres
from grym.errors import GrymError, first_cause
from grym.ports.backend import Backend
from producers.relay import OutboxRelay, RelayPorts
from schemas.records import Message

RETRY = RetryPolicy(base_s=0.1)
"""Five attempts within about a second: a harness waits for the dead letter."""
THREADS = 64
"""As many steps may be slow at once as the runner works on keys."""
DRAIN_S = 8.0
"""Seconds a stop waits for steps under way; leaving must not take more than fifteen in all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignKafka(KafkaSettings):
    """Kafka where the names of topics and groups are somebody else's."""

    group_id: str

    def group(self, processor: str) -> str:
        """Return the one group there is."""
        del processor
        return self.group_id


def main() -> int:
    """Copy until told to stop by SIGTERM; 2 when the environment makes no sense, 4 when something cannot be reached."""
    try:
        settings = from_environment()
        step = step_of(settings)
        # A step that hangs in its thread must not keep the process from ending: hence no `asyncio.run`.
        with contextlib.closing(asyncio.new_event_loop()) as loop:
            loop.set_default_executor(ThreadPoolExecutor(THREADS))
            loop.run_until_complete(copy(settings, step))
    except (EnvironmentFaultError, ImportError) as error:
        print(error, file=sys.stderr)
        return 2
    except GrymError as error:
        return _told(error)
    except BaseExceptionGroup as group:
        cause = first_cause(group)
        if not isinstance(cause, GrymError):
            raise
        return _told(cause)
    return 0


def _told(error: GrymError) -> int:
    print(f"{error.code}: {error} {error.hint}", file=sys.stderr)
    return 4


async def copy(settings: CopySettings, step: Step | None) -> None:
    """Run the hop and the relay of its dead letters until told to stop.

    Raises
    ------
    GrymError
        What can be mended by nobody but the operator.
    """
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    clock, holder = SystemClock(), f"{settings.worker}-{os.getpid()}"
    async with opened(settings, stop) as (backend, letters):
        ports = RunnerPorts(
            backend=backend, artifacts=FolderArtifacts(Path(tempfile.gettempdir())), clock=clock, holder=holder
        )
        runner = ProcessorRunner(CopyHop(settings, step), ports, RunnerSettings(retry=RETRY, drain_s=DRAIN_S))
        assert letters.outbox is not None
        assert letters.sender is not None
        hold = holding_by_name(backend.leases, holder=holder, clock=clock, settings=LeaseSettings())
        relay = OutboxRelay(
            RelayPorts(outbox=letters.outbox, sender=letters.sender, hold=hold, clock=clock, telemetry=ports.telemetry)
        )
        await Supervisor([runner, relay], ports).run(stop)


@contextlib.asynccontextmanager
async def opened(settings: CopySettings, stop: asyncio.Event) -> AsyncIterator[tuple[Backend, Backend]]:
    """Open the backend of the runner, and the same one as the relay of dead letters sees it."""
    kafka = ForeignKafka(
        bootstrap=settings.bootstrap,
        group_id=settings.group,
        session_timeout_s=settings.session_ms / 1000,
        heartbeat_s=min(0.5, settings.session_ms / 4000),
    )
    sender = KafkaSender(kafka, allow=_anything)
    feeds = KafkaFeeds(kafka, identity=settings.worker or None)
    database = await _database(settings, stop)
    try:
        backend = replace(database, sender=sender, feeds=feeds)
        yield backend, replace(backend, sender=DeadLetterSender(sender, settings.dead_topic))
    finally:
        await feeds.close()
        await sender.close()
        await database.close()


async def _database(settings: CopySettings, stop: asyncio.Event) -> Backend:
    """Open what the copies of this group share, and nobody else.

    What is parked belongs to places in one cluster, and dead letters to one topic: neither another cluster of the same
    address nor another group may find them.
    """
    names = f"{await cluster_id(settings.bootstrap, stop)} {settings.group}"
    name = hashlib.sha256(names.encode()).hexdigest()[:16]
    if (dsn := optional("GRYM_DATABASE")) is not None:
        return await open_postgres(await own_schema(dsn, f"grym_copy_{name}"), log_elsewhere=True)
    home = Path(tempfile.gettempdir()) / f"grym-copy-{os.getuid()}-{name}"
    home.mkdir(exist_ok=True)
    return await open_embedded(home, log_elsewhere=True)


def step_of(settings: CopySettings) -> Step | None:
    """Return what is done to every value, None when the bytes go through as they are.

    Raises
    ------
    ImportError
        When the module `processor` is wanted and not there.
    """
    process = importlib.import_module("processor").process if settings.faults else None
    if settings.codec == "raw" and process is None:
        return None

    def work(value: bytes | None) -> bytes | None:
        if process is not None:
            process(value)
        return recode(value) if settings.codec == "json" else value

    return work


def _anything(message: Message) -> None:
    """Allow what no catalogue knows."""
    del message


if __name__ == "__main__":
    code = 1
    try:
        code = main()
    except BaseException:  # noqa: BLE001 - told here, since nobody else may: see above
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
