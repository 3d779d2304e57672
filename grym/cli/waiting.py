"""Waiting for requests while this process does its share of the work, with progress, and giving up in time."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from grym.cli.faults import error_json
from grym.cli.screen import Screen
from grym.errors import GrymError, InvalidRequestError, UnavailableError

if TYPE_CHECKING:
    from grym.cli.progress import Teller
    from grym.runtime import Runtime
    from producers.status import RequestStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Awaited:
    """A request to wait for, and what it is called in progress lines."""

    request_id: str
    kind: str
    label: str


@asynccontextmanager
async def opened(*, to_work: bool = False, kind: str = "client") -> AsyncIterator["Runtime"]:
    """Open the runtime of the settings, `to_work` where processors will run; heavy modules are loaded here only.

    `kind` names the process among its like.
    """
    from grym.runtime import open_runtime
    from grym.settings import read_settings

    async with open_runtime(read_settings(), to_work=to_work, kind=kind) as runtime:
        yield runtime


Ended = Callable[[Awaited], Awaitable[None]]
"""Told of a request as soon as it has ended."""


async def wait_for(
    screen: Screen,
    runtime: "Runtime",
    awaited: Sequence[Awaited],
    *,
    timeout_s: float | None,
    ended: Ended | None = None,
) -> "list[RequestStatus]":
    """Run processors here until every request has ended, or until `timeout_s` seconds have passed.

    Parameters
    ----------
    ended
        Called for each request that ends while it is waited for, beside the waiting for the others.

    Returns
    -------
    list of RequestStatus
        In the order given; one that has not ended by then says so.
    """
    from grym.cli.progress import progress

    try:
        statuses = [await runtime.client.status(one.request_id) for one in awaited]
        if all(status.over for status in statuses):
            return statuses
        with progress(screen) as teller:
            async with runtime.working():
                await _until(timeout_s, [_follow(runtime, teller, one, ended) for one in awaited])
        return [await runtime.client.status(one.request_id) for one in awaited]
    except asyncio.CancelledError:  # Ctrl-C
        _tell_all(screen, awaited)
        if screen.json:
            screen.emit(error_json(_interrupted(awaited)))
        raise
    except UnavailableError as error:
        _tell_all(screen, awaited)
        error.details["request_id"] = _ids(awaited)
        raise


def _interrupted(awaited: Sequence[Awaited]) -> GrymError:
    return GrymError(
        "interrupted; what was asked for is stored and goes on with the next process that works",
        code="interrupted",
        hint="`grym up --until-idle` finishes it, `grym cancel` ends it.",
        details={"request_id": _ids(awaited)},
    )


def _ids(awaited: Sequence[Awaited]) -> str:
    return ",".join(one.request_id for one in awaited)


def _tell_all(screen: Screen, awaited: Sequence[Awaited]) -> None:
    """Say that requests go on, and how to find them again."""
    for one in awaited:
        screen.note(
            f"{one.label} is not lost: `grym up --until-idle` finishes it, `grym status {one.request_id}` tells "
            f"how far it is, `grym cancel {one.request_id}` ends it"
        )


def checked_timeout(timeout_s: float | None) -> float | None:
    """Return a time-out in seconds, refusing one that is no positive number.

    Raises
    ------
    InvalidRequestError
        ``usage.timeout``.
    """
    if timeout_s is not None and not 0 <= timeout_s < float("inf"):
        raise InvalidRequestError(
            "a time-out is a number of seconds from 0", code="usage.timeout", hint="Leave it out to wait for the end."
        )
    return timeout_s


async def _until(timeout_s: float | None, follows: list[Coroutine[Any, Any, None]]) -> None:
    try:
        async with asyncio.timeout(timeout_s):
            await asyncio.gather(*follows)
    except TimeoutError:
        return


async def _follow(runtime: "Runtime", teller: "Teller", one: Awaited, ended: Ended | None) -> None:
    async for envelope in runtime.client.follow(one.request_id):
        teller.tell(one.label, one.kind, envelope)
    if ended is not None:
        await ended(one)
