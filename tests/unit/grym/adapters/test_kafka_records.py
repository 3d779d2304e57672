"""From the client's records to grym's."""

from datetime import UTC, datetime

from aiokafka.structs import ConsumerRecord

from grym.adapters.kafka.records import size_of, to_records


def fetched(**fields: object) -> ConsumerRecord:
    """Return a record as the client hands it out."""
    given = {
        "topic": "blue.t",
        "partition": 3,
        "offset": 41,
        "timestamp": 1_767_225_600_123,
        "timestamp_type": 1,
        "key": b"k",
        "value": b"vv",
        "checksum": None,
        "serialized_key_size": 1,
        "serialized_value_size": 2,
        "headers": (("a", b"1"), ("a", b"")),
    }
    return ConsumerRecord(**given | fields)


def test_a_position_is_the_offset_and_one() -> None:
    """0 stays free for "nothing read"."""
    [record] = to_records("t", [fetched()])
    assert (record.topic, record.partition, record.position) == ("t", 3, 42)
    assert (record.key, record.value, record.headers) == (b"k", b"vv", (("a", b"1"), ("a", b"")))
    assert record.appended_at == datetime(2026, 1, 1, 0, 0, 0, 123_000, tzinfo=UTC)


def test_what_is_missing_stays_missing_but_for_a_header_without_content() -> None:
    """Kafka knows headers without a value, the rest of grym does not."""
    [record] = to_records("t", [fetched(key=None, value=None, headers=(("a", b"1"), ("b", None)))])
    assert (record.key, record.value, record.headers) == (None, None, (("a", b"1"), ("b", b"")))
    assert size_of(record) == 0
