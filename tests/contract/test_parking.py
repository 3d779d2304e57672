"""The parking lot: the head of a key waits for its time, what follows waits for the head."""

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from grym.adapters.clock import VirtualClock
from grym.adapters.memory import open_memory
from grym.ports.work import Parked
from tests.contract.backends import FAULT, TOPIC, Kit, record


async def park(kit: Kit, position: int, *, key: bytes | None = b"k", delay_s: float | None = None) -> None:
    """Park a head with a delay, or a follower without one."""
    async with kit.backend.work.begin() as work:
        fault = None if delay_s is None else FAULT
        await work.park("p", record(position, key=key), fault=fault, delay_s=delay_s)


async def due(kit: Kit) -> list[Parked]:
    """Return the heads that are due."""
    return await kit.backend.parking.due_heads("p", limit=10)


async def test_a_parked_record_comes_back_as_it_was(kit: Kit) -> None:
    """Original bytes, first fault, one failed attempt."""
    await park(kit, 1, delay_s=0)
    [head] = await due(kit)
    assert head.record == record(1)
    assert (head.processor, head.attempts) == ("p", 1)
    assert head.fault == FAULT
    assert head.due_at is not None
    assert head.first_failed_at <= head.due_at


async def test_a_head_is_due_after_its_delay(kit: Kit) -> None:
    """Not before."""
    await park(kit, 1, delay_s=10)
    assert await due(kit) == []
    await kit.pass_time(11)
    assert [head.record.position for head in await due(kit)] == [1]


async def test_followers_wait_behind_the_head(kit: Kit) -> None:
    """However late it is due, and in their order."""
    await park(kit, 1, delay_s=10)
    await park(kit, 2)
    await park(kit, 3)
    assert await due(kit) == []
    await kit.pass_time(11)
    seen = []
    while heads := await due(kit):
        [head] = heads
        seen.append((head.record.position, head.attempts))
        async with kit.backend.work.begin() as work:
            await work.unpark(head.parked_id)
    assert seen == [(1, 1), (2, 0), (3, 0)]


async def test_other_keys_topics_and_processors_do_not_wait(kit: Kit) -> None:
    """Order is per key of a topic."""
    await park(kit, 1, delay_s=10)
    await park(kit, 2, key=b"other", delay_s=0)
    await park(kit, 3, key=None, delay_s=0)
    async with kit.backend.work.begin() as work:
        await work.park("q", record(1), fault=FAULT, delay_s=0)
        await work.park("p", record(4, topic="grym.features.v1"), fault=FAULT, delay_s=0)
    assert [head.record.position for head in await due(kit)] == [2, 3, 4]
    assert await kit.backend.parking.waiting_keys("p") == {
        (TOPIC, b"k"),
        (TOPIC, b"other"),
        (TOPIC, b""),
        ("grym.features.v1", b"k"),
    }


async def test_longest_due_comes_first_and_the_limit_holds(kit: Kit) -> None:
    """By due time, whatever the order of parking."""
    await park(kit, 1, key=b"a", delay_s=8)
    await park(kit, 2, key=b"b", delay_s=4)
    await kit.pass_time(20)
    heads = await kit.backend.parking.due_heads("p", limit=1)
    assert [head.record.position for head in heads] == [2]


async def test_postponing_counts_attempts_and_keeps_the_first_failure(kit: Kit) -> None:
    """The head waits again."""
    await park(kit, 1, delay_s=0)
    [head] = await due(kit)
    other = FAULT.__class__(error_class="E", code="other", message="m", hint="")
    async with kit.backend.work.begin() as work:
        await work.postpone(head.parked_id, fault=other, delay_s=10)
    assert await due(kit) == []
    await kit.pass_time(11)
    [again] = await due(kit)
    assert (again.attempts, again.fault, again.parked_id) == (2, other, head.parked_id)
    assert again.first_failed_at == head.first_failed_at


async def test_a_follower_that_fails_as_head_counts_from_one(kit: Kit) -> None:
    """Waiting was no attempt."""
    await park(kit, 1, delay_s=0)
    await park(kit, 2)
    [head] = await due(kit)
    async with kit.backend.work.begin() as work:
        await work.unpark(head.parked_id)
    [follower] = await due(kit)
    async with kit.backend.work.begin() as work:
        await work.postpone(follower.parked_id, fault=FAULT, delay_s=0)
    [failed] = await due(kit)
    assert (failed.record.position, failed.attempts) == (2, 1)


async def test_parking_twice_is_parking_once(kit: Kit) -> None:
    """A record read again after a crash."""
    await park(kit, 1, delay_s=0)
    await park(kit, 1, delay_s=50)
    assert [head.record.position for head in await due(kit)] == [1]


async def test_the_next_due_time_is_that_of_the_earliest_head(kit: Kit) -> None:
    """None when nothing waits, never negative."""
    parking = kit.backend.parking
    assert await parking.next_due_in_s("p") is None
    await park(kit, 1, key=b"a", delay_s=100)
    await park(kit, 2, key=b"b", delay_s=10)
    await park(kit, 3, key=b"b")
    soon = await parking.next_due_in_s("p")
    assert soon is not None
    assert 8 < soon <= 10
    await kit.pass_time(30)
    assert await parking.next_due_in_s("p") == 0


async def test_unparking_what_is_gone_is_harmless(kit: Kit) -> None:
    """So is postponing it."""
    async with kit.backend.work.begin() as work:
        await work.unpark(12345)
        await work.postpone(12345, fault=FAULT, delay_s=1)
    assert await kit.backend.parking.next_due_in_s("p") is None


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([b"a", b"b"]), st.booleans()), max_size=25))
def test_order_per_key_survives_any_schedule_of_failures(steps: list[tuple[bytes, bool]]) -> None:
    """Records of two keys fail at random; per key they are done in the order of their positions."""
    clock = VirtualClock()
    backend = open_memory(clock)
    done: dict[bytes, list[int]] = {b"a": [], b"b": []}

    async def retry_all(*, failing: bool) -> None:
        for head in await backend.parking.due_heads("p", limit=10):
            async with backend.work.begin() as work:
                if failing:
                    await work.postpone(head.parked_id, fault=FAULT, delay_s=3)
                else:
                    await work.unpark(head.parked_id)
                    done[head.record.key or b""].append(head.record.position)

    async def play() -> None:
        for position, (key, fails) in enumerate(steps, start=1):
            waits = (TOPIC, key) in await backend.parking.waiting_keys("p")
            async with backend.work.begin() as work:
                if waits:
                    await work.park("p", record(position, key=key), fault=None, delay_s=None)
                elif fails:
                    await work.park("p", record(position, key=key), fault=FAULT, delay_s=2)
                else:
                    done[key].append(position)
            await clock.sleep(1)
            await retry_all(failing=fails)
        while await backend.parking.next_due_in_s("p") is not None:
            await clock.sleep(4)
            await retry_all(failing=False)

    asyncio.run(clock.run(play()))
    for key, positions in done.items():
        assert positions == [n for n, (wanted, _) in enumerate(steps, start=1) if wanted == key]
