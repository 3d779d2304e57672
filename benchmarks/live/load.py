"""Many streams in real time from one process, and what came back of each.

Frames of all streams are due at instants of their own, spread over a tenth of a second as those of strangers are.
A window counts once, by its number; one that was told under two ids would be told twice, and is counted.
"""

import asyncio
import math
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.live.tune import RATE_HZ, tune
from producers.frames import FrameStreamer, StreamDesk, StreamerSettings, StreamFormat
from producers.frames.answers import Answer
from schemas.live import FeaturesHeard, StreamEnded

FORM = StreamFormat(sample_rate_hz=RATE_HZ)
TUNES = 8
"""Different tunes; more would only take memory."""
WARM_S = 5.0
"""Seconds at the beginning that are left out of latencies: workers find their streams, libraries are loaded."""


@dataclass(slots=True)
class Heard:
    """What came back of one stream."""

    windows: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    latencies_s: list[float] = field(default_factory=list)
    arrived_s: list[float] = field(default_factory=list)
    beats: int = 0
    told: int | None = None
    """How many windows there were, as its end says; None before that."""

    @property
    def over(self) -> bool:
        """Whether its end was heard, and every window: the two lie in different topics, and either may come first."""
        return self.told is not None and len(self.windows) >= self.told

    def take(self, kind: str, event_id: str, body: Any, latency_s: float | None) -> None:
        """Take in an answer."""
        if isinstance(body, FeaturesHeard):
            self.windows[body.window].add(event_id)
            if latency_s is not None and body.at_s >= WARM_S and body.end_s > body.at_s:
                self.latencies_s.append(latency_s)
        self.beats += kind == "beat"
        if isinstance(body, StreamEnded):
            self.told = body.windows


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a load came to."""

    streams: int
    seconds: float
    lost: int
    doubled: int
    beats: int
    frames_lost: int
    latencies_ms: Sequence[float]

    def quantile_ms(self, share: float) -> float:
        """Return the latency below which that share lies; not a number where nothing came back."""
        return quantile(self.latencies_ms, share)


def quantile(values: Sequence[float], share: float) -> float:
    """Return the value below which that share lies; not a number where there is none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else math.nan


def result_of(heard: dict[str, Heard], *, seconds: float, frames_lost: int) -> Result:
    """Return what all streams came to."""
    expected = round(seconds * 10)
    return Result(
        streams=len(heard),
        seconds=seconds,
        lost=sum(max(0, expected - sum(window < expected for window in one.windows)) for one in heard.values()),
        doubled=sum(len(ids) - 1 for one in heard.values() for ids in one.windows.values()),
        beats=sum(one.beats for one in heard.values()),
        frames_lost=frames_lost,
        latencies_ms=[1000 * latency_s for one in heard.values() for latency_s in one.latencies_s],
    )


def streamers(desk: StreamDesk, count: int, *, prefix: str = "bench") -> list[FrameStreamer]:
    """Return as many streams, not open yet."""
    return [
        desk.streamer(FORM, stream_id=f"{prefix}-{number:03}", settings=StreamerSettings()) for number in range(count)
    ]


def tunes(seconds: float) -> list[bytes]:
    """Return what is played, made beforehand: it costs more than listening to it."""
    return [FORM.pack(tune(seconds, seed=number)) for number in range(TUNES)]


async def play(many: Sequence[FrameStreamer], sounds: Sequence[bytes]) -> None:
    """Play all of them in real time, and close them."""

    async def one(number: int, streamer: FrameStreamer) -> None:
        await asyncio.sleep(max(0.0, began_s + 0.1 * number / len(many) - time.monotonic()))
        await streamer.send(sounds[number % TUNES])
        await streamer.close()

    await asyncio.gather(*(streamer.open() for streamer in many))
    began_s = time.monotonic()
    await asyncio.gather(*(one(number, streamer) for number, streamer in enumerate(many)))


async def hear(
    desk: StreamDesk, many: Sequence[FrameStreamer], sounds: Sequence[bytes], *, patience_s: float
) -> Result:
    """Play streams and hear all of them to their ends, by the ear of their own desk."""
    heard = {streamer.stream_id: Heard() for streamer in many}

    async def listen(streamer: FrameStreamer, ready: asyncio.Event) -> None:
        async with desk.listening(streamer) as listener:
            ready.set()
            async for answer in listener:
                _take(heard[streamer.stream_id], answer)
                if heard[streamer.stream_id].over:
                    return

    events = [asyncio.Event() for _ in many]
    listening = [asyncio.create_task(listen(one, event)) for one, event in zip(many, events, strict=True)]
    for event in events:
        await event.wait()
    await play(many, sounds)
    _, late = await asyncio.wait(listening, timeout=patience_s)
    for task in late:
        task.cancel()
    await asyncio.gather(*listening, return_exceptions=True)
    seconds = len(sounds[0]) / FORM.bytes_per_s
    return result_of(heard, seconds=seconds, frames_lost=sum(one.sent.unsent_frames for one in many))


def _take(heard: Heard, answer: Answer) -> None:
    heard.take(answer.kind, answer.envelope.id, answer.envelope.body, answer.latency_s)
