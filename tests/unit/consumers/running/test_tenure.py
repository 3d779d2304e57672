"""What a runner knows while it holds a lease."""

from collections.abc import Mapping
from typing import cast

import msgspec

from consumers.running.tenure import OVERHEAD_BYTES, Place, Tenure, Ticket, lane_of, policy_of, size_of, waiting_key
from grym.ports.feed import Assignment, Mark
from grym.ports.work import FaultNote, Lease, Parked
from schemas.records import Record, TopicPartition
from tests.contract.fakes import EPOCH

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


class Assigned:
    """An assignment of one partition."""

    def __init__(self, *, ends: int = 0, mark: Mark | None = None) -> None:
        self.lease: Lease | None = None
        self.marks: Mapping[TopicPartition, Mark] = {SOURCE: mark or Mark()}
        self.ends: Mapping[TopicPartition, int] = {SOURCE: ends}


def tenure(*, ends: int = 0, mark: Mark | None = None, given_up: frozenset[Place] = frozenset()) -> Tenure:
    """Return a fresh tenure."""
    assignment = cast("Assignment", Assigned(ends=ends, mark=mark))
    return Tenure("p", assignment, waiting=[("t", b"k")], given_up=given_up)


def test_marks_are_to_be_committed_until_they_were() -> None:
    """Finishing 2 before 1 is told beside the line; finishing 1 moves it; a commit leaves nothing to do."""
    state = tenure()
    for number in (1, 2):
        assert state.take(record(number))
    assert state.to_commit() == {}
    state.done(record(2))
    assert state.to_commit() == {SOURCE: Mark(position=0, beyond=(2,))}
    state.done(record(1))
    assert state.to_commit() == {SOURCE: Mark(position=2)}
    state.committed({SOURCE: Mark(position=2)})
    assert (state.to_commit(), state.taken(SOURCE)) == ({}, 2)


def test_letters_of_an_earlier_assignment_are_known() -> None:
    """Exactly the places that were given up are left alone."""
    state = tenure(given_up=frozenset({(SOURCE, 3)}))
    assert [state.was_given_up(record(n)) for n in (2, 3)] == [False, True]


def test_what_was_there_before_may_be_broken() -> None:
    """Records up to the ends of the beginning may belong to a broken sequence; later ones only if it broke since."""
    state = tenure(ends=5)
    assert state.may_be_broken(record(5))
    assert not state.may_be_broken(record(6))
    state.break_sequence(record(6))
    assert state.may_be_broken(record(7))


def test_a_partition_is_crowded_by_what_is_in_hand_and_by_its_span() -> None:
    """Too many unfinished, or one slow record that everything else has run away from."""
    state = tenure()
    for number in range(1, 6):
        state.take(record(number))
    assert state.crowded(max_unfinished=4, max_span=99) == {SOURCE}
    for number in range(2, 6):
        state.done(record(number))
    assert state.crowded(max_unfinished=4, max_span=99) == set()
    assert state.crowded(max_unfinished=4, max_span=4) == {SOURCE}


def test_a_head_is_taken_in_hand_once() -> None:
    """Not while it is in hand, nor when it left during the look that shows it; a later look may take it again."""
    state, head = tenure(), parked(attempts=1, fault=None)
    assert state.take_parked(head)
    assert not state.take_parked(head)
    state.let_go(head)
    assert not state.take_parked(head)
    state.forget_let_go()
    assert state.take_parked(head)


def test_waiting_keys_are_remembered() -> None:
    """A key waits by topic and bytes; no key counts as the empty one."""
    state = tenure()
    assert state.waits(record(key=b"k", topic="t"))
    assert not state.waits(record(key=b"k"))
    state.set_waiting(record(key=None), waits=True)
    assert state.waits(record(key=b""))
    state.set_waiting(record(key=None), waits=False)
    assert not state.waits(record(key=b""))


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


def test_size_counts_key_value_and_what_every_record_costs() -> None:
    """What the budget is charged grows with key and value, byte for byte."""
    plain = size_of(record(key=None))
    assert plain == OVERHEAD_BYTES
    assert size_of(record(key=b"abc")) == plain + 3
    assert size_of(msgspec.structs.replace(record(key=b"abc"), value=b"12345")) == plain + 8
