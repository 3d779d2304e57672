"""A rolling upgrade: workers of this version and of a next one in one group, while the schema changes under both.

The next version is a copy of this one whose events and commands carry one field more, and which brings one expanding
migration.
"""

import asyncio
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from grym.adapters.postgres.migrating import known_migrations
from tests.acceptance.kafka.chaos import ACCEPTED, Database, Follower, everything, require_all_held, rested, wish
from tests.support.kafka_world import OUTCOMES, REQUESTS, KafkaWorld

pytestmark = [pytest.mark.slow]

ROOT = Path(__file__).parents[3]
PACKAGES = ("grym", "schemas", "streams", "consumers", "producers")
NEXT = len(known_migrations()) + 1
MIGRATION = """-- What the next version needs.
-- minimum: 1
alter table jobs add column swing double precision not null default 0.5;
create table upgrades (upgraded_at timestamptz not null default clock_timestamp());
"""
FIELDS = {
    "schemas/events.py": (
        "class RequestAccepted",
        "    kind: ",
        '    colour: str = msgspec.field(default_factory=lambda: "blue")\n',
    ),
    "schemas/commands.py": (
        "class GenerateMusic",
        "    plan: ",
        "    swing: float = msgspec.field(default_factory=lambda: 0.5)\n",
    ),
}
"""In which file, after which line of which class, a field is added that is always written."""
BATCH = 6
PATIENCE_S = 240.0


def next_version(folder: Path) -> Path:
    """Copy the packages and change them into the next version."""
    for package in PACKAGES:
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    for name, (owner, line, field) in FIELDS.items():
        file = folder / name
        text, count = re.subn(rf"({owner}\(.*?\n)({line})", rf"\1{field}\2", file.read_text(), count=1, flags=re.DOTALL)
        assert count == 1, name
        file.write_text(text)
    (folder / "grym/adapters/postgres/migrations" / f"{NEXT:04}_upgrade.sql").write_text(MIGRATION)
    return folder


def start_next(world: KafkaWorld, name: str, build: Path, *words: str) -> None:
    """Start a worker of the next version."""
    environment = world.environment() | {"PYTHONPATH": os.fspath(build)}
    program = [sys.executable, "-c", "from grym.cli.main import main; main()", *words]
    with (world.folder / f"{name}.log").open("ab") as log:
        world.workers[name] = subprocess.Popen(program, env=environment, cwd=build, stdout=log, stderr=log)


async def test_two_versions_work_together(world: KafkaWorld, database: Database, folder: Path) -> None:
    """Nothing is lost or doubled while one version takes over from the other, whoever reads whose records."""
    build = next_version(folder / "next")
    names = [f"upgraded-{number}" for number in range(4 * BATCH)]
    batches = [names[number : number + BATCH] for number in range(0, len(names), BATCH)]
    follower = Follower(world)
    following = asyncio.create_task(follower.follow())

    async def ask(batch: list[str]) -> None:
        # Those who ask may know more than any of us, too.
        await world.send(REQUESTS, *(wish(name, lighting="dim") for name in batch))

    world.start("old-1", "up")
    world.start("old-2", "up")
    await ask(batches[0])
    await follower.until(1, patience_s=PATIENCE_S)
    start_next(world, "new-1", build, "up")
    await ask(batches[1])
    await follower.until(BATCH + 2, patience_s=PATIENCE_S)
    assert world.stop("old-1") == [0]
    start_next(world, "new-2", build, "up")
    await ask(batches[2])
    await follower.until(2 * BATCH + 2, patience_s=PATIENCE_S)
    assert world.stop("old-2") == [0]
    await ask(batches[3])
    await follower.until(len(names), patience_s=PATIENCE_S)
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)
    await rested(database, patience_s=PATIENCE_S)
    assert world.stop() == [0, 0]
    await require_all_held(world, database, names)
    await require_both_worked(world)
    (row,) = await database.ask("select max(version) as version from schema_versions")
    assert row["version"] == NEXT
    (row,) = await database.ask("select count(*) as n from events where value like '%\"lighting\"%'::bytea")
    assert row["n"] == len(names)


async def require_both_worked(world: KafkaWorld) -> None:
    """Both versions asked for pieces, and the fields that others sent along are as they were."""
    topics = await everything(world)
    accepted = [seen.body for seen in topics[OUTCOMES] if seen.text("ce_type") == ACCEPTED]
    asked = [seen.body for seen in topics["grym.generation.v1"] if seen.text("ce_type") == "grym.music.generate.v1"]
    assert {body.get("colour") for body in accepted} == {None, "blue"}
    assert {body.get("swing") for body in asked} == {None, 0.5}
    assert all(seen.body["lighting"] == "dim" for seen in topics[REQUESTS])
