"""One processor in one process: every event once, whoever holds the lease, however it stops."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import msgspec
import pytest

from consumers.runner import ProcessorRunner
from consumers.settings import RunnerSettings
from grym.errors import ContractError, UnavailableError
from grym.ports.work import InboxEntry
from schemas.body import ArtifactRef
from schemas.commands import RequestAnalysis
from schemas.envelope import Envelope
from schemas.events import RequestCompleted
from schemas.records import TopicPartition
from tests.contract.fakes import eventually, message, run_virtual
from tests.contract.probe import Probe, Tally, open_world, wish


def test_every_event_has_one_effect() -> None:
    """Forty events of ten requests: each is told of once, and remembered in the order of the log."""

    async def work() -> None:
        world = open_world()
        await world.publish(*(wish(f"e{n}", subject=f"r{n % 10}") for n in range(40)))
        ports = await world.run_until_idle(Probe())
        assert sorted(await world.told()) == sorted(f"e{n}" for n in range(40))
        assert await world.tally("r3") == ("e3", "e13", "e23", "e33")
        assert ports.telemetry.counts["events_done"] == 40

    run_virtual(work())


def test_types_of_others_are_skipped() -> None:
    """A known type that the processor does not take in is done without being looked at."""

    async def work() -> None:
        world = open_world()
        audio = ArtifactRef(uri="artifact://sha256/00", size_bytes=1, media_type="audio/wav")
        await world.publish(message(RequestAnalysis(audio=audio), event_id="a1"))
        probe = Probe()
        ports = await world.run_until_idle(probe)
        assert probe.seen == []
        assert ports.telemetry.counts["events_skipped"] == 1

    run_virtual(work())


def test_a_type_on_the_topic_of_another_is_one_letter() -> None:
    """Whether the processor takes it in elsewhere or not; nothing of it has an effect."""

    async def work() -> None:
        world = open_world()
        completed = message(RequestCompleted(kind="analyze", result={}), event_id="a1")
        await world.publish(
            msgspec.structs.replace(completed, topic="grym.requests.v1"),
            msgspec.structs.replace(wish("a2"), topic="grym.cancels.v1"),
        )
        probe = Probe()
        await world.run_until_idle(probe)
        letters = await world.backend.letters.letters()
        topics = {letter.origin.topic for letter in letters}
        assert topics <= {"grym.requests.v1", "grym.cancels.v1"}
        assert "grym.requests.v1" in topics
        assert {letter.fault.code for letter in letters} == {"contract.topic"}
        assert "grym.outcomes.v1" in letters[-1].fault.hint + letters[0].fault.hint
        assert probe.seen == []

    run_virtual(work())


def test_unknown_type_is_one_letter() -> None:
    """A type nobody knows becomes a letter of the topic's first reader."""

    async def work() -> None:
        world = open_world()
        sent = wish("a1")
        headers = tuple((name, b"grym.x.y.v9" if name == "ce_type" else value) for name, value in sent.headers)
        await world.publish(msgspec.structs.replace(sent, headers=headers))
        await world.run_until_idle(Probe())
        (letter,) = await world.backend.letters.letters()
        assert letter.fault.code == "contract.type"

    run_virtual(work())


def test_lost_lease_stops_the_work_and_the_next_holder_does_it() -> None:
    """Work in hand when the lease is taken away leaves nothing; the successor does it once."""

    async def work() -> None:
        world = open_world()
        started = asyncio.Event()

        async def linger(envelope: Envelope, state: Tally | None) -> None:
            del envelope, state
            if not started.is_set():
                started.set()
                await asyncio.sleep(20)

        slow, quick = Probe(linger), Probe()
        await world.publish(wish("a1"))
        stop, first = asyncio.Event(), world.ports("one")
        runner = asyncio.create_task(ProcessorRunner(slow, first).run(stop))
        await started.wait()
        assert await world.backend.leases.acquire("coordinator", holder="two", ttl_s=1.0) is None
        await world.leases.steal("coordinator", ttl_s=4.0)
        await asyncio.sleep(3)
        assert first.telemetry.counts["leases_lost"] == 1
        assert slow.seen == ["a1"]
        stop.set()
        await runner
        await world.run_until_idle(quick)
        assert quick.seen == ["a1"]
        assert await world.told() == ["a1"]

    run_virtual(work())


