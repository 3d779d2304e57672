"""Heartbeats: in the worker's loop in virtual time, and in a thread that a blocked loop does not stop."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from consumers.jobs.heart import LoopHeart, ThreadHeart, heart_for
from grym.adapters.clock import SystemClock
from grym.errors import LeaseLostError, UnavailableError
from grym.ports.jobs import Backlog, JobStore, LeasedJob
from tests.contract.fakes import EPOCH, LoopClock, message, run_virtual
from tests.contract.probe import WISH, open_world

QUICK_LEASE_S = 0.02
PATIENCE_S = 60.0  # a test that waits this long has failed

JOB = LeasedJob(
    job_id="j1",
    kind="generation",
    request_id="r1",
    run_no=1,
    tenant="t",
    message=message(WISH),
    attempt=1,
    fence=1,
    created_at=EPOCH,
)


class Renewals:
    """A store that counts renewals, says where they came from, and answers as it is told."""

    def __init__(self, *answers: bool | Exception) -> None:
        self.answers = list(answers)
        self.threads: set[int] = set()
        self.count = 0
        self.third = threading.Event()

    async def renew(self, job_id: str, fence: int, *, lease_s: float) -> bool:
        """Give the next answer; True when none is left."""
        assert (job_id, fence, lease_s > 0) == (JOB.job_id, JOB.fence, True)
        self.threads.add(threading.get_ident())
        self.count += 1
        if self.count == 3:
            self.third.set()
        answer = self.answers.pop(0) if self.answers else True
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def take(self, kinds: tuple[str, ...], *, holder: str, lease_s: float, adopt: bool = True) -> None:
        """Hearts take nothing."""
        raise AssertionError((kinds, holder, lease_s, adopt))

    async def backlog(self, kinds: tuple[str, ...]) -> Backlog:
        """Hearts do not look at the queue."""
        raise AssertionError(kinds)


class Stores:
    """Opens the one store, or fails."""

    def __init__(self, store: JobStore, error: Exception | None = None) -> None:
        self.store = store
        self.error = error
        self.closed = False

    @asynccontextmanager
    async def open(self) -> AsyncIterator[JobStore]:
        """Open it."""
        if self.error is not None:
            raise self.error
        yield self.store
        self.closed = True


def test_a_beat_lasts_until_it_is_refused() -> None:
    """Four times per lease, through an outage, and no longer than the answer is yes."""

    async def work() -> None:
        store, clock = Renewals(True, UnavailableError("away"), True, False), LoopClock()
        with pytest.raises(LeaseLostError):
            await LoopHeart(store, clock, lease_s=8.0).beat(JOB)
        assert clock.monotonic_s() == pytest.approx(8.0)
        assert store.count == 4

    run_virtual(work())


def test_memory_beats_in_the_loop() -> None:
    """Virtual time needs no thread, and would not bear one."""

    async def work() -> None:
        world = open_world()
        assert isinstance(heart_for(world.backend, world.clock, lease_s=1.0), LoopHeart)

    run_virtual(work())


async def test_a_blocked_loop_does_not_stop_the_heart() -> None:
    """Three renewals come while nothing else in the loop can move."""
    store = Renewals()
    stores = Stores(store)
    async with ThreadHeart(stores, SystemClock(), lease_s=QUICK_LEASE_S) as heart:
        beating = asyncio.create_task(heart.beat(JOB))
        await asyncio.sleep(0)
        came = store.third.wait(PATIENCE_S)  # blocks the loop on purpose
        beating.cancel()
        assert await asyncio.gather(beating, return_exceptions=True)
    assert came
    assert store.threads.isdisjoint({threading.get_ident()})
    assert stores.closed


async def test_a_refusal_reaches_the_worker() -> None:
    """The loss is raised where the work is watched."""
    store = Renewals(UnavailableError("away"), False)
    async with ThreadHeart(Stores(store), SystemClock(), lease_s=QUICK_LEASE_S) as heart:
        with pytest.raises(LeaseLostError):
            await heart.beat(JOB)
    assert store.count == 2


async def test_a_cancelled_beat_ends_in_the_thread_too() -> None:
    """A job that is done is renewed no more, while others are."""
    done, other = Renewals(), Renewals()

    class Both(Renewals):
        async def renew(self, job_id: str, fence: int, *, lease_s: float) -> bool:
            assert job_id == f"j{fence}"
            return await (done if fence == 1 else other).renew(JOB.job_id, JOB.fence, lease_s=lease_s)

    running = LeasedJob(
        job_id="j2",
        kind="generation",
        request_id="r2",
        run_no=1,
        tenant="t",
        message=JOB.message,
        attempt=1,
        fence=2,
        created_at=EPOCH,
    )
    async with ThreadHeart(Stores(Both()), SystemClock(), lease_s=QUICK_LEASE_S) as heart:
        first, second = asyncio.create_task(heart.beat(JOB)), asyncio.create_task(heart.beat(running))
        assert await asyncio.to_thread(done.third.wait, PATIENCE_S)
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        other.third.clear()
        other.count = 0
        assert await asyncio.to_thread(other.third.wait, PATIENCE_S)
        counted = done.count
        other.third.clear()
        other.count = 0
        assert await asyncio.to_thread(other.third.wait, PATIENCE_S)
        assert done.count == counted
        second.cancel()
        await asyncio.gather(second, return_exceptions=True)


async def test_a_store_that_cannot_be_opened_is_told() -> None:
    """Without a heart nobody may take jobs."""
    heart = ThreadHeart(Stores(Renewals(), UnavailableError("no", code="db.unreachable")), SystemClock(), lease_s=1.0)
    with pytest.raises(UnavailableError) as caught:
        async with heart:
            raise AssertionError("never entered")
    assert caught.value.code == "db.unreachable"
