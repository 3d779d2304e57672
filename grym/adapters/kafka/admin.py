"""Topics on Kafka as the catalogue has them: made where they are missing, compared where they are there.

Nothing is ever deleted or changed: a topic that differs is reported, and docs/operations.md says how to change it.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from grym.adapters.kafka.faults import translate, translated
from grym.adapters.kafka.settings import KafkaSettings
from grym.errors import InvalidRequestError
from schemas.catalogue import TOPICS, Topic

_BATCH_OVERHEAD_BYTES = 1024  # a record's own fields and the head of its batch, beyond key, headers and value
_MOST_REPLICAS = 3
_LEADERS_TIMEOUT_S = 20.0
_LOOK_EVERY_S = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicState:
    """One topic of the catalogue as the broker has it; `drift` maps what differs to (wanted, found)."""

    topic: Topic
    exists: bool
    partitions: int
    replicas: int
    drift: dict[str, tuple[str, str]]


@asynccontextmanager
async def _admin(settings: KafkaSettings) -> AsyncIterator[Any]:
    client = AIOKafkaAdminClient(**settings.connection())
    try:
        with translated():
            await client.start()
            yield client
    finally:
        await client.close()


async def create_topics(settings: KafkaSettings, topics: Sequence[Topic] = TOPICS) -> list[str]:
    """Make the topics that are missing and return their names on the broker.

    Raises
    ------
    InvalidRequestError
        ``kafka.replicas`` when more copies are asked for than there are brokers.
    UnavailableError
        When Kafka cannot be reached.
    AdapterError
        When it refuses.
    """
    async with _admin(settings) as client:
        replicas = _replicas(settings, brokers=await _broker_count(client))
        existing = set(await client.list_topics())
        missing = [topic for topic in topics if settings.physical(topic.name) not in existing]
        if not missing:
            return []
        answer = await client.create_topics([_new(settings, topic, replicas) for topic in missing])
        created = list(_created(answer))
        await _until_led(client, [settings.physical(topic.name) for topic in missing])
        return created


async def topic_states(settings: KafkaSettings, topics: Sequence[Topic] = TOPICS) -> list[TopicState]:
    """Return every topic with what differs from the catalogue.

    Raises
    ------
    UnavailableError
        When Kafka cannot be reached.
    """
    async with _admin(settings) as client:
        existing = set(await client.list_topics())
        names = [settings.physical(topic.name) for topic in topics if settings.physical(topic.name) in existing]
        described = {each["topic"]: each["partitions"] for each in await client.describe_topics(names)} if names else {}
        configs = await _configs(client, names) if names else {}
    return [_state(settings, topic, described, configs) for topic in topics]


async def broker_count(settings: KafkaSettings) -> int:
    """Return how many brokers there are.

    Raises
    ------
    UnavailableError
        When Kafka cannot be reached.
    """
    async with _admin(settings) as client:
        return await _broker_count(client)


def config_of(topic: Topic) -> dict[str, str]:
    """Return the broker's settings for a topic."""
    return {
        "cleanup.policy": "delete",
        "retention.ms": "-1" if topic.retention_s is None else str(topic.retention_s * 1000),
        "max.message.bytes": str(topic.max_record_bytes + _BATCH_OVERHEAD_BYTES),
        "message.timestamp.type": "LogAppendTime",
    }


def _replicas(settings: KafkaSettings, *, brokers: int) -> int:
    if settings.replicas is not None and settings.replicas > brokers:
        raise InvalidRequestError(
            f"{settings.replicas} copies of each partition need as many brokers, and there are {brokers}",
            code="kafka.replicas",
            hint="Lower or unset GRYM_KAFKA_REPLICAS, or add brokers.",
        )
    return settings.replicas or min(_MOST_REPLICAS, brokers)


async def _broker_count(client: Any) -> int:
    return len((await client.describe_cluster())["brokers"])


async def _until_led(client: Any, names: list[str]) -> None:
    """Wait until every partition has a leader: topics are made some moments after the answer."""
    async with asyncio.timeout(_LEADERS_TIMEOUT_S):
        while True:
            described = await client.describe_topics(names)
            if all(each["partitions"] and _is_led(each["partitions"]) for each in described):
                return
            await asyncio.sleep(_LOOK_EVERY_S)


def _is_led(partitions: list[dict[str, Any]]) -> bool:
    return all(partition["leader"] >= 0 and partition["error_code"] == 0 for partition in partitions)


def _new(settings: KafkaSettings, topic: Topic, replicas: int) -> NewTopic:
    configs = config_of(topic)
    if replicas > 1:
        configs["min.insync.replicas"] = str(min(2, replicas))
    return NewTopic(settings.physical(topic.name), topic.partitions, replicas, topic_configs=configs)


def _created(answer: Any) -> Iterable[str]:
    """Yield what was made; somebody else may have been quicker."""
    for name, code, *_ in answer.topic_errors:
        error = for_code(code)
        if issubclass(error, TopicAlreadyExistsError):
            continue
        if code != 0:
            raise translate(error(f"topic {name}"))
        yield name


async def _configs(client: Any, names: list[str]) -> dict[str, dict[str, str]]:
    wanted = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
    found: dict[str, dict[str, str]] = {}
    for answer in await client.describe_configs(wanted):
        for code, message, _, name, entries in answer.resources:
            if code != 0:
                raise translate(_error(code, message))
            found[name] = {entry[0]: entry[1] for entry in entries}
    return found


def _error(code: int, message: str) -> KafkaError:
    error: KafkaError = for_code(code)(message)
    return error


def _state(
    settings: KafkaSettings, topic: Topic, described: dict[str, Any], configs: dict[str, dict[str, str]]
) -> TopicState:
    name = settings.physical(topic.name)
    partitions = described.get(name, [])
    wanted = {"partitions": str(topic.partitions)} | config_of(topic)
    found = {"partitions": str(len(partitions))} | configs.get(name, {})
    drift = {key: (value, found.get(key, "")) for key, value in wanted.items() if found.get(key) != value}
    exists = bool(partitions)
    return TopicState(
        topic=topic,
        exists=exists,
        partitions=len(partitions),
        replicas=len(partitions[0]["replicas"]) if exists else 0,
        drift=drift if exists else {},
    )
