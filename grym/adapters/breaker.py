"""Circuit breakers for asyncio: pybreaker keeps count and state, everything else happens here.

pybreaker itself guards only the making of a coroutine, lets any number of callers try when half-open, counts a
cancellation as a failure and a neutral error as a success, and reads the wall clock (1.4.1). So work is awaited outside
it and only the outcome is told to it; who may try, when, and what counts is decided here, by the clock of the port.

A call is judged by the state it was admitted in: what was sent before the breaker opened says nothing when it comes
back afterwards. Everything belongs to one event loop.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from grym.errors import AdapterError, GrymError
from grym.ports.breaker import BreakerChange, BreakerOpenError, BreakerState
from grym.ports.clock import Clock
from grym.ports.metrics import Sample

if TYPE_CHECKING:
    from grym.adapters.breaker_machine import Machine

T = TypeVar("T")

STATE_NUMBERS: dict[BreakerState, int] = {"closed": 0, "half-open": 1, "open": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerSettings:
    """How soon a dependency is left alone, and for how long."""

    failures: int = 5
    """Failures in a row that open the breaker: one may be chance, and five cost a retrying caller about a second."""
    reset_s: float = 5.0
    """Seconds an open breaker waits before somebody may try: how long a recovered dependency stays unused at most."""
    limit_s: float | None = None
    """Seconds a call may take, by the event loop's time; None leaves that to the adapter."""


class AsyncBreaker:
    """The breaker of one dependency (see `grym.ports.breaker.Breaker`)."""

    def __init__(
        self,
        dependency: str,
        *,
        clock: Clock,
        settings: BreakerSettings | None = None,
        tell: Callable[[BreakerChange], None] | None = None,
    ) -> None:
        self._dependency = dependency
        self._clock = clock
        self._settings = settings or BreakerSettings()
        self._machine: Machine | None = None
        """Made with the first failure; until then the breaker is closed."""
        self._tell = tell
        self._trying = False
        self._changes = 0
        self._moved = asyncio.Event()
        self.failures = 0
        self.rejections = 0

    @property
    def dependency(self) -> str:
        """What it guards."""
        return self._dependency

    @property
    def state(self) -> BreakerState:
        """``closed``, ``open`` or ``half-open``."""
        return "closed" if self._machine is None else self._machine.state

    @property
    def changes(self) -> int:
        """How often the state has changed."""
        return self._changes

    @property
    def retry_after_s(self) -> float:
        """Seconds until a call is let through again; 0 where one would be now, or as soon as somebody has tried."""
        if self._machine is None or self._machine.state != "open":
            return 0.0
        return max(0.0, self._machine.opened_s + self._settings.reset_s - self._clock.monotonic_s())

    @property
    def blocks(self) -> bool:
        """Whether a call would be rejected now."""
        return self.retry_after_s > 0 or self._trying

    async def call(self, work: Callable[[], Awaitable[T]]) -> T:
        """Await `work()` and record how it went (see `grym.ports.breaker.Breaker.call`).

        Raises
        ------
        BreakerOpenError
            Without calling `work`, while the breaker is open or somebody else tries.
        AdapterError
            ``dependency.timeout`` where the settings limit a call and it took longer.
        """
        machine = self._machine
        if machine is None or machine.state == "closed":
            return await self._recorded(work)
        self._require_turn()
        self._trying = True
        if machine.state == "open":
            machine.half_open()
        try:
            return await self._recorded(work)
        finally:
            self._trying = False
            self._wake()

    async def wait(self) -> None:
        """Return when `blocks` may have changed: somebody has tried, the state has changed, or it is time to try."""
        waits: list[asyncio.Future[Any]] = [asyncio.ensure_future(self._moved.wait())]
        if (seconds := self.retry_after_s) > 0:
            waits.append(asyncio.ensure_future(self._clock.sleep(seconds)))
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
            await asyncio.gather(*waits, return_exceptions=True)

    async def _recorded(self, work: Callable[[], Awaitable[T]]) -> T:
        admitted = self._changes
        try:
            outcome = await self._within_limit(work)
        except Exception as error:
            if counts_against(error):
                self.failures += 1
                if self._changes == admitted:
                    self._started().failed(error)
            raise
        if self._changes == admitted and self._machine is not None:
            self._machine.succeeded()
        return outcome

    def _started(self) -> "Machine":
        if self._machine is None:
            from grym.adapters.breaker_machine import Machine  # noqa: PLC0415 (see there)

            self._machine = Machine(failures=self._settings.failures, clock=self._clock, changed=self._changed)
        return self._machine

    async def _within_limit(self, work: Callable[[], Awaitable[T]]) -> T:
        if self._settings.limit_s is None:
            return await work()
        try:
            async with asyncio.timeout(self._settings.limit_s) as limit:
                return await work()
        except TimeoutError as error:
            if not limit.expired():
                raise
            raise AdapterError(
                f"{self._dependency} did not answer within {self._settings.limit_s:g} s", code="dependency.timeout"
            ) from error

    def _require_turn(self) -> None:
        if not self.blocks:
            return
        self.rejections += 1
        raise BreakerOpenError(
            f"{self._dependency} is left alone for now: it failed {self._settings.failures} times in a row",
            hint="It is tried again by itself; `grym doctor` shows whether it can be reached.",
            details={"dependency": self._dependency},
            retry_after_s=self.retry_after_s,
        )

    def _changed(self, before: BreakerState, state: BreakerState) -> None:
        self._changes += 1
        self._wake()
        if self._tell is not None:
            at = self._clock.now()
            self._tell(BreakerChange(dependency=self._dependency, state=state, before=before, at=at))

    def _wake(self) -> None:
        self._moved.set()
        self._moved = asyncio.Event()


