"""Opening and closing a runtime: database, artifacts, client at once; worker processes when something needs them."""

import asyncio
import os
import socket
import uuid
from collections.abc import AsyncIterator, Collection
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from grym.adapters.artifacts import FolderScratch, SweptArtifacts, open_artifacts
from grym.adapters.clock import SystemClock
from grym.adapters.cpu_pool import ProcessCpuPool
from grym.adapters.postgres.backend import open_embedded, open_postgres
from grym.errors import first_cause
from grym.ports.artifacts import Scratch
from grym.ports.backend import Backend
from grym.ports.clock import Clock
from grym.ports.embedding import NoModels, SavedModels
from grym.ports.generating import Musicians, NoMusicians
from grym.ports.sound import CpuPool
from grym.runtime.home import usable_home
from grym.runtime.names import ANSWERING
from grym.runtime.safety import Safety
from grym.settings import Settings

if TYPE_CHECKING:
    from producers.client import GrymClient
    from producers.frames import StreamDesk
    from producers.people import PeopleDesk
    from producers.redrive import LetterDesk

PRELOADED = (
    "grym.adapters.audio_files",
    "grym.adapters.builtin_synth",
    "grym.adapters.fluidsynth",
    "grym.adapters.studio",
    "grym.domain.analysis",
    "grym.domain.quality.gate",
    "streams.generation.piece",
)
"""What worker processes import while the database still starts."""


CLIENT = "client"

GRACE_S = 10.0
"""What a stopped `grym up` gives the piece it is making: most are done by then."""


@dataclass(frozen=True, kw_only=True)
class Runtime:
    """An open runtime.

    Parameters
    ----------
    holder
        Names this process among all others, on any machine.
    """

    settings: Settings
    backend: Backend
    artifacts: SweptArtifacts
    scratch: Scratch
    clock: Clock
    cpu: CpuPool
    models: SavedModels
    musicians: Musicians
    holder: str
    safety: Safety

    @cached_property
    def client(self) -> "GrymClient":
        """What asks, waits and reads."""
        from producers.client import GrymClient  # noqa: PLC0415 (it knows the rules of requests; workers do without)

        return GrymClient(backend=self.backend, artifacts=self.artifacts, clock=self.clock)

    def letter_desk(self, *, by: str) -> "LetterDesk":
        """Return what redrives and discards dead letters in the name of `by`."""
        from producers.redrive import LetterDesk  # noqa: PLC0415 (as above)

        return LetterDesk(backend=self.backend, clock=self.clock, by=by)

    def people_desk(self, *, by: str) -> "PeopleDesk":
        """Return what reads sessions, and saves, restores and erases people in the name of `by`."""
        from producers.people import PeopleDesk  # noqa: PLC0415 (as above)

        return PeopleDesk(backend=self.backend, clock=self.clock, by=by)

    def stream_desk(self) -> "StreamDesk":
        """Return what sends live sound and hears what is made of it."""
        from producers.frames import StreamDesk  # noqa: PLC0415 (as above)

        return StreamDesk(backend=self.backend, clock=self.clock, admit=self.safety.admission.check)

    async def supervise(
        self,
        stop: asyncio.Event,
        *,
        only: Collection[str] | None = None,
        until_idle: bool = False,
        grace_s: float = GRACE_S,
        port: int | None = None,
    ) -> None:
        """Run processors until `stop` is set, or until nothing is open.

        Parameters
        ----------
        only
            Names of processors; all of them for None.
        grace_s
            Seconds a piece in the making may still take after `stop`, before it is handed back.
        port
            Where health and metrics are served; None serves nothing.

        Raises
        ------
        GrymError
            What ended a processor.
        """
        # What only reads the log does not load them.
        from grym.runtime.crew import Crew  # noqa: PLC0415 (see above)

        try:
            await Crew(self, only=only, grace_s=grace_s, port=port).run(stop, until_idle=until_idle)
        except BaseExceptionGroup as group:
            raise first_cause(group) from None

    @asynccontextmanager
    async def working(self, *, only: Collection[str] | None = None) -> AsyncIterator[None]:
        """Run processors in the background of the block; what ends them ends the block.

        A block that has its answer does not wait for the pieces of others: they are handed back. On Kafka the workers
        do it all, and nothing runs here.

        Parameters
        ----------
        only
            Names of processors; those that answer requests for None.
        """
        if self.backend.feeds is not None:
            yield
            return
        stop = asyncio.Event()
        try:
            async with asyncio.TaskGroup() as group:
                names = ANSWERING if only is None else only
                group.create_task(self.supervise(stop, only=names, grace_s=0.0), name="supervisor")
                try:
                    yield
                finally:
                    stop.set()
        except BaseExceptionGroup as group:
            raise first_cause(group) from None


