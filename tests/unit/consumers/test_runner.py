"""One processor in one process: effects, order, failures, leases, stopping."""

import asyncio
from dataclasses import replace
from itertools import pairwise

import msgspec
import pytest

from consumers.retry import RetryPolicy
from consumers.runner import ProcessorRunner
from consumers.settings import RunnerSettings
from grym.adapters.placement import partition_of
from grym.errors import ContractError, LeaseLostError, PermanentError, TransientError, UnavailableError
from grym.ports.effects import EnqueueJob, SetTimer
from grym.ports.work import InboxEntry
from schemas.body import ArtifactRef
from schemas.commands import CancelRequest, RequestAnalysis, RequestComposition
from schemas.envelope import Envelope
from schemas.events import FeedbackGiven, RequestIgnored, StreamClosed
from schemas.records import Message, TopicPartition
from streams.processor import Decision, Output
from tests.contract.fakes import EPOCH, headers_of, message, run_virtual
from tests.contract.probe import Probe, Tally, open_world

WISH = RequestComposition(prompt="a quiet tune")


def wish(event_id: str, *, subject: str = "r1") -> Message:
    """Return a request."""
    return message(WISH, subject=subject, event_id=event_id)


def broken(event_id: str, *, subject: str = "r1") -> Message:
    """Return a request whose body is no JSON."""
    return msgspec.structs.replace(wish(event_id, subject=subject), value=b"{broken")


class Flaky:
    """Fails some events a number of times."""

    def __init__(self, failures: dict[str, int], error: Exception | None = None) -> None:
        self.left = dict(failures)
        self.error = error or TransientError("not now")

    async def __call__(self, envelope: Envelope, state: Tally | None) -> Decision[Tally] | None:
        """Fail while failures are left."""
        del state
        if self.left.get(envelope.id, 0) > 0:
            self.left[envelope.id] -= 1
            raise self.error
        return None


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


def test_transient_failure_keeps_the_order_of_its_key() -> None:
    """What follows a failing event of its key waits behind it; another key passes."""

    async def work() -> None:
        world = open_world()
        await world.publish(wish("a1", subject="a"), wish("a2", subject="a"), wish("b1", subject="b"))
        probe = Probe(Flaky({"a1": 2}))
        ports = await world.run_until_idle(probe)
        assert await world.tally("a") == ("a1", "a2")
        assert await world.tally("b") == ("b1",)
        assert probe.seen.index("b1") < probe.seen.index("a2")
        assert ports.telemetry.counts["events_parked"] == 2
        assert ports.telemetry.counts["events_queued"] == 1

    run_virtual(work())


def test_later_event_queues_behind_a_parked_key() -> None:
    """An event that arrives while its key is parked is not tried before the head is done."""

    async def work() -> None:
        world = open_world()
        probe = Probe(Flaky({"a1": 1}))
        await world.publish(wish("a1"))

        async def parked() -> bool:
            return (await world.backend.counters.open_work())["parked"] == 1

        await world.run_until(probe, parked, retry=RetryPolicy(base_s=100.0, cap_s=100.0))
        await world.publish(wish("a2"))
        await world.run_until_idle(probe)
        assert probe.seen == ["a1", "a1", "a2"]

    run_virtual(work())


def test_delays_grow_and_attempts_are_bounded() -> None:
    """Five attempts, with growing delays between them, and then a letter."""

    async def work() -> None:
        world = open_world()
        times_s: list[float] = []

        async def fail(envelope: Envelope, state: Tally | None) -> None:
            del envelope, state
            times_s.append(world.clock.monotonic_s())
            raise TransientError("never")

        await world.publish(wish("a1"), wish("a2"))
        probe = Probe(fail)
        await world.run_until_idle(probe)
        first = times_s[:5]
        gaps_s = [later - earlier for earlier, later in pairwise(first)]
        assert gaps_s == sorted(gaps_s)
        assert gaps_s[0] >= 0.25
        assert probe.seen == ["a1"] * 5 + ["a2"] * 5
        letters = await world.backend.letters.letters()
        assert {letter.attempts for letter in letters} == {5}
        assert all(letter.created_at > EPOCH for letter in letters)

    run_virtual(work())


