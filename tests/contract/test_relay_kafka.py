"""The relay on real Kafka: the history says where each record really lies, and what the broker refuses is set aside."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from consumers.ports import RunnerPorts
from grym.adapters.clock import SystemClock
from grym.adapters.kafka.admin import create_topics
from grym.adapters.kafka.reader import KafkaLog
from grym.adapters.kafka.sender import KafkaSender
from grym.adapters.kafka.settings import KafkaSettings
from grym.ports.outbox import OutboxBacklog
from grym.runtime.relaying import relay_of
from schemas.catalogue import BY_NAME
from schemas.records import Message, Record, TopicPartition
from tests.contract.backends import LANE, TOPIC, Kit, message
from tests.contract.fakes import MemoryArtifacts, eventually

pytestmark = pytest.mark.parametrize("server_or_memory", ["postgres"], indirect=True)

HEADERS = (("ce_correlationid", b"r"), ("odd", b"\x00\xff"))


class World:
    """A store with an outbox, topics on the shared broker, and a relay between them."""

    def __init__(self, kit: Kit, settings: KafkaSettings) -> None:
        self.kit = kit
        self.settings = settings
        self.sender = KafkaSender(settings)
        self.log = KafkaLog(settings)

    async def put(self, *messages: Message) -> None:
        """Append in a transaction."""
        async with self.kit.backend.work.begin() as work:
            await work.append(messages)

    async def relayed(self) -> OutboxBacklog:
        """Relay until nothing waits."""
        backend = replace(self.kit.backend, sender=self.sender)
        relay = relay_of(RunnerPorts(backend=backend, artifacts=MemoryArtifacts(), clock=SystemClock(), holder="one"))
        outbox = self.kit.backend.outbox
        assert relay is not None
        assert outbox is not None

        async def is_empty() -> bool:
            return (await outbox.backlog()).count == 0

        stop = asyncio.Event()
        running = asyncio.create_task(relay.run(stop))
        async with asyncio.timeout(60):
            await eventually(is_empty, every_s=0.02)
        stop.set()
        await running
        return await outbox.backlog()

    async def records(self, topic: str) -> list[Record]:
        """Return everything that lies in a topic."""
        partitions = range(BY_NAME[topic].partitions)
        return [
            found
            for number in partitions
            for found in await self.log.read(TopicPartition(topic, number), after=0, limit=10_000)
        ]


@pytest.fixture
async def world(apart: Kit, kafka: str, topic_prefix: str) -> AsyncIterator[World]:
    """Make the topics and open everything."""
    settings = KafkaSettings(bootstrap=kafka, prefix=topic_prefix)
    await create_topics(settings, [BY_NAME[TOPIC]])
    await make_tight(settings, LANE)
    opened = World(apart, settings)
    yield opened
    await opened.sender.close()
    await opened.log.close()


async def test_the_history_is_what_lies_on_kafka(world: World) -> None:
    """The same records: place, time, key, headers and value; each key in its order."""
    for n in range(0, 60, 3):
        await world.put(
            *(message(b"%d" % m, topic=TOPIC, key=b"k%d" % (m % 5), headers=HEADERS) for m in range(n, n + 3))
        )
    await world.put(message(None, topic=LANE, headers=HEADERS))
    await world.relayed()
    lying = await world.records(TOPIC) + await world.records(LANE)
    history = await world.kit.backend.history.of_request("r")
    assert len(lying) == 61
    assert sorted(history, key=place_of) == sorted(lying, key=place_of)
    for key in range(5):
        mine = [int(each.value or b"") for each in lying if each.key == b"k%d" % key]
        assert mine == [n for n in range(60) if n % 5 == key]


async def test_what_the_broker_refuses_for_its_size_holds_up_nobody(world: World) -> None:
    """Somebody has lowered the limit of the topic; once it is mended, what was set aside is sent too."""
    await world.put(message(b"1"), message(bytes(5_000)), message(b"2"))
    assert (await world.relayed()).refused == 1
    assert [each.value for each in await world.records(LANE)] == [b"1", b"2"]
    await loosen(world.settings, LANE)
    outbox = world.kit.backend.outbox
    assert outbox is not None

    async def is_taken() -> bool:
        assert await outbox.take_back_refused() == 1
        return (await world.relayed()).refused == 0

    async with asyncio.timeout(60):
        await eventually(is_taken)  # brokers learn of new limits a moment later
    assert {each.value for each in await world.records(LANE)} == {b"1", b"2", bytes(5_000)}


async def make_tight(settings: KafkaSettings, topic: str) -> None:
    """Make a topic whose records must be small."""
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.bootstrap)
    await admin.start()
    limits = {"max.message.bytes": "2000", "message.timestamp.type": "LogAppendTime"}
    name = settings.prefix + topic
    await admin.create_topics([NewTopic(name, BY_NAME[topic].partitions, 1, topic_configs=limits)])
    await admin.close()


async def loosen(settings: KafkaSettings, topic: str) -> None:
    """Give a topic the limit of the catalogue."""
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.bootstrap)
    await admin.start()
    limits = {"max.message.bytes": "1200000", "message.timestamp.type": "LogAppendTime"}
    await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, settings.prefix + topic, configs=limits)])
    await admin.close()


def place_of(record: Record) -> tuple[str, int, int]:
    """Return where a record lies."""
    return (record.topic, record.partition, record.position)
