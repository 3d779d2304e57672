"""How far the groups are, read from real brokers."""

from collections.abc import AsyncIterator

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka import TopicPartition as Place

from grym.adapters.clock import VirtualClock
from grym.adapters.kafka.admin import create_topics
from grym.adapters.kafka.groups import GroupCounters, GroupOffsets, GroupProgress
from grym.adapters.kafka.reader import KafkaLog
from grym.adapters.kafka.sender import KafkaSender
from grym.adapters.kafka.settings import KafkaSettings
from grym.adapters.memory import open_memory
from grym.errors import UnavailableError
from schemas.records import Message, TopicPartition

TOPIC = "grym.feedback.v1"


@pytest.fixture
async def settings(kafka: str, topic_prefix: str) -> KafkaSettings:
    """Make the topics of one test."""
    settings = KafkaSettings(bootstrap=kafka, prefix=topic_prefix)
    await create_topics(settings)
    return settings


@pytest.fixture
async def offsets(settings: KafkaSettings) -> AsyncIterator[GroupOffsets]:
    """Return what reads the groups."""
    offsets = GroupOffsets(settings)
    yield offsets
    await offsets.close()


async def commit(settings: KafkaSettings, offset: int) -> None:
    """Commit as the group of the learner would."""
    group = settings.group("learning")
    consumer = AIOKafkaConsumer(bootstrap_servers=settings.bootstrap, group_id=group, enable_auto_commit=False)
    await consumer.start()
    place = Place(settings.physical(TOPIC), 0)
    consumer.assign([place])
    await consumer.commit({place: offset})
    await consumer.stop()


async def test_a_group_that_never_committed_has_no_positions(offsets: GroupOffsets) -> None:
    """Nothing is known, and that is no error."""
    assert await offsets.positions("learning") == {}


async def test_positions_are_those_the_group_has_committed(settings: KafkaSettings, offsets: GroupOffsets) -> None:
    """They are told under the names of the catalogue, again after each commit."""
    progress = GroupProgress(open_memory(VirtualClock()).progress, offsets)
    for offset in (3, 5):
        await commit(settings, offset)
        assert await progress.positions("learning") == {TopicPartition(TOPIC, 0): offset}


async def test_open_records_are_those_behind_the_group(settings: KafkaSettings, offsets: GroupOffsets) -> None:
    """What is appended is open until the group has committed past it."""
    sender, log = KafkaSender(settings), KafkaLog(settings)
    database = open_memory(VirtualClock(), log_elsewhere=True)
    counters = GroupCounters(database.counters, log=log, offsets=offsets, readers={"learning": (TOPIC,)})
    await sender.send([Message(topic=TOPIC, key=b"ada", headers=(), value=b"{}")] * 4)
    assert (await counters.open_work())["records"] == 4
    await commit(settings, 3)
    assert (await counters.open_work())["records"] == 1
    await commit(settings, 4)
    assert not any((await counters.open_work()).values())
    await sender.close()
    await log.close()


async def test_brokers_that_are_away_are_told() -> None:
    """The error says that nobody can be reached."""
    offsets = GroupOffsets(KafkaSettings(bootstrap="127.0.0.1:1"))
    with pytest.raises(UnavailableError) as caught:
        await offsets.positions("learning")
    assert caught.value.code == "kafka.unreachable"
