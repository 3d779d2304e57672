"""Habits of the client that have cost others records or minutes, each with what it must not do here."""

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.client import AIOKafkaClient, ConnectionGroup, CoordinationType

from grym.adapters.kafka.admin import create_topics
from grym.adapters.kafka.leaving import LeaveGroup, refusal
from grym.errors import LeaseLostError
from grym.ports.feed import Mark
from schemas.catalogue import BY_NAME
from schemas.records import TopicPartition
from tests.contract.backends import LANE, TOPIC
from tests.contract.kafka_world import PATIENCE_S, FeedWorld, collect, feed_world, holding, values

ALL = BY_NAME[TOPIC].partitions
WIDE = "grym.outcomes.v1"
ONE = TopicPartition(LANE, 0)
ROOT = Path(__file__).parents[2]


@pytest.fixture
async def world(kafka: str, topic_prefix: str) -> AsyncIterator[FeedWorld]:
    """Fresh topics."""
    async with feed_world(kafka, topic_prefix) as opened:
        yield opened


async def test_a_program_that_computes_for_longer_than_the_session_stays_a_member(world: FeedWorld) -> None:
    """The client's heartbeats come from its own thread: the same assignment reads and commits on."""
    await world.fill(2, topic=LANE)
    feed = world.feed(topics=(LANE,), session_timeout_s=1.5)
    async with feed.assigned(asyncio.Event()) as assignment:
        assert assignment is not None
        await collect(assignment, 1)
        time.sleep(3)  # noqa: ASYNC251 - this is the fault: the loop stands still
        await collect(assignment, 1)
        await assignment.commit({ONE: Mark(position=2)})
    assert await committed(world) == 2


async def test_a_program_that_stands_still_for_too_long_makes_room(world: FeedWorld) -> None:
    """Its partitions are read by another one meanwhile, and what it says afterwards counts no more."""
    await world.fill(2, topic=LANE)
    stuck = world.feed("w1", topics=(LANE,), stuck_after_s=0.5)
    async with stuck.assigned(asyncio.Event()) as assignment:
        assert assignment is not None
        await collect(assignment, 2)
        time.sleep(2)  # noqa: ASYNC251 - as above
        block, other = await holding(world.feed("w2", topics=(LANE,)), partitions=1)
        await collect(other, 2)
        await other.commit({ONE: Mark(position=1)})
        with pytest.raises(LeaseLostError):
            await assignment.lost()
        await assignment.commit({ONE: Mark(position=2)})
    assert await committed(world) == 1
    await block.__aexit__(None, None, None)


async def test_an_evicted_worker_commits_nothing_and_starts_over(world: FeedWorld) -> None:
    """The client would call a commit into the group, empty by then, a success."""
    await world.fill(3, topic=LANE)
    feed = world.feed(topics=(LANE,))
    async with feed.assigned(asyncio.Event()) as assignment:
        assert assignment is not None
        await collect(assignment, 3)
        await assignment.commit({ONE: Mark(position=1)})
        await evict(world, "p-w1")
        async with asyncio.timeout(PATIENCE_S):
            with pytest.raises(LeaseLostError):
                await assignment.lost()
        await assignment.commit({ONE: Mark(position=3)})
    assert await committed(world) == 1
    async with feed.assigned(asyncio.Event()) as again:
        assert again is not None
        assert again.marks == {ONE: Mark(position=1)}
        assert values(await collect(again, 2)) == [1, 2]


