"""Transactions for pure hops: what follows from a partition's records is stored with how far the partition is done.

Whoever is assigned a partition opens an exchange for it, which shuts out the holder before; only then do its marks
count. So an assignment that brings partitions without an exchange is given back once and taken again.
"""

import asyncio
from collections.abc import Callable, Collection

from grym.ports.feed import Exchange
from schemas.records import TopicPartition


class Exchanges:
    """The exchanges of one hop in this process."""

    def __init__(self, make: Callable[[TopicPartition], Exchange]) -> None:
        self._make = make
        self._open: dict[TopicPartition, Exchange] = {}

    def of(self, source: TopicPartition) -> Exchange:
        """Return the exchange of an assigned partition."""
        return self._open[source]

    async def open_for(self, sources: Collection[TopicPartition]) -> bool:
        """Open what is missing and close what is not assigned any more; True when marks must be read again.

        Raises
        ------
        UnavailableError
            When the log cannot be reached.
        """
        await self._close([source for source in self._open if source not in sources])
        missing = [source for source in sources if source not in self._open]
        for source in missing:
            exchange = self._make(source)
            try:
                await exchange.open()
            except BaseException:
                await exchange.close()
                raise
            self._open[source] = exchange
        return bool(missing)

    async def close(self) -> None:
        """Close all; what was begun is undone by whoever opens the partition next."""
        await self._close(list(self._open))

    async def _close(self, sources: Collection[TopicPartition]) -> None:
        await asyncio.gather(*(self._open.pop(source).close() for source in sources), return_exceptions=True)