def test_asked_delay_is_honoured() -> None:
    """A dependency that asks for ninety seconds is left alone for ninety seconds."""

    async def work() -> None:
        world = open_world()
        await world.publish(wish("a1"))
        await world.run_until_idle(Probe(Flaky({"a1": 1}, TransientError("busy", retry_after_s=90.0))))
        assert world.clock.monotonic_s() >= 90.0

    run_virtual(work())


def test_permanent_failure_is_a_letter_at_once_and_followers_go_on() -> None:
    """A letter keeps the bytes; the next event of the key is done."""

    async def work() -> None:
        world = open_world()
        await world.publish(wish("a1"), wish("a2"))
        await world.run_until_idle(Probe(Flaky({"a1": 9}, PermanentError("impossible", code="x.y", hint="do z"))))
        assert await world.tally("r1") == ("a2",)
        (letter,) = await world.backend.letters.letters()
        assert (letter.attempts, letter.fault.code, letter.event_id) == (1, "x.y", "a1")
        (event,) = await world.events("grym.failures.v1")
        assert (event.subject, event.body.letter_id, event.causation_id) == ("r1", letter.letter_id, "a1")
        assert event.body.fault.hint == "do z"

    run_virtual(work())


def test_undecodable_record_keeps_its_bytes_and_tells_its_request() -> None:
    """A broken body becomes a letter as it is, and its request hears of it by the header."""

    async def work() -> None:
        world = open_world()
        sent = broken("a1")
        await world.publish(sent)
        await world.run_until_idle(Probe())
        (record,) = await world.records("grym.dead-letters.v1")
        assert (record.key, record.value) == (sent.key, b"{broken")
        assert record.headers[: len(sent.headers)] == sent.headers
        names = headers_of(record.headers)
        assert names["grym_error_code"] == "contract.body"
        assert names["grym_origin_topic"] == "grym.requests.v1"
        (event,) = await world.events("grym.failures.v1")
        assert event.subject == "r1"

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


def test_unexpected_errors_are_tried_again() -> None:
    """A bug is parked, not lost: a later attempt may succeed."""

    async def work() -> None:
        world = open_world()
        await world.publish(wish("a1"))
        await world.run_until_idle(Probe(Flaky({"a1": 3}, ZeroDivisionError("oops"))))
        assert await world.told() == ["a1"]

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


def test_hold_keeps_the_lane_and_never_parks() -> None:
    """In a topic that is one sequence a failing event stops all keys until it succeeds, however often it fails."""

    async def work() -> None:
        world = open_world()
        opinion = FeedbackGiven(user="u", stars=5)
        await world.publish(
            message(opinion, subject="p", event_id="f1", key="u"), message(opinion, subject="q", event_id="f2", key="v")
        )
        probe = Probe(Flaky({"f1": 12}))
        ports = await world.run_until_idle(probe)
        assert probe.seen == ["f1"] * 13 + ["f2"]
        assert ports.telemetry.counts["events_held"] == 12
        assert ports.telemetry.counts["events_parked"] == 0

    run_virtual(work())


def test_hold_gives_up_on_a_bug_after_the_usual_attempts() -> None:
    """An error nobody foresaw does not stop the lane for ever; the letter tells all its attempts."""

    async def work() -> None:
        world = open_world()
        opinion = FeedbackGiven(user="u", stars=5)
        await world.publish(
            message(opinion, subject="p", event_id="f1", key="u"), message(opinion, subject="q", event_id="f2", key="v")
        )
        probe = Probe(Flaky({"f1": 99}, ZeroDivisionError("bug")))
        await world.run_until_idle(probe)
        assert probe.seen == ["f1"] * 5 + ["f2"]
        (letter,) = await world.backend.letters.letters()
        assert (letter.event_id, letter.attempts) == ("f1", 5)

    run_virtual(work())


def test_hold_gives_up_what_can_never_succeed() -> None:
    """A broken record does not hold its topic for ever."""

    async def work() -> None:
        world = open_world()
        opinion = message(FeedbackGiven(user="u", stars=5), subject="p", event_id="f1", key="u")
        await world.publish(msgspec.structs.replace(opinion, value=b"[]"))
        await world.run_until_idle(Probe())
        assert len(await world.backend.letters.letters()) == 1

    run_virtual(work())