async def test_commits_during_a_rebalance_disturb_nobody(world: FeedWorld) -> None:
    """Marks are committed without a pause while workers come and go."""
    await world.fill(40)
    one, two = world.feed("w1"), world.feed("w2")
    block, assignment = await holding(one, partitions=ALL)
    committing = asyncio.create_task(commit_for_ever(assignment))
    joining = asyncio.create_task(holding(two, partitions=ALL // 2))
    async with asyncio.timeout(PATIENCE_S):
        await assignment.lost()
    await block.__aexit__(None, None, None)
    block, half = await holding(one, partitions=ALL // 2)
    other_block, _ = await joining
    assert not committing.done()
    committing.cancel()
    await other_block.__aexit__(None, None, None)
    await two.close()
    async with asyncio.timeout(PATIENCE_S):
        await half.lost()
    await block.__aexit__(None, None, None)


async def test_polls_that_are_cancelled_leave_the_fetching_alone(world: FeedWorld) -> None:
    """One fetch is under way at most: none was cut off half-way, which the client would never get over."""
    feed = world.feed(topics=(LANE,))
    async with feed.assigned(asyncio.Event()) as assignment:
        assert assignment is not None
        for _ in range(20):
            polling = asyncio.create_task(assignment.poll(max_records=1, max_bytes=1000))
            await asyncio.sleep(0.01)
            polling.cancel()
        consumer: Any = feed._member._reading.consumer  # type: ignore[attr-defined]  # no public way shows the count
        assert consumer._subscription._fetch_count <= 1


async def test_a_drain_is_waited_for_but_not_for_ever(world: FeedWorld) -> None:
    """A runner that never gives back holds the others up for as long as settings say, no longer."""
    one, two = world.feed("w1", revoke_wait_s=0.2), world.feed("w2")
    block, assignment = await holding(one, partitions=ALL)
    joining = asyncio.create_task(holding(two, partitions=ALL // 2))
    async with asyncio.timeout(PATIENCE_S):
        await assignment.lost()
        other_block, _ = await joining
    await assignment.commit({source: Mark(position=1) for source in assignment.marks})
    await block.__aexit__(None, None, None)
    await other_block.__aexit__(None, None, None)
    assert await committed(world, TOPIC, 0) == -1


async def test_the_events_of_a_key_meet_at_one_worker(world: FeedWorld) -> None:
    """Topics of equal width are dealt out alike: partition 3 of both belongs to one member."""
    await create_topics(world.settings, [BY_NAME[WIDE]])
    async with world.feed("w1", topics=(TOPIC, WIDE)).assigned(asyncio.Event()):
        block, assignment = await holding(world.feed("w2", topics=(TOPIC, WIDE)), partitions=ALL)
        mine = {topic: {s.partition for s in assignment.marks if s.topic == topic} for topic in (TOPIC, WIDE)}
        assert mine[TOPIC] == mine[WIDE]
        assert len(mine[TOPIC]) == ALL // 2
        await block.__aexit__(None, None, None)


async def test_a_worker_that_was_killed_finds_its_partitions_again(world: FeedWorld) -> None:
    """Under the same name it needs no rebalance: the other one never hears of it."""
    with worker(world, "killed") as first:
        assert await line_of(first) == list(range(ALL))
        block, mine = await holding(world.feed("other"), partitions=ALL // 2)
        theirs = await line_of(first)
        first.kill()
        first.wait()
        with worker(world, "killed") as second:
            assert await line_of(second) == theirs
            assert sorted([*theirs, *(source.partition for source in mine.marks)]) == list(range(ALL))
            assert await mine.poll(max_records=1, max_bytes=1) == ()
            mine_lost = asyncio.create_task(mine.lost())
            await asyncio.sleep(0)
            assert not mine_lost.done()
            mine_lost.cancel()
    await block.__aexit__(None, None, None)


@contextmanager
def worker(world: FeedWorld, identity: str) -> Iterator["subprocess.Popen[str]"]:
    """Run a worker in a process of its own."""
    script = Path(__file__).with_name("kafka_worker.py")
    settings = world.settings
    process = subprocess.Popen(
        [sys.executable, str(script), settings.bootstrap, settings.prefix, identity, TOPIC],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        yield process
        process.kill()


async def line_of(process: "subprocess.Popen[str]") -> list[int]:
    """Return the partitions of the next assignment."""
    assert process.stdout is not None
    async with asyncio.timeout(PATIENCE_S):
        line = await asyncio.to_thread(process.stdout.readline)
    return [int(number) for number in line.split()]


async def commit_for_ever(assignment: Any) -> None:
    """Commit the same marks again and again."""
    while True:
        await assignment.commit({source: Mark(position=0) for source in assignment.marks})
        await asyncio.sleep(0)


async def committed(world: FeedWorld, topic: str = LANE, partition: int = 0) -> int:
    """Return what the group has committed for a partition; -1 for nothing."""
    admin = AIOKafkaAdminClient(bootstrap_servers=world.settings.bootstrap)
    await admin.start()
    found = await admin.list_consumer_group_offsets(world.settings.group("p"))
    await admin.close()
    offsets = {(at.topic, at.partition): stored.offset for at, stored in found.items()}
    return int(offsets.get((world.settings.physical(topic), partition), -1))


async def evict(world: FeedWorld, instance_id: str) -> None:
    """Have the group forget a member behind its back."""
    client = AIOKafkaClient(bootstrap_servers=world.settings.bootstrap)
    await client.bootstrap()
    group = world.settings.group("p")
    node = await client.coordinator_lookup(CoordinationType.GROUP, group)
    await client.ready(node, group=ConnectionGroup.COORDINATION)
    answer = await client.send(node, LeaveGroup(group, "", instance_id), group=ConnectionGroup.COORDINATION)
    await client.close()
    assert refusal(answer) is None
