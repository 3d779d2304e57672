"""What a processor is: a name, the bodies it takes in, and a decision for each of them.

A processor is a pure function of envelope and state but for slow reading through ports given to its constructor,
which happens here, before the transaction. It takes the time from the event (`Envelope.logged_at`) and seeds from
its ids, raises `PermanentError` for what can never succeed and `TransientError` for what may, and tolerates events of
different topics in any order.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar, runtime_checkable

from grym.ports.effects import Effect
from schemas.body import Body
from schemas.envelope import Envelope, output_id
from schemas.registry import UPCASTERS, body_class

S = TypeVar("S")


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """One event or command to be sent.

    Parameters
    ----------
    key
        Record key where it is not the subject (collection of pattern writes, user of feedback).
    subject, run_no
        Where they differ from the causing event's.
    """

    body: Body
    key: str | None = None
    subject: str | None = None
    run_no: int | None = None
    attempt: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision(Generic[S]):
    """What follows from one event: the new state (None leaves it as it is), outputs, effects."""

    state: S | None = None
    outputs: tuple[Output, ...] = ()
    effects: tuple[Effect, ...] = field(default=())


class Processor(Protocol[S]):
    """A capability of grym."""

    name: str
    accepts: tuple[type[Body], ...]
    state_type: type[S]

    def state_key(self, envelope: Envelope) -> str | None:
        """Return the key of the state this event needs; None when it needs none."""
        ...

    async def process(self, envelope: Envelope, state: S | None) -> Decision[S]:
        """Decide what follows from `envelope`, given the state under its key (None when there is none yet)."""
        ...


AnyProcessor = Processor[Any]


@runtime_checkable
class Queueing(Protocol):
    """A processor whose decisions wait for a turn somewhere, and whose slow work is bounded there, turn by turn.

    Parameters
    ----------
    limit_s
        Seconds one decision may take, the wait included; in place of the limit for all others.
    """

    limit_s: float


def topics_of(processor: AnyProcessor) -> tuple[str, ...]:
    """Return the topics a processor reads, sorted."""
    return tuple(sorted({body.TOPIC for body in processor.accepts}))


def envelopes_of(processor_name: str, cause: Envelope, outputs: tuple[Output, ...]) -> list[tuple[Envelope, str]]:
    """Wrap outputs in envelopes with stable ids, each with its record key.

    Correlation, tenant and trace are kept from the cause; the n-th output of one type gets the number n. The time is
    the cause's log-append time, so that doing the work again gives the same bytes.
    """
    counts: dict[str, int] = {}
    wrapped = []
    for output in outputs:
        type_name = type(output.body).TYPE
        n = counts.get(type_name, 0)
        counts[type_name] = n + 1
        subject = cause.subject if output.subject is None else output.subject
        envelope = Envelope(
            id=output_id(processor=processor_name, cause=cause, type_name=type_name, n=n),
            source=f"grym/{processor_name}",
            type=type_name,
            subject=subject,
            time=instant_of(cause),
            body=output.body,
            correlation_id=cause.correlation_id,
            causation_id=cause.id,
            attempt=output.attempt,
            run_no=cause.run_no if output.run_no is None else output.run_no,
            tenant=cause.tenant,
            traceparent=cause.traceparent,
            tracestate=cause.tracestate,
        )
        wrapped.append((envelope, subject if output.key is None else output.key))
    return wrapped


def instant_of(envelope: Envelope) -> datetime:
    """Return the only time a processor may use: when the event was logged, or made where it was not logged."""
    return envelope.logged_at or envelope.time


def known_types(processor: AnyProcessor) -> frozenset[str]:
    """Return every type name a processor takes in, old majors included."""
    wanted = {body.TYPE for body in processor.accepts}
    lifted = {old for old in UPCASTERS if body_class(old)[0].TYPE in wanted}
    return frozenset(wanted | lifted)


class Report(Protocol):
    """Tell how far long work is; raises `LeaseLostError` when the work is no longer wanted."""

    @property
    def checkpoint(self) -> bytes | None:
        """What an earlier try of the same work kept last; None when there is nothing to go on from."""
        ...

    async def __call__(self, stage: str, share: float) -> None:
        """Report the stage by name and the share done, 0–1."""
        ...

    def follow(self, told: Callable[[], tuple[str, float]] | None) -> None:
        """Ask `told` for stage and share from now on, whenever it is time to tell; None: only what was reported last.

        Whether or not it is followed, work that says nothing is told of again at least once a second.
        """
        ...

    async def keep(self, checkpoint: bytes, *, holds: Sequence[str] = ()) -> None:
        """Keep what another try can go on from, should this one end early; small, and in place of the last one.

        Parameters
        ----------
        holds
            Addresses of artifacts that the checkpoint refers to.
        """
        ...


class LongWork(Protocol):
    """Work that takes seconds to minutes and runs under a lease, apart from any partition."""

    kind: str

    async def work(self, envelope: Envelope, report: Report) -> tuple[Output, ...]:
        """Do what the command in `envelope` asks and return what has happened; may be repeated after a crash."""
        ...

    def progress(self, envelope: Envelope, stage: str, share: float) -> Body:
        """Return the event that tells how far the work is."""
        ...
