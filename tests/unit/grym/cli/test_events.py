"""Records as JSON, and events in causal order."""

from datetime import UTC, datetime
from typing import Any

from grym.cli.event_rows import causal_order, depths, event_json
from schemas.commands import CancelRequest
from schemas.envelope import Envelope, encode
from schemas.records import Record

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def _row(name: str, cause: str = "") -> dict[str, Any]:
    return {"id": name, "causation_id": cause}


def _record(value: bytes, headers: tuple[tuple[str, bytes], ...]) -> Record:
    return Record(
        topic="grym.cancels.v1", partition=1, position=7, key=b"r1", headers=headers, value=value, appended_at=AT
    )


def test_every_key_of_the_contract_is_there() -> None:
    """Id, type, source, subject, time, correlation, causation, place and data come from headers and body."""
    sent = encode(
        Envelope(
            id="e1",
            source="client",
            type=CancelRequest.TYPE,
            subject="r1",
            time=AT,
            body=CancelRequest(reason="tired"),
            correlation_id="r1",
            causation_id="e0",
        )
    )
    assert event_json(_record(sent.value or b"", sent.headers)) == {
        "id": "e1",
        "type": "grym.request.cancel.v1",
        "source": "client",
        "subject": "r1",
        "time": AT,
        "correlation_id": "r1",
        "causation_id": "e0",
        "run": 1,
        "topic": "grym.cancels.v1",
        "partition": 1,
        "position": 7,
        "data": {"reason": "tired"},
    }


def test_bytes_that_are_no_json_are_shown_as_bytes() -> None:
    """A record nobody can read is a line like any other, with its first bytes and the reason."""
    row = event_json(_record(b"\xff\x00", (("ce_id", b"e\xff"),)))
    assert (row["id"], row["subject"], row["data"]) == ("e\ufffd", "r1", {"hex": "ff00", "bytes": 2})
    assert row["error"]


def test_an_event_comes_after_its_cause() -> None:
    """An effect that was read before its cause is moved behind it; the rest keeps its order."""
    rows = [_row("c", "b"), _row("a"), _row("b", "a"), _row("d", "c")]
    assert [row["id"] for row in causal_order(rows)] == ["a", "b", "c", "d"]


def test_nothing_is_lost_in_a_circle() -> None:
    """Foreign events that name each other as causes are still shown."""
    rows = [_row("a", "b"), _row("b", "a"), _row("c", "c")]
    assert sorted(row["id"] for row in causal_order(rows)) == ["a", "b", "c"]


def test_depth_counts_causes() -> None:
    """The indentation of an event is the number of causes above it."""
    assert depths([_row("a"), _row("b", "a"), _row("c", "b"), _row("d", "a")]) == {"a": 0, "b": 1, "c": 2, "d": 1}
