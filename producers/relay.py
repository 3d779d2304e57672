"""The outbox relay: sends what transactions have put into the outbox, in order per key, and moves it into the history.

Each shard is relayed by whoever holds its lease. A message is sent first and moved afterwards, so whatever dies in
between, it is sent again under the same id, which is harmless; it is never lost. While the log or the database is away
the relay keeps its lease, waits and tries again, as it does after any error. What the log refuses for good is set
aside, so that its followers go on; an operator is told, and it is tried again now and then.
"""

import asyncio
import zlib
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from grym.errors import GrymError, LeaseLostError, PermanentError, TransientError
from grym.ports.clock import Clock
from grym.ports.log import Placement, Sender
from grym.ports.metrics import MetricName
from grym.ports.outbox import SHARDS, Outbox, Unsent
from grym.ports.work import FaultNote, Lease

MAX_NOTE = 500
"""Characters kept of what the log said of a message it refused."""


class Held(Protocol):
    """A lease in hand."""

    @property
    def lease(self) -> Lease:
        """The lease in its newest form."""
        ...

    async def keep(self) -> None:
        """Renew until cancelled; `LeaseLostError` when somebody else has it."""
        ...


Hold = Callable[[str, asyncio.Event], AbstractAsyncContextManager[Held | None]]
"""Wait for a lease of that name and give it back when the block ends; None when stopped before it was free."""


