"""Raw records: what a log stores and hands out, before anybody has understood a byte of it.

`Message` is on its way in, `Record` came out. Positions start at 1 and have no gaps within a partition of the
embedded log; only their order is promised. Headers are a sequence, since Kafka allows a name twice.
"""

from datetime import datetime

import msgspec

Headers = tuple[tuple[str, bytes], ...]


class TopicPartition(msgspec.Struct, frozen=True, order=True):
    """One partition of one topic."""

    topic: str
    partition: int


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes to be appended to a topic; records of one key share a partition and keep their order."""

    topic: str
    key: bytes | None
    headers: Headers
    value: bytes | None


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes that a log holds at a position; `appended_at` is the log's clock (log-append time)."""

    topic: str
    partition: int
    position: int
    key: bytes | None
    headers: Headers
    value: bytes | None
    appended_at: datetime

    @property
    def topic_partition(self) -> TopicPartition:
        """Where the record lies."""
        return TopicPartition(self.topic, self.partition)


def header(headers: Headers, name: str) -> bytes | None:
    """Return the last header called `name`, or None."""
    return next((value for key, value in reversed(headers) if key == name), None)
