"""Where messages go: Kafka's own answers, known by its tests."""

import pytest

from grym.adapters.placement import correlation_of, digest_of, murmur2, partition_of, place
from grym.errors import ContractError
from schemas.catalogue import AUDIO_FRAMES, BY_NAME, DEAD_LETTERS, LIVE, STREAMS
from schemas.records import Headers, Message, TopicPartition

KAFKAS_OWN = [
    (b"21", -973932308),
    (b"foobar", -790332482),
    (b"a-little-bit-long-string", -985981536),
    (b"a-little-bit-longer-string", -1486304829),
    (b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971),
    (b"abc", 479470107),
]
"""Apache Kafka, `UtilsTest.testMurmur2`."""


def message(*, key: bytes | None = None, headers: Headers = (), value: bytes | None = b"v") -> Message:
    """Return a message to a topic of eight partitions."""
    return Message(topic="grym.requests.v1", key=key, headers=headers, value=value)


@pytest.mark.parametrize(("payload", "expected"), KAFKAS_OWN)
def test_murmur2_agrees_with_kafka(payload: bytes, expected: int) -> None:
    """All tail lengths are among the vectors."""
    assert murmur2(payload) == expected % 2**32


def test_the_sign_bit_is_cleared_before_the_modulo() -> None:
    """As `Utils.toPositive` does: -790332482 has 1357151166 without its sign bit."""
    assert partition_of(b"foobar", partitions=8) == 1357151166 % 8


def test_a_message_without_a_key_is_spread_by_its_event_id() -> None:
    """The same one always goes to the same place."""
    named = [message(headers=(("ce_id", str(n).encode()),)) for n in range(64)]
    assert {place(one).partition for one in named} == set(range(8))
    assert place(named[0]) == place(named[0])
    assert isinstance(place(message(value=None)), TopicPartition)


@pytest.mark.parametrize(
    ("headers", "key", "expected"),
    [
        ((("ce_correlationid", b"c"), ("ce_subject", b"s"), ("ce_id", b"i")), b"k", b"c"),
        ((("ce_subject", b"s"), ("ce_id", b"i")), b"k", b"s"),
        ((("ce_id", b"i"),), b"k", b"k"),
        ((("ce_id", b"i"),), None, b"i"),
        ((), None, b""),
        ((("ce_correlationid", b"first"), ("ce_correlationid", b"last")), None, b"last"),
    ],
)
def test_the_correlation_is_found_as_the_codec_finds_it(headers: Headers, key: bytes | None, expected: bytes) -> None:
    """Also where the record could not be decoded."""
    assert correlation_of(message(key=key, headers=headers)) == expected


def test_live_sound_is_no_history_of_its_request() -> None:
    """Frames and what is heard in them are read by topic; that a stream opened, started or ended is its history."""
    headers = (("ce_subject", b"s"), ("ce_type", b"grym.audio.frame.v1"))
    opened = (("ce_subject", b"s"), ("ce_type", b"grym.stream.opened.v1"))
    assert correlation_of(Message(topic=AUDIO_FRAMES, key=b"s", headers=headers, value=b"")) == b""
    assert correlation_of(Message(topic=LIVE, key=b"s", headers=opened, value=b"")) == b""
    assert correlation_of(Message(topic=AUDIO_FRAMES, key=b"s", headers=opened, value=b"")) == b"s"
    assert correlation_of(Message(topic=STREAMS, key=b"s", headers=opened, value=b"")) == b"s"


def test_a_digest_is_short_and_keeps_parts_apart() -> None:
    """Sixteen bytes whatever goes in."""
    assert len(digest_of(b"x" * 100_000)) == len(digest_of()) == 16
    assert len({digest_of(b"ab", b"c"), digest_of(b"a", b"bc"), digest_of(b"abc"), digest_of(b"abc", b"")}) == 4


@pytest.mark.parametrize(("key_bytes", "value_bytes"), [(100_000, 1), (0, 1_150_000), (60_000, 1_080_000)])
def test_a_dead_letter_shares_its_room_freely(key_bytes: int, value_bytes: int) -> None:
    """Key, headers and value of a letter together have the topic's whole room: a broker may have taken any mix."""
    letter = Message(topic=DEAD_LETTERS, key=b"k" * key_bytes, headers=(), value=b"v" * value_bytes)
    assert place(letter).topic == DEAD_LETTERS
    rest = BY_NAME[DEAD_LETTERS].max_record_bytes - key_bytes - value_bytes
    full = Message(topic=DEAD_LETTERS, key=letter.key, headers=(("x", b"y" * rest),), value=letter.value)
    with pytest.raises(ContractError, match="too large"):
        place(full)