class RelayTelemetry(Protocol):
    """What the relay tells of itself."""

    def count(self, name: MetricName, by: int = 1, *, of: str = "") -> None:
        """Add to a counter."""
        ...

    def gauge(self, name: MetricName, value: float, *, of: str = "") -> None:
        """Set a gauge."""
        ...

    def log(self, name: Literal["outbox.failed", "outbox.refused"], **fields: str | float | None) -> None:
        """Write one line."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayPorts:
    """The world of the relay."""

    outbox: Outbox
    sender: Sender
    hold: Hold
    clock: Clock
    telemetry: RelayTelemetry


@dataclass(frozen=True, slots=True, kw_only=True)
class RelaySettings:
    """How busy and how patient the relay is."""

    batch: int = 500
    """Messages sent at once: enough that a round trip to the log and two to the database hardly count."""
    look_s: float = 1.0
    """Seconds without a wake-up after which the outbox is looked at anyway."""
    pause_s: float = 0.1
    """Longest pause after the first failure; it doubles with each that follows."""
    longest_pause_s: float = 5.0
    """Longest pause at all: how late the log is found back."""
    patience: int = 3
    """Failures in a row after which the topics of a batch are sent apart, lest a broken one hold up the others."""
    drain_s: float = 5.0
    """Seconds a stop waits for what is being sent."""
    refused_s: float = 600.0
    """Seconds after which what the log refused is tried again: somebody may have mended the topic meanwhile."""
    watch_s: float = 5.0
    """Seconds between looks at how much waits, for metrics."""


class OutboxRelay:
    """Relays every shard whose lease it gets, until it is stopped."""

    def __init__(self, ports: RelayPorts, settings: RelaySettings | None = None) -> None:
        self._ports = ports
        self._settings = settings or RelaySettings()
        self._hands = [0] * SHARDS
        self._holds: set[int] = set()

    @property
    def name(self) -> str:
        """What it is called in logs."""
        return "outbox-relay"

    @property
    def in_hand(self) -> int:
        """Messages that are being sent."""
        return sum(self._hands)

    async def run(self, stop: asyncio.Event) -> None:
        """Compete for all shards and relay those it gets, until `stop` is set."""
        async with asyncio.TaskGroup() as group:
            watching = group.create_task(self._watch())
            shards = [group.create_task(self._compete(shard, stop)) for shard in range(SHARDS)]
            await asyncio.wait(shards)
            watching.cancel()

    async def _compete(self, shard: int, stop: asyncio.Event) -> None:
        failures = 0
        while not stop.is_set():
            try:
                async with self._ports.hold(f"outbox-relay-{shard}", stop) as held:
                    if held is not None:
                        failures = 0
                        await self._while_held(held, shard, stop)
            except LeaseLostError:
                continue
            except Exception as error:  # noqa: BLE001 - whatever it is, what waits must be sent some day
                failures += 1
                await self._pause(shard, error, failures=failures, stop=stop)

    async def _while_held(self, held: Held, shard: int, stop: asyncio.Event) -> None:
        """Relay until the lease is lost or the relay is stopped; then let what is being sent arrive."""
        keeper = asyncio.ensure_future(held.keep())
        work = asyncio.ensure_future(self._relay(held, shard, stop))
        stopped = asyncio.ensure_future(stop.wait())
        drained = asyncio.ensure_future(_after(stop, self._ports.clock, self._settings.drain_s))
        tasks: tuple[asyncio.Future[Any], ...] = (keeper, work, stopped, drained)
        self._holds.add(shard)
        try:
            await asyncio.wait((keeper, work, stopped), return_when=asyncio.FIRST_COMPLETED)
            if self._hands[shard]:
                await asyncio.wait((keeper, work, drained), return_when=asyncio.FIRST_COMPLETED)
            for task in (keeper, work):
                if task.done():
                    task.result()
        finally:
            await _cancel_all(*tasks)
            self._hands[shard] = 0
            self._holds.discard(shard)

    async def _relay(self, held: Held, shard: int, stop: asyncio.Event) -> None:
        failures = 0
        while not stop.is_set():
            try:
                unsent = await self._ports.outbox.unsent(shard, limit=self._settings.batch)
                if not unsent:
                    await self._ports.outbox.wait(shard, timeout_s=self._settings.look_s)
                    continue
                self._hands[shard] = len(unsent)
                await self._send_parts(held, shard, self._parts(unsent, failures=failures))
                failures = 0
            except LeaseLostError:
                raise
            except Exception as error:  # noqa: BLE001 - as above; the lease is kept meanwhile
                failures += 1
                self._hands[shard] = 0
                await self._pause(shard, error, failures=failures, stop=stop)
            self._hands[shard] = 0

    def _parts(self, unsent: list[Unsent], *, failures: int) -> list[list[Unsent]]:
        """Return what is sent together: everything, or each topic for itself when that has not worked."""
        if failures < self._settings.patience:
            return [unsent]
        topics: dict[str, list[Unsent]] = {}
        for each in unsent:
            topics.setdefault(each.message.topic, []).append(each)
        return list(topics.values())

    async def _send_parts(self, held: Held, shard: int, parts: list[list[Unsent]]) -> None:
        """Send every part, also after one of them failed, and raise the first error in the end."""
        errors: list[Exception] = []
        for part in parts:
            try:
                await self._send(held, shard, part)
            except LeaseLostError:
                raise
            except Exception as error:  # noqa: BLE001 - raised below, after the other parts had their turn
                errors.append(error)
        if errors:
            raise errors[0]

    async def _send(self, held: Held, shard: int, unsent: list[Unsent]) -> None:
        """Send messages in order; where the log refuses some for good, find out which by halving."""
        try:
            placements = await self._ports.sender.send([each.message for each in unsent])
        except PermanentError as error:
            await self._send_around(held, shard, unsent, error)
            return
        await self._note(held, shard, list(zip(unsent, placements, strict=True)))
        self._ports.telemetry.count("outbox_sent", len(unsent), of=str(shard))

    async def _send_around(self, held: Held, shard: int, unsent: list[Unsent], error: PermanentError) -> None:
        if len(unsent) > 1:
            middle = len(unsent) // 2
            await self._send(held, shard, unsent[:middle])
            await self._send(held, shard, unsent[middle:])
            return
        refused = unsent[0]
        self._ports.telemetry.log("outbox.refused", topic=refused.message.topic, code=error.code)
        await self._ports.outbox.refuse(held.lease, refused, fault=_note_of(error))

    async def _note(self, held: Held, shard: int, placed: Sequence[tuple[Unsent, Placement]]) -> None:
        """Move what was sent into the history; not being able to is no reason to send it again."""
        failures = 0
        while True:
            try:
                await self._ports.outbox.sent(held.lease, placed)
            except LeaseLostError:
                raise
            except TransientError as error:
                failures += 1
                await self._pause(shard, error, failures=failures)
            else:
                return

    async def _pause(self, shard: int, error: Exception, *, failures: int, stop: asyncio.Event | None = None) -> None:
        """Wait between half and all of a time that doubles with each failure, but no longer than until `stop`."""
        self._ports.telemetry.count("outbox_failures", of=str(shard))
        code = error.code if isinstance(error, GrymError) else type(error).__name__
        self._ports.telemetry.log("outbox.failed", shard=shard, code=code, failures=failures)
        full_s = min(self._settings.pause_s * 2 ** min(failures - 1, 16), self._settings.longest_pause_s)
        spread = zlib.crc32(f"{shard} {failures}".encode()) / 2**32
        pause = self._ports.clock.sleep(full_s * (0.5 + 0.5 * spread))
        await (pause if stop is None else _first_of(stop.wait(), pause))

    async def _watch(self) -> None:
        """Tell how much waits, again and again, and now and then give what was refused another chance."""
        telemetry, clock = self._ports.telemetry, self._ports.clock
        tried_s = clock.monotonic_s()
        while True:
            try:
                backlog = await self._ports.outbox.backlog()
                telemetry.gauge("outbox_rows", backlog.count)
                telemetry.gauge("outbox_age_seconds", backlog.oldest_s)
                telemetry.gauge("outbox_refused", backlog.refused)
                is_time = clock.monotonic_s() - tried_s >= self._settings.refused_s
                if backlog.refused and is_time and 0 in self._holds:  # one process does it
                    tried_s = clock.monotonic_s()
                    await self._ports.outbox.take_back_refused()
            except TransientError:  # the shards tell of it
                pass
            except Exception as error:  # noqa: BLE001 - being blind is no reason to stop sending
                telemetry.log("outbox.failed", code=type(error).__name__)
            await clock.sleep(self._settings.watch_s)


def _note_of(error: GrymError) -> FaultNote:
    return FaultNote(
        error_class=type(error).__name__, code=error.code, message=error.message[:MAX_NOTE], hint=error.hint[:MAX_NOTE]
    )


async def _after(event: asyncio.Event, clock: Clock, seconds: float) -> None:
    await event.wait()
    await clock.sleep(seconds)


async def _first_of(*waits: Any) -> None:
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await _cancel_all(*tasks)


async def _cancel_all(*tasks: asyncio.Future[Any]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
