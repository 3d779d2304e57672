"""One attempt: understand, decide, commit all of it at once."""

import asyncio

import msgspec

from consumers.failures.retry import RetryPolicy
from grym.errors import LeaseLostError
from grym.ports.effects import EnqueueJob, RecordPatterns, SetTimer
from grym.ports.patterns import Origin, PatternChange
from schemas.commands import CancelRequest, RequestComposition
from schemas.envelope import Envelope
from schemas.events import RequestIgnored
from streams.processor import Decision, Output
from tests.contract.fakes import EPOCH, headers_of, message, run_virtual
from tests.contract.probe import WISH, Flaky, Probe, Tally, open_world, wish


def test_outputs_are_caused_by_their_event() -> None:
    """An output keeps correlation, tenant and run, and names its cause."""

    async def work() -> None:
        world = open_world()
        await world.publish(message(WISH, event_id="e1", tenant="t9", correlation_id="c7"))
        await world.run_until_idle(Probe())
        (told,) = await world.events("grym.outcomes.v1")
        assert (told.causation_id, told.correlation_id, told.tenant, told.run_no) == ("e1", "c7", "t9", 1)
        assert told.source == "grym/coordinator"

    run_virtual(work())


def test_repeated_event_is_done_once() -> None:
    """The same bytes under one id a second time have no effect."""

    async def work() -> None:
        world = open_world()
        await world.publish(wish("e1"), wish("e1"))
        ports = await world.run_until_idle(Probe())
        assert await world.told() == ["e1"]
        assert ports.telemetry.counts["events_duplicate"] == 1

    run_virtual(work())


def test_known_id_with_other_data_is_a_letter() -> None:
    """Other bytes under a known id from outside become a dead letter with code contract.conflict."""

    async def work() -> None:
        world = open_world()
        await world.publish(wish("e1"), message(RequestComposition(prompt="other"), event_id="e1"))
        await world.run_until_idle(Probe())
        assert await world.told() == ["e1"]
        (letter,) = await world.backend.letters.letters()
        assert letter.fault.code == "contract.conflict"

    run_virtual(work())


def test_own_event_with_other_data_is_a_duplicate() -> None:
    """Of grym's own events the first body wins."""

    async def work() -> None:
        world = open_world()
        other = message(RequestComposition(prompt="other"), event_id="e1", source="grym/x")
        await world.publish(message(WISH, event_id="e1", source="grym/x"), other)
        await world.run_until_idle(Probe())
        assert await world.told() == ["e1"]
        assert await world.backend.letters.letters() == []

    run_virtual(work())


def test_slow_decision_is_cut_off() -> None:
    """A decision over its time limit is a failed attempt."""

    async def work() -> None:
        world = open_world()

        async def dawdle(envelope: Envelope, state: Tally | None) -> None:
            del envelope, state
            await asyncio.sleep(100)

        await world.publish(wish("a1"))
        retry = RetryPolicy(max_attempts=2)
        await world.run_until_idle(Probe(dawdle), process_limit_s=3.0, retry=retry)
        (letter,) = await world.backend.letters.letters()
        assert (letter.fault.code, letter.attempts) == ("runner.time_limit", 2)

    run_virtual(work())


def test_who_waits_for_a_turn_is_not_cut_off() -> None:
    """A processor that queues for workers says itself how long a decision may take."""

    class Waiting(Probe):
        limit_s = 1_000.0

    async def work() -> None:
        world = open_world()

        async def queue(envelope: Envelope, state: Tally | None) -> None:
            del envelope, state
            await asyncio.sleep(100)

        await world.publish(wish("a1"))
        await world.run_until_idle(Waiting(queue), process_limit_s=3.0)
        assert await world.told() == ["a1"]
        assert await world.backend.letters.letters() == []

    run_virtual(work())


def test_inner_cancellation_is_a_failed_attempt() -> None:
    """A cancelled future inside a decision does not take the lane with it."""

    async def work() -> None:
        world = open_world()
        await world.publish(wish("a1"), wish("a2"))
        flaky = {"a1"}

        async def cancelled(envelope: Envelope, state: Tally | None) -> None:
            del state
            if envelope.id in flaky:
                flaky.discard(envelope.id)
                raise asyncio.CancelledError

        await world.run_until_idle(Probe(cancelled))
        assert await world.tally("r1") == ("a1", "a2")

    run_virtual(work())


