"""Transactions: inbox, state, outputs and effects together, or nothing."""

import asyncio

import pytest

from grym.errors import LeaseLostError, TransientError
from grym.ports.effects import HoldArtifact, KeepText
from grym.ports.work import Admission, StateConflictError
from schemas.records import TopicPartition
from tests.contract.backends import FAULT, LANE, TOPIC, Kit, entry, letter, message, record, values

HERE = TopicPartition(TOPIC, 0)


async def test_everything_is_stored_together(kit: Kit) -> None:
    """Inbox, state, outputs, effects and position of one event."""
    async with kit.backend.work.begin() as work:
        assert await work.admit(entry()) is Admission.NEW
        await work.save("p", "r", b"state", expected_version=0)
        await work.append([message(b"out")])
        await work.apply(KeepText(ref="t", request_id="r", user="u", text="words"))
        await work.advance("p", {HERE: 4})
    backend = kit.backend
    assert await backend.progress.seen(entry())
    state = await backend.states.load("p", "r")
    assert state is not None
    assert (state.value, state.version) == (b"state", 1)
    assert await values(backend) == [b"out"]
    assert await backend.texts.text("t") == "words"
    assert await backend.progress.positions("p") == {HERE: 4}


async def test_nothing_is_stored_when_the_block_fails(kit: Kit) -> None:
    """Not one part of it."""
    backend = kit.backend

    async def fail_in_the_end() -> None:
        async with backend.work.begin() as work:
            await work.admit(entry())
            await work.save("p", "r", b"state", expected_version=0)
            await work.append([message(b"out")])
            await work.apply(HoldArtifact(request_id="r", uri="artifact://sha256/" + "0" * 64))
            await work.park("p", record(1), fault=FAULT, delay_s=0)
            await work.file_letter(letter())
            await work.advance("p", {HERE: 4})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail_in_the_end()
    assert not await backend.progress.seen(entry())
    assert await backend.states.load("p", "r") is None
    assert await values(backend) == []
    assert await backend.housekeeping.held_artifacts() == set()
    assert await backend.parking.waiting_keys("p") == set()
    assert await backend.letters.letters() == []
    assert await backend.progress.positions("p") == {}


async def test_nothing_is_visible_before_the_commit(kit: Kit) -> None:
    """Readers see the state of before."""
    async with kit.backend.work.begin() as work:
        await work.save("p", "r", b"state", expected_version=0)
        await work.append([message(b"out")])
        assert await kit.backend.states.load("p", "r") is None
        assert await values(kit.backend) == []


@pytest.mark.parametrize(
    ("external", "digest", "expected"),
    [
        (False, b"d", Admission.DUPLICATE),
        (True, b"d", Admission.DUPLICATE),
        (False, b"other", Admission.DUPLICATE),
        (True, b"other", Admission.CONFLICT),
    ],
)
async def test_a_known_name_is_a_duplicate_or_a_conflict(
    kit: Kit, *, external: bool, digest: bytes, expected: Admission
) -> None:
    """Other data under a known name: refused from outside, tolerated of our own."""
    async with kit.backend.work.begin() as work:
        assert await work.admit(entry()) is Admission.NEW
    async with kit.backend.work.begin() as work:
        assert await work.admit(entry(digest=digest, external=external)) is expected


@pytest.mark.parametrize("part", [{"processor": "q"}, {"source": "q"}, {"run_no": 2}, {"event_id": "q"}])
async def test_every_part_of_the_name_counts(kit: Kit, part: dict[str, object]) -> None:
    """Another processor, source, id or run is another delivery."""
    async with kit.backend.work.begin() as work:
        await work.admit(entry())
        assert await work.admit(entry(**part)) is Admission.NEW  # type: ignore[arg-type]  # one field each


async def test_parts_of_a_name_do_not_run_together(kit: Kit) -> None:
    """("ab", "c") is not ("a", "bc")."""
    async with kit.backend.work.begin() as work:
        await work.admit(entry("c", source="ab"))
        assert await work.admit(entry("bc", source="a")) is Admission.NEW


async def test_one_delivery_in_two_transactions_has_one_effect(kit: Kit) -> None:
    """The other one finds a duplicate, or is undone."""
    effects: list[Admission] = []

    async def deliver() -> None:
        async with kit.backend.work.begin() as work:
            admission = await work.admit(entry())
            await asyncio.sleep(0)
            if admission is Admission.NEW:
                await work.append([message(b"effect")])
        effects.append(admission)

    outcomes = await asyncio.gather(*(deliver() for _ in range(4)), return_exceptions=True)
    assert all(outcome is None or isinstance(outcome, TransientError) for outcome in outcomes)
    assert await values(kit.backend) == [b"effect"]
    assert effects.count(Admission.NEW) == 1


