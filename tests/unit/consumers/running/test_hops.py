"""Pure hops: everything through once and in order per key, whatever fails, and the database only for what fails."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from consumers.failures.retry import RetryPolicy
from consumers.ports import RunnerPorts
from consumers.runner import ProcessorRunner
from consumers.settings import RunnerSettings
from grym.adapters.memory.group_backend import open_memory_with_groups
from grym.adapters.memory.group_log import MemoryGroupLog
from grym.errors import ContractError, PermanentError, TransientError
from grym.ports.backend import Backend
from grym.ports.log import Placement, Sender
from schemas.records import Message, Record, TopicPartition
from tests.contract.fakes import LoopClock, MemoryArtifacts, eventually, run_virtual

SOURCE, TARGET = "grym.requests.v1", "grym.outcomes.v1"
SETTINGS = RunnerSettings(retry=RetryPolicy(max_attempts=3, base_s=1.0))


def no_trouble(value: bytes) -> None:
    """Let a record through."""
    del value


class Copy:
    """Copies records into another topic; `trouble` may raise first."""

    name = "copy"
    topics: tuple[str, ...] = (SOURCE,)
    blocking = False

    def __init__(self, trouble: Callable[[bytes], None] = no_trouble) -> None:
        self.trouble = trouble

    def messages(self, record: Record) -> Sequence[Message]:
        """Return the copy."""
        value = record.value or b""
        self.trouble(value)
        return (Message(topic=TARGET, key=record.key, headers=record.headers, value=value),)


class SlowCopy(Copy):
    """The same in a thread."""

    blocking = True


class Place:
    """A log with groups, and one process that works on it."""

    def __init__(self) -> None:
        self.clock = LoopClock()
        self.log = MemoryGroupLog(self.clock)
        self.backend: Backend = open_memory_with_groups(self.clock, self.log)
        self.ports = RunnerPorts(backend=self.backend, artifacts=MemoryArtifacts(), clock=self.clock, holder="one")

    async def publish(self, *values: str) -> None:
        """Put values in, keyed by their first letter."""
        await self.log.publish(
            [Message(topic=SOURCE, key=value[:1].encode(), headers=(), value=value.encode()) for value in values]
        )

    async def copies(self) -> list[str]:
        """Return what has come out, by partition."""
        found: list[str] = []
        for source in sorted(await self.log.ends([TARGET])):
            found += [(record.value or b"").decode() for record in await self.log.read(source, after=0, limit=10_000)]
        return found

    async def run_until(self, hop: Copy, count: int, settings: RunnerSettings = SETTINGS) -> None:
        """Run a hop until that many copies and letters are there, then stop it gracefully."""
        stop = asyncio.Event()
        runner = asyncio.create_task(ProcessorRunner(hop, self.ports, settings).run(stop))

        async def enough() -> bool:
            if runner.done():
                runner.result()
            return len(await self.copies()) + len(await self.backend.letters.letters()) >= count

        await eventually(enough)
        stop.set()
        await runner

    def marks(self) -> dict[TopicPartition, int]:
        """Return what the group has committed, where that is anything."""
        return {s: mark.position for s, mark in self.log.group("grym.copy").marks.items() if mark.position}


def of_key(copies: list[str], key: str) -> list[str]:
    """Return the copies of one key, in order."""
    return [copy for copy in copies if copy.startswith(key)]


def test_everything_goes_through_once_and_is_committed() -> None:
    """Six hundred records of twenty keys: copied once, in order per key, and the marks reach the ends."""

    async def work() -> None:
        place = Place()
        keys = "abcdefghijklmnopqrst"
        sent = [f"{keys[n % 20]}{n:03}" for n in range(600)]
        await place.publish(*sent)
        await place.run_until(Copy(), 600)
        copies = await place.copies()
        assert sorted(copies) == sorted(sent)
        assert all(of_key(copies, key) == sorted(of_key(copies, key)) for key in keys)
        assert place.marks() == {s: end for s, end in (await place.log.ends([SOURCE])).items() if end}
        assert place.ports.telemetry.counts["messages_sent"] == 600

    run_virtual(work())


def test_a_failure_is_retried_behind_which_its_key_waits() -> None:
    """What fails twice comes out in its place, and the other key does not wait for it."""
    left = {b"a2": 2}

    def fail_twice(value: bytes) -> None:
        # The first look at a failing record is made again in its lane at once: it counts as the same attempt.
        if left.get(value, 0) > 0:
            left[value] -= 1
            raise TransientError("not now")

    async def work() -> None:
        place = Place()
        await place.publish("a1", "a2", "a3", "b1", "a4")
        await place.run_until(Copy(fail_twice), 5)
        copies = await place.copies()
        assert of_key(copies, "a") == ["a1", "a2", "a3", "a4"]
        assert of_key(copies, "b") == ["b1"]
        assert await place.backend.letters.letters() == []

    run_virtual(work())


def test_poison_becomes_a_letter_and_its_key_goes_on() -> None:
    """A record that always fails is given up after its attempts; what waited behind it follows in order."""

    def choke(value: bytes) -> None:
        if value == b"a2":
            raise TransientError("never")

    async def work() -> None:
        place = Place()
        await place.publish("a1", "a2", "a3", "b1", "a4")
        await place.run_until(Copy(choke), 5)
        assert of_key(await place.copies(), "a") == ["a1", "a3", "a4"]
        (letter,) = await place.backend.letters.letters()
        assert (letter.attempts, letter.processor) == (SETTINGS.retry.max_attempts, "copy")

    run_virtual(work())


def test_what_can_never_succeed_is_a_letter_at_once() -> None:
    """A permanent error is not retried, and nobody is parked for it."""

    def refuse(value: bytes) -> None:
        if value == b"a1":
            raise PermanentError("broken")

    async def work() -> None:
        place = Place()
        await place.publish("a1", "a2")
        await place.run_until(Copy(refuse), 2)
        assert await place.copies() == ["a2"]
        assert place.ports.telemetry.counts["events_parked"] == 0
        assert place.clock.monotonic_s() < 1.0

    run_virtual(work())


def test_a_letter_is_not_made_again_after_a_restart() -> None:
    """A successor that reads from before a letter leaves its record alone."""

    def choke(value: bytes) -> None:
        if value == b"a2":
            raise PermanentError("broken")

    async def work() -> None:
        place = Place()
        await place.publish("a1", "a2", "a3")
        await place.run_until(Copy(choke), 3)
        place.log.group("grym.copy").marks.clear()
        await place.run_until(Copy(), 5)
        assert await place.copies() == ["a1", "a3", "a1", "a3"]
        assert len(await place.backend.letters.letters()) == 1

    run_virtual(work())


class Choosy:
    """A sender that refuses messages with a certain value, and with each of them its whole call."""

    def __init__(self, sender: Sender, refused: bytes) -> None:
        self._sender = sender
        self._refused = refused

    async def send(self, messages: Sequence[Message]) -> list[Placement]:
        """Send all or none."""
        if any(message.value == self._refused for message in messages):
            raise ContractError("too large", code="contract.size")
        return await self._sender.send(messages)


def test_what_the_log_refuses_is_found_and_given_up() -> None:
    """One message in a chunk that can never be stored costs its record, not the worker and not its neighbours."""

    async def work() -> None:
        place = Place()
        keys = "abcd"
        sent = [f"{keys[n % 4]}{n:02}" for n in range(40)]
        await place.publish(*sent)
        choosy = Choosy(place.log, b"b13")
        place.ports = replace(place.ports, backend=replace(place.backend, sender=choosy))
        await place.run_until(Copy(), 40)
        copies = await place.copies()
        assert sorted(set(copies)) == sorted(set(sent) - {"b13"})
        for key in keys:
            firsts = list(dict.fromkeys(of_key(copies, key)))
            assert firsts == sorted(firsts)
        (letter,) = await place.backend.letters.letters()
        assert letter.fault.code == "contract.size"

    run_virtual(work())


def test_slow_steps_hold_up_their_own_key_only() -> None:
    """A step that sleeps in its thread lets other keys pass, and keeps the order of its own."""

    def linger(value: bytes) -> None:
        if value == b"a1":
            time.sleep(0.2)

    async def work() -> list[str]:
        place = Place()
        await place.publish("a1", "a2", "b1")
        await place.run_until(SlowCopy(linger), 3)
        return await place.copies()

    copies = asyncio.run(work())
    assert of_key(copies, "a") == ["a1", "a2"]
    assert of_key(copies, "b") == ["b1"]


def test_age_of_the_oldest_in_hand_is_told() -> None:
    """While a record is held up its age grows, also behind others that are done."""

    async def work() -> None:
        place = Place()
        blocked = asyncio.Event()

        class Stuck:
            """A sender that confirms nothing."""

            async def send(self, messages: Sequence[Message]) -> list[object]:
                """Wait."""
                del messages
                await blocked.wait()
                return []

        await place.publish("a1")
        object.__setattr__(place.ports.backend, "sender", Stuck())
        stop = asyncio.Event()
        runner = ProcessorRunner(Copy(), place.ports, SETTINGS)
        running = asyncio.create_task(runner.run(stop))
        await asyncio.sleep(30)
        ages = {sample.name: sample.value for sample in runner.samples()}
        assert ages["events_in_hand"] == 1
        assert 29 < ages["oldest_unfinished_seconds"] <= 30
        blocked.set()
        stop.set()
        await running

    run_virtual(work())