def test_state_saved_in_between_is_decided_again() -> None:
    """A decision over a state that somebody changed is made again over the new one."""

    async def work() -> None:
        world = open_world()
        meddled: list[bool] = []

        async def meddle(envelope: Envelope, state: Tally | None) -> None:
            del envelope, state
            if not meddled:
                meddled.append(True)
                async with world.backend.work.begin() as unit:
                    value = msgspec.json.encode(Tally(ids=("theirs",)))
                    await unit.save("coordinator", "r1", value, expected_version=0)

        await world.publish(wish("a1"))
        ports = await world.run_until_idle(Probe(meddle))
        assert await world.tally("r1") == ("theirs", "a1")
        assert ports.telemetry.counts["state_conflicts"] == 1

    run_virtual(work())


def test_outputs_that_break_the_contract_are_a_letter() -> None:
    """An output no topic would take makes a letter of its cause, and no partial effect."""

    async def work() -> None:
        world = open_world()

        async def shout(envelope: Envelope, state: Tally | None) -> Decision[Tally]:
            del state
            loud = RequestIgnored(ignored_id=envelope.id, ignored_type="x", reason="!" * 2_000_000)
            return Decision(state=Tally(ids=("partial",)), outputs=(Output(body=loud),))

        await world.publish(wish("a1"))
        await world.run_until_idle(Probe(shout))
        assert await world.tally("r1") == ()
        (letter,) = await world.backend.letters.letters()
        assert letter.fault.code == "contract.size"

    run_virtual(work())


def test_large_outputs_travel_as_claims_and_arrive_whole() -> None:
    """A body over 256 KiB lies in the artifact store; its reader gets all of it."""

    async def work() -> None:
        world = open_world()
        reason = "long " * 60_000

        async def tell(envelope: Envelope, state: Tally | None) -> Decision[Tally] | None:
            del state
            if isinstance(envelope.body, CancelRequest):
                assert envelope.body.reason == reason
                return None
            return Decision(outputs=(Output(body=CancelRequest(reason=reason)),))

        await world.publish(wish("a1"))
        await world.run_until_idle(Probe(tell))
        (cancel,) = await world.records("grym.cancels.v1")
        assert cancel.value == b""
        uri = headers_of(cancel.headers)["grym_claim"]
        assert uri in world.artifacts.payloads
        assert uri in await world.backend.housekeeping.held_artifacts()
        assert len(await world.told()) == 1

    run_virtual(work())


def test_effects_are_applied_and_ring() -> None:
    """Timers and jobs of a decision are stored with it, and whoever waits in this process is woken."""

    async def work() -> None:
        world = open_world()

        async def act(envelope: Envelope, state: Tally | None) -> Decision[Tally]:
            del envelope, state
            timer = SetTimer(timer_id="t", subject="r1", purpose="deadline", due_at=EPOCH, run_no=1)
            job = EnqueueJob(
                job_id="j", kind="generation", request_id="r1", run_no=1, tenant="default", message=wish("e1")
            )
            return Decision(effects=(timer, job))

        await world.publish(wish("a1"))

        async def done() -> bool:
            return (await world.backend.counters.open_work())["records"] == 0

        ports = await world.run_until(Probe(act), done)
        assert (await world.backend.counters.open_work())["jobs"] == 1
        before_s = world.clock.monotonic_s()
        await ports.bell.wait(world.clock, timeout_s=1000.0)
        assert world.clock.monotonic_s() == before_s

    run_virtual(work())


def test_what_is_read_back_is_committed_before_the_next_event() -> None:
    """Events of one key that gathered are decided in one run, except that each finds the memory of the one before."""

    async def work() -> None:
        world, heads = open_world(), list[int]()

        async def learn(envelope: Envelope, state: Tally | None) -> Decision[Tally]:
            del state
            heads.append(await world.backend.book.head())
            return Decision(effects=(RecordPatterns(changes=(motif(envelope.id),)),))

        await world.publish(*(wish(name) for name in ("a1", "a2", "a3")))
        await world.run_until_idle(Probe(learn))
        assert heads == [0, 1, 2]
        assert await world.backend.book.head() == 3

    run_virtual(work())


def motif(name: str) -> PatternChange:
    """Return the event that stores a melodic idea of its own."""
    return PatternChange(
        event_id=f"stored-{name}",
        kind="stored",
        pattern_id=f"pattern-{name}",
        collection="default",
        at=EPOCH,
        origin=Origin(extractor="score/1", event_id=name, request_id="r1"),
        data={"name": name, "pattern_kind": "motif"},
        motif=b"{}",
    )


def test_lease_lost_inside_a_decision_ends_the_tenure() -> None:
    """A decision that raises LeaseLostError is done again in the next tenure."""

    async def work() -> None:
        world = open_world()
        await world.publish(wish("a1"))
        ports = await world.run_until_idle(Probe(Flaky({"a1": 1}, LeaseLostError("gone"))))
        assert ports.telemetry.counts["leases_lost"] == 1
        assert await world.told() == ["a1"]

    run_virtual(work())
