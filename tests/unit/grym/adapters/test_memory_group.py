"""Groups in memory: who may read what, who may commit, and what a rebalance takes away."""

import asyncio
import random
from collections.abc import Iterator
from contextlib import AsyncExitStack

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grym.adapters.memory.group import Group, GroupSettings, Member
from grym.adapters.memory.group_feed import GroupAssignment, MemoryFeed, MemoryFeeds
from grym.adapters.memory.group_log import MemoryGroupLog, partitions_of
from grym.errors import LeaseLostError
from grym.ports.feed import Mark
from schemas.catalogue import BY_NAME
from schemas.records import Message, TopicPartition
from tests.contract.fakes import LoopClock, run_virtual

TOPIC = "grym.requests.v1"
SOURCES = partitions_of([TOPIC])


def _note(number: int) -> Message:
    return Message(topic=TOPIC, key=str(number).encode(), headers=(), value=b"x" * 10)


def _log(count: int = 0, *, gap: int = 0) -> MemoryGroupLog:
    log = MemoryGroupLog(LoopClock(), gap=lambda: gap)
    log.append([_note(number) for number in range(count)])
    return log


def _feed(log: MemoryGroupLog, identity: str) -> MemoryFeed:
    return MemoryFeeds(log, identity).memory_feed("coordinator", (TOPIC,))


async def _enter(stack: AsyncExitStack, feed: MemoryFeed) -> GroupAssignment:
    assignment = await stack.enter_async_context(feed.assigned(asyncio.Event()))
    assert assignment is not None
    return assignment


async def _all(assignment: GroupAssignment) -> list[tuple[TopicPartition, int]]:
    seen: list[tuple[TopicPartition, int]] = []
    while records := await assignment.poll(max_records=7, max_bytes=10_000):
        seen += [(record.topic_partition, record.position) for record in records]
    return seen


def test_one_member_reads_everything_once_and_in_order() -> None:
    """A lone member is handed every record of every partition; gaps in the positions do not disturb it."""

    async def check() -> None:
        log = _log(40, gap=2)
        async with AsyncExitStack() as stack:
            seen = await _all(await _enter(stack, _feed(log, "a")))
        assert len(seen) == len(set(seen)) == 40
        for source in SOURCES:
            positions = [position for where, position in seen if where == source]
            assert positions == sorted(positions)
            assert all(position % 3 == 1 for position in positions)

    run_virtual(check())


def test_positions_without_records_are_told_as_passed() -> None:
    """The marks of transactions at the end of a partition are nobody's records; whoever read past them knows."""

    async def check() -> None:
        log = _log(5, gap=2)
        async with AsyncExitStack() as stack:
            assignment = await _enter(stack, _feed(log, "a"))
            await _all(assignment)
            assert assignment.passed() == {source: log.end(source) for source in SOURCES if log.end(source)}
            assert assignment.passed() == {}

    run_virtual(check())


def test_what_lies_beyond_a_mark_is_not_handed_out_again() -> None:
    """Finished records above the line are known from the marks."""

    async def check() -> None:
        log = _log(60)
        source = max(SOURCES, key=log.end)
        mark = Mark(position=1, beyond=(3, 4))
        async with AsyncExitStack() as stack:
            first = await _enter(stack, feed := _feed(log, "a"))
            await first.commit({source: mark})
        async with AsyncExitStack() as stack:
            again = await _enter(stack, feed)
            assert again.marks[source] == mark
            seen = [position for where, position in await _all(again) if where == source]
        assert seen == [2, *range(5, log.end(source) + 1)]

    run_virtual(check())


def test_a_second_member_takes_its_share_after_the_first_gave_back() -> None:
    """A join calls everything back; the commit made while giving back counts; afterwards each has its own part."""

    async def check() -> None:
        log = _log(30)
        first = _feed(log, "a")
        async with AsyncExitStack() as stack:
            held = await _enter(stack, first)
            assert set(held.marks) == set(SOURCES)
            waiting = asyncio.create_task(_enter(stack, _feed(log, "b")))
            await held.lost()
            await held.commit({SOURCES[0]: Mark(position=1)})
        async with AsyncExitStack() as stack:
            mine = await _enter(stack, first)
            other = await waiting
            assert set(mine.marks) | set(other.marks) == set(SOURCES)
            assert not set(mine.marks) & set(other.marks)
            marks = {**mine.marks, **other.marks}
            assert marks[SOURCES[0]] == Mark(position=1)

    run_virtual(check())


def test_a_runner_that_does_not_let_go_is_left_behind_and_its_commits_refused() -> None:
    """The client goes on after its time; the runner is a zombie then."""

    async def check() -> None:
        log = _log(30)
        async with AsyncExitStack() as stack:
            held = await _enter(stack, _feed(log, "a"))
            await _enter(stack, _feed(log, "b"))
            with pytest.raises(LeaseLostError):
                await held.lost()
            await held.commit({SOURCES[0]: Mark(position=5)})
            assert list(await held.poll(max_records=5, max_bytes=100)) == []
        group = log.group("grym.coordinator")
        assert group.marks == {}
        assert group.counts.cut_short == 1

    run_virtual(check())


