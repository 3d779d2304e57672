"""Brokers that hang, die and come back: nothing confirmed is lost, order is kept, and all heals by itself."""

import asyncio

import msgspec
import pytest
from aiokafka.admin import AIOKafkaAdminClient

from grym.adapters.kafka.admin import create_topics
from grym.adapters.kafka.groups import GroupOffsets
from grym.adapters.kafka.reader import KafkaLog
from grym.adapters.kafka.sender import KafkaSender
from grym.adapters.kafka.settings import KafkaSettings
from grym.errors import ContractError, TransientError, UnavailableError
from grym.ports.feed import Assignment
from grym.ports.log import Placement
from schemas.catalogue import BY_NAME
from schemas.records import Record, TopicPartition
from tests.contract.backends import LANE, message
from tests.contract.kafka_world import FeedWorld, collect, feed_world
from tests.support.kafka import kafka_cluster
from tests.support.kafka_cluster import KafkaCluster

pytestmark = pytest.mark.usefixtures("jars")

ONE = TopicPartition(LANE, 0)
PATIENCE_S = 120  # a broker killed with -9 needs a while for its log


async def send_surely(sender: KafkaSender, number: int) -> Placement:
    """Send until it is confirmed, under the same name each time."""
    while True:
        try:
            [placed] = await sender.send([message(b"%d" % number, key=b"k")])
        except TransientError:
            await asyncio.sleep(0.1)
        else:
            return placed


def first_seen(records: list[Record]) -> list[int]:
    """Return the numbers in the order in which each came first; repeats are allowed."""
    return list(dict.fromkeys(int(record.value or b"") for record in records))


async def read_all(world: FeedWorld) -> list[Record]:
    """Return everything in the lane."""
    log = KafkaLog(world.settings)
    records = await log.read(ONE, after=0, limit=100_000)
    await log.close()
    return records


async def test_a_broker_that_hangs_is_told_as_unknown_and_heals() -> None:
    """Within the time-out; sending again is harmless, and the feed goes on in the same assignment."""
    async with kafka_cluster() as cluster, feed_world(cluster.bootstrap, "t.", send_timeout_s=1.0) as world:
        async with world.feed(topics=(LANE,), session_timeout_s=30).assigned(asyncio.Event()) as assignment:
            assert assignment is not None
            await send_surely(world.sender, 0)
            await collect(assignment, 1)
            cluster.freeze(1)
            with pytest.raises(TransientError) as raised:
                await world.sender.send([message(b"1", key=b"k")])
            assert raised.value.code == "publish.unknown"
            cluster.thaw(1)
            async with asyncio.timeout(PATIENCE_S):
                for number in (1, 2):
                    await send_surely(world.sender, number)
                found: list[Record] = []
                while 2 not in first_seen(found):
                    found += await assignment.poll(max_records=10, max_bytes=10_000)
        assert first_seen(found) == [1, 2]
        assert first_seen(await read_all(world)) == [0, 1, 2]


async def test_brokers_that_are_away_are_named_as_such() -> None:
    """Also where a topic is used for the first time, of which the client knows nothing; and by what watches them."""
    async with kafka_cluster() as cluster, feed_world(cluster.bootstrap, "t.", send_timeout_s=5.0) as world:
        await send_surely(world.sender, 0)
        offsets = GroupOffsets(world.settings)
        await offsets.positions("coordinator")
        cluster.kill(1)
        with pytest.raises(UnavailableError) as sending:
            await world.sender.send([msgspec.structs.replace(message(b"1"), topic="grym.audit.v1")])
        with pytest.raises(UnavailableError) as asking:
            await offsets.positions("coordinator")
        await offsets.close()
        assert (sending.value.code, asking.value.code) == ("kafka.unreachable", "kafka.unreachable")


@pytest.mark.slow
async def test_a_broker_killed_and_started_again_loses_nothing() -> None:
    """While messages are sent one after the other and read."""
    async with kafka_cluster() as cluster, feed_world(cluster.bootstrap, "t.", send_timeout_s=2.0) as world:
        await outlives(world, cluster, kill=1)


@pytest.mark.slow
async def test_the_leader_of_three_killed_loses_nothing() -> None:
    """The others take over; the dead one comes back."""
    async with kafka_cluster(nodes=3) as cluster, feed_world(cluster.bootstrap, "t.", send_timeout_s=2.0) as world:
        await outlives(world, cluster, kill=await leader_of(world))


async def outlives(world: FeedWorld, cluster: KafkaCluster, *, kill: int) -> None:
    """Send two hundred messages, kill a node after fifty and start it again after a hundred were confirmed or tried."""
    feed = world.feed(topics=(LANE,))
    read: list[Record] = []

    async def follow() -> None:
        while first_seen(read)[-1:] != [199]:
            async with feed.assigned(asyncio.Event()) as assignment:
                assert assignment is not None
                polls = asyncio.create_task(poll_until(assignment, read))
                lost = asyncio.create_task(assignment.lost())
                await asyncio.wait((polls, lost), return_when=asyncio.FIRST_COMPLETED)
                polls.cancel()
                lost.cancel()
                await asyncio.gather(polls, lost, return_exceptions=True)

    async with asyncio.timeout(PATIENCE_S):
        following = asyncio.create_task(follow())
        placed = [await send_surely(world.sender, number) for number in range(50)]
        cluster.kill(kill)
        sending = [asyncio.create_task(send_surely(world.sender, 50))]
        await asyncio.wait(sending, timeout=1)
        cluster.start(kill)
        placed += [await sending[0]]
        placed += [await send_surely(world.sender, number) for number in range(51, 200)]
        await following
    stored = await read_all(world)
    assert first_seen(stored) == first_seen(read) == list(range(200))
    by_position = {record.position: record.value for record in stored}
    assert [by_position[place.position] for place in placed] == [b"%d" % number for number in range(200)]


async def poll_until(assignment: Assignment, read: list[Record]) -> None:
    """Add what is polled until the last message came."""
    while first_seen(read)[-1:] != [199]:
        read += await assignment.poll(max_records=100, max_bytes=100_000)


async def leader_of(world: FeedWorld) -> int:
    """Return the node that leads the lane."""
    admin = AIOKafkaAdminClient(bootstrap_servers=world.settings.bootstrap)
    await admin.start()
    [topic] = await admin.describe_topics([world.settings.physical(LANE)])
    await admin.close()
    return int(topic["partitions"][0]["leader"])


async def test_what_the_broker_finds_too_large_does_not_stop_the_rest(kafka: str, topic_prefix: str) -> None:
    """A topic whose limit was lowered: the one message is refused, and the sender works on."""
    settings = KafkaSettings(bootstrap=kafka, prefix=topic_prefix)
    await create_topics(settings, [msgspec.structs.replace(BY_NAME[LANE], max_bytes=2000)])
    sender, log = KafkaSender(settings), KafkaLog(settings)
    await sender.send([message(b"1")])
    with pytest.raises(ContractError) as raised:
        await sender.send([message(b"x" * 200_000)])
    assert raised.value.code == "publish.too_large"
    await sender.send([message(b"2")])
    assert [record.value for record in await log.read(ONE, after=0, limit=10)] == [b"1", b"2"]
    await sender.close()
    await log.close()
