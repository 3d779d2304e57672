"""Bad sound in the embedded runtime: each fault has a name and a count, and costs no other stream a thing.

All streams are sent at once, by hand, as foreign senders may; a healthy one is among them, and the same one was heard
alone before. What is asked is what an upstream system sees: the events of each stream, its end, the dead letters.
"""

import asyncio
import tempfile
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from grym.cli.streaming.playing import WORKING
from grym.runtime import Runtime, open_runtime
from grym.settings import Settings
from producers.frames.answers import TOPICS, kind_of
from schemas.envelope import Envelope, decode
from schemas.events import RequestCompleted
from schemas.live import AlertRaised, FeaturesHeard, StreamEnded
from schemas.records import Message
from tests.support.live_faults import CASES, FORM, FORMATS, FRAMES, closed, cut, healthy, opened, plain, sound

PATIENCE_S = 240.0
"""The first start makes a database and loads libraries, and the machine may have other work."""


class World:
    """What was said of each stream, and what became a letter."""

    def __init__(self) -> None:
        self.said: dict[str, list[Envelope]] = {}
        self.letters: dict[str, int] = {}

    def ended(self, name: str) -> StreamEnded:
        """Return the one end of a stream."""
        (end,) = {event.id: event.body for event in self.said[name] if isinstance(event.body, StreamEnded)}.values()
        return end

    def windows(self, name: str, *, late: bool = False) -> list[FeaturesHeard]:
        """Return the windows of a stream that have a length, each event once: repeats on the wire are allowed."""
        events = {event.id: event.body for event in self.said[name] if isinstance(event.body, FeaturesHeard)}
        return [window for window in events.values() if window.late is late and window.end_s > window.at_s]

    def alerts(self, name: str) -> dict[str, int]:
        """Return the alerts of a stream with the highest count each has told."""
        counts: dict[str, int] = {}
        for event in self.said[name]:
            if isinstance(event.body, AlertRaised):
                counts[event.body.name] = max(counts.get(event.body.name, 0), event.body.count)
        return counts

    def is_over(self, name: str) -> bool:
        """Whether the request of a stream has ended."""
        return any(isinstance(event.body, RequestCompleted) for event in self.said.get(name, ()))


@pytest.fixture(scope="module")
def world() -> World:
    """Send one healthy stream alone, then all streams at once."""
    return asyncio.run(_world())


async def _world() -> World:
    world = World()
    async with _runtime() as runtime:
        await runtime.backend.publisher.publish(healthy("alone"))
        await _until_over(world, runtime, ["alone"])
        streams = {name: _stream(name) for name in CASES}
        streams |= {_name(number): healthy(_name(number), form=form) for number, form in enumerate(FORMATS)}
        streams |= {"among": healthy("among"), "reused": healthy("reused")}
        for messages in _interleaved(list(streams.values())):
            await runtime.backend.publisher.publish(messages)
        await _until_over(world, runtime, list(streams))
        await runtime.backend.publisher.publish([*healthy("reused"), *healthy("after")])
        await _until_over(world, runtime, ["after"])
        letters = await runtime.backend.letters.letters(state=None)
        for letter in letters:
            world.letters[letter.request_id] = world.letters.get(letter.request_id, 0) + 1
    return world


@asynccontextmanager
async def _runtime() -> AsyncIterator[Runtime]:
    with tempfile.TemporaryDirectory(prefix="grym-test-") as home:
        async with open_runtime(Settings(home=Path(home) / "home")) as runtime, runtime.working(only=WORKING):
            yield runtime


def _stream(name: str) -> list[Message]:
    return [opened(name), *CASES[name].spoil(cut(sound(), name)), closed(name)]


def _name(number: int) -> str:
    form = FORMATS[number]
    return f"{form.sample_rate_hz} Hz, {form.channels} channels"


def _interleaved(streams: Sequence[Sequence[Message]]) -> list[list[Message]]:
    """Return the records of all streams in turn, so that each lies among the others'."""
    return [[stream[n] for stream in streams if n < len(stream)] for n in range(max(map(len, streams)))]


async def _until_over(world: World, runtime: Runtime, names: Sequence[str]) -> None:
    """Read what is said until the requests of these streams have ended."""
    log = runtime.backend.log
    async with asyncio.timeout(PATIENCE_S):
        while True:
            world.said = defaultdict(list)
            for place, end in sorted((await log.ends(TOPICS)).items()):
                for record in await log.read(place, after=0, limit=max(end, 1)):
                    envelope = decode(record)
                    if kind_of(envelope) is not None:
                        world.said[envelope.subject].append(envelope)
            if all(map(world.is_over, names)):
                return
            await log.wait(timeout_s=0.5)


@pytest.mark.parametrize("name", CASES)
def test_each_fault_is_named_and_counted(world: World, name: str) -> None:
    """The end tells exactly what happened, each name was told of while the stream ran, and the rest was heard."""
    case, end = CASES[name], world.ended(name)
    assert set(end.counts) == set(case.counts)
    assert {told: count for told, count in end.counts.items() if case.counts[told]} == {
        told: count for told, count in case.counts.items() if count
    }
    assert set(world.alerts(name)) == set(case.counts)
    assert (end.missing_s, end.late_s) == pytest.approx((case.missing_s, case.late_s))
    assert len(world.windows(name)) == case.windows
    assert len({window.window for window in world.windows(name)}) == case.windows
    assert world.letters.get(name, 0) == case.letters


@pytest.mark.parametrize("number", range(len(FORMATS)))
def test_every_format_is_heard(world: World, number: int) -> None:
    """Eight to 192 kHz, one to eight channels: every window, and nothing wrong with any."""
    end = world.ended(_name(number))
    seconds = sound(form=FORMATS[number]).shape[1] / FORMATS[number].sample_rate_hz
    assert end.duration_s == pytest.approx(seconds, abs=0.01)
    assert len(world.windows(_name(number))) == pytest.approx(FRAMES, abs=1)
    assert end.counts == {}


def test_other_streams_are_unaffected(world: World) -> None:
    """A healthy stream among all of these is told to the last bit as when it was alone."""
    assert len(world.windows("alone")) == FRAMES
    assert world.windows("among") == world.windows("alone")
    assert world.windows("after") == world.windows("alone")
    assert world.ended("among") == world.ended("alone")


def test_what_is_late_is_folded_and_marked(world: World) -> None:
    """A frame that came too late is told of as such, with the sound it brought."""
    (late,) = world.windows("a frame that comes too late", late=True)
    assert late.window == 10
    assert late.late_sequence == 10


def test_an_id_that_was_used_is_not_heard_again(world: World) -> None:
    """A second stream of an ended one's id is told as reused, and its sound is not heard: one end, each window once."""
    assert world.ended("reused").counts == {}
    assert world.alerts("reused").keys() <= {"reused", "after_end"}
    assert world.alerts("reused")
    assert len(world.windows("reused")) == FRAMES


@pytest.mark.slow
async def test_a_stream_that_never_ends_is_ended() -> None:
    """Half a minute after its last frame it has ended as idle, with everything that was heard of it."""
    world = World()
    async with _runtime() as runtime:
        await runtime.backend.publisher.publish([opened("idle", form=FORM), *plain(cut(sound(), "idle"))])
        await _until_over(world, runtime, ["idle"])
    assert world.ended("idle").reason == "idle"
    assert len(world.windows("idle")) == FRAMES