@asynccontextmanager
async def open_runtime(settings: Settings, *, to_work: bool = False, kind: str = CLIENT) -> AsyncIterator[Runtime]:
    """Open the runtime that the settings ask for, starting what it needs.

    Parameters
    ----------
    to_work
        Whether sound will be made or analysed here: worker processes then load their libraries while the database
        starts.
    kind
        What this process is among its like; part of its name in consumer groups.

    Raises
    ------
    InvalidRequestError
        When the settings ask for a part that this version does not have, or for workers that share no state.
    UnavailableError
        When the database or the artifact store cannot be had.
    """
    settings.require_known_runtime()
    async with AsyncExitStack() as stack:
        cpu = await stack.enter_async_context(ProcessCpuPool(workers=settings.cpu_workers, preload=PRELOADED))
        if to_work and (settings.kafka is None or kind != CLIENT):  # on Kafka a client leaves the work to workers
            cpu.start()
        clock, holder = SystemClock(), _holder()
        backend = await _open_backend(settings, stack, kind)
        safety = Safety(backend, settings, clock=clock, holder=holder)
        backend = replace(backend, publisher=safety.admitted(backend.publisher))
        artifacts = safety.guarded(open_artifacts(settings.artifacts_url, cache=settings.home / "cache"))
        if settings.redis is not None:
            artifacts = await stack.enter_async_context(safety.cached(artifacts, settings.redis))
        yield Runtime(
            settings=settings,
            backend=backend,
            artifacts=artifacts,
            scratch=FolderScratch(settings.scratch_folder),
            clock=clock,
            cpu=cpu,
            models=await _models(settings, stack),
            musicians=await _musicians(settings, stack),
            holder=holder,
            safety=safety,
        )


async def _models(settings: Settings, stack: AsyncExitStack) -> SavedModels:
    """Return the saved models, whose worker starts with the first question to one."""
    if settings.models is None:
        return NoModels()
    from grym.adapters.models.serving import PooledModels  # noqa: PLC0415 (most machines have none)

    pool = await stack.enter_async_context(ProcessCpuPool(workers=1, memory_bytes=None))
    return PooledModels(settings.models, pool)


async def _musicians(settings: Settings, stack: AsyncExitStack) -> Musicians:
    """Return the saved generators, whose worker starts with the first piece."""
    if settings.models is None:
        return NoMusicians()
    from grym.adapters.models.generating.serving import PooledMusicians  # noqa: PLC0415 (most machines have none)

    return await stack.enter_async_context(PooledMusicians(settings.models, pickles_allowed=settings.pickles_allowed))


async def _open_backend(settings: Settings, stack: AsyncExitStack, kind: str) -> Backend:
    if settings.kafka is not None:
        from grym.runtime.kafka import open_on_kafka  # noqa: PLC0415 (the embedded runtime does without Kafka)

        return await stack.enter_async_context(open_on_kafka(settings, kind=kind))
    if settings.database is not None:
        backend = await open_postgres(settings.database)
    else:
        with usable_home(settings):
            backend = await open_embedded(settings.home)
    stack.push_async_callback(backend.close)
    return backend


def _holder() -> str:
    """Return a name for this process that no other one has, on any machine."""
    return f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
