"""Publishing where the log lies elsewhere: what was sent is found at once, and sending never waits for the history."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager

import pytest

from grym.adapters.clock import VirtualClock
from grym.adapters.memory.group_backend import open_memory_with_groups
from grym.adapters.memory.group_log import MemoryGroupLog
from grym.errors import UnavailableError
from grym.ports.backend import Backend
from grym.ports.log import Placement
from grym.ports.work import Lease, OpenWork
from producers.client import GrymClient
from producers.publishing import NotedPublisher
from schemas.commands import RequestComposition
from schemas.envelope import Envelope, encode
from schemas.records import Message, TopicPartition
from tests.unit.producers.world import Payloads

CLOCK = VirtualClock()


@pytest.fixture
def backend() -> Backend:
    """Return an empty backend whose log lies elsewhere."""
    return open_memory_with_groups(CLOCK, MemoryGroupLog(CLOCK))


def request(name: str) -> Message:
    """Return a request as a foreign client would send it."""
    wish = RequestComposition(prompt="a waltz")
    return encode(
        Envelope(
            id=name,
            source="shop",
            type=wish.TYPE,
            subject=name,
            time=CLOCK.now(),
            body=wish,
            correlation_id=name,
        )
    )


def sender_of(backend: Backend) -> MemoryGroupLog:
    """Return what the backend sends with."""
    assert isinstance(backend.sender, MemoryGroupLog)
    return backend.sender


async def test_what_was_published_is_found_by_its_request(backend: Backend) -> None:
    """The history has each message where the log has it."""
    messages = [request("r1"), request("r2")]
    await NotedPublisher(sender_of(backend), backend.work).publish(messages)
    for name, message in zip(("r1", "r2"), messages, strict=True):
        (noted,) = await backend.history.of_request(name)
        (logged,) = [
            record
            for number in range(8)
            for record in await backend.log.read(TopicPartition(message.topic, number), after=0, limit=10)
            if record.key == message.key
        ]
        assert noted == logged


async def test_a_history_that_is_away_fails_nothing(backend: Backend) -> None:
    """The message is in the log; whoever takes it in notes it again."""

    class Away:
        def begin(self, lease: Lease | None = None) -> AbstractAsyncContextManager[OpenWork]:
            del lease
            raise UnavailableError("the database is away")

    await NotedPublisher(sender_of(backend), Away()).publish([request("r1")])
    assert sum((await backend.log.ends(["grym.requests.v1"])).values()) == 1


async def test_what_could_not_be_sent_is_not_noted(backend: Backend) -> None:
    """A message that is in no log is in no history."""

    class Silent:
        async def send(self, messages: Sequence[Message]) -> list[Placement]:
            del messages
            raise UnavailableError("nobody answers")

    with pytest.raises(UnavailableError):
        await NotedPublisher(Silent(), backend.work).publish([request("r1")])
    assert await backend.history.of_request("r1") == []


async def test_a_foreign_request_is_known_before_anybody_took_it(backend: Backend) -> None:
    """Somebody else's request that only lies in the log has a status and is listed."""
    await sender_of(backend).publish([request("r1")])
    client = GrymClient(backend=backend, artifacts=Payloads(), clock=CLOCK)
    assert (await client.status("r1")).state == "accepted"
    assert [status.request_id for status in await client.requests(limit=10)] == ["r1"]
