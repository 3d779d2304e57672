"""Reading and retrying: what retention took, and heads that are looked at while they are in hand."""

import asyncio
from collections.abc import Collection, Iterable
from dataclasses import replace

from consumers.runner import ProcessorRunner
from consumers.settings import RunnerSettings
from grym.adapters.placement import place
from grym.errors import TransientError
from grym.ports.log import EventLog
from grym.ports.work import Parked, ParkingLot
from schemas.catalogue import DAY_S
from schemas.envelope import Envelope
from schemas.records import Record, TopicPartition
from tests.contract.fakes import run_virtual
from tests.contract.probe import Probe, Tally, open_world, wish

MOST_LOOKS = 2_000


class CountedLog:
    """A log that is asked for its ends a bounded number of times: a reader that spins is found out."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self.looks = 0

    async def read(self, source: TopicPartition, *, after: int, limit: int) -> list[Record]:
        """Return records."""
        return await self._log.read(source, after=after, limit=limit)

    async def ends(self, topics: Iterable[str]) -> dict[TopicPartition, int]:
        """Return the ends, and count."""
        self.looks += 1
        assert self.looks < MOST_LOOKS
        return await self._log.ends(topics)

    async def wait(self, *, timeout_s: float) -> None:
        """Wait."""
        await self._log.wait(timeout_s=timeout_s)


class SlowLot:
    """A parking lot whose answers take longer than a head needs to leave it."""

    def __init__(self, lot: ParkingLot, *, answer_s: float) -> None:
        self._lot = lot
        self._answer_s = answer_s
        self.looks = 0

    async def due_heads(
        self, processor: str, *, limit: int, sources: Collection[TopicPartition] | None = None
    ) -> list[Parked]:
        """Look now, answer later."""
        self.looks += 1
        found = await self._lot.due_heads(processor, limit=limit, sources=sources)
        await asyncio.sleep(self._answer_s)
        return found

    async def waiting_keys(self, processor: str) -> set[tuple[str, bytes]]:
        """Return what waits."""
        return await self._lot.waiting_keys(processor)

    async def next_due_in_s(self, processor: str, *, sources: Collection[TopicPartition] | None = None) -> float | None:
        """Return when to look again."""
        return await self._lot.next_due_in_s(processor, sources=sources)


class SharedLot(SlowLot):
    """A parking lot in which a worker that holds another partition has a record of the same key, and lets it go."""

    def __init__(self, lot: ParkingLot, key: tuple[str, bytes]) -> None:
        super().__init__(lot, answer_s=0.0)
        self._key = key
        self.held_elsewhere = True

    async def due_heads(
        self, processor: str, *, limit: int, sources: Collection[TopicPartition] | None = None
    ) -> list[Parked]:
        """Return nothing while the head is another worker's."""
        found = await super().due_heads(processor, limit=limit, sources=sources)
        return [] if self.held_elsewhere else found

    async def waiting_keys(self, processor: str) -> set[tuple[str, bytes]]:
        """Return what waits."""
        found = await super().waiting_keys(processor)
        return found | {self._key} if self.held_elsewhere else found

    async def next_due_in_s(self, processor: str, *, sources: Collection[TopicPartition] | None = None) -> float | None:
        """Return when to look again."""
        due_in_s = await super().next_due_in_s(processor, sources=sources)
        return None if self.held_elsewhere else due_in_s


def test_records_that_retention_took_are_passed_over() -> None:
    """A partition whose unread records are gone is neither read for ever nor counted as open."""

    async def work() -> None:
        world = open_world()
        world.backend = replace(world.backend, log=CountedLog(world.backend.log))
        await world.publish(wish("old"))
        await asyncio.sleep(8 * DAY_S)
        assert (await world.backend.housekeeping.sweep(limit=100))["events"] == 1
        probe = Probe()
        await world.run_until_idle(probe)
        await world.publish(wish("new"))
        await world.run_until_idle(probe)
        assert probe.seen == ["new"]

    run_virtual(work())


