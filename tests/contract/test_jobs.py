"""Jobs: taken once, fenced, kept alive by renewal, fair to tenants."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from grym.errors import LeaseLostError, TransientError
from grym.ports.effects import CancelJobs, EnqueueJob
from grym.ports.jobs import Backlog, LeasedJob
from tests.contract.backends import FAULT, Kit, message

KINDS = ("generation",)
OPTIONS: dict[str, dict[str, Any]] = {"finish_job": {"state": "done"}, "retry_job": {"fault": FAULT, "delay_s": 0}}


async def enqueue(
    kit: Kit, *job_ids: str, tenant: str = "t", request_id: str = "r", run_no: int = 1, **others: Any
) -> None:
    """Accept jobs, in order."""
    async with kit.backend.work.begin() as work:
        for job_id in job_ids:
            command = message(job_id.encode(), headers=(("h", b"\xff"),))
            await work.apply(
                EnqueueJob(
                    job_id=job_id,
                    kind=KINDS[0],
                    request_id=request_id,
                    run_no=run_no,
                    tenant=tenant,
                    message=command,
                    **others,
                )
            )


async def take(kit: Kit, *, lease_s: float = 10) -> str | None:
    """Take a job and return its id."""
    job = await kit.backend.jobs.take(KINDS, holder="h", lease_s=lease_s)
    return None if job is None else job.job_id


async def test_a_job_comes_back_as_it_was_accepted(kit: Kit) -> None:
    """With its command, its first attempt and its first fence."""
    await enqueue(kit, "a")
    job = await kit.backend.jobs.take(KINDS, holder="h", lease_s=10)
    assert job is not None
    assert (job.job_id, job.kind, job.request_id, job.run_no, job.tenant) == ("a", "generation", "r", 1, "t")
    assert job.message == message(b"a", headers=(("h", b"\xff"),))
    assert (job.attempt, job.fence) == (1, 1)


async def test_jobs_are_taken_oldest_first_and_once(kit: Kit) -> None:
    """Nobody gets what somebody has."""
    await enqueue(kit, "a", "b")
    assert [await take(kit) for _ in range(3)] == ["a", "b", None]


async def test_a_job_is_accepted_once(kit: Kit) -> None:
    """The second of an id changes nothing."""
    await enqueue(kit, "a")
    await enqueue(kit, "a", tenant="other")
    assert [await take(kit) for _ in range(2)] == ["a", None]


async def test_other_kinds_are_left_alone(kit: Kit) -> None:
    """A worker takes only what it can do."""
    await enqueue(kit, "a")
    assert await kit.backend.jobs.take(("other",), holder="h", lease_s=1) is None


async def test_tenants_take_turns(kit: Kit) -> None:
    """One with many jobs does not keep another waiting."""
    await enqueue(kit, "a1", "a2", "a3", tenant="a")
    await enqueue(kit, "b1", "b2", tenant="b")
    assert [await take(kit) for _ in range(5)] == ["a1", "b1", "a2", "b2", "a3"]


async def test_askers_take_turns_within_a_tenant(kit: Kit) -> None:
    """A user with many jobs keeps neither another user nor another tenant waiting."""
    await enqueue(kit, "ann-1", "ann-2", "ann-3", tenant="a", whose="ann")
    await enqueue(kit, "bob-1", "bob-2", tenant="a", whose="bob")
    await enqueue(kit, "eve-1", tenant="b", whose="ann")
    assert [await take(kit) for _ in range(6)] == ["ann-1", "eve-1", "bob-1", "ann-2", "bob-2", "ann-3"]


async def test_an_expired_lease_is_taken_over_with_a_higher_fence(kit: Kit) -> None:
    """The first holder is refused from then on."""
    await enqueue(kit, "a")
    first = await kit.backend.jobs.take(KINDS, holder="one", lease_s=1)
    await kit.pass_time(2)
    second = await kit.backend.jobs.take(KINDS, holder="two", lease_s=10)
    assert first is not None
    assert second is not None
    assert (second.attempt, second.fence) == (2, 2)
    assert not await kit.backend.jobs.renew("a", first.fence, lease_s=10)
    for name in ("touch_job", "finish_job", "retry_job"):
        options = OPTIONS.get(name, {})
        with pytest.raises(LeaseLostError):
            async with kit.backend.work.begin() as work:
                await getattr(work, name)("a", first.fence, **options)


async def test_renewal_keeps_a_job_and_an_expired_one_nobody_took_may_renew(kit: Kit) -> None:
    """By the backend's clock."""
    await enqueue(kit, "a")
    job = await kit.backend.jobs.take(KINDS, holder="h", lease_s=3)
    assert job is not None
    await kit.pass_time(2)
    assert await kit.backend.jobs.renew("a", job.fence, lease_s=3)
    await kit.pass_time(2)
    assert await take(kit) is None
    await kit.pass_time(2)
    assert await kit.backend.jobs.renew("a", job.fence, lease_s=3)
    assert await take(kit) is None