def test_a_silent_member_is_waited_for_and_then_evicted() -> None:
    """A killed process holds its partitions until its session is over, unless it comes back under its identity."""

    async def check() -> None:
        log, loop = _log(10), asyncio.get_running_loop()
        async with AsyncExitStack() as stack:
            dead = MemoryFeeds(log, "a")
            await _enter(stack, dead.memory_feed("coordinator", (TOPIC,)))
            dead.fall_silent()
            began_s = loop.time()
            await _enter(stack, _feed(log, "b"))
            assert loop.time() - began_s >= log.settings.session_s
        assert log.group("grym.coordinator").counts.evictions == 1

    run_virtual(check())


def test_who_comes_back_under_its_identity_gets_back_what_it_had_at_once() -> None:
    """A restart within the session troubles nobody, and the former self is fenced."""

    async def check() -> None:
        log, loop = _log(10), asyncio.get_running_loop()
        async with AsyncExitStack() as stack:
            dead = MemoryFeeds(log, "a")
            former = await _enter(stack, dead.memory_feed("coordinator", (TOPIC,)))
            dead.fall_silent()
            began_s = loop.time()
            again = await _enter(stack, _feed(log, "a"))
            assert loop.time() == began_s
            assert set(again.marks) == set(SOURCES)
            await former.commit({SOURCES[0]: Mark(position=9)})
            await again.commit({SOURCES[1]: Mark(position=1)})
        group = log.group("grym.coordinator")
        assert group.marks == {SOURCES[1]: Mark(position=1)}
        assert group.counts.rebalances == 1

    run_virtual(check())


def test_closing_leaves_at_once() -> None:
    """Nobody waits for a member that said goodbye."""

    async def check() -> None:
        log, loop = _log(10), asyncio.get_running_loop()
        leaving = _feed(log, "a")
        async with AsyncExitStack() as stack:
            await _enter(stack, leaving)
        await leaving.close()
        began_s = loop.time()
        async with AsyncExitStack() as stack:
            staying = await _enter(stack, _feed(log, "b"))
            assert loop.time() - began_s < 1.0
            assert set(staying.marks) == set(SOURCES)

    run_virtual(check())


def test_paused_partitions_are_left_alone() -> None:
    """What is paused is not read; what is resumed is, from where it was left."""

    async def check() -> None:
        log = _log(30)
        source = max(SOURCES, key=log.end)
        async with AsyncExitStack() as stack:
            assignment = await _enter(stack, _feed(log, "a"))
            assignment.pause([source])
            before = await _all(assignment)
            assert source not in {where for where, _ in before}
            assignment.resume([source])
            after = await _all(assignment)
            assert {where for where, _ in after} == {source}
            assert len(before) + len(after) == 30

    run_virtual(check())


def test_polls_keep_to_their_bounds_but_return_at_least_one_record() -> None:
    """Bytes and records are capped; one record that is too large alone still comes."""

    async def check() -> None:
        log = _log(30)
        async with AsyncExitStack() as stack:
            assignment = await _enter(stack, _feed(log, "a"))
            assert len(await assignment.poll(max_records=3, max_bytes=1000)) == 3
            assert len(await assignment.poll(max_records=9, max_bytes=25)) == 2
            assert len(await assignment.poll(max_records=9, max_bytes=1)) == 1

    run_virtual(check())


@settings(max_examples=60, deadline=None)
@given(st.integers(min_value=0, max_value=2**32))
def test_a_partition_belongs_to_one_member_at_a_time(seed: int) -> None:
    """Whatever comes, goes, falls silent and returns: never two owners in one generation, and in the end no orphan."""

    async def check() -> None:
        chance, group = random.Random(seed), Group(GroupSettings(session_s=2.0))
        members: list[Member] = []
        partitions = {TOPIC: SOURCES}
        for _ in range(30):
            match chance.choice(["join", "leave", "silence", "hear", "work", "rest", "wait"]):
                case "join":
                    members.append(group.join(chance.choice("abc"), partitions))
                case "wait":
                    await asyncio.sleep(chance.random() * 3)
                case what if members:
                    member = chance.choice(members)
                    _let_happen(group, member, what)
            owned = [source for member in _current(group, members) for source in member.sources]
            assert len(owned) == len(set(owned))
        await asyncio.sleep(10)
        for member in members:
            group.let_go(member)
        await asyncio.sleep(10)
        current = list(_current(group, members))
        owned = [source for member in current for source in member.sources]
        assert sorted(owned) == (sorted(SOURCES) if current else [])

    run_virtual(check())


def _let_happen(group: Group, member: Member, what: str) -> None:
    match what:
        case "leave":
            group.leave(member)
        case "silence":
            group.silence(member)
        case "hear":
            group.hear(member)
        case "work" if member.handed_out.is_set() and not member.is_gone:
            member.is_working = True
        case "rest":
            group.let_go(member)


def _current(group: Group, members: list[Member]) -> Iterator[Member]:
    return (member for member in members if not member.is_gone and member.generation == group.generation)


def test_the_topic_has_several_partitions() -> None:
    """What is tested here needs more than one."""
    assert BY_NAME[TOPIC].partitions > 1
