"""Records read from the bytes of a fetch by the rules of the format, against batches that the client writes."""

import pytest
from aiokafka.errors import CorruptRecordException, LeaderNotAvailableError
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from hypothesis import given
from hypothesis import strategies as st

from grym.adapters.kafka.raw import find
from schemas.records import TopicPartition

SOURCE = TopicPartition("t", 3)
Parts = tuple[bytes | None, bytes | None, list[tuple[str, bytes | None]]]

PARTS = st.tuples(
    st.none() | st.binary(max_size=200),
    st.none() | st.binary(max_size=200),
    st.lists(st.tuples(st.text(max_size=10), st.none() | st.binary(max_size=20)), max_size=4),
)


def batch(records: list[Parts], *, compression: int = 0) -> bytes:
    """Return a batch as it lies in a log, from offset 0."""
    builder = DefaultRecordBatchBuilder(2, compression, 0, -1, -1, -1, 1_000_000)
    for offset, (key, value, headers) in enumerate(records):
        builder.append(offset, 1_700_000_000_000 + offset, key, value, headers)
    return bytes(builder.build())


def moved(payload: bytes, base: int) -> bytes:
    """Return a batch as it lies from another offset on."""
    return base.to_bytes(8, "big") + payload[8:]


@given(st.lists(PARTS, min_size=1, max_size=6), st.lists(PARTS, min_size=1, max_size=6), st.sampled_from([0, 1]))
def test_every_record_is_found_where_it_lies(first: list[Parts], second: list[Parts], compression: int) -> None:
    """Two batches one behind the other, the second beginning at offset 1000; plain and compressed."""
    payload = batch(first, compression=compression) + moved(batch(second, compression=compression), 1000)
    for base, parts in ((0, first), (1000, second)):
        for n, (key, value, headers) in enumerate(parts):
            record = find(payload, base + n, SOURCE)
            assert record is not None
            assert (record.position, record.key, record.value) == (base + n + 1, key, value)
            assert record.headers == tuple((name, content or b"") for name, content in headers)
            assert round(record.appended_at.timestamp() * 1000) == 1_700_000_000_000 + n
    assert find(payload, 999, SOURCE) is None
    with pytest.raises(LeaderNotAvailableError):
        find(payload, 2000, SOURCE)


@given(st.lists(PARTS, min_size=1, max_size=4), st.integers(0, 400))
def test_what_was_cut_off_is_no_record(records: list[Parts], keep: int) -> None:
    """A fetch may end within a batch: what is there is read, what is not is never said to be none."""
    whole = batch(records)
    if keep >= len(whole):
        return
    with pytest.raises((CorruptRecordException, LeaderNotAvailableError)):
        find(whole[:keep], len(records) - 1, SOURCE)


def test_no_batch_at_all_is_said_to_be_broken() -> None:
    """A length that points into itself would never end."""
    with pytest.raises(CorruptRecordException):
        find(b"\x00" * 100, 5, SOURCE)
