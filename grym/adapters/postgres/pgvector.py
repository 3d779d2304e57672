"""Exact search by pgvector, where the server has it: a second opinion on an index, leaving nothing behind.

Everything happens in one transaction that is undone, the extension included. Without an index of its own pgvector
compares all rows, so its answer is exact.
"""

from collections.abc import Iterable

import asyncpg
import numpy as np
from numpy.typing import NDArray

from grym.adapters.postgres.faults import translated
from grym.ports.index import Neighbours

PIECE_ROWS = 1_000
"""Rows sent at once: a megabyte of text at 128 values."""

_THERE = "select exists (select from pg_available_extensions where name = 'vector')"
_FILL = "insert into compared select * from unnest($1::bigint[], $2::text[]::vector[])"
_ASK = """
select id, -(embedding <#> $1::text::vector) as similarity from compared
order by embedding <#> $1::text::vector, id limit $2"""


class PgVectorSearch:
    """Compares vectors inside a PostgreSQL server; fulfils `ExactSearch`.

    Parameters
    ----------
    connection
        Of a user who may create extensions, outside any transaction.
    """

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection

    async def available(self) -> bool:
        """Tell whether the server has pgvector."""
        with translated():
            return bool(await self._connection.fetchval(_THERE))

    async def nearest(
        self, ids: NDArray[np.int64], vectors: NDArray[np.float32], queries: NDArray[np.float32], *, k: int
    ) -> Neighbours:
        """Return the k nearest of each query among these vectors.

        Raises
        ------
        AdapterError
            ``db.failed``, ``db.slow``, ``db.unreachable``; also where this user may not create the extension.
        """
        found = Neighbours(
            ids=np.full((len(queries), k), -1, dtype=np.int64),
            similarities=np.full((len(queries), k), -np.inf, dtype=np.float32),
        )
        with translated():
            transaction = self._connection.transaction()
            await transaction.start()
            try:
                await self._fill(ids, vectors)
                for row, text in enumerate(_texts(queries)):
                    answer = await self._connection.fetch(_ASK, text, k)
                    found.ids[row, : len(answer)] = [one["id"] for one in answer]
                    found.similarities[row, : len(answer)] = [one["similarity"] for one in answer]
            finally:
                await transaction.rollback()
        return found

    async def _fill(self, ids: NDArray[np.int64], vectors: NDArray[np.float32]) -> None:
        await self._connection.execute("create extension if not exists vector")
        await self._connection.execute("create temporary table compared (id bigint, embedding vector)")
        for start in range(0, len(ids), PIECE_ROWS):
            piece = slice(start, start + PIECE_ROWS)
            await self._connection.execute(_FILL, ids[piece].tolist(), list(_texts(vectors[piece])))


def _texts(vectors: NDArray[np.float32]) -> Iterable[str]:
    """Yield vectors as pgvector reads them."""
    return (str(row) for row in vectors.tolist())