def test_commit_of_a_former_holder_is_refused() -> None:
    """A decision that was made under an old epoch cannot be committed."""

    async def work() -> None:
        world = open_world()

        async def robbed(envelope: Envelope, state: Tally | None) -> None:
            del envelope, state
            if first:
                first.clear()
                await world.leases.steal("coordinator", ttl_s=3.0)

        first = [True]
        await world.publish(wish("a1"))
        probe = Probe(robbed)
        ports = await world.run_until_idle(probe)
        assert probe.seen == ["a1", "a1"]
        assert await world.told() == ["a1"]
        assert ports.telemetry.counts["leases_lost"] == 1

    run_virtual(work())


def test_graceful_stop_finishes_what_is_in_hand() -> None:
    """An event in hand is finished before the runner ends, and its position is committed."""

    async def work() -> None:
        world = open_world()
        started = asyncio.Event()

        async def linger(envelope: Envelope, state: Tally | None) -> None:
            del envelope, state
            started.set()
            await asyncio.sleep(3)

        await world.publish(wish("a1"))
        stop = asyncio.Event()
        runner = asyncio.create_task(ProcessorRunner(Probe(linger), world.ports()).run(stop))
        await started.wait()
        stop.set()
        await runner
        assert await world.told() == ["a1"]
        assert (await world.backend.counters.open_work())["records"] == 0
        assert await world.backend.leases.acquire("coordinator", holder="two", ttl_s=1.0) is not None

    run_virtual(work())


def test_stop_drops_what_takes_too_long() -> None:
    """After the grace the event is let go, and the next holder does it."""

    async def work() -> None:
        world = open_world()
        started = asyncio.Event()

        async def hang(envelope: Envelope, state: Tally | None) -> None:
            del envelope, state
            started.set()
            await asyncio.sleep(10_000)

        await world.publish(wish("a1"))
        stop = asyncio.Event()
        runner = asyncio.create_task(
            ProcessorRunner(Probe(hang), world.ports(), RunnerSettings(drain_s=2.0, process_limit_s=20_000.0)).run(stop)
        )
        await started.wait()
        stop.set()
        await runner
        assert await world.told() == []
        await world.run_until_idle(Probe())
        assert await world.told() == ["a1"]

    run_virtual(work())


def test_backend_that_goes_away_is_waited_for() -> None:
    """A commit that cannot reach the backend is not the event's failure: no attempt is counted, nothing is parked."""

    async def work() -> None:
        failures = [UnavailableError("gone"), UnavailableError("gone")]

        def unreliable(stage: str) -> None:
            if stage == "before" and failures:
                raise failures.pop()

        world = open_world(on_commit=unreliable)
        await world.publish(wish("a1"))
        ports = await world.run_until_idle(Probe())
        assert await world.told() == ["a1"]
        assert ports.telemetry.counts["interruptions"] == 2
        assert ports.telemetry.counts["events_parked"] == 0

    run_virtual(work())


def test_interruptions_long_ago_do_not_make_it_slow() -> None:
    """Two minutes of work between failures of the backend: each time it goes on within moments."""

    async def work() -> None:
        armed: list[UnavailableError] = []

        def unreliable(stage: str) -> None:
            if stage == "before" and armed:
                raise armed.pop()

        world, stop = open_world(on_commit=unreliable), asyncio.Event()
        runner = asyncio.create_task(ProcessorRunner(Probe(), world.ports()).run(stop))
        took_s = []
        for number in range(8):
            await asyncio.sleep(120)
            began_s = world.clock.monotonic_s()
            armed.append(UnavailableError("gone"))
            await world.publish(wish(f"e{number}"))

            async def done(count: int = number + 1) -> bool:
                return len(await world.told()) == count

            await eventually(done)
            took_s.append(world.clock.monotonic_s() - began_s)
        stop.set()
        await runner
        assert max(took_s) < 3.0

    run_virtual(work())