async def test_a_finished_job_is_over(kit: Kit) -> None:
    """It is taken no more, and finishing it again is refused."""
    await enqueue(kit, "a")
    job = await kit.backend.jobs.take(KINDS, holder="h", lease_s=1)
    assert job is not None
    async with kit.backend.work.begin() as work:
        await work.touch_job("a", job.fence)
        await work.finish_job("a", job.fence, state="done")
    await kit.pass_time(5)
    assert await take(kit) is None
    with pytest.raises(LeaseLostError):
        async with kit.backend.work.begin() as work:
            await work.finish_job("a", job.fence, state="done")


async def test_a_failed_attempt_comes_again_after_its_delay(kit: Kit) -> None:
    """With the next attempt and fence."""
    await enqueue(kit, "a")
    job = await kit.backend.jobs.take(KINDS, holder="h", lease_s=10)
    assert job is not None
    async with kit.backend.work.begin() as work:
        await work.retry_job("a", job.fence, fault=FAULT, delay_s=5)
    assert await take(kit) is None
    await kit.pass_time(6)
    again = await kit.backend.jobs.take(KINDS, holder="h", lease_s=10)
    assert again is not None
    assert (again.attempt, again.fence) == (2, 2)


async def test_a_job_that_is_handed_back_was_not_tried(kit: Kit) -> None:
    """It can be taken at once, under a newer fence, as the same attempt; the old fence is refused."""
    await enqueue(kit, "a")
    job = await kit.backend.jobs.take(KINDS, holder="h", lease_s=10)
    assert job is not None
    async with kit.backend.work.begin() as work:
        await work.hand_back_job("a", job.fence)
    again = await kit.backend.jobs.take(KINDS, holder="h", lease_s=10)
    assert again is not None
    assert (again.attempt, again.fence) == (1, 2)
    with pytest.raises(LeaseLostError):
        async with kit.backend.work.begin() as work:
            await work.hand_back_job("a", job.fence)


async def test_cancelling_ends_queued_and_running_jobs_up_to_a_run(kit: Kit) -> None:
    """Their results are refused; other requests and later runs go on."""
    await enqueue(kit, "running", "queued")
    await enqueue(kit, "later", run_no=2)
    await enqueue(kit, "foreign", request_id="other")
    job = await kit.backend.jobs.take(KINDS, holder="h", lease_s=10)
    assert job is not None
    async with kit.backend.work.begin() as work:
        await work.apply(CancelJobs(request_id="r", run_no=1))
    assert not await kit.backend.jobs.renew("running", job.fence, lease_s=10)
    with pytest.raises(LeaseLostError):
        async with kit.backend.work.begin() as work:
            await work.touch_job("running", job.fence)
    assert [await take(kit) for _ in range(3)] == ["later", "foreign", None]


async def test_many_workers_take_every_job_once(kit: Kit) -> None:
    """Through connections of several processes."""
    other = await kit.again()
    await enqueue(kit, *(f"j{n}" for n in range(20)))
    takes = [backend.jobs.take(KINDS, holder="h", lease_s=60) for _ in range(12) for backend in (kit.backend, other)]
    taken = [job.job_id for job in await asyncio.gather(*takes) if job is not None]
    while (more := await take(kit, lease_s=60)) is not None:
        taken.append(more)
    assert sorted(taken) == sorted(f"j{n}" for n in range(20))


async def taken(kit: Kit, *, lease_s: float = 10, adopt: bool = True) -> LeasedJob:
    """Take a job that must be there."""
    job = await kit.backend.jobs.take(KINDS, holder="h", lease_s=lease_s, adopt=adopt)
    assert job is not None
    return job


async def test_the_urgent_come_first_and_tenants_take_turns_among_them(kit: Kit) -> None:
    """Priority before turns, turns before age."""
    await enqueue(kit, "a1", tenant="a")
    await enqueue(kit, "a2", "a3", tenant="a", priority=5)
    await enqueue(kit, "b1", tenant="b", priority=5)
    assert [await take(kit) for _ in range(4)] == ["a2", "b1", "a3", "a1"]


async def test_failures_count_apart_from_takes(kit: Kit) -> None:
    """A worker that was killed has not failed."""
    await enqueue(kit, "a")
    await taken(kit, lease_s=1)
    await kit.pass_time(2)
    job = await taken(kit)
    assert (job.attempt, job.failures, job.idle_takes) == (2, 0, 2)
    async with kit.backend.work.begin() as work:
        await work.retry_job("a", job.fence, fault=FAULT, delay_s=0)
    job = await taken(kit)
    assert (job.attempt, job.failures, job.idle_takes) == (3, 1, 3)


