"""The outbox: in with the effects, out in order per key, into the history once sent, never lost in between."""

import asyncio
from datetime import UTC, datetime

import pytest

from grym.adapters.retention import LETTERS_S
from grym.errors import LeaseLostError
from grym.ports.backend import Backend
from grym.ports.log import Placement
from grym.ports.outbox import SHARDS, Outbox, OutboxBacklog, Unsent
from grym.ports.work import Lease
from schemas.catalogue import BY_NAME, DEAD_LETTERS
from schemas.records import Message, Record, TopicPartition
from tests.contract.backends import FAULT, LANE, TOPIC, Kit, entry, letter, message, record

SENT_AT = datetime(2020, 1, 1, tzinfo=UTC)
"""Longer ago than any retention."""
AUDIT = "grym.audit.v1"


def outbox_of(backend: Backend) -> Outbox:
    """Return the outbox, which such a backend has."""
    assert backend.outbox is not None
    return backend.outbox


async def put(kit: Kit, *messages: Message) -> None:
    """Append in a transaction."""
    async with kit.backend.work.begin() as work:
        await work.append(messages)


async def unsent(kit: Kit, *, limit: int = 100) -> list[Unsent]:
    """Return what waits in all shards."""
    outbox = outbox_of(kit.backend)
    return [found for shard in range(SHARDS) for found in await outbox.unsent(shard, limit=limit)]


async def lease_of(kit: Kit) -> Lease:
    """Take the lease of a relay."""
    lease = await kit.backend.leases.acquire("outbox-relay-0", holder="h", ttl_s=60)
    assert lease is not None
    return lease


def placed(found: list[Unsent], *, first: int = 1) -> list[tuple[Unsent, Placement]]:
    """Say that messages lie one after the other in a partition."""
    return [
        (each, Placement(source=TopicPartition(each.message.topic, 0), position=first + n, appended_at=SENT_AT))
        for n, each in enumerate(found)
    ]


async def send_everything(kit: Kit) -> None:
    """Move everything into the history."""
    await outbox_of(kit.backend).sent(await lease_of(kit), placed(await unsent(kit)))


async def test_outputs_wait_in_the_order_of_their_key(apart: Kit) -> None:
    """As they were put, bytes and headers alike; nothing of it is in the history yet."""
    headers = (("h", b"\xff"), ("h", b""))
    first = [message(str(n).encode(), headers=headers) for n in range(3)]
    await put(apart, *first)
    await put(apart, message(b"3"), message(None, key=None, headers=(("ce_id", b"x"),)))
    found = await unsent(apart)
    mine = [each.message for each in found if each.message.key == b"k"]
    assert mine == [*first, message(b"3")]
    assert [each.message.value for each in found if each.message.key is None] == [None]
    assert await apart.backend.history.of_request("k") == []
    assert (await apart.backend.counters.open_work())["outbox"] == 5


async def test_all_of_a_key_are_in_one_shard(apart: Kit) -> None:
    """Over topics too; keys are spread over the shards."""
    outbox = outbox_of(apart.backend)
    keys = [str(n).encode() for n in range(40)]
    await put(apart, *(message(key=key, topic=topic) for key in keys for topic in (LANE, TOPIC)))
    shards = [{each.message.key for each in await outbox.unsent(n, limit=100)} for n in range(SHARDS)]
    assert sum(map(len, shards)) == len(keys)
    assert all(shards)


async def test_what_failed_is_not_sent(apart: Kit) -> None:
    """Output and effect together or not at all."""

    async def fail() -> None:
        async with apart.backend.work.begin() as work:
            await work.append([message()])
            await work.note([record(1)])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await unsent(apart) == []
    assert await apart.backend.history.of_request("k") == []


