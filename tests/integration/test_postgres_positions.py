"""Promise 12 at the level of SQL, with a log of the naive kind beside it that breaks it."""

import asyncio
from typing import Any

from grym.adapters.postgres.appending import append, placed
from grym.adapters.postgres.database import connect
from grym.adapters.postgres.migrating import migrate
from schemas.records import Message

LANE = "grym.feedback.v1"
TIMELY_S = 0.3
"""Enough for a commit of milliseconds; a writer that has to wait does not finish, however long one looks."""

_NAIVE = "create table naive (position bigint generated always as identity primary key, value text)"
_READ_NAIVE = "select position, value from naive where position > $1 order by position"
_READ = "select position, value from events where topic = 'grym.feedback.v1' and position > $1 order by position"


def message(value: str) -> Message:
    """Return a message."""
    return Message(topic=LANE, key=b"k", headers=(), value=value.encode())


class Follower:
    """A reader that goes on after the highest position it has seen."""

    def __init__(self, connection: Any, query: str) -> None:
        self._connection = connection
        self._query = query
        self.positions: list[int] = []

    async def look(self) -> None:
        """Read what is new."""
        after = self.positions[-1] if self.positions else 0
        self.positions += [row["position"] for row in await self._connection.fetch(self._query, after)]


async def test_a_sequence_loses_what_commits_late(empty_dsn: str) -> None:
    """The reader has seen 2 when 1 becomes visible: this is what the counters are for."""
    early, late, reader = [await connect(empty_dsn) for _ in range(3)]
    await reader.execute(_NAIVE)
    follower = Follower(reader, _READ_NAIVE)
    async with early.transaction():
        await early.execute("insert into naive (value) values ('begun first')")
        async with late.transaction():
            await late.execute("insert into naive (value) values ('begun second')")
        await follower.look()
    await follower.look()
    assert follower.positions == [2]
    assert await reader.fetchval("select count(*) from naive") == 2
    for connection in (early, late, reader):
        await connection.close()


async def test_the_counters_make_the_later_writer_wait(empty_dsn: str) -> None:
    """Who has taken positions commits before the next one gets any, so a reader sees 1, then 2."""
    early, late, reader = [await connect(empty_dsn) for _ in range(3)]
    await migrate(reader)
    follower = Follower(reader, _READ)

    async def write_late() -> None:
        async with late.transaction():
            await append(late, placed([message("second")]))

    async with early.transaction():
        await append(early, placed([message("first")]))
        waiting = asyncio.create_task(write_late())
        finished, _ = await asyncio.wait((waiting,), timeout=TIMELY_S)
        assert not finished
        await follower.look()
        assert follower.positions == []
    await follower.look()
    await waiting
    await follower.look()
    assert follower.positions == [1, 2]
    for connection in (early, late, reader):
        await connection.close()


async def test_writers_of_many_partitions_do_not_embrace(empty_dsn: str) -> None:
    """Counters are taken in one order, whatever the order of the messages: no deadlock in 200 transactions."""
    first = await connect(empty_dsn)
    await migrate(first)
    topics = ["grym.requests.v1", "grym.features.v1", LANE, "grym.quality.v1"]

    async def write(turn: int) -> None:
        connection = await connect(empty_dsn)
        for n in range(25):
            ordered = topics if (n + turn) % 2 else topics[::-1]
            async with connection.transaction():
                await append(connection, placed([Message(topic=t, key=b"k", headers=(), value=b"") for t in ordered]))
        await connection.close()

    async with asyncio.timeout(30):
        await asyncio.gather(*(write(turn) for turn in range(8)))
    assert await first.fetchval("select sum(last) from partitions") == 8 * 25 * 4
    await first.close()
