"""Pattern memory with indexes on disk: quick to open, never wrong, and lost without harm."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from grym.adapters.memory.backend import open_memory
from grym.memory.recognising.auditing import audit
from grym.memory.recognising.recogniser import JournalRecogniser
from grym.ports.backend import Backend
from grym.ports.effects import RecordPatterns
from grym.ports.patterns import PatternChange
from grym.runtime.recognising import index_folder, recogniser_at
from tests.contract.fakes import LoopClock
from tests.unit.grym.memory.recognising.test_recogniser import Journal, excerpt, tune

TUNES = 5
HOME = "c"


async def record(backend: Backend, *changes: PatternChange) -> None:
    """Write changes as a processor would."""
    async with backend.work.begin() as work:
        await work.apply_all([RecordPatterns(changes=changes)])


def learned(*seeds: int) -> list[PatternChange]:
    """Return the changes that learning tunes makes."""
    journal = Journal()
    for seed in seeds:
        journal.write("stored", f"p{seed}", tune(seed), name=f"tune {seed}", pattern_kind="recording", duration_s=12.0)
    return [_renamed(event.change, f"learn {seed}") for event, seed in zip(journal.kept, seeds, strict=True)]


def _renamed(change: PatternChange, event_id: str) -> PatternChange:
    object.__setattr__(change, "event_id", event_id)
    return change


def forgotten(seed: int) -> PatternChange:
    """Return the change that forgetting a tune makes."""
    journal = Journal()
    journal.write("retired", f"p{seed}")
    return _renamed(journal.kept[0].change, f"forget {seed}")


@asynccontextmanager
async def opened(backend: Backend, home: Path) -> AsyncIterator[JournalRecogniser]:
    """Open memory as a new process would."""
    async with recogniser_at(backend.book, home) as recogniser:
        yield recogniser


async def heard(recogniser: JournalRecogniser, seed: int) -> list[str]:
    """Return what an excerpt of a tune is taken for."""
    found = await recogniser.recognise(excerpt(tune(seed), 2.3, 6.0), collection="default", top=1)
    return [match.name for match in found.matches]


@pytest.fixture
async def backend() -> AsyncIterator[Backend]:
    """Return a memory of some tunes."""
    found = open_memory(LoopClock())
    await record(found, *learned(*range(TUNES)))
    yield found
    await found.close()


async def test_a_new_process_goes_on_from_what_was_sealed(backend: Backend, tmp_path: Path) -> None:
    """It knows what was sealed, what came since, and what was forgotten since."""
    async with opened(backend, tmp_path) as first:
        assert await first.collection("default").seal() is not None
    await record(backend, *learned(TUNES), forgotten(1))
    async with opened(backend, tmp_path) as second:
        answers = [await heard(second, seed) for seed in range(TUNES + 1)]
        found = await audit(second.collection("default"), backend.book, name="default")
    assert answers == [["tune 0"], [], *([f"tune {seed}"] for seed in range(2, TUNES + 1))]
    assert found.clean
    assert (found.patterns, found.recall_at_10) == (TUNES, 1.0)
    assert found.generation


async def test_a_damaged_generation_is_passed_over(backend: Backend, tmp_path: Path) -> None:
    """Every file of it may be cut; what answers is then built from the journal."""
    async with opened(backend, tmp_path) as first:
        sealed = await first.collection("default").seal()
    assert sealed is not None
    for file in sorted(sealed.folder.iterdir()):
        file.write_bytes(file.read_bytes()[:-1])
        async with opened(backend, tmp_path) as again:
            assert await heard(again, 2) == ["tune 2"], file.name
            assert again.collection("default").generation is None


async def test_a_generation_of_another_journal_is_not_believed(backend: Backend, tmp_path: Path) -> None:
    """Such as after a backup was restored: what is answered is what this journal holds."""
    async with opened(backend, tmp_path) as first:
        await first.collection("default").seal()
    other = open_memory(LoopClock())
    await record(other, *learned(7))
    async with opened(other, tmp_path) as second:
        assert await heard(second, 7) == ["tune 7"]
        assert await heard(second, 2) == []
    await other.close()


async def test_rebuilding_gives_the_same_answers(backend: Backend, tmp_path: Path) -> None:
    """With nothing but the journal."""
    async with opened(backend, tmp_path) as recogniser:
        before = [await heard(recogniser, seed) for seed in range(TUNES)]
        shutil.rmtree(index_folder(tmp_path, "default"), ignore_errors=True)
        assert await recogniser.rebuild("default") is not None
        assert [await heard(recogniser, seed) for seed in range(TUNES)] == before


async def test_an_audit_names_what_is_not_recognised(backend: Backend, tmp_path: Path) -> None:
    """A pattern that cannot be read is no secret."""
    [change] = learned(9)
    object.__setattr__(change, "imprint", change.imprint[:-2])
    await record(backend, change)
    async with opened(backend, tmp_path) as recogniser:
        found = await audit(recogniser.collection("default"), backend.book, name="default")
    assert not found.clean
    assert (found.unreadable, found.missing, found.orphans) == (("p9",), (), ())


async def test_nothing_is_sealed_of_an_empty_memory(tmp_path: Path) -> None:
    """And an audit of it is clean."""
    empty = open_memory(LoopClock())
    async with opened(empty, tmp_path) as recogniser:
        assert await recogniser.rebuild("default") is None
        found = await audit(recogniser.collection("default"), empty.book, name="default")
    assert found.clean
    assert (found.patterns, found.vectors, found.recall_at_10) == (0, 0, None)
