"""Pattern memory with indexes on disk: quick to open, never wrong, and lost without harm."""

import asyncio
import mmap
import shutil
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from grym.adapters.index_drafts import DraftFolder
from grym.adapters.index_files import GenerationFolder
from grym.adapters.memory.backend import open_memory
from grym.errors import AdapterError
from grym.memory.index.layered import LayeredIndex
from grym.memory.recognising import generations
from grym.memory.recognising.auditing import audit
from grym.memory.recognising.recogniser import JournalRecogniser
from grym.ports.backend import Backend
from grym.ports.effects import RecordPatterns
from grym.ports.patterns import PatternChange
from grym.runtime.memory_care import rebuild_memory
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


def merged(seed: int, *, into: int) -> PatternChange:
    """Return the change that merging a tune into another makes."""
    journal = Journal()
    journal.write("merged", f"p{seed}", into=f"p{into}")
    return _renamed(journal.kept[0].change, f"merge {seed}")


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


async def test_what_was_merged_is_heard_under_the_other_name(backend: Backend, tmp_path: Path) -> None:
    """Also by a process that goes on from what was sealed since; an audit agrees; forgetting the one takes both."""
    await record(backend, merged(1, into=2))
    async with opened(backend, tmp_path) as first:
        assert await heard(first, 1) == ["tune 2"]
        assert await first.collection("default").seal() is not None
    async with opened(backend, tmp_path) as second:
        assert await heard(second, 1) == ["tune 2"]
        found = await audit(second.collection("default"), backend.book, name="default")
        assert (found.clean, found.patterns, found.recall_at_10) == (True, TUNES - 1, 1.0)
        await record(backend, forgotten(2))
        assert [await heard(second, seed) for seed in (1, 2)] == [[], []]


def denied(seed: int, number: int) -> PatternChange:
    """Return the change that somebody makes who says that a tune was told where it was not."""
    journal = Journal()
    journal.write("judged", f"p{seed}", verdict="wrong", who=f"person {number}", weight=1.0)
    return _renamed(journal.kept[0].change, f"deny {seed} {number}")


async def test_what_people_said_is_sealed_with_the_rest(backend: Backend, tmp_path: Path) -> None:
    """A new process is as sure as the one that sealed, less so than without verdicts; one taken back counts no more."""

    async def sureness(recogniser: JournalRecogniser) -> float:
        found = await recogniser.recognise(excerpt(tune(1), 2.3, 6.0), collection="default", top=1)
        return found.matches[0].confidence

    async with opened(backend, tmp_path) as first:
        silent = await sureness(first)
        await record(backend, *(denied(1, number) for number in range(4)))
        told = await sureness(first)
        assert await first.collection("default").seal() is not None
    async with opened(backend, tmp_path) as second:
        assert await sureness(second) == told < silent
        assert second.collection("default").generation is not None
        journal = Journal()
        for number in range(4):
            journal.write("withdrawn", "p1", of=f"deny 1 {number}")
        await record(backend, *(_renamed(one.change, f"back {n}") for n, one in enumerate(journal.kept)))
        assert await sureness(second) == silent


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


async def test_what_cannot_be_read_is_named_by_a_new_process_too(backend: Backend, tmp_path: Path) -> None:
    """It goes on from a generation, and never sees the event that stored it."""
    [change] = learned(9)
    object.__setattr__(change, "imprint", change.imprint[:-2])
    await record(backend, change)
    async with opened(backend, tmp_path) as first:
        await first.collection("default").seal()
    async with opened(backend, tmp_path) as second:
        found = await audit(second.collection("default"), backend.book, name="default")
        assert second.collection("default").degraded == ("1 patterns cannot be read",)
    assert found.generation
    assert (found.unreadable, found.missing, found.orphans) == (("p9",), (), ())


async def test_an_alias_stays_one_in_a_new_process(backend: Backend, tmp_path: Path) -> None:
    """Learned again after it was sealed as one."""
    await record(backend, merged(1, into=2))
    async with opened(backend, tmp_path) as first:
        await first.collection("default").seal()
    await record(backend, *(_renamed(change, "learn 1 again") for change in learned(1)))
    async with opened(backend, tmp_path) as second:
        assert await heard(second, 1) == ["tune 2"]
        found = await audit(second.collection("default"), backend.book, name="default")
    assert found.clean


