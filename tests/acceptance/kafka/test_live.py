"""Live sound on Kafka: what `grym stream` prints while it plays, and workers that die while twenty streams go on."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest

from benchmarks.live.load import Heard, play, streamers, tunes
from benchmarks.live.upstream import Upstream, upstream_on
from grym.adapters.kafka.settings import KafkaSettings
from grym.runtime import open_runtime
from grym.settings import Settings
from producers.frames import FrameStreamer, StreamDesk
from tests.acceptance.conftest import Measured
from tests.acceptance.kafka.chaos import Database
from tests.acceptance.live import Playing, beating, melody, written
from tests.support.kafka_world import PROGRAM, KafkaWorld

SESSION_S = KafkaSettings(bootstrap="", prefix="").session_timeout_s
WITHIN_S = 2 * SESSION_S
"""How long streams may stand still when their worker dies."""

PATIENCE_S = 240.0
"""A machine with other work to do may fall behind and catch up; nothing may be lost by that."""
QUICK = (6, 40.0)
WHOLE = (20, 60.0)
KILLED_AFTER_S = 8.0
PATTERN_WITHIN_S = 5.0


@pytest.fixture
def workers(world: KafkaWorld) -> KafkaWorld:
    """Start two workers of `live` beside a coordinator."""
    world.start("coordinator", "worker", "coordinator")
    for name in ("live-1", "live-2"):
        world.start(name, "worker", "live")
    return world


@pytest.fixture
def playing(workers: KafkaWorld) -> Iterator[list[Playing]]:
    """Collect what is played, and kill what still plays at the end."""
    del workers
    made: list[Playing] = []
    yield made
    for one in made:
        one.kill()


def started(world: KafkaWorld, playing: list[Playing], folder: Path, *words: str) -> Playing:
    """Start `grym stream` as a user of this world would."""
    command = [str(PROGRAM), "stream", *words]
    playing.append(Playing(command, environment=world.environment("client"), folder=folder))
    return playing[-1]


def test_beats_come_while_it_plays(
    workers: KafkaWorld, playing: list[Playing], folder: Path, measured: Measured
) -> None:
    """Clicks in real time: most beats are told long before the end, half a second apart, and no window is missing."""
    one = started(workers, playing, folder, str(written(folder / "clicks.wav", beating(20.0))), "--speed", "1")
    one.until("beat", count=8)
    assert one.finish() == 0, one.said()
    beats, end_s = one.of("beat"), one.lines[-1].at_s
    assert sum(line.at_s < end_s - 3.0 for line in beats) >= 15
    assert np.median(np.diff([line.row["at_s"] for line in beats[4:]])) == pytest.approx(0.5, abs=0.02)
    assert [line.row["window"] for line in one.of("features")][:200] == list(range(200))
    assert one.summary["outcome"] == "completed"
    late = f"{one.summary['latency_p50_ms']} / {one.summary['latency_p95_ms']}"
    measured("features after their block on Kafka, P50 / P95 ms", late, "100")


@pytest.mark.slow
def test_a_learned_tune_is_found_within_five_seconds(
    workers: KafkaWorld, playing: list[Playing], folder: Path, measured: Measured
) -> None:
    """A tune that was learned begins after ten seconds of another: it is named before five seconds of it sounded."""
    for name in ("features", "patterns"):
        workers.start(name, "worker", name)
    learned, other = melody(1, seconds=30.0), melody(2, seconds=10.0)
    workers.grym("patterns", "learn", str(written(folder / "tune.wav", learned)), "--name", "The tune")
    together = np.concatenate([other, learned[: len(other)]])
    one = started(workers, playing, folder, str(written(folder / "both.wav", together)), "--speed", "1")
    found = one.until("pattern").row
    assert (found["match"]["name"], found["state"]) == ("The tune", "began")
    assert found["heard_until_s"] <= 10.0 + PATTERN_WITHIN_S
    assert one.finish() == 0
    measured("learned tune named after, s (Kafka)", f"{found['heard_until_s'] - 10.0:.1f}", f"{PATTERN_WITHIN_S}")


async def test_a_few_streams_survive_their_worker(
    workers: KafkaWorld, database: Database, folder: Path, measured: Measured
) -> None:
    """Six streams, two workers, one of them killed in the middle."""
    await survive(workers, database, folder, measured, load=QUICK)


@pytest.mark.slow
async def test_twenty_streams_survive_their_worker(
    workers: KafkaWorld, database: Database, folder: Path, measured: Measured
) -> None:
    """Twenty streams, two workers, one of them killed in the middle."""
    await survive(workers, database, folder, measured, load=WHOLE)


async def survive(
    world: KafkaWorld, database: Database, folder: Path, measured: Measured, *, load: tuple[int, float]
) -> None:
    """Play streams in real time, kill a worker, and require every window once and no stream to stand still for long."""
    count, seconds = load
    sounds = tunes(seconds)
    async with _sending(world, database, folder) as desk, upstream_on(world.bootstrap, prefix=world.prefix) as upstream:
        await _warm(upstream, desk)
        many = streamers(desk, count)
        upstream.follow(many)
        sending = asyncio.create_task(play(many, sounds))
        await _heard_for(upstream, KILLED_AFTER_S)
        world.workers["live-1"].kill()
        world.workers.pop("live-1").wait()
        await sending
        assert await upstream.until_over(patience_s=PATIENCE_S), world.alive()
    stalls_s = [_longest_stall_s(heard) for heard in upstream.heard.values()]
    measured(f"longest stall of {count} streams, s", f"{max(stalls_s):.1f}", f"{WITHIN_S:g}")
    for name, heard in upstream.heard.items():
        require_each_window_once(name, heard, seconds=seconds)
    assert max(stalls_s) <= WITHIN_S
    assert sum(one.sent.unsent_frames for one in many) == 0


def require_each_window_once(name: str, heard: Heard, *, seconds: float) -> None:
    """Check that no window of a stream is missing, and that one told twice carries one id."""
    missing = set(range(round(seconds * 10))) - set(heard.windows)
    assert not missing, f"{name} misses {len(missing)} windows from {min(missing)}"
    doubled = {window: ids for window, ids in heard.windows.items() if len(ids) > 1}
    assert not doubled, f"{name} tells {len(doubled)} windows twice"


def _longest_stall_s(heard: Heard) -> float:
    return float(np.max(np.diff(heard.arrived_s)))


async def _heard_for(upstream: Upstream, seconds: float) -> None:
    """Wait until each stream has been heard of for so long."""
    wanted = round(seconds * 10)
    while min(len(heard.windows) for heard in upstream.heard.values()) < wanted:
        await upstream.changed()


async def _warm(upstream: Upstream, desk: StreamDesk) -> None:
    """Play a short stream, so that workers have started and belong to their group."""
    warm: Sequence[FrameStreamer] = streamers(desk, 1, prefix="warm")
    upstream.follow(warm)
    await play(warm, tunes(1.0))
    assert await upstream.until_over(patience_s=PATIENCE_S)


@asynccontextmanager
async def _sending(world: KafkaWorld, database: Database, folder: Path) -> AsyncIterator[StreamDesk]:
    """Open a desk as an upstream program has one."""
    settings = Settings(
        home=folder / "sender",
        kafka=world.bootstrap,
        kafka_prefix=world.prefix,
        database=database.dsn,
        artifacts=(folder / "artifacts").as_uri(),
    )
    async with open_runtime(settings) as runtime, runtime.stream_desk() as desk:
        yield desk
