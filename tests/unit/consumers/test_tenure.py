"""What a runner knows while it holds a lease."""

import msgspec

from consumers.holding import Holding
from consumers.settings import LeaseSettings
from consumers.tenure import Tenure, Ticket, lane_of, policy_of, waiting_key
from grym.ports.work import FaultNote, Parked
from schemas.records import Record, TopicPartition
from tests.contract.fakes import EPOCH, LoopClock, run_virtual
from tests.contract.probe import World, open_world

SOURCE = TopicPartition("grym.requests.v1", 0)


def record(position: int = 1, *, key: bytes | None = b"a", topic: str = SOURCE.topic) -> Record:
    """Return a record."""
    return Record(topic=topic, partition=0, position=position, key=key, headers=(), value=b"", appended_at=EPOCH)


def parked(*, attempts: int, fault: FaultNote | None) -> Parked:
    """Return a parked record."""
    return Parked(
        parked_id=1,
        processor="p",
        record=record(),
        attempts=attempts,
        due_at=None,
        first_failed_at=EPOCH,
        fault=fault,
    )


async def tenure(world: World, *, ends: int = 0) -> Tenure:
    """Return a fresh tenure."""
    lease = await world.backend.leases.acquire("p", holder="one", ttl_s=60.0)
    assert lease is not None
    holding = Holding(world.backend.leases, lease, clock=LoopClock(), settings=LeaseSettings())
    return Tenure("p", holding, ends={SOURCE: ends}, positions={}, waiting=[("t", b"k")])


def test_position_is_committed_with_the_lowest_event() -> None:
    """Settling 2 before 1 commits nothing; settling 1 commits both, and the store knows it."""

    async def work() -> None:
        world = open_world()
        state = await tenure(world)
        tickets = [Ticket(record=record(n)) for n in (1, 2)]
        for ticket in tickets:
            state.take(ticket.record)
        for ticket, line in ((tickets[1], 0), (tickets[0], 2)):
            async with world.backend.work.begin(state.lease) as unit:
                assert await state.settle(unit, ticket) == line
            state.settled(ticket, line)
        assert await world.backend.progress.positions("p") == {SOURCE: 2}
        assert state.dirty() == {}

    run_virtual(work())


def test_skipped_records_wait_for_the_flush() -> None:
    """A skipped record is done but dirty, until its position was committed."""

    async def work() -> None:
        state = await tenure(open_world())
        state.take(record(1))
        assert state.dirty() == {}
        state.skip(record(1))
        assert state.dirty() == {SOURCE: 1}
        state.committed({SOURCE: 1})
        assert state.dirty() == {}
        assert state.taken(SOURCE) == 1

    run_virtual(work())


def test_what_was_there_before_may_be_known() -> None:
    """Records up to the ends of the beginning may have been worked on; later ones cannot."""

    async def work() -> None:
        state = await tenure(open_world(), ends=5)
        assert state.may_be_known(record(5))
        assert not state.may_be_known(record(6))
        assert not state.may_be_known(record(1, topic="grym.other.v1"))

    run_virtual(work())


def test_waiting_keys_are_remembered() -> None:
    """A key waits by topic and bytes; no key counts as the empty one."""

    async def work() -> None:
        state = await tenure(open_world())
        assert state.waits(record(key=b"k", topic="t"))
        assert not state.waits(record(key=b"k"))
        state.set_waiting(record(key=None), waits=True)
        assert state.waits(record(key=b""))
        state.set_waiting(record(key=None), waits=False)
        assert not state.waits(record(key=b""))

    run_virtual(work())


def test_lane_is_the_key_but_for_sequences_and_keyless_records() -> None:
    """One request has one lane over all topics; a topic that is one sequence, or no key, has one per partition."""
    assert lane_of(record(key=b"a")) == lane_of(record(key=b"a", topic="grym.cancels.v1"))
    assert lane_of(record(key=None)) == SOURCE
    assert lane_of(record(key=b"u", topic="grym.feedback.v1")) == TopicPartition("grym.feedback.v1", 0)


def test_policy_comes_from_the_catalogue() -> None:
    """Unknown topics park."""
    assert policy_of("grym.feedback.v1") == "hold"
    assert policy_of("grym.audio-frames.v1") == "sequence"
    assert policy_of("somebody.elses") == "park"
    assert waiting_key(record(key=None)) == (SOURCE.topic, b"")


def test_attempts_and_first_failure_come_from_the_parking_lot() -> None:
    """A fresh record is at its first attempt; a head counts on; a follower never failed before."""
    note = FaultNote(error_class="E", code="c", message="m", hint="")
    later = msgspec.structs.replace(record()).appended_at.replace(year=2027)
    fresh, head = Ticket(record=record()), Ticket(record=record(), parked=parked(attempts=2, fault=note))
    follower = Ticket(record=record(), parked=parked(attempts=0, fault=None))
    assert (fresh.attempt, head.attempt, follower.attempt) == (1, 3, 1)
    assert (fresh.first_failed_at(later), head.first_failed_at(later)) == (later, EPOCH)
    assert follower.first_failed_at(later) == later
