"""The mark of imported records."""

from datetime import UTC, datetime

import pytest

from schemas.commands import RequestComposition
from schemas.envelope import decode
from schemas.headers import IMPORTED
from schemas.imported import first_logged_at, is_imported, marked, unmarked
from schemas.records import Record
from tests.contract.fakes import message

THEN = datetime(2026, 1, 1, 12, 0, 0, 123456, tzinfo=UTC)
LATER = datetime(2026, 3, 1, tzinfo=UTC)


def record(*, at: datetime = THEN, mark: bytes | None = None) -> Record:
    """Return a request as it lies in a log."""
    sent = message(RequestComposition(prompt="a waltz"), subject="r1", event_id="e1")
    marks = () if mark is None else ((IMPORTED, mark),)
    return Record(
        topic=sent.topic,
        partition=0,
        position=1,
        key=sent.key,
        headers=(*sent.headers, *marks),
        value=sent.value,
        appended_at=at,
    )


def test_the_mark_keeps_the_time_of_the_first_log() -> None:
    """An event that was imported, also more than once, is read with the time it had where it was worked on."""
    brought = marked(record())
    assert is_imported(brought.headers)
    assert decode(brought).imported
    assert decode(record(at=LATER, mark=dict(brought.headers)[IMPORTED])).logged_at == THEN
    assert marked(brought) == brought
    assert unmarked(brought) == record()
    assert not decode(record()).imported


@pytest.mark.parametrize("mark", [b"", b"\xff", b"yesterday", b"2026-01-01T00:00:00", b"0001-01-01T00:00:00+14:00"])
def test_a_mark_of_somebody_else_is_still_a_mark(mark: bytes) -> None:
    """What cannot be read as an instant leaves the time of this log."""
    assert is_imported(record(mark=mark).headers)
    assert first_logged_at(record(mark=mark).headers) is None
    assert decode(record(at=LATER, mark=mark)).logged_at == LATER
