"""The outbox relay: everything arrives, in order per key, whatever dies or is away in between."""

import asyncio
import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, cast

from hypothesis import given, settings
from hypothesis import strategies as st

from consumers.ports import RunnerPorts
from consumers.telemetry import Telemetry
from grym.adapters.memory import open_memory
from grym.adapters.memory.group_log import MemoryGroupLog, partitions_of
from grym.errors import ContractError, LeaseLostError, TransientError, UnavailableError
from grym.ports.backend import Backend
from grym.ports.log import Placement
from grym.ports.outbox import SHARDS, OutboxBacklog
from grym.runtime.relaying import relay_of
from producers.relay import OutboxRelay, RelaySettings
from schemas.records import Message, Record
from tests.contract.fakes import LoopClock, MemoryArtifacts, eventually, run_virtual

TOPICS = ("grym.outcomes.v1", "grym.quality.v1")
POISON = b"poison"


@dataclass(kw_only=True)
class Moods:
    """What goes wrong at the log and at the outbox, by chance or on purpose."""

    chance: random.Random = field(default_factory=lambda: random.Random(0))
    unknown: float = 0.0
    unmoved: float = 0.0
    is_away: bool = False
    broken_topic: str = ""
    is_stuck: bool = False
    is_strict: bool = True


class MoodySender:
    """Sends to a log in memory, or not, or does not know."""

    def __init__(self, log: MemoryGroupLog, moods: Moods) -> None:
        self._log = log
        self._moods = moods
        self.calls = 0
        self.refusals = 0

    async def send(self, messages: Sequence[Message]) -> list[Placement]:
        """Append messages, if nothing is wrong."""
        self.calls += 1
        moods = self._moods
        if moods.is_stuck:
            await asyncio.sleep(10**6)
        await asyncio.sleep(0.01)
        if moods.is_away or any(message.topic == moods.broken_topic for message in messages):
            raise UnavailableError("nobody is there")
        if moods.is_strict and any(message.value == POISON for message in messages):
            self.refusals += len(messages) == 1
            raise ContractError("too large for this log", code="publish.too_large")
        if moods.chance.random() < moods.unknown:
            part = messages[: moods.chance.randrange(len(messages) + 1)]
            self._log.append(part)
            raise TransientError("perhaps", code="publish.unknown")
        return self._log.append(messages)


class MoodyOutbox:
    """An outbox that now and then cannot be reached."""

    def __init__(self, outbox: Any, moods: Moods) -> None:
        self._outbox = outbox
        self._moods = moods

    async def sent(self, *arguments: Any) -> None:
        """Move messages, if nothing is wrong."""
        if self._moods.chance.random() < self._moods.unmoved:
            raise UnavailableError("the database is away")
        await self._outbox.sent(*arguments)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._outbox, name)


class World:
    """A store with an outbox, a log, and relays between them."""

    def __init__(self, moods: Moods | None = None) -> None:
        self.clock = LoopClock()
        self.moods = moods or Moods()
        self.log = MemoryGroupLog(self.clock)
        self.sender = MoodySender(self.log, self.moods)
        self.store = open_memory(self.clock, log_elsewhere=True)
        self.telemetry = Telemetry()
        self.put: list[Message] = []

    @property
    def backend(self) -> Backend:
        """The backend of one process."""
        outbox: Any = MoodyOutbox(self.store.outbox, self.moods)
        return replace(self.store, log=self.log, sender=self.sender, outbox=outbox)

    def relay(self, holder: str = "a") -> OutboxRelay:
        """Return a relay of another process."""
        ports = RunnerPorts(
            backend=self.backend,
            artifacts=MemoryArtifacts(),
            clock=self.clock,
            holder=holder,
            telemetry=self.telemetry,
        )
        relay = relay_of(ports, RelaySettings(batch=7))
        assert relay is not None
        return relay

    async def append(self, *messages: Message) -> None:
        """Put messages into the outbox."""
        async with self.store.work.begin() as work:
            await work.append(messages)
        self.put += messages

    def sent(self) -> list[Record]:
        """Return everything in the log."""
        return [each for place in partitions_of(TOPICS) for each in self.log.records_after(place, 0, limit=10**6)]

    async def is_empty(self) -> bool:
        """Return whether nothing waits."""
        assert self.store.outbox is not None
        return (await self.store.outbox.backlog()).count == 0


def message(n: int, *, key: bytes = b"k", topic: str = TOPICS[0], value: bytes | None = None) -> Message:
    """Return a message that tells its number."""
    headers = (("ce_correlationid", b"r"),)
    return Message(topic=topic, key=key, headers=headers, value=str(n).encode() if value is None else value)


def lanes(messages: Sequence[Message | Record]) -> dict[tuple[str, bytes | None], list[bytes | None]]:
    """Return what each key of each topic holds, repeats left out."""
    found: dict[tuple[str, bytes | None], list[bytes | None]] = defaultdict(list)
    for each in messages:
        lane = found[each.topic, each.key]
        if each.value not in lane:
            lane.append(each.value)
    return found