async def test_a_state_is_saved_over_the_expected_version_only(kit: Kit) -> None:
    """Compare and set."""
    async with kit.backend.work.begin() as work:
        await work.save("p", "r", b"1", expected_version=0)
    async with kit.backend.work.begin() as work:
        await work.save("p", "r", b"2", expected_version=1)
    for stale in (0, 1, 7):
        with pytest.raises(StateConflictError):
            async with kit.backend.work.begin() as work:
                await work.save("p", "r", b"3", expected_version=stale)
    state = await kit.backend.states.load("p", "r")
    assert state is not None
    assert (state.value, state.version) == (b"2", 2)


async def test_a_new_state_is_not_saved_over_an_expected_one(kit: Kit) -> None:
    """A version that never was conflicts."""
    with pytest.raises(StateConflictError):
        async with kit.backend.work.begin() as work:
            await work.save("p", "r", b"1", expected_version=1)


async def test_two_savers_of_one_version_end_with_one_state(kit: Kit) -> None:
    """The loser is told so, at the save or at the commit."""

    async def save(value: bytes) -> None:
        async with kit.backend.work.begin() as work:
            await asyncio.sleep(0)
            await work.save("p", "r", value, expected_version=0)

    outcomes = await asyncio.gather(*(save(bytes([n])) for n in range(4)), return_exceptions=True)
    assert sum(outcome is None for outcome in outcomes) == 1
    assert all(outcome is None or isinstance(outcome, TransientError) for outcome in outcomes)


async def test_states_are_scanned_newest_first(kit: Kit) -> None:
    """By the last save, of one processor."""
    for key in ("a", "b", "c"):
        async with kit.backend.work.begin() as work:
            await work.save("p", key, key.encode(), expected_version=0)
    async with kit.backend.work.begin() as work:
        await work.save("p", "a", b"again", expected_version=1)
        await work.save("q", "z", b"other", expected_version=0)
    assert [state.key for state in await kit.backend.states.scan("p", limit=2)] == ["a", "c"]


async def test_positions_never_move_backwards(kit: Kit) -> None:
    """The higher one stays."""
    other = TopicPartition(LANE, 0)
    async with kit.backend.work.begin() as work:
        await work.advance("p", {HERE: 5, other: 1})
    async with kit.backend.work.begin() as work:
        await work.advance("p", {HERE: 3, other: 2})
        await work.advance("q", {})
    assert await kit.backend.progress.positions("p") == {HERE: 5, other: 2}
    assert await kit.backend.progress.positions("q") == {}


async def test_a_lease_that_was_lost_opens_nothing(kit: Kit) -> None:
    """Whoever holds an old epoch is refused."""
    old = await kit.backend.leases.acquire("p", holder="one", ttl_s=1)
    assert old is not None
    await kit.pass_time(2)
    new = await kit.backend.leases.acquire("p", holder="two", ttl_s=1)
    assert new is not None
    with pytest.raises(LeaseLostError):
        async with kit.backend.work.begin(old) as work:
            await work.append([message()])
    async with kit.backend.work.begin(new) as work:
        await work.append([message(b"new")])
    assert await values(kit.backend) == [b"new"]


async def test_an_expired_lease_that_nobody_took_still_commits(kit: Kit) -> None:
    """Only a successor ends it."""
    lease = await kit.backend.leases.acquire("p", holder="one", ttl_s=1)
    await kit.pass_time(2)
    async with kit.backend.work.begin(lease) as work:
        await work.append([message(b"late")])
    assert await values(kit.backend) == [b"late"]


async def test_a_takeover_and_a_commit_do_not_cross(kit: Kit) -> None:
    """Either the commit comes before the new epoch, or it is refused."""
    old = await kit.backend.leases.acquire("p", holder="one", ttl_s=1)
    await kit.pass_time(2)
    order: list[str] = []

    async def take_over() -> None:
        assert await kit.backend.leases.acquire("p", holder="two", ttl_s=9) is not None
        order.append("taken")

    taking: asyncio.Task[None] | None = None
    try:
        async with kit.backend.work.begin(old) as work:
            taking = asyncio.create_task(take_over())
            for _ in range(20):
                await kit.backend.states.load("p", "r")
            await work.append([message(b"old epoch")])
        order.append("committed")
    except LeaseLostError:
        order.append("refused")
    assert taking is not None
    await taking
    stored = await values(kit.backend)
    assert (order, stored) in ((["committed", "taken"], [b"old epoch"]), (["taken", "refused"], []))


async def test_a_transaction_can_read_while_it_is_open(kit: Kit) -> None:
    """Also when as many are open as there are connections for them."""

    async def work_and_read(n: int) -> None:
        async with kit.backend.work.begin() as work:
            await work.append([message(str(n).encode())])
            await kit.backend.states.load("p", str(n))

    async with asyncio.timeout(20):
        await asyncio.gather(*(work_and_read(n) for n in range(30)))
    assert len(await values(kit.backend)) == 30
