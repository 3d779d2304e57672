"""Answers as streams: results as they are found, and who could not be asked."""

from collections.abc import AsyncIterator

from grym.domain.entries.values import Result


class Results(AsyncIterator[Result]):
    """Results as they are found, in order; `degraded` is complete once the stream has ended."""

    def __init__(self, source: AsyncIterator[Result], notes: list[str]) -> None:
        self._source = source
        self._notes = notes

    @property
    def degraded(self) -> tuple[str, ...]:
        """Stores that could not be asked."""
        return tuple(dict.fromkeys(self._notes))

    async def __anext__(self) -> Result:
        return await anext(self._source)

    async def all(self) -> list[Result]:
        """Return everything that is left."""
        return [result async for result in self]