async def test_a_generation_of_older_code_is_passed_over(
    backend: Backend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whose notes say something else; nobody has to delete it."""
    with monkeypatch.context() as older:
        older.setattr(generations, "LANDMARKS_AND_NOTES", "1")
        older.setattr(generations, "HOLDINGS", "patterns")
        async with opened(backend, tmp_path) as first:
            await first.collection("default").seal()
    async with opened(backend, tmp_path) as second:
        assert await heard(second, 2) == ["tune 2"]
        assert second.collection("default").generation is None


async def test_sealed_landmarks_are_mapped(backend: Backend, tmp_path: Path) -> None:
    """And no longer in memory, nor are those of patterns that were learned meanwhile lost."""
    async with opened(backend, tmp_path) as recogniser:
        collection = recogniser.collection("default")
        await collection.seal()
        _, view = await collection.now()
        assert [isinstance(run.hashes.base, np.memmap | mmap.mmap) for run in view.runs] == [True]
        await record(backend, *learned(TUNES), forgotten(1))
        await collection.seal()
        answers = [await heard(recogniser, seed) for seed in range(TUNES + 1)]
    assert answers == [["tune 0"], [], *([f"tune {seed}"] for seed in range(2, TUNES + 1))]


async def test_collections_that_nobody_asks_any_more_are_closed(
    backend: Backend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the threads that watch over them: whoever asks may name as many as they like."""
    monkeypatch.setattr("grym.memory.recognising.recogniser.MOST_OPEN", 2)
    question = excerpt(tune(0), 2.3, 6.0)
    async with opened(backend, tmp_path) as recogniser:
        for name in range(20):
            assert not (await recogniser.recognise(question, collection=f"nobody's {name}", top=1)).known
        assert sum(thread.name == "recall" for thread in threading.enumerate()) <= 2
        assert await heard(recogniser, 2) == ["tune 2"]
    assert all(thread.name != "recall" for thread in threading.enumerate())


async def test_sealing_that_fails_waits_before_it_is_tried_again(
    backend: Backend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not with every question; the answer names what is wrong, and a later try mends it."""
    tries: list[int] = []
    begin = GenerationFolder.begin

    def full(self: GenerationFolder) -> DraftFolder:
        tries.append(1)
        if len(tries) > 1:
            return begin(self)
        raise AdapterError("no space left", code="index.disk_full")

    monkeypatch.setattr(GenerationFolder, "begin", full)
    monkeypatch.setattr(LayeredIndex, "due", lambda _: True)
    async with opened(backend, tmp_path) as recogniser:
        collection = recogniser.collection("default")
        for _ in range(5):
            await collection.now()
            await everything_beside()
        assert (len(tries), collection.degraded) == (1, ("index.disk_full",))
        monkeypatch.setattr(collection, "_again_s", 0.0)
        await collection.now()
        await everything_beside()
        assert (len(tries), collection.degraded) == (2, ())


async def test_rebuilding_lets_a_working_process_go_on(backend: Backend, tmp_path: Path) -> None:
    """It seals after it as before, and only what nobody has any more is removed."""
    stray = index_folder(tmp_path, "gone")
    stray.mkdir(parents=True)
    runtime: Any = SimpleNamespace(backend=backend, settings=SimpleNamespace(home=tmp_path))
    async with opened(backend, tmp_path) as worker:
        before = await worker.collection("default").seal()
        assert before is not None
        with GenerationFolder(index_folder(tmp_path, "default")).writing():
            assert (await rebuild_memory(runtime)).skipped == {"default": "index.locked"}
        rebuilt = await rebuild_memory(runtime)
        assert before.folder.exists()
        assert (list(rebuilt.generations), rebuilt.patterns, stray.exists()) == (["default"], TUNES, False)
        await record(backend, *learned(TUNES))
        assert await worker.collection("default").seal() is not None
        assert await heard(worker, TUNES) == [f"tune {TUNES}"]


async def everything_beside() -> None:
    """Wait for all other tasks."""
    await asyncio.gather(*asyncio.all_tasks() - {asyncio.current_task()}, return_exceptions=True)
