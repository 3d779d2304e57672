"""The backend of a process on Kafka: what the settings ask for is there, and every part does what its port says."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from consumers.spans import positions_before
from grym.adapters.kafka.admin import create_topics
from grym.adapters.kafka.sender import KafkaSender
from grym.adapters.kafka.settings import KafkaSettings
from grym.adapters.kafka.transactions import TransactionalSender
from grym.ports.backend import Backend
from grym.ports.log import TimedLog
from grym.runtime.kafka import open_on_kafka
from grym.settings import Settings
from schemas.catalogue import BY_NAME
from schemas.records import TopicPartition
from tests.contract.backends import LANE, TOPIC, message

NOWHERE = "127.0.0.1:9"


@asynccontextmanager
async def opened(dsn: str, *, kafka: str = NOWHERE, **more: Any) -> AsyncIterator[Backend]:
    """Open the backend of a client; no broker is asked before it is needed."""
    with tempfile.TemporaryDirectory(prefix="grym-test-") as home:
        settings = Settings.model_validate({"kafka": kafka, "database": dsn, "home": Path(home)} | more)
        async with open_on_kafka(settings, kind="client") as backend:
            yield backend


async def test_transactions_are_there_when_they_are_asked_for(server_dsn: str) -> None:
    """`GRYM_KAFKA_TRANSACTIONS` gives pure hops what they send with."""
    async with opened(server_dsn) as plain:
        assert plain.exchanges is None
    async with opened(server_dsn, kafka_transactions=True) as backend:
        assert backend.exchanges is not None
        assert isinstance(backend.exchanges("p", TopicPartition(TOPIC, 0)), TransactionalSender)


async def test_positions_are_asked_of_the_brokers_and_not_searched(
    kafka: str, topic_prefix: str, server_dsn: str
) -> None:
    """A search would read record after record of every partition."""
    brokers = KafkaSettings(bootstrap=kafka, prefix=topic_prefix)
    await create_topics(brokers, [BY_NAME[LANE]])
    sender = KafkaSender(brokers)
    await sender.publish([message()] * 3)
    await sender.close()
    async with opened(server_dsn, kafka=kafka, kafka_prefix=topic_prefix) as backend:
        assert isinstance(backend.log, TimedLog)
        late = datetime.now(UTC) + timedelta(days=1)
        async with asyncio.timeout(20):
            assert await positions_before(backend.log, [LANE], late) == {TopicPartition(LANE, 0): 3}
