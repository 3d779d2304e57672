"""The two backends under one suite: what a test needs of either, time included."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from grym.adapters.clock import VirtualClock
from grym.adapters.memory import open_memory
from grym.adapters.postgres.backend import open_postgres
from grym.adapters.postgres.database import connect
from grym.ports.backend import Backend
from grym.ports.work import FaultNote, InboxEntry, Letter
from schemas.records import Headers, Message, Record, TopicPartition

TOPIC = "grym.requests.v1"
LANE = "grym.feedback.v1"  # one partition: everything is in one order
FAULT = FaultNote(error_class="TransientError", code="test.fault", message="went wrong\x00", hint="try again")

_SHIFTED = (
    ("events", "appended_at"),
    ("inbox", "admitted_at"),
    ("parked", "due_at"),
    ("timers", "due_at"),
    ("jobs", "due_at"),
    ("jobs", "leased_until"),
    ("jobs", "ended_at"),
    ("live_streams", "saved_at"),
    ("cancelled_runs", "cancelled_at"),
    ("outbox", "put_at"),
    ("outbox_refused", "refused_at"),
    ("lease_beats", "expires_at"),
)


@dataclass(kw_only=True)
class Kit:
    """One empty backend, and how to let time pass for it.

    Parameters
    ----------
    pass_time
        Let that many seconds pass by the backend's clock.
    again
        Open what another process would see.
    """

    name: str
    backend: Backend
    pass_time: Callable[[float], Awaitable[None]]
    again: Callable[[], Awaitable[Backend]]
    opened: list[Backend] = field(default_factory=list)

    async def close(self) -> None:
        """Close everything that was opened."""
        for backend in [*self.opened, self.backend]:
            await backend.close()


async def memory_kit(*, log_elsewhere: bool = False) -> Kit:
    """Return an empty backend in memory."""
    clock = VirtualClock()
    backend = open_memory(clock, log_elsewhere=log_elsewhere)

    async def again() -> Backend:
        return backend

    return Kit(name="memory", backend=backend, pass_time=clock.advance, again=again)


async def postgres_kit(dsn: str, *, log_elsewhere: bool = False) -> Kit:
    """Return an empty backend in a database of its own; time passes by moving what is stored into the past."""
    backend = await open_postgres(dsn, log_elsewhere=log_elsewhere)

    async def pass_time(seconds: float) -> None:
        connection = await connect(dsn)
        for table, column in _SHIFTED:
            await connection.execute(
                f"update {table} set {column} = {column} - make_interval(secs => $1)",  # noqa: S608 - our own names
                seconds,
            )
        await connection.close()

    opened: list[Backend] = []

    async def again() -> Backend:
        opened.append(await open_postgres(dsn, log_elsewhere=log_elsewhere))
        return opened[-1]

    return Kit(name="postgres", backend=backend, pass_time=pass_time, again=again, opened=opened)


def message(
    value: bytes | None = b"{}", *, topic: str = LANE, key: bytes | None = b"k", headers: Headers = ()
) -> Message:
    """Return a message."""
    return Message(topic=topic, key=key, headers=headers, value=value)


def record(position: int, *, topic: str = TOPIC, partition: int = 0, key: bytes | None = b"k") -> Record:
    """Return a record as it was read."""
    return Record(
        topic=topic,
        partition=partition,
        position=position,
        key=key,
        headers=(("ce_id", b"\xff\x00"), ("ce_id", b"twice")),
        value=f"v{position}".encode(),
        appended_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


def entry(event_id: str = "e1", *, digest: bytes = b"d", external: bool = False, **others: Any) -> InboxEntry:
    """Return the name of a delivery."""
    fields: dict[str, Any] = {"processor": "p", "source": "s", "run_no": 1} | others
    return InboxEntry(event_id=event_id, digest=digest, external=external, **fields)


def letter(letter_id: str = "l1", **others: Any) -> Letter:
    """Return a line of the register."""
    fields: dict[str, Any] = {
        "processor": "p",
        "request_id": "r",
        "run_no": 1,
        "event_id": "e",
        "event_type": "grym.x.y.v1",
        "origin": TopicPartition(TOPIC, 3),
        "origin_position": 7,
        "attempts": 5,
        "fault": FAULT,
        "created_at": datetime(2026, 1, 1, tzinfo=UTC),
    }
    return Letter(letter_id=letter_id, **(fields | others))


async def lane(backend: Backend, *, topic: str = LANE, partition: int = 0) -> list[Record]:
    """Return everything in one partition."""
    return await backend.log.read(TopicPartition(topic, partition), after=0, limit=10_000)


async def values(backend: Backend) -> list[bytes | None]:
    """Return the values in the one lane."""
    return [found.value for found in await lane(backend)]
