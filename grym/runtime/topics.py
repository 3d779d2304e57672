"""The catalogue on the brokers: created where it is missing, compared where it is there."""

from typing import TYPE_CHECKING

import msgspec

from grym.errors import UnavailableError
from grym.runtime.brokers import kafka_settings
from grym.settings import Settings
from schemas.catalogue import TOPICS, Topic

if TYPE_CHECKING:
    from grym.adapters.kafka.admin import TopicState


class TopicRow(msgspec.Struct, frozen=True, kw_only=True):
    """One topic of the catalogue.

    Parameters
    ----------
    retention_s
        How long records are kept, in seconds; None for ever.
    state
        ``embedded`` without brokers, ``there``, ``missing``, or ``created`` just now.
    differences
        In what the topic of the brokers differs from the catalogue.
    """

    name: str
    key: str
    partitions: int
    retention_s: int | None
    max_bytes: int
    state: str
    differences: tuple[str, ...] = ()


async def list_topics(settings: Settings) -> list[TopicRow]:
    """Return the topics of the catalogue, and what the brokers have of them.

    Raises
    ------
    UnavailableError
        When no broker can be reached.
    """
    settings.require_known_runtime()
    if settings.kafka is None:
        return [_row(topic, state="embedded") for topic in TOPICS]
    from grym.adapters.kafka.admin import topic_states  # noqa: PLC0415 (the embedded runtime does without Kafka)

    return [_row_of(found) for found in await topic_states(kafka_settings(settings))]


async def create_topics(settings: Settings) -> list[TopicRow]:
    """Create the topics that the brokers lack and return what is there then; otherwise as `list_topics`."""
    settings.require_known_runtime()
    if settings.kafka is None:
        return await list_topics(settings)
    from grym.adapters.kafka.admin import create_topics as make  # noqa: PLC0415 (as above)

    brokers = kafka_settings(settings)
    made = {brokers.logical(name) for name in await make(brokers)}
    rows = await list_topics(settings)
    return [msgspec.structs.replace(row, state="created") if row.name in made else row for row in rows]


async def require_topics(settings: Settings) -> None:
    """Refuse to work where topics are missing, rather than to wait for records that cannot come.

    Raises
    ------
    UnavailableError
        ``kafka.topic_missing``, or what `list_topics` says.
    """
    missing = [row.name for row in await list_topics(settings) if row.state == "missing"]
    if missing:
        raise UnavailableError(
            f"{len(missing)} topics are missing on the brokers, {missing[0]} among them",
            code="kafka.topic_missing",
            hint="`grym topics create` makes them.",
            details={"topics": len(missing)},
        )


def _row_of(found: "TopicState") -> TopicRow:
    differences = tuple(f"{name} is {has or 'unset'}, not {wanted}" for name, (wanted, has) in found.drift.items())
    return _row(found.topic, state="there" if found.exists else "missing", differences=differences)


def _row(topic: Topic, *, state: str, differences: tuple[str, ...] = ()) -> TopicRow:
    return TopicRow(
        name=topic.name,
        key=topic.key,
        partitions=topic.partitions,
        retention_s=topic.retention_s,
        max_bytes=topic.max_bytes,
        state=state,
        differences=differences,
    )