def test_sequence_takes_its_followers_along() -> None:
    """Where a topic is made of sequences, what waited behind a letter becomes a letter; another key does not."""

    async def work() -> None:
        world = open_world()

        def closed(event_id: str, stream: str) -> Message:
            return message(StreamClosed(frames=1), subject=stream, event_id=event_id)

        await world.publish(closed("s1", "s"), closed("s2", "s"), closed("t1", "t"), closed("s3", "s"))
        await world.run_until_idle(Probe(Flaky({"s1": 99})))
        letters = await world.backend.letters.letters()
        assert {letter.event_id: letter.fault.code for letter in letters} == {
            "s1": "grym.transient",
            "s2": "sequence.broken",
            "s3": "sequence.broken",
        }
        await world.publish(closed("s4", "s"))
        await world.run_until_idle(Probe())
        assert await world.tally("s") == ("s4",)

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

        ports = world.ports(backend=replace(world.backend, progress=Broken()))
        with pytest.raises(ContractError, match="no positions of coordinator"):
            await ProcessorRunner(Probe(), ports).run(asyncio.Event())

    run_virtual(work())


def test_lease_lost_inside_a_decision_ends_the_tenure() -> None:
    """A decision that raises LeaseLostError is done again in the next tenure."""

    async def work() -> None:
        world = open_world()
        await world.publish(wish("a1"))
        ports = await world.run_until_idle(Probe(Flaky({"a1": 1}, LeaseLostError("gone"))))
        assert ports.telemetry.counts["leases_lost"] == 1
        assert await world.told() == ["a1"]

    run_virtual(work())


def test_small_backlog_still_finishes_everything() -> None:
    """With room for three events and two lanes a hundred events are all done."""

    async def work() -> None:
        world = open_world()
        await world.publish(*(wish(f"e{n}", subject=f"r{n % 7}") for n in range(100)))
        await world.run_until_idle(Probe(), backlog=3, concurrency=2, batch=2)
        assert len(await world.told()) == 100

    run_virtual(work())


def test_letter_of_an_earlier_holder_is_left_alone() -> None:
    """A record given up before its position could rise is not decided again after a takeover."""

    async def work() -> None:
        world = open_world()
        first = "a"
        place = partition_of(first.encode(), partitions=8)
        second = next(f"b{n}" for n in range(99) if partition_of(f"b{n}".encode(), partitions=8) == place)
        lingering = asyncio.Event()

        async def behave(envelope: Envelope, state: Tally | None) -> None:
            del state
            if envelope.id == "poison":
                raise PermanentError("impossible")
            if not lingering.is_set():
                lingering.set()
                await asyncio.sleep(50)

        await world.publish(wish("slow", subject=first), wish("poison", subject=second))
        probe, stop = Probe(behave), asyncio.Event()
        runner = asyncio.create_task(ProcessorRunner(probe, world.ports()).run(stop))
        await asyncio.sleep(1)
        await world.leases.steal("coordinator", ttl_s=3.0)
        await asyncio.sleep(10)
        stop.set()
        await runner
        assert probe.seen.count("slow") == 2
        assert probe.seen.count("poison") == 1
        assert await world.told() == ["slow"]
        assert len(await world.records("grym.dead-letters.v1")) == 1

    run_virtual(work())


def test_endless_conflicts_are_parked_and_then_a_letter() -> None:
    """A state that somebody saves before every commit is given up after bounded decisions and attempts."""

    async def work() -> None:
        world = open_world()

        async def meddle(envelope: Envelope, state: Tally | None) -> None:
            del envelope, state
            stored = await world.backend.states.load("coordinator", "r1")
            async with world.backend.work.begin() as unit:
                version = 0 if stored is None else stored.version
                await unit.save("coordinator", "r1", msgspec.json.encode(Tally()), expected_version=version)

        await world.publish(wish("a1"))
        probe = Probe(meddle)
        await world.run_until_idle(probe, max_conflicts=3)
        assert len(probe.seen) == 3 * 5
        (letter,) = await world.backend.letters.letters()
        assert letter.fault.code == "state.conflict"

    run_virtual(work())
