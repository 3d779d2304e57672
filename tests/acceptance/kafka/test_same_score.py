"""The same request gives the same score: embedded, and on Kafka with its worker killed in the middle of the work."""

import asyncio
import hashlib
import time
from typing import Any

import pytest

from tests.acceptance.harness import Grym
from tests.acceptance.kafka.chaos import Crew, Database, Follower, wish
from tests.support.kafka_world import REQUESTS, KafkaWorld

PROMPTS = (
    "a calm piano nocturne in D minor",
    "a chorale in G major",
    "an upbeat folk dance for violin",
    "dark synthwave at 100 bpm",
    "a swing tune for jazz trio",
    "minimal techno",
)
LENGTH_S = 20.0
PATIENCE_S = 180.0
HOLDER = "select holder from jobs where request_id = $1 and state = 'running'"
TAKEN = "select attempt, state from jobs where request_id = $1"


def asked(prompt: str, number: int) -> dict[str, Any]:
    """Return a request, equal wherever it is sent."""
    return {"prompt": prompt, "seconds": LENGTH_S, "seed": 100 + number, "backend": "synth"}


def embedded_scores(grym: Grym, prompt: str, number: int) -> tuple[str, str]:
    """Return the digests of MIDI and notation as the embedded runtime makes them."""
    words = ("--seconds", str(LENGTH_S), "--seed", str(100 + number), "--backend", "synth")
    told = grym.compose(prompt, *words)
    midi, score = (hashlib.sha256((grym.work / told[name]).read_bytes()).hexdigest() for name in ("midi", "score"))
    return midi, score


async def kill_holder(crew: Crew, database: Database, request_id: str) -> None:
    """Kill the process that makes a piece, with all that it started, and start it again."""
    until_s = time.monotonic() + PATIENCE_S
    while not (rows := await database.ask(HOLDER, request_id)):
        assert time.monotonic() < until_s, crew.world.alive()
        await asyncio.sleep(0.02)
    pid = int(rows[0]["holder"].split(":")[1])
    crew.kill(next(name for name, process in crew.world.workers.items() if process.pid == pid))


async def run(world: KafkaWorld, database: Database, grym: Grym, prompts: tuple[str, ...]) -> None:
    """Ask for pieces one after the other, kill who makes each, and compare the scores."""
    expected = [embedded_scores(grym, prompt, number) for number, prompt in enumerate(prompts)]
    crew, follower = Crew(world=world, words={f"all-{number}": ("up",) for number in (1, 2)}), Follower(world)
    following = asyncio.create_task(follower.follow())
    world.grym("db", "migrate")
    crew.start()
    for number, prompt in enumerate(prompts):
        await world.send(REQUESTS, wish(f"same-{number}", **asked(prompt, number)))
        await kill_holder(crew, database, f"same-{number}")
        await follower.until(number + 1, patience_s=PATIENCE_S)
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)
    ends = {seen.text("ce_subject"): seen.body for seen in follower.records if "completed" in seen.text("ce_type")}
    for number, scores in enumerate(expected):
        result = ends[f"same-{number}"]["result"]
        assert (digest(result["midi"]), digest(result["score"])) == scores
        jobs = await database.ask(TAKEN, f"same-{number}")
        assert max(job["attempt"] for job in jobs) == 2
        assert {job["state"] for job in jobs} == {"done"}
    assert len(crew.killed) == len(prompts)


def digest(reference: dict[str, Any]) -> str:
    """Return the digest in the address of an artifact."""
    return str(reference["uri"]).rpartition("/")[2]


async def test_a_killed_worker_changes_no_note(world: KafkaWorld, database: Database, grym: Grym) -> None:
    """One piece; its worker dies in the middle of it."""
    await run(world, database, grym, PROMPTS[:1])


@pytest.mark.slow
async def test_killed_workers_change_no_note_in_any_style(world: KafkaWorld, database: Database, grym: Grym) -> None:
    """Six styles; each piece loses its worker once."""
    await run(world, database, grym, PROMPTS)
