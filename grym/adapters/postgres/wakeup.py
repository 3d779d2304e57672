"""Waking readers: LISTEN/NOTIFY between processes, an event inside one, and a look at the counters in any case.

NOTIFY inside a commit serialises commits (measured: half the rate), so a notice is sent after the commit, by itself,
and notices that pile up become one. A process that dies between the two leaves a reader asleep for `LOOK_S` at most,
as does a broken listening connection, which is opened again in the background.
"""

import asyncio
import contextlib
import uuid
from collections.abc import Iterable
from typing import Any

from grym.adapters.postgres.database import Database
from grym.errors import GrymError
from grym.ports.outbox import SHARDS

CHANNEL = "grym_log"
LOOK_S = 0.5
"""Seconds after which a waiting reader looks at the counters without having been told."""
REPAIR_S = 0.5
"""Pause before a broken listening connection is opened again."""

Seen = tuple[int, int]
"""Records appended and jobs enqueued, in all; either only grows."""

_SEEN = """
select coalesce((select sum(last) from partitions), 0)::bigint as records,
       coalesce((select max(job_no) from jobs), 0)::bigint as jobs"""


class WakeUp:
    """Tells of appends and hears of them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._name = uuid.uuid4().hex
        self._happened = asyncio.Event()
        self._words = 0
        self._untold = asyncio.Event()
        self._untold_shards: set[int] = set()
        self._bells = [_Bell() for _ in range(SHARDS)]
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin to listen and to tell."""
        self._tasks = [asyncio.create_task(self._tell()), asyncio.create_task(self._listen())]

    async def close(self) -> None:
        """Tell what has not been told, and stop."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._untold.is_set():
            with contextlib.suppress(GrymError):  # readers look by themselves
                await self._notify()

    def announce(self, shards: Iterable[int] = ()) -> None:
        """Note that something was appended, or put into shards of the outbox: wake this process now, others soon."""
        self._wake()
        self._ring(shards)
        self._untold_shards.update(shards)
        self._untold.set()

    def rung(self, shard: int) -> int:
        """Return how often something was put into a shard of the outbox, as far as this process has heard."""
        return self._bells[shard].count

    async def wait_for_ring(self, shard: int, known: int, *, timeout_s: float) -> None:
        """Return once the number of a shard is another than `known`, or after `LOOK_S` or `timeout_s` seconds."""
        bell = self._bells[shard]
        if bell.count == known:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(timeout_s, LOOK_S)):
                    await bell.rang.wait()

    async def seen(self) -> Seen:
        """Return how much there is."""
        async with self._database.reader() as connection:
            row = await connection.fetchrow(_SEEN)
            return (row["records"], row["jobs"])

    async def wait_for_more(self, known: Seen | None, *, timeout_s: float) -> Seen:
        """Return how much there is as soon as it is more than `known`, or after `timeout_s` seconds.

        Whoever is told of something meanwhile gets what there was before: it saves a look, and a needless one follows.
        """
        loop = asyncio.get_running_loop()
        deadline_s = loop.time() + timeout_s
        while True:
            happened = self._happened
            seen = await self.seen()
            left_s = deadline_s - loop.time()
            if seen != known or left_s <= 0:
                return seen
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(left_s, LOOK_S)):
                    await happened.wait()
                return seen  # told: the reader looks at once, and counts when it waits again

    async def wait_for_word(self, known: int | None, *, timeout_s: float) -> int:
        """Return how often this process has heard of anything, once that is not `known`, or after `LOOK_S` seconds."""
        if self._words == known:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(timeout_s, LOOK_S)):
                    await self._happened.wait()
        return self._words

    def _wake(self) -> None:
        self._words += 1
        happened, self._happened = self._happened, asyncio.Event()
        happened.set()

    async def _tell(self) -> None:
        while True:
            await self._untold.wait()
            self._untold.clear()
            try:
                await self._notify()
            except Exception:  # noqa: BLE001 - readers look by themselves until the next notice
                await asyncio.sleep(REPAIR_S)

    async def _notify(self) -> None:
        async with self._database.reader() as connection:
            shards, self._untold_shards = self._untold_shards, set()
            try:
                notice = " ".join((self._name, *map(str, sorted(shards))))
                await connection.execute("select pg_notify($1, $2)", CHANNEL, notice)
            except BaseException:
                self._untold_shards |= shards
                raise

    async def _listen(self) -> None:
        while True:
            try:
                await self._listen_once()
            except Exception:  # noqa: BLE001 - as above
                await asyncio.sleep(REPAIR_S)

    async def _listen_once(self) -> None:
        connection = await self._database.connect()
        try:
            lost = asyncio.Event()
            connection.add_termination_listener(lambda _: lost.set())
            await connection.add_listener(CHANNEL, self._heard)
            self._wake()  # what came while nobody listened
            self._ring(range(SHARDS))
            await lost.wait()
        finally:
            connection.terminate()
        await asyncio.sleep(REPAIR_S)

    def _heard(self, _connection: Any, _pid: int, _channel: str, notice: str) -> None:
        sender, *shards = notice.split()
        if sender != self._name:
            self._wake()
            self._ring(int(shard) for shard in shards if shard.isdigit() and int(shard) < SHARDS)

    def _ring(self, shards: Iterable[int]) -> None:
        for shard in shards:
            bell, self._bells[shard] = self._bells[shard], _Bell(self._bells[shard].count + 1)
            bell.rang.set()


class _Bell:
    """Rung once; its number tells how many were rung before."""

    def __init__(self, count: int = 0) -> None:
        self.count = count
        self.rang = asyncio.Event()
