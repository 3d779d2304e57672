"""The Kafka runtime: the log on the brokers, everything else in one PostgreSQL that all workers share.

Nothing connects to the brokers before it is needed: a client that publishes opens no consumer, and one that only asks
how things stand opens nothing but the database.
"""

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import datetime

import structlog

from grym.adapters.kafka.feed import KafkaFeeds
from grym.adapters.kafka.groups import GroupCounters, GroupOffsets, GroupProgress
from grym.adapters.kafka.reader import KafkaLog
from grym.adapters.kafka.sender import KafkaSender
from grym.adapters.kafka.settings import KafkaSettings
from grym.adapters.kafka.transactions import TransactionalSender
from grym.adapters.postgres.backend import open_embedded, open_postgres
from grym.adapters.readership import readers_by_catalogue
from grym.ports.backend import Backend
from grym.ports.feed import Exchange
from grym.ports.log import EventLog
from grym.runtime.brokers import kafka_settings
from grym.runtime.home import usable_home
from grym.runtime.slots import worker_name
from grym.settings import Settings
from producers.publishing import NotedPublisher
from schemas.records import Record, TopicPartition


@asynccontextmanager
async def open_on_kafka(settings: Settings, *, kind: str) -> AsyncIterator[Backend]:
    """Open the backend of a process on Kafka.

    Parameters
    ----------
    kind
        What the process is among its like; see `grym.runtime.slots`.

    Raises
    ------
    UnavailableError
        When the database cannot be had.
    """
    brokers = kafka_settings(settings)
    if hosts := brokers.exposed_hosts():
        structlog.get_logger("grym.runtime").warning("kafka.clear_text", hosts=hosts)
    async with AsyncExitStack() as stack:
        database = await _open_database(settings)
        stack.push_async_callback(database.close)
        name = stack.enter_context(worker_name(settings.home, kind, chosen=settings.worker))
        sender, log, offsets = KafkaSender(brokers), KafkaLog(brokers), GroupOffsets(brokers)
        feeds = KafkaFeeds(brokers, identity=name)
        for part in (sender, log, offsets, feeds):
            stack.push_async_callback(part.close)
        yield replace(
            database,
            log=_WokenLog(log, database.log),
            publisher=NotedPublisher(sender, database.work),
            sender=sender,
            feeds=feeds,
            progress=GroupProgress(database.progress, offsets),
            counters=GroupCounters(database.counters, log=log, offsets=offsets, readers=readers_by_catalogue()),
            exchanges=_exchanges(brokers) if brokers.transactions else None,
        )


def _exchanges(brokers: KafkaSettings) -> Callable[[str, TopicPartition], Exchange]:
    def exchange(processor: str, source: TopicPartition) -> TransactionalSender:
        return TransactionalSender(brokers, processor=processor, source=source)

    return exchange


async def _open_database(settings: Settings) -> Backend:
    if settings.database is not None:
        return await open_postgres(settings.database, log_elsewhere=True, has_grace=True)
    with usable_home(settings):
        return await open_embedded(settings.home, log_elsewhere=True)


class _WokenLog:
    """Reads the brokers and is woken by the database, which hears of every event of grym as soon as it was sent."""

    def __init__(self, log: KafkaLog, database: EventLog) -> None:
        self._log = log
        self._database = database

    async def read(self, source: TopicPartition, *, after: int, limit: int) -> list[Record]:
        """Return records of the brokers (see `grym.ports.log.EventLog`)."""
        return await self._log.read(source, after=after, limit=limit)

    async def ends(self, topics: Iterable[str]) -> dict[TopicPartition, int]:
        """Return where partitions end on the brokers."""
        return await self._log.ends(topics)

    async def positions_at(self, topics: Iterable[str], instant: datetime) -> dict[TopicPartition, int]:
        """Return positions by time as the brokers know them (see `grym.ports.log.TimedLog`)."""
        return await self._log.positions_at(topics, instant)

    async def wait(self, *, timeout_s: float) -> None:
        """Return soon after grym has sent something, or after `timeout_s` seconds."""
        await self._database.wait(timeout_s=timeout_s)
