"""What workers need goes away and comes back: nobody gives anything up, and what waited is done afterwards."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from aiokafka.admin import AIOKafkaAdminClient

from tests.acceptance.conftest import Measured
from tests.acceptance.kafka.chaos import Crew, Database, Follower, ask, metrics_at, require_all_held, rested
from tests.support.kafka_cluster import free_ports
from tests.support.kafka_world import KafkaWorld
from tests.support.redis_server import running_redis

REQUESTS = 8
PATIENCE_S = 240.0
LOOK_S = 0.2
GIVEN_UP = {"event.parked", "event.lettered", "event.held", "job.retried", "job.lettered"}
"""Log lines that tell of a failed attempt."""

QUICK_S, WHOLE_S = 8, 60
outages = pytest.mark.parametrize(
    ("away", "back", "seconds"),
    [
        pytest.param(Database.down, Database.up, QUICK_S, id="stopped-shortly"),
        pytest.param(Database.down, Database.up, WHOLE_S, id="stopped", marks=pytest.mark.slow),
        pytest.param(Database.freeze, Database.thaw, WHOLE_S, id="frozen", marks=pytest.mark.slow),
    ],
)


def attempts_lost(world: KafkaWorld) -> list[dict[str, Any]]:
    """Return what workers said of failed attempts."""
    lines = [line for name in world.workers for line in world.said(name).splitlines() if line.startswith("{")]
    told = [json.loads(line) for line in lines]
    assert "assignment.began" in {line.get("event") for line in told}, "the workers say nothing that can be read"
    return [line for line in told if line["event"] in GIVEN_UP]


async def members(world: KafkaWorld, processor: str = "coordinator") -> set[str]:
    """Return who belongs to the group of a processor."""
    admin = AIOKafkaAdminClient(bootstrap_servers=world.bootstrap)
    await admin.start()
    try:
        (answer,) = await admin.describe_consumer_groups([f"{world.prefix}grym.{processor}"])
        return {str(member[0]) for member in answer.groups[0][5]}
    finally:
        await admin.close()


async def joined(world: KafkaWorld, count: int) -> set[str]:
    """Return who belongs to the group of a processor once `count` do: a slow starter would count as a newcomer."""
    async with asyncio.timeout(PATIENCE_S):
        while len(belonging := await members(world)) < count:  # noqa: ASYNC110 - the brokers set no event
            await asyncio.sleep(LOOK_S)
    return belonging


@outages
async def test_postgresql_away_costs_nobody_anything(  # noqa: PLR0917 - fixtures and parameters
    world: KafkaWorld,
    database: Database,
    measured: Measured,
    seconds: int,
    away: Callable[[Database], None],
    back: Callable[[Database], None],
) -> None:
    """Workers keep their partitions, burn no attempt, make no letter, and go on by themselves."""
    names = [f"away-{number}" for number in range(2 * REQUESTS)]
    follower = Follower(world)
    following = asyncio.create_task(follower.follow())
    Crew(world=world, words={"all-1": ("up",), "all-2": ("up",)}).start()
    await ask(world, *names[:REQUESTS])
    await follower.until(2, patience_s=PATIENCE_S)
    belonged = await joined(world, len(world.workers))
    away(database)
    await ask(world, *names[REQUESTS:])
    await asyncio.sleep(seconds)  # the outage itself
    assert await members(world) == belonged
    assert all(process.poll() is None for process in world.workers.values())
    back(database)
    await follower.until(len(names), patience_s=PATIENCE_S + seconds)
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)
    assert attempts_lost(world) == []
    (row,) = await database.ask("select max(failures) as failures, max(idle_takes) as takes from jobs")
    assert row["failures"] == 0
    await rested(database, patience_s=PATIENCE_S)
    assert world.stop() == [0, 0]
    counted = await require_all_held(world, database, names)
    measured(f"records on the wire, of them repeats (database away {seconds} s)", str(counted), "")


@pytest.mark.slow
async def test_redis_away_is_told_by_the_metrics_only(world: KafkaWorld, database: Database) -> None:
    """A cache that hangs costs nothing but its breaker."""
    redis_port, port = free_ports(2)
    with running_redis(port=redis_port) as redis:
        world.more["GRYM_REDIS"] = redis.url
        follower = Follower(world)
        following = asyncio.create_task(follower.follow())
        world.start("all-1", "up", "--port", str(port))
        names = [f"cached-{number}" for number in range(2 * REQUESTS)]
        await ask(world, *names[:REQUESTS])
        await follower.until(2, patience_s=PATIENCE_S)
        redis.freeze()
        await ask(world, *names[REQUESTS:])
        await follower.until(len(names), patience_s=PATIENCE_S)
        await asyncio.sleep(WHOLE_S)  # the rest of the outage
        assert metrics_at(port)['grym_breaker_state{dependency="redis"}'] > 0
        redis.thaw()
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
        assert attempts_lost(world) == []
        await rested(database, patience_s=PATIENCE_S)
        assert world.stop() == [0]
        await require_all_held(world, database, names)
