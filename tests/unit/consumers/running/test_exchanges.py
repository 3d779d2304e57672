"""Exchanges of assigned partitions: which marks count after one could not be opened."""

from collections.abc import Sequence

import pytest

from consumers.running.exchanges import Exchanges
from grym.errors import UnavailableError
from grym.ports.feed import Exchange, Mark
from schemas.records import Message, TopicPartition

ONE, OTHER = TopicPartition("t", 0), TopicPartition("t", 1)


class Door:
    """An exchange that opens, or not."""

    def __init__(self, *, is_stuck: bool) -> None:
        self._is_stuck = is_stuck
        self.is_closed = False

    async def open(self) -> None:
        """Shut out the holder before, if the log answers."""
        if self._is_stuck:
            raise UnavailableError("nobody is there")

    async def send(self, messages: Sequence[Message], mark: Mark) -> None:
        """Do nothing."""

    async def close(self) -> None:
        """Note it."""
        self.is_closed = True


async def test_marks_are_read_again_after_an_exchange_that_could_not_be_opened() -> None:
    """Until it is open the holder before may still store something, which the marks at hand do not know of."""
    made: list[tuple[TopicPartition, Door]] = []

    def make(source: TopicPartition) -> Exchange:
        made.append((source, Door(is_stuck=source == OTHER and len(made) < 2)))
        return made[-1][1]

    exchanges = Exchanges(make)
    with pytest.raises(UnavailableError):
        await exchanges.open_for([ONE, OTHER])
    assert made[1][1].is_closed
    assert await exchanges.open_for([ONE, OTHER])
    assert [source for source, _ in made] == [ONE, OTHER, OTHER]
    assert not await exchanges.open_for([ONE, OTHER])
    await exchanges.close()
    assert [door.is_closed for _, door in made] == [True, True, True]
