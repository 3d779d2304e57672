"""Brokers die under load: what was acknowledged is not lost, and all heals by itself."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiokafka.admin import AIOKafkaAdminClient

from grym.adapters.kafka.sender import KafkaSender
from grym.adapters.kafka.settings import KafkaSettings
from grym.errors import TransientError
from schemas.records import Message
from tests.acceptance.conftest import Measured
from tests.acceptance.kafka.chaos import ACCEPTED, Database, Follower, everything, wish
from tests.acceptance.kafka.load import Load
from tests.support.kafka import kafka_cluster, skip_or_fail
from tests.support.kafka_cluster import KafkaCluster
from tests.support.kafka_console import Console
from tests.support.kafka_jars import KafkaMissingError
from tests.support.kafka_world import OUTCOMES, REQUESTS, TERMINALS, KafkaWorld, kafka_world

pytestmark = [pytest.mark.slow]

RATE_PER_S = 20.0
CALM_S = 15.0
"""How long each stretch of time is whose delays are compared."""
RECOVERY_S = 30.0
"""By then the delays must be what they were."""
TOLERANCE = 3.0
"""Two stretches of a busy machine differ by as much; a worker that waits for a dead broker is slower by hundreds."""
FLOOR_S = 0.5
PATIENCE_S = 240.0
SEND_S = 10.0
QUICK = ("--seconds", "6", "--backend", "score", "--no-wait")
UNREACHABLE, GAVE_UP = 4, 5


@dataclass(kw_only=True)
class Three:
    """Three nodes, and a world on them."""

    cluster: KafkaCluster
    world: KafkaWorld

    async def leader(self) -> int:
        """Return the node that leads the first partition of the requests."""
        admin = AIOKafkaAdminClient(bootstrap_servers=self.world.bootstrap)
        await admin.start()
        try:
            (topic,) = await admin.describe_topics([REQUESTS])
            return int(next(each["leader"] for each in topic["partitions"] if each["partition"] == 0))
        finally:
            await admin.close()

    async def controller(self) -> int:
        """Return the node that leads the quorum of controllers."""
        told = await Console(self.world.bootstrap).run(
            "org.apache.kafka.tools.MetadataQuorumCommand", "describe", "--status"
        )
        return int(next(line.split()[1] for line in told.splitlines() if line.startswith("LeaderId:")))


@pytest.fixture
async def three(database: Database, folder: Path) -> AsyncIterator[Three]:
    """Run three nodes of one's own."""
    try:
        async with kafka_cluster(nodes=3) as cluster:
            with kafka_world(bootstrap=cluster.bootstrap, dsn=database.dsn, folder=folder) as world:
                yield Three(cluster=cluster, world=world)
    except KafkaMissingError as missing:
        skip_or_fail(missing)


async def require_nothing_lost(world: KafkaWorld, load: Load) -> None:
    """Every request that was acknowledged was accepted once and ended once."""
    outcomes = (await everything(world))[OUTCOMES]
    for types in ({ACCEPTED}, TERMINALS):
        told = {(r.text("ce_correlationid"), r.text("ce_id")) for r in outcomes if r.text("ce_type") in types}
        assert sorted(name for name, _ in told) == sorted(load.acked)


