"""Tests of schemas.records: raw records and their headers."""

from datetime import UTC, datetime

from schemas.records import Record, TopicPartition, header


def test_last_header_of_a_name_wins() -> None:
    """Kafka allows a name twice."""
    headers = (("a", b"1"), ("b", b"2"), ("a", b"3"))
    assert header(headers, "a") == b"3"
    assert header(headers, "c") is None


def test_record_knows_where_it_lies() -> None:
    """Topic and partition order as a pair."""
    record = Record(
        topic="t",
        partition=2,
        position=1,
        key=None,
        headers=(),
        value=None,
        appended_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    assert record.topic_partition == TopicPartition("t", 2)
    assert TopicPartition("t", 2) < TopicPartition("t", 10)