async def test_a_checkpoint_comes_back_with_the_job(kit: Kit) -> None:
    """The newest one, under the fence; takes without one are counted anew."""
    await enqueue(kit, "a")
    stale = await taken(kit, lease_s=1)
    await kit.pass_time(2)
    job = await taken(kit, lease_s=1)
    assert job.checkpoint is None
    with pytest.raises(LeaseLostError):
        async with kit.backend.work.begin() as work:
            await work.keep_checkpoint("a", stale.fence, b"stale")
    for checkpoint in (b"1", b"2"):
        async with kit.backend.work.begin() as work:
            await work.keep_checkpoint("a", job.fence, checkpoint)
    await kit.pass_time(2)
    job = await taken(kit)
    assert (job.checkpoint, job.idle_takes) == (b"2", 1)


async def test_handing_back_can_wait_and_costs_nothing(kit: Kit) -> None:
    """Neither an attempt nor an idle take."""
    await enqueue(kit, "a")
    job = await taken(kit)
    async with kit.backend.work.begin() as work:
        await work.hand_back_job("a", job.fence, delay_s=5)
    assert await take(kit) is None
    await kit.pass_time(6)
    job = await taken(kit)
    assert (job.attempt, job.failures, job.idle_takes) == (1, 0, 1)


async def test_expired_jobs_are_left_to_their_holders_where_asked(kit: Kit) -> None:
    """After an outage only queued ones are taken; whoever held one renews it."""
    await enqueue(kit, "a")
    job = await taken(kit, lease_s=1)
    await kit.pass_time(2)
    await enqueue(kit, "b")
    assert (await taken(kit, adopt=False)).job_id == "b"
    assert await kit.backend.jobs.take(KINDS, holder="h", lease_s=1, adopt=False) is None
    assert await kit.backend.jobs.renew("a", job.fence, lease_s=1)


async def test_a_deadline_is_told_with_the_job(kit: Kit) -> None:
    """Whether it has passed is judged by the backend's clock."""
    past, future = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
    await enqueue(kit, "late", deadline_at=past)
    await enqueue(kit, "early", deadline_at=future)
    await enqueue(kit, "free")
    told = [await taken(kit) for _ in range(3)]
    assert [(job.deadline_at, job.overdue) for job in told] == [(past, True), (future, False), (None, False)]


async def test_a_run_cancelled_before_its_command_is_read_does_not_begin(kit: Kit) -> None:
    """Later runs do; cancelling an earlier run again takes nothing back."""
    for run_no in (2, 1):
        async with kit.backend.work.begin() as work:
            await work.apply(CancelJobs(request_id="r", run_no=run_no))
    await enqueue(kit, "one", run_no=1)
    await enqueue(kit, "two", run_no=2)
    await enqueue(kit, "three", run_no=3)
    assert [await take(kit) for _ in range(2)] == ["three", None]
    assert (await kit.backend.counters.open_work())["jobs"] == 1


async def test_cancelling_and_accepting_at_once_leaves_no_job_behind(kit: Kit) -> None:
    """Whoever comes second sees the first."""

    async def cancel() -> None:
        async with kit.backend.work.begin() as work:
            await work.apply(CancelJobs(request_id="r", run_no=1))
            await asyncio.sleep(0)

    for n in range(10):
        outcomes = await asyncio.gather(enqueue(kit, f"j{n}"), cancel(), return_exceptions=True)
        assert all(outcome is None or isinstance(outcome, TransientError) for outcome in outcomes)
        assert outcomes[1] is None or await take(kit) in {None, f"j{n}"}
    assert await take(kit) is None


async def test_the_backlog_tells_what_waits_and_what_runs(kit: Kit) -> None:
    """An expired job waits again, one that is not due does not wait yet, other kinds do not count."""
    assert await kit.backend.jobs.backlog(KINDS) == Backlog()
    await enqueue(kit, "a", "b", "c")
    await kit.pass_time(7)
    job = await taken(kit, lease_s=100)
    async with kit.backend.work.begin() as work:
        await work.retry_job(job.job_id, job.fence, fault=FAULT, delay_s=1000)
    await taken(kit, lease_s=10)
    found = await kit.backend.jobs.backlog(KINDS)
    assert (found.waiting, found.running) == (1, 1)
    assert 7 <= found.oldest_s < 60
    await kit.pass_time(20)
    found = await kit.backend.jobs.backlog(KINDS)
    assert (found.waiting, found.running) == (2, 0)
    assert await kit.backend.jobs.backlog(("other",)) == Backlog()


async def test_a_store_of_its_own_sees_the_same_jobs(kit: Kit) -> None:
    """For heartbeats, apart from all other connections."""
    await enqueue(kit, "a")
    stores = kit.backend.job_stores
    if stores is None:
        pytest.skip("nothing can hold up a store in memory")
    async with stores.open() as store:
        job = await store.take(KINDS, holder="h", lease_s=10)
        assert job is not None
        assert await store.renew("a", job.fence, lease_s=10)
