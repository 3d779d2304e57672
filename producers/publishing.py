"""Publishing where the log lies elsewhere than the history: sent first, noted then.

What is noted can be found at once, by its request, before any processor has taken it.
"""

from collections.abc import Sequence

from grym.errors import TransientError
from grym.ports.log import Placement, Sender
from grym.ports.work import UnitOfWork
from schemas.records import Message, Record


class NotedPublisher:
    """Publishes through a sender and notes what it has published (see `grym.ports.log.Publisher`)."""

    def __init__(self, sender: Sender, work: UnitOfWork) -> None:
        self._sender = sender
        self._work = work

    async def publish(self, messages: Sequence[Message]) -> None:
        """Append all messages durably, or raise as the sender does.

        A history that is away fails nothing: whoever takes the messages in notes them again.
        """
        placed = await self._sender.send(messages)
        records = [_record(message, placement) for message, placement in zip(messages, placed, strict=True)]
        try:
            async with self._work.begin() as unit:
                await unit.note(records)
        except TransientError:
            return


def _record(message: Message, placement: Placement) -> Record:
    return Record(
        topic=message.topic,
        partition=placement.source.partition,
        position=placement.position,
        key=message.key,
        headers=message.headers,
        value=message.value,
        appended_at=placement.appended_at,
    )
