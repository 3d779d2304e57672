"""What is broken in these checks, and what must hold afterwards: seen only through Kafka's topics and the database."""

import asyncio
import json
import random
import signal
import time
import urllib.request
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import psutil
from aiokafka import AIOKafkaConsumer
from aiokafka import TopicPartition as Place

from grym.adapters.postgres.embedded import start_embedded
from schemas.catalogue import TOPICS
from tests.support.kafka_world import OUTCOMES, REQUESTS, TERMINALS, KafkaWorld, Seen

ACCEPTED = "grym.request.accepted.v1"
LETTERS = "grym.dead-letters.v1"
REST_S = 2.0
"""Far longer than a worker takes from one event to what follows from it, and still felt by nobody."""
ONCE = {
    "grym.request.accepted.v1": (),
    "grym.step.started.v1": ("step", "round"),
    "grym.plan.made.v1": (),
    "grym.music.generated.v1": ("round",),
    "grym.quality.rated.v1": ("round",),
    "grym.patterns.remembered.v1": (),
}
"""What happens once per run, or once per run for each value of some keys of the body."""


class Database:
    """A PostgreSQL server of one's own, to be stopped and frozen at will."""

    def __init__(self, home: Path) -> None:
        self._server = start_embedded(home)
        self._pid_file = next(home.glob("postgres/**/postmaster.pid"))

    @property
    def dsn(self) -> str:
        """How to connect."""
        return self._server.dsn

    def down(self) -> None:
        """End it as a crash does, connections and all."""
        server = self._processes()[0]
        server.send_signal(signal.SIGQUIT)
        psutil.wait_procs([server], timeout=30)

    def up(self) -> None:
        """Start it again."""
        self._server.ensure()

    def freeze(self) -> None:
        """Let it hang with its connections open."""
        for process in self._processes():
            process.suspend()

    def thaw(self) -> None:
        """Let it go on."""
        for process in reversed(self._processes()):
            process.resume()

    def leave(self) -> None:
        """Stop it for good."""
        self._server.leave()

    async def ask(self, question: str, *values: Any) -> list[Any]:
        """Return the rows of a question."""
        connection = await asyncpg.connect(self.dsn)
        try:
            return list(await connection.fetch(question, *values))
        finally:
            await connection.close()

    def _processes(self) -> list[psutil.Process]:
        server = psutil.Process(int(self._pid_file.read_text().split()[0]))
        return [server, *server.children(recursive=True)]


@dataclass(kw_only=True)
class Crew:
    """Workers that somebody starts again whenever they die."""

    world: KafkaWorld
    words: Mapping[str, tuple[str, ...]]
    chance: random.Random = field(default_factory=lambda: random.Random(20_262))
    killed: list[str] = field(default_factory=list)

    def start(self) -> None:
        """Start everybody."""
        for name, words in self.words.items():
            self.world.start(name, *words)

    def kill_one(self) -> str:
        """Kill one worker with all its processes, whoever it is, and start it again."""
        name = self.chance.choice(sorted(self.words))
        self.kill(name)
        return name

    def kill(self, name: str) -> None:
        """Kill a worker with all its processes, and start it again."""
        process = self.world.workers.pop(name)
        process.kill()
        process.wait()
        self.killed.append(name)
        self.world.start(name, *self.words[name])


class Follower:
    """Reads the outcomes as any client would, and remembers when each request ended."""

    def __init__(self, world: KafkaWorld) -> None:
        self._world = world
        self.ended: dict[str, float] = {}
        self.records: list[Seen] = []
        self._changed = asyncio.Event()

    async def follow(self) -> None:
        """Read until cancelled."""
        await read_all(self._world, [OUTCOMES], self._take, lambda: False)

    async def until(self, count: int, *, patience_s: float) -> None:
        """Return once so many requests have ended."""
        end_s = time.monotonic() + patience_s
        while len(self.ended) < count:
            self._changed.clear()
            left_s = end_s - time.monotonic()
            alive = all(process.poll() is None for process in self._world.workers.values())
            assert alive, self._world.alive()
            assert left_s > 0, f"{len(self.ended)} of {count} within {patience_s} s; {self._world.alive()}"
            try:
                async with asyncio.timeout(min(left_s, 1.0)):
                    await self._changed.wait()
            except TimeoutError:
                continue

    def _take(self, topic: str, seen: Seen) -> None:
        del topic
        self.records.append(seen)
        if seen.text("ce_type") in TERMINALS:
            self.ended.setdefault(seen.text("ce_correlationid"), time.monotonic())
            self._changed.set()


async def read_all(
    world: KafkaWorld, topics: Iterable[str], take: Callable[[str, Seen], None], done: Callable[[], bool]
) -> None:
    """Hand every committed record of some topics to `take`, from the beginning, until `done` after a round of reading.

    Brokers that are away are waited for.
    """
    consumer = AIOKafkaConsumer(
        bootstrap_servers=world.bootstrap, isolation_level="read_committed", auto_offset_reset="earliest"
    )
    await consumer.start()
    try:
        sizes = {topic.name: topic.partitions for topic in TOPICS}
        consumer.assign([Place(world.prefix + topic, n) for topic in topics for n in range(sizes[topic])])
        while True:
            for place, batch in (await consumer.getmany(timeout_ms=500)).items():
                for r in batch:
                    seen = Seen(
                        key=r.key, headers=list(r.headers), value=r.value, partition=r.partition, offset=r.offset
                    )
                    take(place.topic.removeprefix(world.prefix), seen)
            if done():
                return
    finally:
        await consumer.stop()