def test_a_head_that_left_during_a_look_is_left_alone() -> None:
    """What a slow look shows as due may be a letter by now; it must not have an effect after that."""
    last_attempt = RunnerSettings().retry.max_attempts

    async def work() -> None:
        world = open_world()
        world.backend = replace(world.backend, parking=SlowLot(world.backend.parking, answer_s=3.0))
        probe = Probe()

        async def fail_often_and_slowly_at_last(envelope: Envelope, state: Tally | None) -> None:
            del envelope, state
            if len(probe.seen) == last_attempt:
                await asyncio.sleep(2.0)
            if len(probe.seen) <= last_attempt:
                raise TransientError("not now")

        probe.behave = fail_often_and_slowly_at_last
        await world.publish(wish("a1"))
        stop = asyncio.Event()
        runner = asyncio.create_task(ProcessorRunner(probe, world.ports()).run(stop))
        await asyncio.sleep(60)
        stop.set()
        await runner
        assert len(await world.backend.letters.letters()) == 1
        assert probe.seen == ["a1"] * last_attempt
        assert await world.told() == []

    run_virtual(work())


def test_the_parking_lot_is_left_alone_until_something_is_due() -> None:
    """A key that waits for minutes is not looked at again and again meanwhile."""

    async def work() -> None:
        world = open_world()
        lot = SlowLot(world.backend.parking, answer_s=0.1)
        world.backend = replace(world.backend, parking=lot)
        probe = Probe()

        async def fail_once(envelope: Envelope, state: Tally | None) -> None:
            del envelope, state
            if len(probe.seen) == 1:
                raise TransientError("come back later", retry_after_s=300.0)

        probe.behave = fail_once
        await world.publish(wish("a1"))
        stop = asyncio.Event()
        runner = asyncio.create_task(ProcessorRunner(probe, world.ports()).run(stop))
        await asyncio.sleep(400)
        stop.set()
        await runner
        assert probe.seen == ["a1", "a1"]
        assert lot.looks < MOST_LOOKS / 100

    run_virtual(work())


def test_a_partition_is_left_alone_that_runs_too_far_ahead_of_its_slowest_record() -> None:
    """Behind one slow event no more is read than its mark has room for; afterwards everything is."""
    settings = RunnerSettings(max_span=10, batch=3)

    async def work() -> None:
        world = open_world()
        probe, over = Probe(), asyncio.Event()

        async def wait_if_slow(envelope: Envelope, state: Tally | None) -> None:
            del state
            if envelope.id == "n0":
                await over.wait()

        probe.behave = wait_if_slow
        wishes = [wish(f"n{number}", subject=f"n{number}") for number in range(1000)]
        together = [message for message in wishes if place(message) == place(wishes[0])][:60]
        await world.publish(*together)
        stop = asyncio.Event()
        runner = asyncio.create_task(ProcessorRunner(probe, world.ports(), settings).run(stop))
        await asyncio.sleep(30)
        assert settings.max_span <= len(probe.seen) <= settings.max_span + settings.batch
        over.set()
        await asyncio.sleep(30)
        stop.set()
        await runner
        assert len(probe.seen) == len(set(probe.seen)) == len(together)

    run_virtual(work())


def test_what_waits_behind_a_record_of_another_worker_is_found_when_that_is_done() -> None:
    """A producer with a partitioner of its own spreads a key over partitions; nobody tells when the head is done."""

    async def work() -> None:
        world = open_world()
        lot = SharedLot(world.backend.parking, ("grym.requests.v1", b"r1"))
        world.backend = replace(world.backend, parking=lot)
        probe, stop = Probe(), asyncio.Event()
        await world.publish(wish("a1"))
        runner = asyncio.create_task(ProcessorRunner(probe, world.ports()).run(stop))
        await asyncio.sleep(100)
        assert probe.seen == []
        lot.held_elsewhere = False
        await asyncio.sleep(100)
        stop.set()
        await runner
        assert probe.seen == ["a1"]

    run_virtual(work())
