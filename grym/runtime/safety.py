"""What keeps a process from harm: breakers for what it depends on, a bound on its memory, and what it tells of both."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cached_property, partial

from consumers.admission import AdmittedPublisher, MemoryAdmission
from consumers.breaker_news import BreakerNews
from consumers.dependencies import DependencyWatch, Ping
from consumers.telemetry import Telemetry
from grym.adapters.artifacts import SweptArtifacts
from grym.adapters.breaker import ProcessBreakers
from grym.adapters.guarded_artifacts import DEPENDENCY, GuardedArtifacts, ping
from grym.adapters.process_memory import ProcessMemory, default_limit_bytes
from grym.errors import InvalidRequestError
from grym.ports.backend import Backend
from grym.ports.clock import Clock
from grym.ports.log import Publisher
from grym.ports.tracing import NoTracer, Tracer
from grym.settings import Settings

MEGABYTE = 1024 * 1024

NEEDS = {
    "coordinator": (),
    "features": (DEPENDENCY,),
    "patterns": (DEPENDENCY,),
    "generation": (DEPENDENCY,),
    "quality": (DEPENDENCY,),
    "learning": (),
    "sessions": (),
    "enhancing": (DEPENDENCY,),
    "live": (),
}
"""What each processor cannot do without, beside the database and the log, whose absence the runner itself sits out."""


DATABASE = "postgres"
BROKERS = "kafka"
"""Their breakers tell how the two are; they keep nobody waiting, since the runner sits an outage out by itself."""


class Safety:
    """The breakers, the memory and the numbers of one process."""

    def __init__(self, backend: Backend, settings: Settings, *, clock: Clock, holder: str) -> None:
        limit_bytes = default_limit_bytes()
        if settings.memory_limit_mb is not None:
            limit_bytes = settings.memory_limit_mb * MEGABYTE
        self._clock = clock
        self.telemetry = Telemetry()
        self.news = BreakerNews(backend.publisher, clock=clock, holder=holder, telemetry=self.telemetry)
        self.breakers = ProcessBreakers(clock=clock, needs=NEEDS, tell=self.news.tell)
        self.admission = MemoryAdmission(ProcessMemory(limit_bytes=limit_bytes), clock, self.telemetry)
        self.telemetry.include(self.breakers)
        self.telemetry.include(self.admission)
        self._settings = settings
        self._holder = holder
        self._pings: dict[str, Ping] = {DATABASE: partial(backend.parking.next_due_in_s, "nobody")}
        if backend.feeds is not None:  # the client that reads goes on without a word while all brokers are away
            self._pings[BROKERS] = partial(backend.progress.positions, "coordinator")

    @cached_property
    def tracer(self) -> Tracer:
        """What traces where the settings name a collector.

        Raises
        ------
        InvalidRequestError
            ``otel.missing`` when its client is not installed.
        """
        url = self._settings.otel
        if url is None:
            return NoTracer()
        try:
            from grym.adapters.tracing import open_tracer  # noqa: PLC0415 (an extra)
        except ImportError as error:
            raise InvalidRequestError(
                "GRYM_OTEL is set, but the client for traces is not installed",
                code="otel.missing",
                hint="Install the extra otel (`uv sync --extra otel`), or unset GRYM_OTEL.",
                details={"variable": "GRYM_OTEL"},
            ) from error
        return open_tracer(url, worker=self._settings.worker or self._holder)

    def admitted(self, publisher: Publisher) -> Publisher:
        """Return a publisher that refuses while the memory of this process is saturated."""
        return AdmittedPublisher(publisher, self.admission)

    def guarded(self, artifacts: SweptArtifacts) -> SweptArtifacts:
        """Return a store behind its breaker."""
        self._pings[DEPENDENCY] = partial(ping, artifacts)
        return GuardedArtifacts(artifacts, self.breakers.breaker(DEPENDENCY), self._retried)

    def watch(self) -> DependencyWatch:
        """Return what asks now and then whether what is guarded answers."""
        return DependencyWatch(self._pings, breakers=self.breakers, clock=self._clock)

    def _retried(self, operation: str) -> None:
        self.telemetry.count("io_retries", of=operation)

    @asynccontextmanager
    async def cached(self, artifacts: SweptArtifacts, url: str) -> AsyncIterator[SweptArtifacts]:
        """Yield a store with copies of small payloads in the Redis at `url`, which nobody waits for."""
        from grym.adapters.redis_cache import REDIS, RedisCachedArtifacts  # noqa: PLC0415 (few use it)

        cached = RedisCachedArtifacts.at(url, artifacts, self.breakers.breaker(REDIS))
        try:
            yield cached
        finally:
            await cached.aclose()
