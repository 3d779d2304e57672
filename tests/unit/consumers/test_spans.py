"""A span of the log: its positions by time, its records merged."""

import random
from datetime import timedelta

import pytest

from consumers.spans import followed, merged, positions_before
from grym.adapters.clock import VirtualClock
from grym.adapters.memory import open_memory
from grym.ports.backend import Backend
from schemas.records import Message, Record, TopicPartition
from tests.contract.fakes import EPOCH, LoopClock, run_virtual

TOPICS = ("grym.requests.v1", "grym.feedback.v1", "grym.cancels.v1")


async def _filled(seed: int, *, size: int = 200) -> tuple[Backend, list[Record]]:
    """Return a log whose records were appended one after the other, some at the same instant."""
    chance, clock = random.Random(seed), VirtualClock()
    backend = open_memory(clock)
    for number in range(size):
        await clock.advance(chance.choice([0.0, 0.0, 0.5, 3.0]))
        key = str(chance.randint(0, 9)).encode()
        value = str(number).encode() * chance.choice([1, 1, 1, 40_000])
        await backend.publisher.publish([Message(topic=chance.choice(TOPICS), key=key, headers=(), value=value)])
    ends = await backend.log.ends(TOPICS)
    everything = [record for place in ends for record in await backend.log.read(place, after=0, limit=size)]
    return backend, everything


@pytest.mark.parametrize("seed", range(10))
async def test_positions_part_what_was_before_an_instant_from_the_rest(seed: int) -> None:
    """Up to its position every record of a partition is older, and behind it none is."""
    backend, everything = await _filled(seed)
    instants = {record.appended_at for record in everything}
    probes = [
        moment + timedelta(seconds=shift)
        for moment in random.Random(seed).sample(sorted(instants), 8)
        for shift in (-0.1, 0, 0.1)
    ]
    for at in [EPOCH - timedelta(days=1), *probes, max(instants) + timedelta(days=1)]:
        found = await positions_before(backend.log, TOPICS, at)
        assert set(found) == set(await backend.log.ends(TOPICS))
        for record in everything:
            assert (record.position <= found[record.topic_partition]) == (record.appended_at < at)


@pytest.mark.parametrize("seed", range(5))
async def test_the_merge_holds_every_record_once_in_the_order_of_appending(seed: int) -> None:
    """Nothing is left out, nothing comes twice, and every partition keeps its order."""
    backend, everything = await _filled(seed)
    begin = sorted(record.appended_at for record in everything)[50]
    end = sorted(record.appended_at for record in everything)[150]
    after = await positions_before(backend.log, TOPICS, begin)
    upto = await backend.log.ends(TOPICS)
    found = [record async for record in merged(backend.log, after=after, upto=upto, before=end)]
    assert [record.appended_at for record in found] == sorted(record.appended_at for record in found)
    wanted = [record for record in everything if begin <= record.appended_at < end]
    assert sorted(found, key=_place) == sorted(wanted, key=_place)
    for place in upto:
        positions = [record.position for record in found if record.topic_partition == place]
        assert positions == sorted(positions)


def _place(record: Record) -> tuple[TopicPartition, int]:
    return record.topic_partition, record.position


async def test_the_merge_ends_where_the_log_ended() -> None:
    """What comes after the ends were taken is left out."""
    backend, everything = await _filled(0, size=20)
    upto = await backend.log.ends(TOPICS)
    await backend.publisher.publish([Message(topic=TOPICS[1], key=b"k", headers=(), value=b"late")])
    assert len([record async for record in merged(backend.log, after={}, upto=upto)]) == len(everything)


def test_following_gives_what_was_and_what_comes() -> None:
    """Several partitions that grow are read in the order of time, each record once."""

    async def follow() -> list[bytes | None]:
        backend = open_memory(LoopClock())
        seen: list[bytes | None] = []
        await backend.publisher.publish([_message(topic, b"first") for topic in TOPICS])
        async for record in followed(backend.log, TOPICS, after={}):
            seen.append(record.value)
            if len(seen) == len(TOPICS):
                await backend.publisher.publish([_message(TOPICS[2], b"second")])
                await LoopClock().sleep(1)
                await backend.publisher.publish([_message(TOPICS[0], b"third")])
            if seen[-1] == b"third":
                break
        return seen

    assert run_virtual(follow()) == [b"first"] * 3 + [b"second", b"third"]


def _message(topic: str, value: bytes) -> Message:
    return Message(topic=topic, key=b"k", headers=(), value=value)
