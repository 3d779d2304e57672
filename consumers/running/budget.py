"""What may be in hand at once, by count and by bytes: reading stops at the limit, so memory has one."""

import asyncio


class Budget:
    """Counts what is in hand; the first thing is let in whatever its size."""

    def __init__(self, *, max_count: int, max_bytes: int) -> None:
        self._max_count = max_count
        self._max_bytes = max_bytes
        self._changed = asyncio.Event()
        self.count = 0
        self.size_bytes = 0

    @property
    def room(self) -> int:
        """How many more things may be taken in."""
        return max(0, self._max_count - self.count) if self.room_bytes else 0

    @property
    def room_bytes(self) -> int:
        """How many more bytes may be taken in."""
        return max(0, self._max_bytes - self.size_bytes)

    def take(self, count: int, size_bytes: int) -> None:
        """Note what was taken in hand."""
        self.count += count
        self.size_bytes += size_bytes

    def give_back(self, count: int, size_bytes: int) -> None:
        """Note what went out of hand."""
        self.count -= count
        self.size_bytes -= size_bytes
        self._changed.set()

    async def wait_for_room(self) -> None:
        """Return once half of the budget is free: a reader that stopped is not woken for every single thing."""
        if self.room:
            return
        while self.count * 2 > self._max_count or self.size_bytes * 2 > self._max_bytes:
            await self._next_change()

    async def wait_until_empty(self) -> None:
        """Return once nothing is in hand."""
        while self.count:
            await self._next_change()

    async def _next_change(self) -> None:
        self._changed.clear()
        await self._changed.wait()