async def calm(load: Load, follower: Follower) -> None:
    """Return once both workers work and what was sent in the last seconds was answered at once."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            await asyncio.sleep(1.0)
            now_s = time.monotonic()
            recent = [name for name, at_s in load.sent_s.items() if now_s - 4.0 < at_s < now_s - 1.0]
            if len(recent) > RATE_PER_S and all(
                name in follower.ended and follower.ended[name] - load.sent_s[name] < FLOOR_S for name in recent
            ):
                return


async def under_load(three: Three, kill: int, measured: Measured, *, what: str, calm_s: float, later_s: float) -> None:
    """Kill a node under load and compare the delays before it with those some time after it."""
    world, follower, stop = three.world, Follower(three.world), asyncio.Event()
    load = Load(world=world, rate_per_s=RATE_PER_S)
    for number in (1, 2):
        world.start(f"coordinator-{number}", "worker", "coordinator")
    async with asyncio.TaskGroup() as group:
        following = group.create_task(follower.follow())
        sending = group.create_task(load.run(stop))
        await calm(load, follower)
        began_s = time.monotonic()
        await asyncio.sleep(calm_s)
        three.cluster.kill(kill)
        killed_s = time.monotonic()
        await asyncio.sleep(later_s + calm_s)
        stop.set()
        await sending
        await follower.until(len(load.sent_s), patience_s=PATIENCE_S)
        following.cancel()
    before_s = load.p99_s(follower, since_s=began_s, until_s=killed_s - 1)
    after_s = load.p99_s(follower, since_s=killed_s + later_s, until_s=killed_s + later_s + calm_s)
    worst_s = load.worst_s(follower, since_s=began_s)
    told = f"{before_s:.3f} s, {after_s:.3f} s, worst {worst_s:.1f} s"
    measured(f"p99 before and {later_s:.0f} s after the {what} was killed", told, "")
    await require_nothing_lost(world, load)
    assert after_s <= max(TOLERANCE * before_s, FLOOR_S)
    assert world.stop() == [0, 0]


@pytest.mark.parametrize("what", ["leader", "controller"])
async def test_delays_are_back_after_half_a_minute(three: Three, measured: Measured, what: str) -> None:
    """Whoever of the three was killed."""
    node = await (three.leader() if what == "leader" else three.controller())
    await under_load(three, node, measured, what=what, calm_s=CALM_S, later_s=RECOVERY_S)


async def test_two_of_three_away_is_unknown_and_heals(three: Three) -> None:
    """The caller learns that nobody knows; the same request again is harmless, and is done once."""
    world = three.world
    world.start("all-1", "up")
    sender = KafkaSender(KafkaSettings(bootstrap=world.bootstrap, send_timeout_s=SEND_S))
    await sender.publish([request("before")])
    await world.outcomes("before", patience_s=PATIENCE_S)
    three.cluster.kill(1, 2)
    began_s = time.monotonic()
    with pytest.raises(TransientError) as caught:
        await sender.publish([request("meanwhile")])
    assert (caught.value.code, time.monotonic() - began_s < 2 * SEND_S) == ("publish.unknown", True)
    # A command connects first, which it cannot: it knows that nothing was stored.
    code = await asyncio.to_thread(world.exit_code, "compose", "a waltz", *QUICK, "--request-id", "by-command")
    assert code in {UNREACHABLE, GAVE_UP}
    assert all(process.poll() is None for process in world.workers.values())
    three.cluster.start(1, 2)
    await three.cluster.ready()
    for _ in range(2):
        await until_sent(sender, request("meanwhile"))
    await until_sent(sender, request("after"))
    assert world.grym("compose", "a waltz", *QUICK, "--request-id", "by-command")["outcome"] == "pending"
    names = ("before", "meanwhile", "after", "by-command")
    await world.outcomes(*names, patience_s=PATIENCE_S)
    await sender.close()
    outcomes = (await everything(world))[OUTCOMES]
    ends = {(r.text("ce_correlationid"), r.text("ce_id")) for r in outcomes if r.text("ce_type") in TERMINALS}
    assert sorted(name for name, _ in ends) == sorted(names)
    assert world.stop() == [0]


def request(name: str) -> Message:
    """Return a request as our own client sends it."""
    wanted = wish(name)
    return Message(topic=REQUESTS, key=wanted["key"], headers=tuple(wanted["headers"]), value=wanted["value"])


async def until_sent(sender: KafkaSender, message: Message) -> None:
    """Publish a request again and again under its id until it is known to be stored."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            try:
                await sender.publish([message])
            except TransientError:
                await asyncio.sleep(0.5)
            else:
                return
