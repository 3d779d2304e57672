"""Read one record from the bytes of a fetch, where the client cannot.

A header's name is text by agreement only: the broker takes any bytes, and the client raises on names that are not
UTF-8, for the whole batch and for ever. Such a record must neither stop its partition nor vanish. This reads it by the
rules of the format alone; bytes of names that are no text come out escaped, everything else is as it was sent.

References: Apache Kafka documentation, section 5.3 "Message format" (record batch version 2).
"""

import struct
from collections.abc import Callable
from typing import Any

from aiokafka.client import ConnectionGroup
from aiokafka.codec import gzip_decode, lz4_decode, snappy_decode, zstd_decode
from aiokafka.errors import CorruptRecordException, LeaderNotAvailableError, for_code
from aiokafka.protocol.fetch import FetchRequest

from grym.adapters.kafka.records import instant
from schemas.records import Record, TopicPartition

_HEAD = struct.Struct(">qiibIhiqqqhii")
_FRAME_BYTES = 12  # base offset and length come before what the length counts
_CODECS: dict[int, Callable[[bytes], bytes]] = {1: gzip_decode, 2: snappy_decode, 3: lz4_decode, 4: zstd_decode}
_CODEC_BITS = 0b111
_LOG_APPEND_BIT = 0b1000
_FETCH_BYTES = 4 * 1024 * 1024
_FETCH_WAIT_MS = 500


async def fetch_raw(consumer: Any, at: Any, offset: int, source: TopicPartition) -> Record | None:
    """Fetch the record at an offset, None where there certainly is none.

    Raises
    ------
    KafkaError
        When the leader does not answer, is another one or does not have the record yet (``retriable``), or the bytes
        are no record batch.
    """
    client = consumer._client  # noqa: SLF001 - no public way leads to the bytes
    request = FetchRequest(_FETCH_WAIT_MS, 1, _FETCH_BYTES, 1, [(at.topic, [(at.partition, offset, _FETCH_BYTES)])])
    node = client.cluster.leader_for_partition(at)
    answer = await client.send(node, request, group=ConnectionGroup.DEFAULT)
    if not answer.topics:
        raise for_code(answer.error_code)(f"no fetch from {source}")
    fetched = answer.topics[0][1][0]
    if error_code := fetched[1]:
        await client.force_metadata_update()  # the leader may be another one by now
        raise for_code(error_code)(f"no fetch from {source}")
    return find(fetched[-1] or b"", offset, source)


def find(payload: bytes, offset: int, source: TopicPartition) -> Record | None:
    """Return the record at an offset within the batches of a fetch, None where they leave it out.

    Raises
    ------
    CorruptRecordException
        When the bytes are no record batch.
    LeaderNotAvailableError
        When the batches end before the offset: a new leader may not show yet what its followers have.
    """
    begin = 0
    try:
        while begin + _HEAD.size <= len(payload):
            head = _HEAD.unpack_from(payload, begin)
            first, length, last = head[0], head[1], head[0] + head[6]
            if length < _HEAD.size - _FRAME_BYTES:
                raise CorruptRecordException(f"no record batch at {source}")
            if offset < first:
                return None
            if offset <= last:
                body = payload[begin + _HEAD.size : begin + _FRAME_BYTES + length]
                return _record_in(head, body, offset, source)
            begin += _FRAME_BYTES + length
    except (IndexError, struct.error) as error:
        raise CorruptRecordException(f"no record batch at {source}") from error
    raise LeaderNotAvailableError(f"{source} ends before offset {offset}")


def _record_in(head: tuple[int, ...], body: bytes, offset: int, source: TopicPartition) -> Record | None:
    base, attributes, base_ms, latest_ms, count = head[0], head[5], head[7], head[8], head[12]
    codec = attributes & _CODEC_BITS
    cursor = _Cursor(body if codec == 0 else bytes(_CODECS[codec](body)))
    for _ in range(count):
        cursor.number()  # length
        cursor.at += 1  # attributes, of which there are none
        delta_ms, found = cursor.number(), base + cursor.number()
        key, value = cursor.bytes(), cursor.bytes()
        headers = tuple((_name(cursor.bytes()), cursor.bytes() or b"") for _ in range(cursor.number()))
        if found == offset:
            return Record(
                topic=source.topic,
                partition=source.partition,
                position=offset + 1,
                key=key,
                headers=headers,
                value=value,
                appended_at=instant(latest_ms if attributes & _LOG_APPEND_BIT else base_ms + delta_ms),
            )
    return None


def _name(given: bytes | None) -> str:
    return (given or b"").decode(errors="backslashreplace")


class _Cursor:
    """Reads numbers (seven bits a byte, lowest first, signs alternating) and what they give the length of."""

    def __init__(self, payload: bytes) -> None:
        self._payload = payload
        self.at = 0

    def number(self) -> int:
        value = bits = 0
        while True:
            byte = self._payload[self.at]
            self.at += 1
            value |= (byte & 0x7F) << bits
            bits += 7
            if byte < 0x80:  # noqa: PLR2004 - the bit that says that more follows
                return (value >> 1) ^ -(value & 1)

    def bytes(self) -> bytes | None:
        length = self.number()
        if length < 0:
            return None
        if self.at + length > len(self._payload):
            raise IndexError(length)
        self.at += length
        return self._payload[self.at - length : self.at]