async def test_a_look_is_limited_by_number_and_bytes(apart: Kit) -> None:
    """But never empty where something waits."""
    await put(apart, *(message(bytes(1000)) for _ in range(5)))
    outbox = outbox_of(apart.backend)
    [shard] = [n for n in range(SHARDS) if await outbox.unsent(n, limit=1)]
    assert len(await outbox.unsent(shard, limit=3)) == 3
    assert len(await outbox.unsent(shard, limit=100, max_bytes=2500)) == 2
    assert len(await outbox.unsent(shard, limit=100, max_bytes=10)) == 1


async def test_what_was_sent_is_the_history_with_its_places(apart: Kit) -> None:
    """Of grym's own events and of foreign ones, in the order in which they came; once each."""
    async with apart.backend.work.begin() as work:
        await work.note([record(7)])
        await work.append([message(b"1"), message(b"2")])
    found = await unsent(apart)
    lease = await lease_of(apart)
    outbox = outbox_of(apart.backend)
    await outbox.sent(lease, placed(found, first=5))
    await outbox.sent(lease, placed(found, first=5))  # a second relay came late
    async with apart.backend.work.begin() as work:
        await work.note([record(7)])
    history = await apart.backend.history.of_request("k")
    foreign = record(7)
    assert history[0] == foreign
    assert [(each.topic, each.partition, each.position, each.value) for each in history[1:]] == [
        (LANE, 0, 5, b"1"),
        (LANE, 0, 6, b"2"),
    ]
    assert await unsent(apart) == []
    assert await outbox.backlog() == OutboxBacklog(count=0, oldest_s=0)


async def test_only_the_holder_of_the_lease_moves_anything(apart: Kit) -> None:
    """Whoever lost it is told, and everything stays for its successor."""
    await put(apart, message())
    found, lost = await unsent(apart), await lease_of(apart)
    await apart.pass_time(61)
    held = await apart.backend.leases.acquire("outbox-relay-0", holder="next", ttl_s=60)
    assert held is not None
    outbox = outbox_of(apart.backend)
    with pytest.raises(LeaseLostError):
        await outbox.sent(lost, placed(found))
    with pytest.raises(LeaseLostError):
        await outbox.refuse(lost, found[0], fault=FAULT)
    assert await unsent(apart) == found
    await outbox.sent(held, placed(found))
    assert await unsent(apart) == []


async def test_a_refused_message_is_kept_apart_and_can_be_taken_back(apart: Kit) -> None:
    """Its followers go on; it is counted; once the log was mended it is sent with the others."""
    await put(apart, message(b"1"), message(b"2"))
    outbox, lease = outbox_of(apart.backend), await lease_of(apart)
    first, second = await unsent(apart)
    await outbox.refuse(lease, first, fault=FAULT)
    await outbox.refuse(lease, first, fault=FAULT)
    assert await unsent(apart) == [second]
    assert (await outbox.backlog()).refused == 1
    assert await outbox.take_back_refused() == 1
    assert [each.message for each in await unsent(apart)] == [second.message, first.message]
    assert (await outbox.backlog()).refused == 0


async def test_the_backlog_tells_the_age_of_the_oldest(apart: Kit) -> None:
    """Over all shards, by the backend's clock."""
    await put(apart, message(key=b"a"))
    await apart.pass_time(100)
    await put(apart, message(key=b"b"), message(key=b"c"), message(key=b"d"))
    backlog = await outbox_of(apart.backend).backlog()
    assert backlog.count == 4
    assert 100 <= backlog.oldest_s < 200


async def test_a_waiting_relay_hears_of_a_commit(apart: Kit) -> None:
    """Also of one between its look and its wait; otherwise it waits in vain."""
    outbox = outbox_of(apart.backend)
    await put(apart, message())
    [shard] = {n for n in range(SHARDS) if await outbox.unsent(n, limit=1)}
    await outbox.unsent(shard, limit=1)
    waiting = asyncio.create_task(outbox.wait(shard, timeout_s=3600))
    await asyncio.sleep(0)
    await put(apart, message())
    async with asyncio.timeout(20):
        await waiting
    await outbox.unsent(shard, limit=1)
    await put(apart, message())
    async with asyncio.timeout(20):
        await outbox.wait(shard, timeout_s=3600)


