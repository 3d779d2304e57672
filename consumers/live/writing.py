"""Storing what follows from live streams, and only then how far they are.

Where one database holds log and state, a transaction stores both at once, under the lease. Where the log lies
elsewhere, events are confirmed by it first, checkpoints follow in a transaction fenced by the claim while the next
events are under way, marks follow on their own timer. Either way nothing is covered by a checkpoint whose events could
still be lost.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from consumers.failures.letters import Loss, bury
from consumers.ports import RunnerPorts
from consumers.transactions import transact
from grym.errors import InvariantError
from grym.ports.feed import Assignment, Mark
from grym.ports.live import Checkpoint
from grym.ports.work import OpenWork
from schemas.records import Message, TopicPartition


@dataclass(slots=True, kw_only=True)
class Load:
    """What is to be stored together, in this order: events, letters, checkpoints.

    Parameters
    ----------
    checkpoints
        By stream: of two of one stream the newer one says everything.
    done
        Records that are done once all this is stored, by partition and position.
    """

    messages: list[Message] = field(default_factory=list)
    losses: list[Loss] = field(default_factory=list)
    checkpoints: dict[str, Checkpoint] = field(default_factory=dict)
    done: list[tuple[TopicPartition, int]] = field(default_factory=list)
    size_bytes: int = 0

    def join(self, later: "Load") -> None:
        """Put a later load behind this one."""
        self.messages += later.messages
        self.losses += later.losses
        self.checkpoints |= later.checkpoints
        self.done += later.done
        self.size_bytes += later.size_bytes

    @property
    def empty(self) -> bool:
        """Whether there is nothing to store and nothing to note."""
        return not (self.messages or self.losses or self.checkpoints or self.done)

    def add(self, messages: Sequence[Message]) -> None:
        """Put events behind those that are there."""
        self.messages += messages
        self.size_bytes += sum(len(message.value or b"") for message in messages)

    def lose(self, loss: Loss) -> None:
        """Put a letter behind those that are there."""
        self.losses.append(loss)
        self.size_bytes += len(loss.record.value or b"")


class LiveOutlet(Protocol):
    """Makes loads durable."""

    async def send(self, messages: Sequence[Message]) -> None:
        """Send events ahead where they lie apart from the rest of their load, and wait for the log to confirm them."""
        ...

    async def store(self, load: Load, marks: Mapping[TopicPartition, Mark]) -> bool:
        """Store the rest of a load; return whether the marks, which are true once it is stored, were stored with it.

        Raises
        ------
        LeaseLostError
            When somebody else has the partitions now.
        """
        ...

    async def commit(self, marks: Mapping[TopicPartition, Mark]) -> None:
        """Store how far partitions are done."""
        ...


class OneDatabase:
    """Events, letters, checkpoints and marks in one transaction."""

    def __init__(self, name: str, ports: RunnerPorts, assignment: Assignment, epoch: int) -> None:
        self._name = name
        self._work = ports.backend.work
        self._assignment = assignment
        self._epoch = epoch

    async def send(self, messages: Sequence[Message]) -> None:
        """Leave them: they are stored with the rest."""

    async def store(self, load: Load, marks: Mapping[TopicPartition, Mark]) -> bool:
        """Store everything at once."""
        positions = {source: mark.position for source, mark in marks.items()}

        async def steps(work: OpenWork) -> None:
            await work.append(load.messages)
            for loss in load.losses:
                await bury(work, loss)
            await work.keep_checkpoints(self._epoch, list(load.checkpoints.values()))
            await work.advance(self._name, positions)

        await transact(self._work, self._assignment.lease, steps)
        return True

    async def commit(self, marks: Mapping[TopicPartition, Mark]) -> None:
        """Store positions under the lease."""
        await self._assignment.commit(marks)


class LogElsewhere:
    """Events are sent and confirmed; what stays in the database follows.

    Parameters
    ----------
    apart_s
        Seconds from the start of one request to the next: what gathers meanwhile shares it.
    """

    def __init__(self, ports: RunnerPorts, assignment: Assignment, epoch: int, *, apart_s: float = 0.0) -> None:
        if ports.backend.sender is None:
            raise InvariantError("a log that lies elsewhere needs a sender", code="live.no_sender")
        self._sender = ports.backend.sender
        self._clock = ports.clock
        self._apart_s = apart_s
        self._work = ports.backend.work
        self._assignment = assignment
        self._epoch = epoch

    async def send(self, messages: Sequence[Message]) -> None:
        """Send, and wait until the log has confirmed all of them and the next request may begin."""
        if messages:
            began_s = self._clock.monotonic_s()
            await self._sender.send(messages)
            await self._clock.sleep(max(0.0, began_s + self._apart_s - self._clock.monotonic_s()))

    async def store(self, load: Load, marks: Mapping[TopicPartition, Mark]) -> bool:
        """Store letters and checkpoints."""
        del marks
        if load.losses or load.checkpoints:
            await transact(self._work, None, partial(self._save, load))
        return False

    async def _save(self, load: Load, work: OpenWork) -> None:
        for loss in load.losses:
            await bury(work, loss)
        await work.keep_checkpoints(self._epoch, list(load.checkpoints.values()))

    async def commit(self, marks: Mapping[TopicPartition, Mark]) -> None:
        """Store marks with the group."""
        await self._assignment.commit(marks)


def outlet_for(
    name: str, ports: RunnerPorts, assignment: Assignment, epoch: int, *, apart_s: float = 0.0
) -> LiveOutlet:
    """Return how loads become durable in this runtime."""
    if assignment.lease is None:
        return LogElsewhere(ports, assignment, epoch, apart_s=apart_s)
    return OneDatabase(name, ports, assignment, epoch)
