"""Carrying patterns elsewhere: what is alive, as a file in pieces."""

import pytest

from grym.adapters.clock import VirtualClock
from grym.adapters.memory import open_memory
from grym.domain.patterns.archive import Contents, read_archive
from grym.memory.journal.exporting import export
from grym.ports.backend import Backend
from grym.ports.patterns import Pattern
from tests.contract.pattern_changes import NOON, change, motif, record, stored


@pytest.fixture
async def backend() -> Backend:
    """Open a memory of two collections, with a merged and a retired pattern."""
    backend = open_memory(VirtualClock())
    await record(backend, *(stored(name) for name in ("a", "b", "alias", "gone")), motif("m", collection="other"))
    await record(backend, change("merged", "alias", data={"into": "b"}), change("retired", "gone"))
    return backend


async def exported(backend: Backend, collection: str | None = None, as_of: int | None = None) -> tuple[Pattern, ...]:
    """Return what a file holds that was written of a collection."""
    file = await export(backend.book, now=NOON, collection=collection, as_of=as_of)
    contents, patterns = read_archive(b"".join([piece async for piece in file.pieces]))
    assert contents == file.contents
    return patterns


async def test_live_patterns_are_written_with_all_that_is_known(backend: Backend) -> None:
    """As memory itself gives them."""
    patterns = await exported(backend)
    known = await backend.book.load(["a", "b", "m"])
    assert [pattern.facts for pattern in patterns] == [pattern.facts for pattern in known]
    assert [(pattern.imprint, pattern.motif) for pattern in patterns] == [
        (pattern.imprint, pattern.motif) for pattern in known
    ]


async def test_one_collection_or_an_earlier_time_is_written_alone(backend: Backend) -> None:
    """What was alive then."""
    assert [pattern.facts.pattern_id for pattern in await exported(backend, "other")] == ["m"]
    before = await exported(backend, "c", 4)
    assert [pattern.facts.pattern_id for pattern in before] == ["a", "b", "alias", "gone"]


async def test_a_file_says_what_it_holds(backend: Backend) -> None:
    """Before its first piece is made; a seq that has not come yet is the newest."""
    file = await export(backend.book, now=NOON, collection="c", as_of=99)
    assert file.contents == Contents(collection="c", as_of=7, written_at=NOON, patterns=2)