def test_crash_after_the_commit_repeats_nothing() -> None:
    """When the answer to a commit is lost, the event is found done afterwards."""

    async def work() -> None:
        failures = [UnavailableError("gone")]

        def unreliable(stage: str) -> None:
            if stage == "after" and failures:
                raise failures.pop()

        world = open_world(on_commit=unreliable)
        await world.publish(wish("a1"))
        await world.run_until_idle(Probe())
        assert await world.told() == ["a1"]
        assert await world.tally("r1") == ("a1",)

    run_virtual(work())


def test_unforeseen_fault_of_the_backend_ends_the_runner() -> None:
    """A fault of our own is raised, not run against for ever."""

    async def work() -> None:
        world = open_world()

        class Broken:
            """Knows no positions."""

            async def positions(self, processor: str) -> dict[TopicPartition, int]:
                raise ContractError(f"no positions of {processor}")

            async def seen(self, entry: InboxEntry) -> bool:
                return entry.external

            async def seen_all(self, entries: Sequence[InboxEntry]) -> list[bool]:
                return [entry.external for entry in entries]

        ports = world.ports(backend=replace(world.backend, progress=Broken()))
        with pytest.raises(ContractError, match="no positions of coordinator"):
            await ProcessorRunner(Probe(), ports).run(asyncio.Event())

    run_virtual(work())


def test_small_backlog_still_finishes_everything() -> None:
    """With room for three events and two lanes a hundred events are all done."""

    async def work() -> None:
        world = open_world()
        await world.publish(*(wish(f"e{n}", subject=f"r{n % 7}") for n in range(100)))
        await world.run_until_idle(Probe(), backlog=3, concurrency=2, batch=2)
        assert len(await world.told()) == 100

    run_virtual(work())


def test_a_runner_without_work_has_no_stuck_loop() -> None:
    """Whoever competes for a lease, or waits for its backend, reads nothing on purpose: no orchestrator restarts it."""

    async def work() -> None:
        world, stop = open_world(), asyncio.Event()
        ports = world.ports("one")
        runner = asyncio.create_task(ProcessorRunner(Probe(), ports).run(stop))
        await asyncio.sleep(5)
        assert list(ports.telemetry.ages_s()) == ["coordinator.poll"]
        await world.leases.steal("coordinator", ttl_s=600.0)
        await asyncio.sleep(30)
        assert ports.telemetry.standings() == {"coordinator": "competing"}
        assert ports.telemetry.ages_s() == {}
        stop.set()
        await runner

    run_virtual(work())


def test_gauges_of_partitions_end_with_the_tenure() -> None:
    """After a lease was lost nothing is said to be assigned or paused here, until it is again."""

    async def work() -> None:
        world, stop = open_world(), asyncio.Event()

        async def hang(envelope: Envelope, state: Tally | None) -> None:
            del envelope, state
            await asyncio.sleep(100)

        def gauge(name: str) -> float:
            return next(sample.value for sample in ports.telemetry.samples() if sample.name == name)

        ports = world.ports("one")
        await world.publish(*(wish(f"e{n}") for n in range(20)))
        settings = RunnerSettings(max_span=3, batch=5)
        runner = asyncio.create_task(ProcessorRunner(Probe(hang), ports, settings).run(stop))
        await asyncio.sleep(5)
        assert gauge("assigned_partitions") > gauge("paused_partitions") == 1
        await world.leases.steal("coordinator", ttl_s=600.0)
        await asyncio.sleep(30)
        assert gauge("assigned_partitions") == gauge("paused_partitions") == 0
        stop.set()
        await runner

    run_virtual(work())
