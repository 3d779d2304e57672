"""Tests of consumers.live.recognising: streams are asked about in turn, within a share of the CPU."""

import asyncio
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest

from consumers.live.hearings import Hearing
from consumers.live.recognising import Memory, Questions
from consumers.live.settings import RecognitionSettings
from grym.domain.live.fresh import FreshSound
from grym.errors import UnavailableError
from grym.ports.patterns import Neighbour, Recognition
from schemas.catalogue import AUDIO_FRAMES
from schemas.records import Message, TopicPartition
from streams.live.listener import Listener, Manners
from streams.live.recognised import Stretch
from tests.contract.fakes import run_virtual
from tests.contract.probe import World, open_world
from tests.support.live_kit import COUNTING

RATE_HZ = 11_025
SETTINGS = RecognitionSettings(cpu_share=0.5, every_s=1.0, least_s=3.0, behind_s=4.0)


class Playing(Listener):
    """A stream that sounds in real time, without a record of it."""

    def __init__(self, stream_id: str) -> None:
        super().__init__(stream_id, Manners(ears=COUNTING, idle_s=30.0), memo=None, over=None)
        self._fetched = 0
        self.answers: list[tuple[Recognition, Stretch]] = []
        self.notes: list[str] = []
        self.away = 0

    @property
    def end_s(self) -> float:
        """Up to where it has sounded."""
        return asyncio.get_running_loop().time()

    def fresh_sound(self) -> FreshSound | None:
        """Return what has sounded since the last call."""
        first, self._fetched = self._fetched, round(self.end_s * RATE_HZ)
        samples = np.zeros(self._fetched - first, dtype=np.float32)
        return FreshSound(first_sample=first, rate_hz=RATE_HZ, samples=samples, missing_share=0.0)

    def recognised(self, answer: Recognition, stretch: Stretch) -> Sequence[Message]:
        """Keep an answer."""
        self.answers.append((answer, stretch))
        return ()

    def unrecognised(self) -> Sequence[Message]:
        """Count that memory was away."""
        self.away += 1
        return ()

    def note(self, name: str, cause: object = None, *, always: bool = False) -> Sequence[Message]:
        """Keep what is noted."""
        del cause, always
        self.notes.append(name)
        return ()


class Oracle:
    """Knows nothing, and takes its time to say so."""

    def __init__(self, *, takes_s: float = 0.0, fails: Exception | None = None, holds: int = 1) -> None:
        self.takes_s = takes_s
        self.fails = fails
        self.holds = holds

    async def recognise(self, imprint: bytes, *, collection: str, top: int, session: str = "") -> Recognition:
        """Answer after a while."""
        del imprint, collection, top, session
        await asyncio.sleep(self.takes_s)
        if self.fails is not None:
            raise self.fails
        return Recognition(known=False, matches=(), searched=self.holds, as_of=1)

    async def neighbours(self, pattern_id: str, *, collection: str, top: int) -> list[Neighbour]:
        """Return that nothing is like anything."""
        del pattern_id, collection, top
        return []


def ask(world: World, listeners: Sequence[Playing], oracle: Oracle, *, for_s: float) -> None:
    """Ask about streams for a while, in virtual time."""
    source = TopicPartition(AUDIO_FRAMES, 0)

    async def work() -> None:
        hearings = [
            Hearing(listener, source, position=0, now_s=0.0, tail_s=SETTINGS.length_s) for listener in listeners
        ]
        questions = Questions(
            "live",
            world.ports(),
            SETTINGS,
            Memory(recogniser=lambda: oracle),
            hearings=lambda: hearings,
            tell=_unheard,
        )
        asking = asyncio.create_task(questions.ask())
        await asyncio.sleep(for_s)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)

    run_virtual(work())


def _unheard(messages: Sequence[Message]) -> None:
    assert not messages


@pytest.fixture(autouse=True)
def _no_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take imprints in the loop: time stands still while threads work."""

    async def at_once(work: object, *args: object) -> bytes:
        del work, args
        return b""

    monkeypatch.setattr(asyncio, "to_thread", at_once)


def test_a_stream_is_asked_about_every_second_once_there_is_enough() -> None:
    """Each answer is about its last seconds."""
    listener = Playing("s")
    ask(open_world(), [listener], Oracle(), for_s=20.05)
    assert 14 <= len(listener.answers) <= 18
    stretches = [stretch for _, stretch in listener.answers]
    assert stretches[0].end_s >= SETTINGS.least_s
    assert all(stretch.end_s - stretch.start_s <= SETTINGS.length_s + 0.1 for stretch in stretches)
    assert listener.notes == []


def test_many_streams_share_what_there_is_evenly() -> None:
    """Ten streams whose questions take half a second each: none is asked about twice as often as another."""
    listeners = [Playing(f"s{number}") for number in range(10)]
    ask(open_world(), listeners, Oracle(takes_s=0.25), for_s=100.0)
    counts = Counter({listener.stream_id: len(listener.answers) for listener in listeners})
    assert max(counts.values()) <= min(counts.values()) + 1
    # A quarter of a second each and half of the time: two questions a second, for ten streams.
    assert 170 <= sum(counts.values()) <= 205
    assert all("recognition_behind" in listener.notes for listener in listeners)


def test_memory_that_is_away_is_told_to_its_streams() -> None:
    """By the error it raises, or by its silence."""
    refused, unanswered = Playing("a"), Playing("b")
    ask(open_world(), [refused], Oracle(fails=UnavailableError("the journal is away")), for_s=10.0)
    ask(open_world(), [unanswered], Oracle(takes_s=60.0), for_s=30.0)
    assert refused.away > 3
    assert unanswered.away > 0
    assert refused.answers == unanswered.answers == []


def test_a_fault_in_recognising_is_no_fault_of_hearing() -> None:
    """Whatever breaks while memory is asked about one stream, the others are asked about all the same."""
    poison, fine = Playing("a"), Playing("b")
    ask(open_world(), [poison, fine], Oracle(fails=ZeroDivisionError("a fault")), for_s=20.0)
    assert poison.away > 3
    assert fine.away > 3


def test_an_empty_memory_costs_next_to_nothing() -> None:
    """It is asked once a second for all streams together, so that what is learned now is found soon."""
    listeners = [Playing(f"s{number}") for number in range(10)]
    ask(open_world(), listeners, Oracle(holds=0), for_s=60.0)
    assert 40 <= sum(len(listener.answers) for listener in listeners) <= 60
