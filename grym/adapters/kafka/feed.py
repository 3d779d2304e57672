"""Feeds from consumer groups: who reads what is the group's decision, how far it got is kept as its offsets."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from grym.adapters.kafka.assignment import KafkaAssignment
from grym.adapters.kafka.member import GroupMember
from grym.adapters.kafka.settings import KafkaSettings
from grym.adapters.kafka.threads import LoopThread
from grym.ports.feed import Assignment


class KafkaFeeds:
    """Opens feeds whose members share one thread.

    Parameters
    ----------
    identity
        The worker's name, the same after a restart: a worker that crashed and comes back finds its partitions again
        without a rebalance. No two workers may bear it at once. None: a member without a past.
    """

    def __init__(self, settings: KafkaSettings, *, identity: str | None) -> None:
        self._settings = settings
        self._identity = identity
        self._thread = LoopThread("grym-kafka")

    def feed(self, processor: str, topics: tuple[str, ...]) -> "KafkaFeed":
        """Return the feed of a processor over its topics; nothing is joined before the first `assigned`."""
        instance_id = None if self._identity is None else f"{processor}-{self._identity}"
        return KafkaFeed(
            self._settings,
            self._thread,
            group=self._settings.group(processor),
            instance_id=instance_id,
            topics=topics,
        )

    async def close(self) -> None:
        """End the thread; feeds are closed before."""
        await self._thread.stop()


class KafkaFeed:
    """Hands out the assignments of one group's member; used in one event loop."""

    def __init__(
        self,
        settings: KafkaSettings,
        thread: LoopThread,
        *,
        group: str,
        instance_id: str | None,
        topics: tuple[str, ...],
    ) -> None:
        self._settings = settings
        self._thread = thread
        self._group = group
        self._instance_id = instance_id
        self._topics = topics
        self._member: GroupMember | None = None

    @asynccontextmanager
    async def assigned(self, stop: asyncio.Event) -> AsyncIterator[Assignment | None]:
        """Wait for partitions and give them back when the block ends; None when stopped before there were any.

        Raises
        ------
        UnavailableError
            When Kafka cannot be reached, or a topic is missing.
        AdapterError
            When it refuses.
        """
        member = await self._joined()
        assignment = await self._entered(member, stop)
        try:
            yield assignment
        finally:
            if assignment is not None:
                self._thread.post(member.give_back, assignment)

    async def close(self) -> None:
        """Leave the group for good."""
        if self._member is not None:
            await self._thread.call(self._member.leave())
            self._member = None

    async def _joined(self) -> GroupMember:
        if self._member is None:
            self._member = await self._thread.call(self._make(asyncio.get_running_loop()))
        return self._member

    async def _make(self, home: asyncio.AbstractEventLoop) -> GroupMember:
        return GroupMember(
            self._settings,
            group=self._group,
            instance_id=self._instance_id,
            topics=self._topics,
            home=home,
        )

    async def _entered(self, member: GroupMember, stop: asyncio.Event) -> KafkaAssignment | None:
        """Wait for an assignment or for `stop`, whichever comes first."""
        entering = asyncio.create_task(self._thread.call(member.enter()))
        stopping = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait((entering, stopping), return_when=asyncio.FIRST_COMPLETED)
            return None if stop.is_set() else await entering
        finally:
            stopping.cancel()
            entering.cancel()
            await asyncio.gather(stopping, entering, return_exceptions=True)
