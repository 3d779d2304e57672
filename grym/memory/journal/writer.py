"""Many writers, few transactions: changes that come within two milliseconds are committed together.

A commit waits for the disk, and writers of the journal wait for one another, so a hundred changes in one transaction
cost little more than one. Whoever writes gets an answer of its own: what cannot be written is found by halving and
spoils nobody else's. A connection that is lost in between leaves open whether a commit took place; the same changes are
then written again under the same event ids, which is harmless. The log is told of every change in the same transaction.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence

from grym.domain.patterns.checking import checked
from grym.errors import GrymError, InvariantError, SaturatedError, TransientError, UnavailableError
from grym.memory.journal.copies import message_of
from grym.ports.clock import Clock
from grym.ports.effects import RecordPatterns
from grym.ports.patterns import PatternChange
from grym.ports.work import UnitOfWork
from schemas.records import Message

WINDOW_S = 0.002
MOST = 128
"""Changes in a transaction; with a hundred kilobytes each it stays below what a statement may reasonably carry."""
ROOM = 1024
"""Changes that may wait; more would only grow older."""
PATIENCE_S = 30.0
"""How long a database may be away before writers are told: longer than a restart takes."""
FIRST_PAUSE_S = 0.05
LONGEST_PAUSE_S = 2.0


class _Waiting:
    """A change and whoever waits for it."""

    def __init__(self, change: PatternChange) -> None:
        self.change = change
        self.written: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def done(self) -> None:
        if not self.written.done():
            self.written.set_result(None)

    def failed(self, error: Exception) -> None:
        if not self.written.done():
            self.written.set_exception(error)


class PatternWriter:
    """Writes changes of pattern memory for many callers at once.

    Parameters
    ----------
    work
        Opens transactions.
    window_s
        Seconds that the first change waits for others; 0 for none. While a transaction is under way, others gather
        behind it in any case.
    most
        Changes in one transaction.
    room
        Changes that may wait.
    patience_s
        Seconds for which the database may be away.
    copy_of
        Makes what the log is told of a change; None tells it nothing.
    """

    def __init__(
        self,
        work: UnitOfWork,
        clock: Clock,
        *,
        window_s: float = WINDOW_S,
        most: int = MOST,
        room: int = ROOM,
        patience_s: float = PATIENCE_S,
        copy_of: Callable[[PatternChange], Message] | None = message_of,
    ) -> None:
        self._work = work
        self._clock = clock
        self._window_s = window_s
        self._most = most
        self._room = room
        self._patience_s = patience_s
        self._copy_of = copy_of
        self._queue: deque[_Waiting] = deque()
        self._full = asyncio.Event()
        self._writing: asyncio.Task[None] | None = None
        self._is_closed = False
        self.transactions = 0
        """How many were committed."""

    async def write(self, change: PatternChange) -> None:
        """Return as soon as a change is committed.

        Cancelling gives up waiting: a change that is not in a transaction yet is not written.

        Raises
        ------
        InvalidPatternError, InvalidVectorError
            What this change does wrong.
        SaturatedError
            ``pattern.writer_full``: certainly nothing was written.
        TransientError
            The database stayed away; whether the change was written is not known, so write it again under its id.
        """
        waiting = _Waiting(checked(change))
        self._take_in(waiting)
        await waiting.written

    async def write_all(self, changes: Sequence[PatternChange]) -> list[GrymError | None]:
        """Write many changes, each for itself, and return what became of each: an error, or None where it is written.

        They are written in their order, in as few transactions as possible.
        """
        outcomes: list[GrymError | None] = []
        for start in range(0, len(changes), self._most):
            part = changes[start : start + self._most]
            outcomes += await asyncio.gather(*(self._outcome(change) for change in part))
        return outcomes

    async def close(self) -> None:
        """Take nothing in any more and return when everything that waits is settled."""
        self._is_closed = True
        self._full.set()
        if self._writing is not None:
            await asyncio.shield(self._writing)  # who gives up waiting must not leave writers without an answer

    async def _outcome(self, change: PatternChange) -> GrymError | None:
        try:
            await self.write(change)
        except GrymError as error:
            return error
        return None

    def _take_in(self, waiting: _Waiting) -> None:
        if self._is_closed:
            raise InvariantError("the writer of patterns is closed", code="pattern.writer_closed")
        if len(self._queue) >= self._room:
            raise SaturatedError(
                "too many changes of pattern memory wait",
                code="pattern.writer_full",
                hint="Write again a little later.",
            )
        self._queue.append(waiting)
        if len(self._queue) >= self._most:
            self._full.set()
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_on())

    async def _write_on(self) -> None:
        """Write until nobody waits any more."""
        await self._gather()
        while self._queue:
            batch = [self._queue.popleft() for _ in range(min(self._most, len(self._queue)))]
            await self._settle(
                [waiting for waiting in batch if not waiting.written.cancelled()],
                until_s=self._clock.monotonic_s() + self._patience_s,
            )

    async def _gather(self) -> None:
        """Give others the time to join, unless a transaction is full."""
        self._full.clear()
        if self._window_s > 0 and len(self._queue) < self._most and not self._is_closed:
            window = asyncio.ensure_future(self._clock.sleep(self._window_s))
            full = asyncio.ensure_future(self._full.wait())
            await asyncio.wait((window, full), return_when=asyncio.FIRST_COMPLETED)
            window.cancel()
            full.cancel()

    async def _settle(self, batch: list[_Waiting], *, until_s: float) -> None:
        """Write a batch; where that fails, find out by halving what it was, all of it by one instant."""
        if not batch:
            return
        error = await self._attempt([waiting.change for waiting in batch], until_s=until_s)
        if error is None:
            for waiting in batch:
                waiting.done()
        elif len(batch) == 1 or isinstance(error, UnavailableError):
            for waiting in batch:
                waiting.failed(error)
        else:
            await self._settle(batch[: len(batch) // 2], until_s=until_s)
            await self._settle(batch[len(batch) // 2 :], until_s=until_s)

    async def _attempt(self, changes: Sequence[PatternChange], *, until_s: float) -> Exception | None:
        """Write changes in one transaction, again while the database is away; return what cannot be mended.

        A single change is tried again whatever was in the way; of many, halving finds out which one it is.
        """
        pause_s = FIRST_PAUSE_S
        while True:
            try:
                await self._commit(changes)
            except TransientError as error:
                mends = len(changes) == 1 or isinstance(error, UnavailableError)
                if not mends or self._clock.monotonic_s() + pause_s > until_s:
                    return error
            except Exception as error:  # noqa: BLE001 - whoever waits is told, whatever it is
                return error
            else:
                return None
            await self._clock.sleep(pause_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

    async def _commit(self, changes: Sequence[PatternChange]) -> None:
        async with self._work.begin() as unit:
            await unit.apply(RecordPatterns(changes=tuple(changes)))
            if self._copy_of is not None:
                await unit.append([self._copy_of(change) for change in changes])
        self.transactions += 1
