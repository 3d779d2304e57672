"""Where a message belongs and whether it may go there; the same answer in every log.

The partition is Kafka's own choice for a key (murmur2, sign bit cleared, modulo partitions), so that moving a log to
Kafka moves no key to another partition. A message without a key has no order to keep: it is spread by its event id.

References: Apache Kafka 4, `BuiltInPartitioner.partitionForKey` and `Utils.murmur2`; A. Appleby, MurmurHash2, 2008.
"""

import hashlib
from functools import lru_cache

from grym.errors import ContractError
from grym.ports.outbox import SHARDS
from schemas.catalogue import AUDIO_FRAMES, BY_NAME, DEAD_LETTERS, LIVE, Topic
from schemas.frames import is_frame
from schemas.records import Message, Record, TopicPartition, header

_MASK = 0xFFFFFFFF
_SEED = 0x9747B28C
_MIX = 0x5BD1E995
_SHIFT = 24


@lru_cache(maxsize=65_536)
def murmur2(payload: bytes) -> int:
    """Return the 32-bit murmur2 hash as an unsigned number."""
    length = len(payload)
    value = (_SEED ^ length) & _MASK
    whole = length & ~3
    for start in range(0, whole, 4):
        word = int.from_bytes(payload[start : start + 4], "little") * _MIX & _MASK
        word = (word ^ (word >> _SHIFT)) * _MIX & _MASK
        value = (value * _MIX & _MASK) ^ word
    if whole < length:
        value = (value ^ int.from_bytes(payload[whole:], "little")) * _MIX & _MASK
    value = (value ^ (value >> 13)) * _MIX & _MASK
    return value ^ (value >> 15)


def partition_of(key: bytes, *, partitions: int) -> int:
    """Return the partition that Kafka's default partitioner gives a key."""
    return (murmur2(key) & 0x7FFFFFFF) % partitions


def place(message: Message) -> TopicPartition:
    """Check a message against the catalogue and say where it goes.

    Raises
    ------
    ContractError
        ``publish.unknown_topic``, ``publish.too_large`` or ``publish.broken_header``.
    """
    topic = check(message)
    return TopicPartition(topic.name, partition_of(spread_by(message), partitions=topic.partitions))


def check(message: Message) -> Topic:
    """Return the topic of a message that the catalogue allows.

    Raises
    ------
    ContractError
        As `place`.
    """
    topic = BY_NAME.get(message.topic)
    if topic is None:
        raise ContractError(
            f"there is no topic {message.topic!r}",
            code="publish.unknown_topic",
            hint="The topics are listed in docs/schemas/events.md.",
        )
    _check_size(topic, message)
    return topic


def spread_by(message: Message) -> bytes:
    """Return the bytes whose hash decides the partition: the key, or what stands in for one."""
    return message.key if message.key is not None else header(message.headers, "ce_id") or message.value or b""


def shard_of(message: Message) -> int:
    """Return who relays a message: all of one key are relayed by one."""
    return partition_of(spread_by(message), partitions=SHARDS)


def correlation_of(message: Message | Record) -> bytes:
    """Return the correlation id as bytes, found as the codec finds it, even where the record cannot be decoded.

    Empty for frames and for what is heard in them: those are read by topic, and an hour of a stream is no history that
    anybody wants to load whenever they ask how its request is.
    """
    headers = message.headers
    if message.topic == LIVE or (message.topic == AUDIO_FRAMES and is_frame(headers)):
        return b""
    return (
        header(headers, "ce_correlationid")
        or header(headers, "ce_subject")
        or message.key
        or header(headers, "ce_id")
        or b""
    )


def digest_of(*parts: bytes) -> bytes:
    """Return 16 bytes that stand for names of any length in an index, whose entries must stay short.

    128 bits: two of a thousand million names agree with a chance of 1 to 10**20.
    """
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.digest()


def _header_bytes(message: Message) -> int:
    try:
        return sum(len(name.encode()) + len(value) for name, value in message.headers)
    except UnicodeEncodeError as error:
        raise ContractError("a header name is not Unicode text", code="publish.broken_header") from error


def _check_size(topic: Topic, message: Message) -> None:
    value_bytes = len(message.value or b"")
    around_bytes = len(message.key or b"") + _header_bytes(message)
    too_large = value_bytes > topic.max_bytes or around_bytes > topic.max_header_bytes
    if topic.name == DEAD_LETTERS:  # what a broker took is to be kept, however key, headers and value share the room
        too_large = value_bytes + around_bytes > topic.max_record_bytes
    if too_large:
        raise ContractError(
            f"the record is too large for {topic.name}",
            code="publish.too_large",
            hint="Store the payload as an artifact and send its reference.",
            details={
                "value_bytes": value_bytes,
                "max_bytes": topic.max_bytes,
                "key_and_header_bytes": around_bytes,
                "max_key_and_header_bytes": topic.max_header_bytes,
            },
        )