class ProcessBreakers:
    """The breakers of one process (see `grym.ports.breaker.Breakers`).

    Parameters
    ----------
    needs
        The dependencies each processor cannot do without; all others are optional and never make anybody wait.
    settings
        By dependency, where the usual ones do not fit.
    tell
        Called with every change, from within a call: it only takes note.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        needs: Mapping[str, tuple[str, ...]] | None = None,
        settings: Mapping[str, BreakerSettings] | None = None,
        tell: Callable[[BreakerChange], None] | None = None,
    ) -> None:
        self._clock = clock
        self._needs = dict(needs or {})
        self._settings = dict(settings or {})
        self._tell = tell
        self._breakers: dict[str, AsyncBreaker] = {}

    def breaker(self, dependency: str) -> AsyncBreaker:
        """Return the breaker of a dependency; always the same one for the same name."""
        known = self._breakers.get(dependency)
        if known is None:
            settings = self._settings.get(dependency)
            known = AsyncBreaker(dependency, clock=self._clock, settings=settings, tell=self._tell)
            self._breakers[dependency] = known
        return known

    def states(self) -> dict[str, BreakerState]:
        """Return the state of every breaker by dependency."""
        return {name: breaker.state for name, breaker in self._breakers.items()}

    def blocking(self, processor: str) -> str | None:
        """Return a dependency that `processor` cannot do without and that takes no call now, if there is one."""
        for dependency in self._needs.get(processor, ()):
            known = self._breakers.get(dependency)
            if known is not None and known.blocks:
                return dependency
        return None

    async def wait_until_clear(self, processor: str) -> None:
        """Return as soon as `blocking` is None."""
        while (dependency := self.blocking(processor)) is not None:
            await self._breakers[dependency].wait()

    def excuses(self, processor: str, error: BaseException) -> bool:
        """Return whether a failed attempt does not count, since a dependency is known to be away."""
        if isinstance(error, BreakerOpenError):
            return True
        return isinstance(error, AdapterError) and self.blocking(processor) is not None

    def samples(self) -> Iterator[Sample]:
        """Return state, changes, failures and rejections of every breaker, as a `MetricSource`."""
        for name, breaker in self._breakers.items():
            yield Sample(name="breaker_state", value=STATE_NUMBERS[breaker.state], of=name)
            yield Sample(name="breaker_changes", value=breaker.changes, of=name)
            yield Sample(name="breaker_failures", value=breaker.failures, of=name)
            yield Sample(name="breaker_rejections", value=breaker.rejections, of=name)


def counts_against(error: Exception) -> bool:
    """Return whether an error says that a dependency is ill.

    Errors of grym say so themselves: only an `AdapterError` does, and not one that means the call was never made.
    Errors nobody has translated do too.
    """
    if isinstance(error, GrymError):
        return isinstance(error, AdapterError) and not isinstance(error, BreakerOpenError)
    return True
