"""Memory admission: past 80 % of the limit consumers slow down, past 90 % they wait and producers are refused.

The policy is a pure function of two numbers (`level_of`, `delay_s`); `MemoryAdmission` asks for them now and then and
makes callers wait. What is in hand goes on, so that memory comes back.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

from consumers.telemetry import Telemetry
from grym.errors import SaturatedError
from grym.ports.clock import Clock
from grym.ports.log import Publisher
from grym.ports.memory import Memory
from grym.ports.metrics import Sample
from schemas.records import Message


class Level(IntEnum):
    """How short memory is."""

    NORMAL = 0
    SLOW = 1
    SATURATED = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class AdmissionSettings:
    """Thresholds and waits."""

    slow_share: float = 0.80
    """Share of the limit from which on consumers slow down: the predecessor's warning."""
    full_share: float = 0.90
    """Share from which on nothing new is taken: a tenth must suffice for what is in hand."""
    max_delay_s: float = 0.5
    """Seconds a batch is delayed just below saturation; the delay grows from 0 in proportion."""
    look_s: float = 0.25
    """Seconds between looks: a look costs a tenth of a millisecond, and memory grows by megabytes meanwhile."""


def level_of(used_bytes: int, limit_bytes: int, settings: AdmissionSettings) -> Level:
    """Return how short memory is; exactly at a threshold it is not short yet."""
    if used_bytes > settings.full_share * limit_bytes:
        return Level.SATURATED
    if used_bytes > settings.slow_share * limit_bytes:
        return Level.SLOW
    return Level.NORMAL


def delay_s(used_bytes: int, limit_bytes: int, settings: AdmissionSettings) -> float:
    """Return the seconds a batch waits: 0 up to the lower threshold, then rising to the most at the upper one."""
    over = used_bytes / limit_bytes - settings.slow_share
    share = over / (settings.full_share - settings.slow_share)
    return settings.max_delay_s * min(1.0, max(0.0, share))


class MemoryAdmission:
    """Lets work in as memory allows; one per process.

    Parameters
    ----------
    memory
        None lets everything in.
    """

    def __init__(
        self,
        memory: Memory | None = None,
        clock: Clock | None = None,
        telemetry: Telemetry | None = None,
        settings: AdmissionSettings | None = None,
    ) -> None:
        self._memory = memory
        self._clock = clock
        self._telemetry = telemetry
        self._settings = settings or AdmissionSettings()
        self._level = Level.NORMAL
        self._used_bytes = 0
        self._looked_s = float("-inf")

    @property
    def memory(self) -> Memory | None:
        """What is looked at, for whoever gives memory back by itself."""
        return self._memory

    @property
    def level(self) -> Level:
        """How short memory is now, or was a moment ago."""
        self._look()
        return self._level

    async def admit(self) -> None:
        """Wait before the next batch as memory asks for: not at all, a little, or until there is some again."""
        if self._memory is None or self._clock is None:
            return
        if self.level is Level.SLOW:
            await self._clock.sleep(delay_s(self._used_bytes, self._memory.limit_bytes, self._settings))
        while self.level is Level.SATURATED:
            if self._telemetry is not None:
                self._telemetry.count("memory_waits")
            await self._clock.sleep(self._settings.look_s)

    def check(self) -> None:
        """Refuse where consumers would wait.

        Raises
        ------
        SaturatedError
            While memory is saturated; nothing was taken in.
        """
        if self.level is Level.SATURATED:
            if self._telemetry is not None:
                self._telemetry.count("publishes_refused")
            raise SaturatedError(
                "this process has no memory left for more",
                code="memory.saturated",
                hint="Try again in a moment; GRYM_MEMORY_LIMIT_MB sets the limit.",
                retry_after_s=2 * self._settings.look_s,
            )

    def samples(self) -> Iterator[Sample]:
        """Return use, limit and level, as a `MetricSource`."""
        if self._memory is None:
            return
        self._look()
        yield Sample(name="memory_used_bytes", value=self._used_bytes)
        yield Sample(name="memory_limit_bytes", value=self._memory.limit_bytes)
        yield Sample(name="memory_level", value=self._level)

    def _look(self) -> None:
        if self._memory is None or self._clock is None:
            return
        now_s = self._clock.monotonic_s()
        if now_s - self._looked_s < self._settings.look_s:
            return
        self._looked_s = now_s
        self._used_bytes = self._memory.used_bytes()
        level = level_of(self._used_bytes, self._memory.limit_bytes, self._settings)
        if level is not self._level:
            self._level = level
            self._tell(self._memory.limit_bytes)

    def _tell(self, limit_bytes: int) -> None:
        if self._telemetry is not None:
            fields = {"used_bytes": self._used_bytes, "limit_bytes": limit_bytes}
            self._telemetry.log("memory.changed", level=self._level.name.lower(), **fields)


class AdmittedPublisher:
    """A publisher that refuses while memory is saturated."""

    def __init__(self, publisher: Publisher, admission: MemoryAdmission) -> None:
        self._publisher = publisher
        self._admission = admission

    async def publish(self, messages: Sequence[Message]) -> None:
        """Append all messages durably (see `grym.ports.log.Publisher`).

        Raises
        ------
        SaturatedError
            Before anything was stored.
        """
        self._admission.check()
        await self._publisher.publish(messages)
