"""Circuit breakers: after several failures in a row a dependency is left alone for a while, then tried by one caller.

An open breaker is no event's fault (promise 6). Whoever works for a processor that needs the dependency waits until
the breaker lets calls through again; nothing that failed meanwhile counts as an attempt.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, TypeVar

from grym.errors import UnavailableError

T = TypeVar("T")

BreakerState = Literal["closed", "open", "half-open"]


class BreakerOpenError(UnavailableError):
    """A dependency is left alone at the moment; the call was not made. ``details`` names the dependency."""

    default_code = "breaker.open"


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerChange:
    """A breaker went from `before` to `state`."""

    dependency: str
    state: BreakerState
    before: BreakerState
    at: datetime


class Breaker(Protocol):
    """The breaker of one dependency in this process."""

    @property
    def dependency(self) -> str:
        """What it guards."""
        ...

    @property
    def state(self) -> BreakerState:
        """``closed``: calls pass. ``open``: none does. ``half-open``: one at a time does, to find out."""
        ...

    @property
    def retry_after_s(self) -> float:
        """Seconds until a call is let through again; 0 where one would be now."""
        ...

    async def call(self, work: Callable[[], Awaitable[T]]) -> T:
        """Await `work()` and record how it went; what it raises is raised.

        A `PermanentError` and a cancellation say nothing about the dependency and are not recorded.

        Raises
        ------
        BreakerOpenError
            Without calling `work`, while the breaker is open or somebody else tries.
        """
        ...


class Breakers(Protocol):
    """All breakers of this process, and which processor needs which."""

    def breaker(self, dependency: str) -> Breaker:
        """Return the breaker of a dependency; always the same one for the same name."""
        ...

    def states(self) -> dict[str, BreakerState]:
        """Return the state of every breaker by dependency."""
        ...

    def blocking(self, processor: str) -> str | None:
        """Return a dependency that `processor` cannot do without and that takes no call now, if there is one."""
        ...

    async def wait_until_clear(self, processor: str) -> None:
        """Return as soon as `blocking` is None: at once, or when a breaker closes or may be tried."""
        ...

    def excuses(self, processor: str, error: BaseException) -> bool:
        """Return whether a failed attempt does not count: it failed on a dependency that is known to be away.

        True for a `BreakerOpenError`, and for an `AdapterError` after which a dependency that `processor` needs is
        left alone.
        """
        ...


class NoBreakers:
    """Guards nothing; for tests and parts that need no dependency."""

    def breaker(self, dependency: str) -> Breaker:
        """Return a breaker that is always closed."""
        return _AlwaysClosed(dependency)

    def states(self) -> dict[str, BreakerState]:
        """Return none."""
        return {}

    def blocking(self, processor: str) -> str | None:
        """Return None."""
        del processor
        return None

    async def wait_until_clear(self, processor: str) -> None:
        """Return at once."""

    def excuses(self, processor: str, error: BaseException) -> bool:
        """Return whether somebody else's breaker was open."""
        del processor
        return isinstance(error, BreakerOpenError)


@dataclass(frozen=True, slots=True)
class _AlwaysClosed:
    dependency: str

    @property
    def state(self) -> BreakerState:
        return "closed"

    @property
    def retry_after_s(self) -> float:
        return 0.0

    async def call(self, work: Callable[[], Awaitable[T]]) -> T:
        return await work()
