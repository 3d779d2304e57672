"""pgvector beside the index: the same ten nearest, from a program that shares no line with it."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import numpy as np
import pytest

from grym.adapters.postgres.database import connect
from grym.adapters.postgres.embedded import start_embedded
from grym.adapters.postgres.pgvector import PgVectorSearch
from grym.errors import AdapterError
from grym.memory.index.crosscheck import crosscheck
from tests.support.index_kit import IndexKit, index_kit, unit

DIM = 24


@pytest.fixture(scope="module")
def dsn() -> Iterator[str]:
    """Run an embedded server."""
    with tempfile.TemporaryDirectory(prefix="grym-test-") as home:
        server = start_embedded(Path(home))
        yield server.dsn
        server.leave()


@pytest.fixture
async def connection(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    """Connect to it."""
    opened = await connect(dsn)
    yield opened
    await opened.close()


def changed(root: Path) -> IndexKit:
    """Open an index with a generation, hidden rows and a delta."""
    kit = index_kit(root, dim=DIM)
    kit.index.add(np.arange(0, 3000, 3) - 500, unit(1000, seed=1, dim=DIM))
    kit.seal()
    kit.index.remove(np.arange(-500, 100, 3))
    kit.index.add(np.arange(50), unit(50, seed=2, dim=DIM))
    return kit


async def test_pgvector_and_the_index_name_the_same_neighbours(tmp_path: Path, connection: asyncpg.Connection) -> None:
    """Sealed, hidden and new ones; and nothing of it is left in the database."""
    kit = await asyncio.to_thread(changed, tmp_path)
    other = PgVectorSearch(connection)
    assert await other.available()
    agreement = await crosscheck(kit.index, other)
    assert agreement.asked == 500
    assert agreement.is_complete
    assert await connection.fetchval("select to_regclass('compared')") is None
    assert not await connection.fetchval("select exists (select from pg_extension where extname = 'vector')")


async def test_a_lie_is_found(tmp_path: Path, connection: asyncpg.Connection) -> None:
    """An index that has lost a vector does not agree with the one that has it."""
    kit = await asyncio.to_thread(changed, tmp_path)
    ids, vectors = kit.index.layers.everything()
    theirs = await PgVectorSearch(connection).nearest(ids, vectors, vectors[:1], k=2)
    kit.index.remove(ids[:1])
    ours = kit.index.search(vectors[:1], k=2)
    assert theirs.ids[0, 0] == ids[0]
    assert ours.ids[0, 0] == theirs.ids[0, 1]


async def test_fewer_than_asked_leave_the_rest_empty(connection: asyncpg.Connection) -> None:
    """Two of three."""
    vectors = unit(2, seed=3, dim=DIM)
    found = await PgVectorSearch(connection).nearest(np.array([5, 7]), vectors, vectors[:1], k=3)
    assert found.ids.tolist() == [[5, 7, -1]]
    assert found.similarities[0, 0] == pytest.approx(1.0, abs=1e-3)


async def test_an_empty_index_agrees(tmp_path: Path, connection: asyncpg.Connection) -> None:
    """There was nothing to ask."""
    agreement = await crosscheck(index_kit(tmp_path, dim=DIM).index, PgVectorSearch(connection))
    assert (agreement.asked, agreement.is_complete) == (0, True)


async def test_what_it_cannot_compare_is_a_fault_of_the_adapter(connection: asyncpg.Connection) -> None:
    """A query of another width; the connection can be used again."""
    other = PgVectorSearch(connection)
    with pytest.raises(AdapterError) as refused:
        await other.nearest(np.array([1]), unit(1, seed=4, dim=DIM), unit(1, seed=4, dim=DIM + 1), k=1)
    assert refused.value.code == "db.failed"
    assert await other.available()
