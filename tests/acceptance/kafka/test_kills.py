"""`kill -9` of random workers under load: accepted is terminal, effects once, order per key."""

import asyncio

import pytest

from grym.runtime import PROCESSORS
from tests.acceptance.conftest import Measured
from tests.acceptance.kafka.chaos import Crew, Database, Follower, ask, require_all_held, rested
from tests.support.kafka_world import KafkaWorld

QUICK = (20, 5)
WHOLE = (200, 50)
SECONDS_PER_REQUEST = 30.0
"""Patience: a request takes one to two seconds of processor time, a killed worker as long to start."""


async def run(world: KafkaWorld, database: Database, crew: Crew, *, requests: int, kills: int) -> dict[str, int]:
    """Ask for pieces and kill a worker each time that some of them have ended."""
    names = [f"killed-{number}" for number in range(requests)]
    follower = Follower(world)
    following = asyncio.create_task(follower.follow())
    crew.start()
    await ask(world, *names)
    for number in range(kills):
        await follower.until(number * requests // kills, patience_s=SECONDS_PER_REQUEST * requests / kills + 120)
        crew.kill_one()
    await follower.until(requests, patience_s=SECONDS_PER_REQUEST * requests)
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)
    assert len(crew.killed) == kills
    await rested(database, patience_s=SECONDS_PER_REQUEST * requests)
    return await require_all_held(world, database, names)


async def test_a_few_kills_lose_and_double_nothing(world: KafkaWorld, database: Database, measured: Measured) -> None:
    """Three processes of all processors, twenty requests, five kills."""
    crew = Crew(world=world, words={f"all-{number}": ("up",) for number in (1, 2, 3)})
    requests, kills = QUICK
    counted = await run(world, database, crew, requests=requests, kills=kills)
    measured("records on the wire, of them repeats (5 kills)", f"{counted['records']}, {counted['repeats']}", "")


@pytest.mark.slow
async def test_fifty_kills_lose_and_double_nothing(world: KafkaWorld, database: Database, measured: Measured) -> None:
    """Two workers of each processor, two hundred requests, fifty kills."""
    words = {f"{name}-{number}": ("worker", name) for name in PROCESSORS for number in (1, 2)}
    requests, kills = WHOLE
    counted = await run(world, database, Crew(world=world, words=words), requests=requests, kills=kills)
    measured("records on the wire, of them repeats (50 kills)", f"{counted['records']}, {counted['repeats']}", "")