async def finished(world: World, *relays: OutboxRelay) -> None:
    """Run relays until nothing waits."""
    stop = asyncio.Event()
    running = [asyncio.create_task(relay.run(stop)) for relay in relays]
    await eventually(world.is_empty)
    stop.set()
    await asyncio.gather(*running)


def test_everything_is_sent_once_and_in_order_when_nothing_is_wrong() -> None:
    """The history says where each message lies."""

    async def scenario() -> None:
        world = World()
        await world.append(*(message(n, key=bytes([n % 5]), topic=TOPICS[n % 2]) for n in range(60)))
        await finished(world, world.relay())
        assert len(world.sent()) == 60
        assert lanes(world.sent()) == lanes(world.put)
        history = await world.store.history.of_request("r")
        assert sorted(history, key=str) == sorted(world.sent(), key=str)
        assert world.telemetry.counts["outbox_sent"] == 60

    run_virtual(scenario())


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_nothing_is_lost_and_no_key_out_of_order_whatever_fails(seed: int) -> None:
    """Answers that are lost, moves that fail, relays that die; first copies are in order and repeats carry old ids."""

    async def scenario() -> None:
        chance = random.Random(seed)
        world = World(Moods(chance=chance, unknown=0.3, unmoved=0.3))
        stop = asyncio.Event()
        lives: list[asyncio.Task[None]] = []

        def live(n: int) -> None:
            lives.append(asyncio.create_task(world.relay(f"life {n}").run(stop)))

        live(0)
        live(1)
        for n in range(40):
            await world.append(
                *(message(5 * n + m, key=bytes([chance.randrange(6)]), topic=chance.choice(TOPICS)) for m in range(5))
            )
            await asyncio.sleep(chance.random() * 0.2)
            if chance.random() < 0.1:
                victim = lives.pop(chance.randrange(len(lives)))
                victim.cancel()
                live(n + 2)
        await eventually(world.is_empty)
        stop.set()
        await asyncio.gather(*lives)
        assert lanes(world.sent()) == lanes(world.put)
        history = await world.store.history.of_request("r")
        assert sorted(each.value or b"" for each in history) == sorted(each.value or b"" for each in world.put)

    run_virtual(scenario())


def test_what_the_log_refuses_is_set_aside_and_the_others_go_on() -> None:
    """Wherever it stands in its batch; somebody is told."""

    async def scenario() -> None:
        world = World()
        await world.append(message(0), message(1), message(2, value=POISON), message(3), message(4))
        await finished(world, world.relay())
        assert [each.value for each in world.sent()] == [b"0", b"1", b"3", b"4"]
        assert world.store.outbox is not None
        assert (await world.store.outbox.backlog()).refused == 1

    run_virtual(scenario())


def test_what_was_refused_is_tried_again_once_the_topic_is_mended() -> None:
    """Every ten minutes, by one of the relays, and without end."""

    async def scenario() -> None:
        world = World()
        outbox = world.store.outbox
        assert outbox is not None
        stop = asyncio.Event()
        running = [asyncio.create_task(world.relay(holder).run(stop)) for holder in "ab"]
        await world.append(message(0, value=POISON), message(1))
        await asyncio.sleep(3000)
        assert (await outbox.backlog()).refused == 1
        assert 4 <= world.sender.refusals <= 8
        world.moods.is_strict = False
        await asyncio.sleep(700)
        assert (await outbox.backlog()) == OutboxBacklog(count=0, oldest_s=0.0, refused=0)
        assert [each.value for each in world.sent()] == [b"1", POISON]
        stop.set()
        await asyncio.gather(*running)

    run_virtual(scenario())


def test_a_relay_keeps_its_leases_while_the_log_is_away_and_goes_on_by_itself() -> None:
    """For a minute, many lease lifetimes long."""

    async def scenario() -> None:
        world = World(Moods(is_away=True))
        await world.append(message(0), message(1))
        stop = asyncio.Event()
        running = asyncio.create_task(world.relay("first").run(stop))
        await asyncio.sleep(1)
        other = asyncio.create_task(world.relay("other").run(stop))
        await asyncio.sleep(60)
        assert await world.store.leases.acquire("outbox-relay-0", holder="third", ttl_s=1) is None
        calls = world.sender.calls
        assert calls < 40
        world.moods.is_away = False
        await eventually(world.is_empty)
        assert [each.value for each in world.sent()] == [b"0", b"1"]
        assert world.telemetry.counts["outbox_failures"] > 5
        stop.set()
        await asyncio.gather(running, other)

    run_virtual(scenario())


def test_a_broken_topic_does_not_hold_up_the_others() -> None:
    """After some failures each topic is sent for itself."""

    async def scenario() -> None:
        world = World(Moods(broken_topic=TOPICS[0]))
        await world.append(message(0), message(1, topic=TOPICS[1]), message(2), message(3, topic=TOPICS[1]))
        stop = asyncio.Event()
        running = asyncio.create_task(world.relay().run(stop))
        await asyncio.sleep(30)
        assert [each.value for each in world.sent()] == [b"1", b"3"]
        world.moods.broken_topic = ""
        await eventually(world.is_empty)
        assert [each.value for each in world.sent()] == [b"0", b"2", b"1", b"3"]
        stop.set()
        await running

    run_virtual(scenario())


