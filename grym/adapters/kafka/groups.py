"""How far the consumer groups are, read from the brokers: nobody joins, nobody's offsets move."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import GroupCoordinatorNotAvailableError, GroupLoadInProgressError, NotCoordinatorForGroupError

from grym.adapters.kafka.faults import translated
from grym.adapters.kafka.settings import KafkaSettings
from grym.ports.log import EventLog
from grym.ports.work import Counters, InboxEntry, Progress
from schemas.records import TopicPartition

COORDINATOR_S = 10.0
"""Seconds a group may be without a coordinator: brokers that have just started make the topic of offsets first."""
AGAIN_S = 0.1

_MOVING = (GroupCoordinatorNotAvailableError, GroupLoadInProgressError, NotCoordinatorForGroupError)


class GroupOffsets:
    """Reads committed offsets; connects with the first question."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings
        self._client: Any = None
        self._connecting = asyncio.Lock()

    async def positions(self, processor: str) -> dict[TopicPartition, int]:
        """Return the committed positions of a processor's group; a partition without one is left out.

        Raises
        ------
        UnavailableError
            When Kafka cannot be reached.
        """
        with translated():
            found = await self._offsets(self._settings.group(processor))
        logical = self._settings.logical
        return {
            TopicPartition(logical(place.topic), place.partition): committed.offset
            for place, committed in found.items()
            if committed.offset >= 0
        }

    async def _offsets(self, group: str) -> dict[Any, Any]:
        client = await self._connected()
        deadline_s = asyncio.get_running_loop().time() + COORDINATOR_S
        while True:
            try:
                found: dict[Any, Any] = await client.list_consumer_group_offsets(group)
            except _MOVING:
                if asyncio.get_running_loop().time() > deadline_s:
                    raise
                await asyncio.sleep(AGAIN_S)
            except BaseException:
                await self._drop(client)  # the next question asks a new connection, which may find other brokers
                raise
            else:
                return found

    async def close(self) -> None:
        """Close the connection."""
        if self._client is not None:
            await self._drop(self._client)

    async def _drop(self, client: Any) -> None:
        """Close a connection; another question that failed over it may have done so, and a third one have a new one."""
        if client is self._client:
            self._client = None
            await client.close()

    async def _connected(self) -> Any:
        async with self._connecting:
            if self._client is None:
                client = AIOKafkaAdminClient(**self._settings.connection())
                try:
                    await client.start()
                except BaseException:
                    await client.close()
                    raise
                self._client = client
            return self._client


class GroupProgress:
    """The inbox of the database, with the positions of the groups (see `grym.ports.work.Progress`)."""

    def __init__(self, inbox: Progress, offsets: GroupOffsets) -> None:
        self._inbox = inbox
        self._offsets = offsets

    async def seen(self, entry: InboxEntry) -> bool:
        """Return whether this delivery had its effect already."""
        return await self._inbox.seen(entry)

    async def seen_all(self, entries: Sequence[InboxEntry]) -> list[bool]:
        """Return the same of many deliveries, in their order."""
        return await self._inbox.seen_all(entries)

    async def positions(self, processor: str) -> dict[TopicPartition, int]:
        """Return the positions that the processor's group has committed."""
        return await self._offsets.positions(processor)


class GroupCounters:
    """How much is open where the log is Kafka (see `grym.ports.work.Counters`).

    The database, with its outbox, is asked before the log: what leaves the one in between is found in the other.

    Parameters
    ----------
    database
        Counts what is parked, jobs, and what waits to be sent.
    readers
        Topics by processor.
    """

    def __init__(
        self, database: Counters, *, log: EventLog, offsets: GroupOffsets, readers: Mapping[str, tuple[str, ...]]
    ) -> None:
        self._database = database
        self._log = log
        self._offsets = offsets
        self._readers = dict(readers)

    async def open_work(self) -> dict[str, int]:
        """Return counts that are all 0 only when nothing is left to do soon."""
        counts = await self._database.open_work()
        lags = await asyncio.gather(*(self._lag(name, topics) for name, topics in self._readers.items()))
        return counts | {"records": sum(lags)}

    async def _lag(self, processor: str, topics: tuple[str, ...]) -> int:
        done = await self._offsets.positions(processor)
        ends = await self._log.ends(topics)
        return sum(max(0, end - done.get(place, 0)) for place, end in ends.items())