async def everything(world: KafkaWorld) -> dict[str, list[Seen]]:
    """Return what all topics hold, once nothing more comes for two rounds of reading."""
    found: dict[str, list[Seen]] = defaultdict(list)
    counts: list[int] = []

    def quiet() -> bool:
        counts.append(sum(map(len, found.values())))
        return len(counts) > 4 and counts[-1] == counts[-4] > 0

    await read_all(world, [topic.name for topic in TOPICS], lambda topic, seen: found[topic].append(seen), quiet)
    return found


def wish(request_id: str, **more: Any) -> dict[str, Any]:
    """Return a request for a score as a foreign client sends it."""
    body = {"prompt": "a calm piano nocturne in D minor", "seconds": 6, "backend": "score", "deadline_s": 3600, **more}
    headers = [("ce_id", f"{request_id}-1"), ("ce_source", "chaos"), ("ce_type", "grym.composition.request.v1")]
    return {
        "key": request_id.encode(),
        "value": json.dumps(body).encode(),
        "headers": [(name, value.encode()) for name, value in headers],
    }


async def ask(world: KafkaWorld, *request_ids: str) -> None:
    """Publish requests."""
    await world.send(REQUESTS, *(wish(name) for name in request_ids))


async def rested(database: Database, *, patience_s: float) -> None:
    """Wait until nothing has been left to send for a while: what an end sets going is noted after it."""
    last_s = time.monotonic()
    async with asyncio.timeout(patience_s):
        while time.monotonic() - last_s < REST_S:
            (row,) = await database.ask("select (select count(*) from outbox) + (select count(*) from parked) as n")
            last_s = time.monotonic() if row["n"] else last_s


async def require_all_held(world: KafkaWorld, database: Database, request_ids: Sequence[str]) -> dict[str, int]:
    """Check what was promised of these requests, and return what was counted.

    Accepted is terminal, exactly one per run; what happens once per run happened once; the story of each request is in
    order; nothing became a dead letter; every job was done once.
    """
    topics = await everything(world)
    first = {topic: _first_of_each(records) for topic, records in topics.items()}
    outcomes = _by_request(first[OUTCOMES])
    assert set(request_ids) == {name for name in request_ids if _kinds(outcomes.get(name, ()), {ACCEPTED})}
    assert {name: len(_kinds(outcomes[name], TERMINALS)) for name in request_ids} == dict.fromkeys(request_ids, 1)
    for name in request_ids:
        _require_story(outcomes[name])
    _require_once(first)
    assert not topics[LETTERS], [seen.headers for seen in topics[LETTERS][:3]]
    await _require_effects(database, first)
    wire = sum(map(len, topics.values()))
    return {"records": wire, "repeats": wire - sum(map(len, first.values()))}


def _first_of_each(records: Sequence[Seen]) -> list[Seen]:
    """Return the first record of every event: repeats on the wire are allowed."""
    return list({seen.text("ce_source") + seen.text("ce_id"): seen for seen in reversed(records)}.values())[::-1]


def _by_request(records: Iterable[Seen]) -> dict[str, list[Seen]]:
    found: dict[str, list[Seen]] = defaultdict(list)
    for seen in records:
        found[seen.text("ce_correlationid")].append(seen)
    return found


def _kinds(records: Iterable[Seen], types: Iterable[str]) -> list[Seen]:
    return [seen for seen in records if seen.text("ce_type") in types]


def _require_story(story: Sequence[Seen]) -> None:
    """One key, one partition: what was told of a request came in the order in which it was decided."""
    types = [seen.text("ce_type") for seen in story if seen.text("ce_type") != "grym.request.ignored.v1"]
    assert types[0] == ACCEPTED, types
    assert types[-1] in TERMINALS, types
    assert len({seen.partition for seen in story}) == 1
    rounds = [seen.body.get("round", 1) for seen in story if seen.text("ce_type") == "grym.step.started.v1"]
    assert rounds == sorted(rounds), rounds


def _require_once(first: dict[str, list[Seen]]) -> None:
    counts: dict[tuple[Any, ...], int] = defaultdict(int)
    for seen in (seen for records in first.values() for seen in records):
        keys = ONCE.get(seen.text("ce_type"))
        if keys is not None:
            values = tuple(seen.body.get(key, 1) for key in keys)
            counts[seen.text("ce_type"), seen.text("ce_correlationid"), seen.text("ce_runno"), *values] += 1
    assert {name: count for name, count in counts.items() if count != 1} == {}
    assert {name[0] for name in counts} >= {ACCEPTED, "grym.step.started.v1"}


async def _require_effects(database: Database, first: dict[str, list[Seen]]) -> None:
    jobs = await database.ask("select state, count(*) as n, count(distinct job_id) as ids from jobs group by state")
    assert {row["state"] for row in jobs} == {"done"}, jobs
    remembered = [seen for records in first.values() for seen in _kinds(records, {"grym.patterns.remembered.v1"})]
    told = {name for seen in remembered for name in seen.body.get("pattern_ids", ())}
    kept = {row["pattern_id"] for row in await database.ask("select pattern_id from pattern_facts")}
    assert kept == told
    for table in ("parked", "outbox"):
        (row,) = await database.ask(f"select count(*) as n from {table}")  # noqa: S608 - two names of our own
        assert row["n"] == 0, table


def metrics_at(port: int) -> dict[str, float]:
    """Return what a process tells Prometheus, by name and label."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        lines = answer.read().decode().splitlines()
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))}