def test_a_stop_lets_arrive_what_is_being_sent() -> None:
    """It is moved too, so nobody sends it again; and the lease is free at once."""

    async def scenario() -> None:
        world = World()
        relay, stop = world.relay(), asyncio.Event()

        async def is_sending() -> bool:
            return relay.in_hand > 0

        await world.append(message(0))
        running = asyncio.create_task(relay.run(stop))
        await eventually(is_sending, every_s=0.001)
        stop.set()
        await running
        assert [each.value for each in world.sent()] == [b"0"]
        assert await world.is_empty()
        assert relay.in_hand == 0
        for shard in range(SHARDS):
            assert await world.store.leases.acquire(f"outbox-relay-{shard}", holder="next", ttl_s=1) is not None

    run_virtual(scenario())


def test_a_stop_does_not_wait_for_ever() -> None:
    """What was not sent stays in the outbox."""

    async def scenario() -> None:
        world = World(Moods(is_stuck=True))
        relay, stop = world.relay(), asyncio.Event()
        await world.append(message(0))
        running = asyncio.create_task(relay.run(stop))
        await asyncio.sleep(1)
        stop.set()
        asked_s = world.clock.monotonic_s()
        await running
        assert world.clock.monotonic_s() - asked_s < 6
        assert not await world.is_empty()

    run_virtual(scenario())


def test_who_loses_a_lease_drops_the_work_and_competes_again() -> None:
    """A relay that was frozen finds a successor, and takes over from it later."""

    async def scenario() -> None:
        world = World(Moods(is_stuck=True))
        stop = asyncio.Event()
        relay = world.relay()
        running = asyncio.create_task(relay.run(stop))
        await world.append(message(0))
        await asyncio.sleep(1)
        for shard in range(SHARDS):
            await usurp(world, f"outbox-relay-{shard}")
        await asyncio.sleep(3)
        assert relay.in_hand == 0
        world.moods.is_stuck = False
        await eventually(world.is_empty)
        assert len(world.sent()) == 1
        stop.set()
        await running

    run_virtual(scenario())


async def usurp(world: World, name: str) -> None:
    """Take a lease from its holder as if the holder had slept."""
    rows = cast("Any", world.store.leases)._store.leases
    row = rows[name]
    expires_at = world.clock.now() + timedelta(seconds=5)
    rows[name] = replace(row, holder="usurper", epoch=row.epoch + 1, expires_at=expires_at)


def test_losing_the_lease_while_moving_sends_nothing_twice_at_once() -> None:
    """The successor sends it again; this relay does not."""

    async def scenario() -> None:
        world = World()
        outbox: Any = world.store.outbox

        async def lost(*_: Any) -> None:
            raise LeaseLostError("somebody else has it")

        await world.append(message(0))
        genuine, outbox.sent = outbox.sent, lost
        stop = asyncio.Event()
        running = asyncio.create_task(world.relay().run(stop))
        await asyncio.sleep(0.05)
        outbox.sent = genuine
        await eventually(world.is_empty)
        assert {each.value for each in world.sent()} == {b"0"}
        stop.set()
        await running

    run_virtual(scenario())


def test_an_error_that_nobody_foresaw_is_survived() -> None:
    """A defect of a client is told and waited out like an outage."""

    async def scenario() -> None:
        world = World()
        genuine, failures = world.sender.send, 3

        async def broken(messages: Sequence[Message]) -> list[Placement]:
            nonlocal failures
            failures -= 1
            if failures > 0:
                raise TypeError("object of type 'NoneType' has no len()")
            return await genuine(messages)

        world.sender.send = broken  # type: ignore[method-assign]  # a defect that passes
        await world.append(message(0))
        await finished(world, world.relay())
        assert [each.value for each in world.sent()] == [b"0"]
        assert world.telemetry.counts["outbox_failures"] == 2

    run_virtual(scenario())


def test_a_look_at_the_backlog_that_breaks_ends_no_relay() -> None:
    """What is only told to operators must not stop what is sent."""

    async def scenario() -> None:
        world = World()

        class BlindOutbox(MoodyOutbox):
            """Cannot say how much waits, by a defect."""

            async def backlog(self) -> OutboxBacklog:
                raise TypeError("unsupported operand")

        outbox: Any = BlindOutbox(world.store.outbox, world.moods)
        ports = RunnerPorts(
            backend=replace(world.backend, outbox=outbox),
            artifacts=MemoryArtifacts(),
            clock=world.clock,
            holder="a",
            telemetry=world.telemetry,
        )
        relay = relay_of(ports)
        assert relay is not None
        await world.append(message(0))
        await finished(world, relay)
        assert [each.value for each in world.sent()] == [b"0"]

    run_virtual(scenario())
