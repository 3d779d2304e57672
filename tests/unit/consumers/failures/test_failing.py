"""What becomes of failing events: parked, held, letters."""

import asyncio
from itertools import pairwise

import msgspec

from consumers.failures.retry import RetryPolicy
from consumers.runner import ProcessorRunner
from grym.adapters.placement import partition_of
from grym.errors import PermanentError, TransientError
from schemas.envelope import Envelope
from schemas.events import FeedbackGiven, StreamClosed
from schemas.records import Message
from tests.contract.fakes import EPOCH, headers_of, message, run_virtual
from tests.contract.probe import Flaky, Probe, Tally, broken, open_world, wish


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


def test_unexpected_errors_are_tried_again() -> None:
    """A bug is parked, not lost: a later attempt may succeed."""

    async def work() -> None:
        world = open_world()
        await world.publish(wish("a1"))
        await world.run_until_idle(Probe(Flaky({"a1": 3}, ZeroDivisionError("oops"))))
        assert await world.told() == ["a1"]

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
        (record,) = await world.records("grym.dead-letters.v1")
        names = headers_of(record.headers)
        assert names["grym_first_failed"] < names["grym_last_failed"]

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
