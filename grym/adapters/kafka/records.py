"""Records as they come from Kafka and as the rest of grym knows them.

A position is the offset + 1, so that 0 is "nothing read" here as in the embedded log, and the position up to which
everything is done is the offset that Kafka calls committed.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, cast

from schemas.records import Headers, Record


@lru_cache(maxsize=1024)
def instant(milliseconds: int) -> datetime:
    """Return the time that a count of milliseconds since 1970 stands for; one batch shares one time."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def to_records(topic: str, fetched: Iterable[Any]) -> list[Record]:
    """Return fetched records under the name that the catalogue gives their topic."""
    return [
        Record(
            topic=topic,
            partition=each.partition,
            position=each.offset + 1,
            key=each.key,
            headers=_headers(each.headers),
            value=each.value,
            appended_at=instant(each.timestamp),
        )
        for each in fetched
    ]


def size_of(record: Record) -> int:
    """Return the bytes of value and key."""
    return len(record.value or b"") + len(record.key or b"")


def _headers(given: tuple[tuple[str, bytes | None], ...]) -> Headers:
    """Return headers without nothing as a value, which Kafka allows and the rest of grym does not."""
    for _, value in given:
        if value is None:
            return tuple((name, value or b"") for name, value in given)
    return cast("Headers", given)
