"""Who fails with whom while a sender opens its connection or asks for topics, against a line that obeys the test."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from grym.adapters.kafka import sender as module
from grym.adapters.kafka.lanes import Batch
from grym.adapters.kafka.sender import KafkaSender
from grym.adapters.kafka.settings import KafkaSettings
from grym.errors import GrymError, SaturatedError, UnavailableError
from schemas.records import Message, TopicPartition
from tests.contract.backends import LANE, TOPIC, message


class ObedientLine:
    """Opens, learns and takes messages when the test lets it.

    Attributes
    ----------
    opening, learning
        Resolved by the test: an exception is raised, anything else lets the call go on.
    taken
        The values that were put on their way, in order.
    """

    opening: asyncio.Future[Any]
    learning: asyncio.Future[Any]
    taken: list[bytes | None]
    newest: "ObedientLine"

    def __init__(self, failed: Callable[[], None]) -> None:
        self.broken: BaseException | None = None
        self.waiting_bytes = 0
        self.is_full = False
        self.known: set[str] = set()
        self.failed = failed

    @classmethod
    async def open(cls, settings: KafkaSettings, *, failed: Callable[[], None]) -> "ObedientLine":
        """Connect when the test says so."""
        del settings
        await asyncio.shield(cls.opening)
        cls.newest = cls(failed)
        return cls.newest

    def knows(self, topics: set[str]) -> bool:
        """Return whether topics were learned."""
        return topics <= self.known

    async def learn(self, topics: set[str]) -> None:
        """Learn topics when the test says so."""
        if not self.knows(topics):
            await asyncio.shield(self.learning)
            self.known |= topics

    def has_room(self, added_bytes: int) -> bool:
        """Return what the test says."""
        del added_bytes
        return not self.is_full

    async def room(self, added_bytes: int) -> None:
        """Wait for ever where the test says that it is full."""
        del added_bytes
        if self.is_full:
            await asyncio.Event().wait()

    def append(self, messages: Sequence[Message]) -> list[tuple[Batch, int]]:
        """Take messages, of which nothing is ever heard again."""
        self.taken += [each.value for each in messages]
        return [(Batch(None, TopicPartition(each.topic, 0)), 0) for each in messages]

    def break_down(self) -> None:
        """Fail for good."""
        self.broken = RuntimeError("broken")
        self.failed()

    async def close(self) -> None:
        """Do nothing."""


@pytest.fixture
async def line(monkeypatch: pytest.MonkeyPatch) -> type[ObedientLine]:
    """Put the obedient line into the sender."""
    monkeypatch.setattr(module, "Line", ObedientLine)
    loop = asyncio.get_running_loop()
    ObedientLine.opening, ObedientLine.learning, ObedientLine.taken = loop.create_future(), loop.create_future(), []
    return ObedientLine


async def begun(sender: KafkaSender, *messages: Message) -> asyncio.Task[Any]:
    """Begin to send, as far as it goes without the test's help."""
    task = asyncio.create_task(sender.send(messages))
    for _ in range(10):
        await asyncio.sleep(0)
    return task


async def error_of(task: asyncio.Task[Any]) -> GrymError:
    """Return what a call failed with, soon."""
    async with asyncio.timeout(5):
        with pytest.raises(GrymError) as raised:
            await task
    return raised.value


def sender_of(*, send_timeout_s: float = 30.0) -> KafkaSender:
    """Return a sender over the line."""
    return KafkaSender(KafkaSettings(bootstrap="", send_timeout_s=send_timeout_s))


async def test_who_waits_behind_a_connection_that_fails_is_not_sent_before_it(line: type[ObedientLine]) -> None:
    """The second call would reach Kafka at the second try, and the first one, sent again, after it."""
    sender = sender_of()
    first, second = await begun(sender, message(b"1")), await begun(sender, message(b"2"))
    failing, line.opening = line.opening, asyncio.get_running_loop().create_future()
    line.opening.set_result(None)
    line.learning.set_result(None)
    failing.set_exception(UnavailableError("nobody is there"))
    await error_of(first)
    await error_of(second)
    again = [await begun(sender, message(b"1")), await begun(sender, message(b"2"))]
    assert line.taken == [b"1", b"2"]
    for task in again:
        task.cancel()


async def test_who_waits_for_partitions_fails_with_the_connection(line: type[ObedientLine]) -> None:
    """A batch under way fails while a new topic is asked for: what came after it must not go first."""
    sender = sender_of()
    line.opening.set_result(None)
    line.learning.set_result(None)
    under_way = await begun(sender, message(b"1"))
    line.learning = asyncio.get_running_loop().create_future()
    behind = [await begun(sender, message(b"2", topic=TOPIC)), await begun(sender, message(b"3"))]
    line.newest.break_down()
    line.learning.set_result(None)
    for task in behind:
        assert (await error_of(task)).code == "publish.unknown"
    assert line.taken == [b"1"]
    under_way.cancel()


async def test_a_missing_topic_fails_only_those_who_want_it(line: type[ObedientLine]) -> None:
    """Order is kept within a topic, so that others need not fail with it."""
    sender = sender_of()
    line.opening.set_result(None)
    missing = [await begun(sender, message(b"1", topic=TOPIC)), await begun(sender, message(b"2", topic=TOPIC))]
    other = await begun(sender, message(b"3", topic=LANE))
    failing, line.learning = line.learning, asyncio.get_running_loop().create_future()
    line.learning.set_result(None)
    failing.set_exception(UnavailableError("a topic is missing"))
    for task in missing:
        await error_of(task)
    for _ in range(10):
        await asyncio.sleep(0)
    assert line.taken == [b"3"]
    other.cancel()


async def test_waiting_for_a_turn_ends_with_the_time_of_a_send(line: type[ObedientLine]) -> None:
    """Also for those who wait behind others: nobody learns of an outage later than the first one."""
    sender = sender_of(send_timeout_s=0.01)
    calls = [await begun(sender, message(b"%d" % n)) for n in range(20)]
    assert {(await error_of(call)).code for call in calls} <= {"kafka.unreachable", "publish.unknown"}
    assert line.taken == []


async def test_who_finds_no_room_in_time_is_told_so(line: type[ObedientLine]) -> None:
    """A sender waits for room; a publisher is told at once."""
    sender = sender_of(send_timeout_s=0.01)
    line.opening.set_result(None)
    line.learning.set_result(None)
    await error_of(await begun(sender, message(b"1")))
    line.newest.is_full = True
    assert isinstance(await error_of(await begun(sender, message(b"2"))), SaturatedError)
    with pytest.raises(SaturatedError):
        await sender.publish([message(b"3")])
    assert line.taken == [b"1"]
