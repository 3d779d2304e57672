"""Making numbers anew: looked at before anything changes, begun again where it ended, and nothing made up."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from grym.adapters.clock import VirtualClock
from grym.adapters.memory import open_memory
from grym.domain.patterns.numbers import bytes_of
from grym.errors import InvalidAudioError
from grym.memory.journal.reembedding import Reembedder, Remade
from grym.memory.journal.verifying import verify
from grym.memory.journal.writer import PatternWriter
from grym.ports.backend import Backend
from grym.ports.patterns import PatternChange, PatternFacts, PatternQuery
from tests.contract.pattern_changes import ORIGIN, change, record, stored

DICE = np.random.default_rng(4)
COUNT, DIM = 40, 8
TURN, _ = np.linalg.qr(DICE.standard_normal((2 * DIM, DIM)))
NUMBERS = {f"{n:02}": DICE.standard_normal((3, DIM)).astype(np.float32) for n in range(COUNT)}


def recording(name: str) -> PatternChange:
    """Return a recording with numbers of the old extractor."""
    return stored(name, vectors=bytes_of(NUMBERS[name]), dim=DIM, origin=replace(ORIGIN, extractor="old/1"))


class Sounds:
    """Makes numbers anew: those of before, turned into a space of twice the dimension; some sounds are gone or broken.

    Parameters
    ----------
    noise
        How much the new numbers differ.
    """

    def __init__(self, *, gone: Sequence[str] = (), broken: Sequence[str] = (), noise: float = 0.0) -> None:
        self.gone, self.broken = set(gone), set(broken)
        self.noise = noise
        self.made: list[str] = []

    async def make(self, facts: PatternFacts) -> Remade | None:
        """Make the numbers of one pattern."""
        if facts.pattern_id in self.gone:
            return None
        if facts.pattern_id in self.broken:
            raise InvalidAudioError("broken", code="audio.truncated")
        self.made.append(facts.pattern_id)
        rows = NUMBERS[facts.pattern_id] @ TURN.T
        rows += self.noise * np.random.default_rng(int(facts.pattern_id)).standard_normal(rows.shape)
        return Remade(vectors=bytes_of(rows.astype(np.float32)), dim=2 * DIM, imprint=b"new", duration_s=7.5)


@pytest.fixture
async def backend() -> Backend:
    """Open a memory of forty recordings, one of them given up, beside one with new numbers."""
    backend = open_memory(VirtualClock())
    await record(backend, *(recording(name) for name in NUMBERS), change("retired", "00"))
    await record(backend, stored("new", origin=replace(ORIGIN, extractor="new/1")))
    return backend


def reembedder(backend: Backend, sounds: Sounds) -> Reembedder:
    """Return what makes them anew; its writer waits for nobody."""
    writer = PatternWriter(backend.work, VirtualClock(), window_s=0.0)
    return Reembedder(backend.book, writer, VirtualClock(), extractor="new/1", make=sounds.make)


async def extractors(backend: Backend) -> set[str]:
    """Return what made the numbers of live patterns."""
    return {facts.origin.extractor for facts in await backend.book.find(PatternQuery())}


async def test_looking_changes_nothing(backend: Backend) -> None:
    """And says what would be kept, of a sample."""
    sounds, head = Sounds(), await backend.book.head()
    report = await reembedder(backend, sounds).look(sample=10)
    assert report.kept is not None
    assert (report.outdated, report.kept.patterns, len(sounds.made), report.accepted) == (39, 10, 10, True)
    assert report.kept.score == pytest.approx(1.0, abs=0.01)
    assert (await backend.book.head(), report.done) == (head, [])


async def test_all_outdated_recordings_are_made_anew(backend: Backend) -> None:
    """With an event each that says from what, and how much was kept."""
    report = await reembedder(backend, Sounds()).run()
    assert (len(report.done), report.gone, report.failed) == (39, [], {})
    assert await extractors(backend) == {"new/1"}
    [pattern] = await backend.book.load(["07"])
    assert (pattern.vectors.shape, pattern.imprint, pattern.facts.duration_s) == ((3, 2 * DIM), b"new", 7.5)
    [event] = await backend.book.events(await backend.book.head() - 1, limit=1)
    assert (event.change.kind, event.change.data["from"], event.change.data["score"]) == ("reembedded", "old/1", 1.0)
    assert (await verify(backend.book)).is_clean
    assert len(await backend.book.events(0, limit=999)) == 42 + 39


async def test_a_second_run_finds_nothing_to_do(backend: Backend) -> None:
    """Whoever was interrupted goes on with what is left."""
    await reembedder(backend, Sounds(broken=[f"{n:02}" for n in range(20, 40)])).run()
    sounds = Sounds()
    report = await reembedder(backend, sounds).run()
    assert sorted(report.done) == [f"{n:02}" for n in range(20, 40)]
    assert (await reembedder(backend, sounds).run()).outdated == 0


async def test_what_keeps_too_little_changes_nothing_unless_forced(backend: Backend) -> None:
    """The score is told either way."""
    head = await backend.book.head()
    report = await reembedder(backend, Sounds(noise=50.0)).run()
    assert report.kept is not None
    assert (report.accepted, report.done, report.kept.score < 0.5) == (False, [], True)
    assert await backend.book.head() == head
    forced = await reembedder(backend, Sounds(noise=50.0)).run(force=True)
    assert (forced.accepted, len(forced.done)) == (True, 39)


async def test_a_pattern_whose_sound_is_gone_is_listed_and_keeps_its_numbers(backend: Backend) -> None:
    """As one whose sound is broken; nothing is made up."""
    report = await reembedder(backend, Sounds(gone=["03", "05"], broken=["04"])).run()
    assert (report.gone, list(report.failed), len(report.done)) == (["03", "05"], ["04"], 36)
    [pattern] = await backend.book.load(["03"])
    assert (pattern.facts.origin.extractor, pattern.vectors.shape) == ("old/1", (3, DIM))


async def test_one_collection_can_be_made_anew_alone(backend: Backend) -> None:
    """The others keep what they have."""
    assert (await reembedder(backend, Sounds()).look(collection="other")).outdated == 0


async def test_numbers_that_cannot_be_written_are_told(backend: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    """The others are written."""
    sounds = Sounds()
    make = sounds.make

    async def make_one_wrong(facts: PatternFacts) -> Remade | None:
        remade = await make(facts)
        return replace(remade, dim=5) if remade and facts.pattern_id == "09" else remade

    monkeypatch.setattr(sounds, "make", make_one_wrong)
    report = await reembedder(backend, sounds).run(sample=0)
    assert (list(report.failed), len(report.done)) == (["09"], 38)
    assert report.failed["09"].code == "vector.dimension"