async def test_a_letter_is_found_with_its_bytes_once_it_was_sent(apart: Kit) -> None:
    """By its id, without reading a topic."""
    dead = message(b"bytes", topic=DEAD_LETTERS, headers=(("grym_letter_id", b"l1"),))
    async with apart.backend.work.begin() as work:
        await work.admit(entry())
        await work.file_letter(letter("l1"))
        await work.append([dead])
    assert await apart.backend.letters.letter("l1") is None
    await send_everything(apart)
    found = await apart.backend.letters.letter("l1")
    assert found is not None
    assert (found[1].value, found[1].headers) == (b"bytes", dead.headers)


async def test_retention_takes_the_history_and_never_what_is_unsent(apart: Kit) -> None:
    """However old it is; what was refused goes with the letters."""
    kept_s = BY_NAME[AUDIT].retention_s or 0
    await put(apart, message(b"old", topic=AUDIT))
    await send_everything(apart)
    await put(apart, message(b"unsent", topic=AUDIT, key=b"u"), message(b"refused", topic=AUDIT, key=b"v"))
    outbox = outbox_of(apart.backend)
    await apart.backend.leases.release(Lease(name="outbox-relay-0", holder="h", epoch=1, expires_at=SENT_AT))
    refused = next(each for each in await unsent(apart) if each.message.value == b"refused")
    await outbox.refuse(await lease_of(apart), refused, fault=FAULT)
    await apart.pass_time(max(kept_s, LETTERS_S) + 10)
    assert (await apart.backend.housekeeping.sweep(limit=100))["events"] == 1
    assert await apart.backend.history.of_request("k") == []
    assert [each.message.value for each in await unsent(apart)] == [b"unsent"]
    assert (await outbox.backlog()).refused == 0


async def test_retention_takes_what_lies_beyond_the_partitions_of_the_catalogue(apart: Kit) -> None:
    """An operator may have given the broker's topic more of them: nothing of those may stay for ever."""
    async with apart.backend.work.begin() as work:
        await work.note([record(1, partition=BY_NAME[TOPIC].partitions + 3)])
    await apart.pass_time((BY_NAME[TOPIC].retention_s or 0) + 10)
    assert (await apart.backend.housekeeping.sweep(limit=100))["events"] == 1
    assert await apart.backend.history.of_request("k") == []


async def test_long_keys_and_names_are_no_trouble(apart: Kit) -> None:
    """A key of 100 kB is larger than any index entry may be."""
    key = bytes(range(256)) * 200
    headers = (("ce_correlationid", b"c" * 5000),)
    far = Record(topic=TOPIC, partition=0, position=3, key=key * 2, headers=headers, value=b"", appended_at=SENT_AT)
    async with apart.backend.work.begin() as work:
        await work.admit(entry("e" * 100_000, source="s" * 100_000))
        await work.note([far])
        await work.park("p", far, fault=FAULT, delay_s=0)
        await work.append([message(key=key, headers=headers)])
    await send_everything(apart)
    assert len(await apart.backend.history.of_request("c" * 5000)) == 2
    assert await apart.backend.parking.waiting_keys("p") == {(TOPIC, key * 2)}


async def test_who_waits_hears_of_what_was_sent_and_noted(apart: Kit) -> None:
    """Readers of a log that lies elsewhere look when the database has heard of something."""

    async def hear() -> None:
        async with asyncio.timeout(20):
            await apart.backend.log.wait(timeout_s=3600)

    await hear()
    await put(apart, message())
    await hear()
    await send_everything(apart)
    await hear()
    async with apart.backend.work.begin() as work:
        await work.note([record(1)])
    await hear()


async def test_publishing_without_the_log_at_hand_goes_into_the_outbox(apart: Kit) -> None:
    """Where nobody has put another publisher in its place."""
    await apart.backend.publisher.publish([message(b"1"), message(b"2")])
    await apart.backend.publisher.publish([])
    assert [each.message.value for each in await unsent(apart)] == [b"1", b"2"]
