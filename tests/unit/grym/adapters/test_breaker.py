"""Breakers leave an ill dependency alone, find out with one call whether it is well, and blame nobody else."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grym.adapters.breaker import AsyncBreaker, BreakerSettings, ProcessBreakers
from grym.adapters.clock import SystemClock, VirtualClock
from grym.errors import AdapterError, ContractError, LeaseLostError, UnavailableError
from grym.ports.breaker import Breaker, BreakerChange, BreakerOpenError, Breakers, BreakerState, NoBreakers
from grym.ports.work import StateConflictError

SETTINGS = BreakerSettings(failures=3, reset_s=5.0)


async def well() -> str:
    """Answer."""
    return "well"


def failing(error: BaseException) -> Callable[[], Awaitable[str]]:
    """Return a call that fails."""

    async def call() -> str:
        raise error

    return call


def state_of(breaker: Breaker) -> str:
    """Return the state as plain text, which a type checker does not take for unchangeable."""
    return breaker.state


async def fail(breaker: Breaker, times: int = 3) -> None:
    """Let calls fail."""
    for _ in range(times):
        with pytest.raises(UnavailableError, match="away"):
            await breaker.call(failing(UnavailableError("away")))


def virtually(work: Callable[[VirtualClock], Coroutine[Any, Any, None]]) -> None:
    """Run a test in virtual time."""
    clock = VirtualClock()
    asyncio.run(clock.run(work(clock)))


def test_opens_after_failures_in_a_row_and_shows_the_real_error() -> None:
    """Every failing caller sees what really happened; afterwards no call is made and the dependency is named."""

    async def work(clock: VirtualClock) -> None:
        breaker: Breaker = AsyncBreaker("store", clock=clock, settings=SETTINGS)
        await fail(breaker, 2)
        assert state_of(breaker) == "closed"
        await fail(breaker, 1)
        assert state_of(breaker) == "open"
        assert breaker.retry_after_s == 5.0
        with pytest.raises(BreakerOpenError) as refused:
            await breaker.call(well)
        assert refused.value.code == "breaker.open"
        assert refused.value.details == {"dependency": "store"}
        assert refused.value.retry_after_s == 5.0

    virtually(work)


def test_a_success_starts_the_count_again() -> None:
    """Two failures, one success and two failures are no three in a row."""

    async def work(clock: VirtualClock) -> None:
        breaker = AsyncBreaker("store", clock=clock, settings=SETTINGS)
        await fail(breaker, 2)
        assert await breaker.call(well) == "well"
        await fail(breaker, 2)
        assert state_of(breaker) == "closed"

    virtually(work)


@pytest.mark.parametrize(
    "neutral", [ContractError("theirs"), StateConflictError("again"), LeaseLostError("lost"), asyncio.CancelledError()]
)
def test_what_is_not_the_dependencys_fault_is_neutral(neutral: BaseException) -> None:
    """It counts neither as a failure nor as a success, also when it falls between failures."""

    async def work(clock: VirtualClock) -> None:
        breaker = AsyncBreaker("store", clock=clock, settings=SETTINGS)
        for _ in range(10):
            with pytest.raises(type(neutral)):
                await breaker.call(failing(neutral))
        assert state_of(breaker) == "closed"
        await fail(breaker, 2)
        with pytest.raises(type(neutral)):
            await breaker.call(failing(neutral))
        await fail(breaker, 1)
        assert state_of(breaker) == "open"

    virtually(work)


def test_an_error_nobody_translated_counts() -> None:
    """A bare error of a library says that something is wrong."""

    async def work(clock: VirtualClock) -> None:
        breaker = AsyncBreaker("store", clock=clock, settings=SETTINGS)
        for _ in range(3):
            with pytest.raises(OSError, match="wire"):
                await breaker.call(failing(OSError("wire")))
        assert state_of(breaker) == "open"

    virtually(work)


def test_one_of_twenty_tries_when_it_is_time() -> None:
    """While one call finds out, nineteen are rejected at once; its success closes the breaker for all."""

    async def work(clock: VirtualClock) -> None:
        breaker = AsyncBreaker("store", clock=clock, settings=SETTINGS)
        await fail(breaker)
        await clock.sleep(5.0)
        made = 0

        async def slow() -> str:
            nonlocal made
            made += 1
            await clock.sleep(1.0)
            return "well"

        outcomes = await asyncio.gather(*(breaker.call(slow) for _ in range(20)), return_exceptions=True)
        assert made == 1
        assert outcomes.count("well") == 1
        assert sum(isinstance(outcome, BreakerOpenError) for outcome in outcomes) == 19
        assert breaker.rejections == 19
        assert state_of(breaker) == "closed"

    virtually(work)


def test_a_failed_try_opens_it_for_as_long_again() -> None:
    """The time to the next try counts from the failed one."""

    async def work(clock: VirtualClock) -> None:
        breaker = AsyncBreaker("store", clock=clock, settings=SETTINGS)
        await fail(breaker)
        await clock.sleep(7.0)
        await fail(breaker, 1)
        assert state_of(breaker) == "open"
        assert breaker.retry_after_s == 5.0

    virtually(work)


@pytest.mark.parametrize("neutral", [ContractError("theirs"), asyncio.CancelledError()])
def test_a_neutral_try_leaves_the_turn_to_the_next(neutral: BaseException) -> None:
    """A try that was cancelled or met a client error found nothing out; another may try at once."""

    async def work(clock: VirtualClock) -> None:
        breaker = AsyncBreaker("store", clock=clock, settings=SETTINGS)
        await fail(breaker)
        await clock.sleep(5.0)
        with pytest.raises(type(neutral)):
            await breaker.call(failing(neutral))
        assert (breaker.state, breaker.blocks) == ("half-open", False)
        assert await breaker.call(well) == "well"
        assert state_of(breaker) == "closed"

    virtually(work)


def test_late_results_of_an_earlier_state_say_nothing() -> None:
    """A call admitted before the breaker opened neither closes nor opens it while somebody else tries."""

    async def work(clock: VirtualClock) -> None:
        breaker = AsyncBreaker("store", clock=clock, settings=SETTINGS)

        async def late(error: Exception | None) -> str:
            await clock.sleep(6.0)
            if error is not None:
                raise error
            return "late"

        early = [asyncio.ensure_future(breaker.call(lambda: late(None)))]
        early.append(asyncio.ensure_future(breaker.call(lambda: late(UnavailableError("away")))))
        await clock.sleep(0)
        await fail(breaker)

        async def trying() -> str:
            await clock.sleep(3.0)
            return "tried"

        await clock.sleep(5.0)
        trial = asyncio.ensure_future(breaker.call(trying))
        results = await asyncio.gather(*early, return_exceptions=True)
        assert results[0] == "late"
        assert state_of(breaker) == "half-open"
        assert await trial == "tried"
        assert state_of(breaker) == "closed"

    virtually(work)


def test_a_call_beyond_its_limit_counts() -> None:
    """The limit lies inside the breaker; the caller is told what took too long."""

    async def work() -> None:
        settings = BreakerSettings(failures=1, limit_s=0.01)
        breaker = AsyncBreaker("store", clock=SystemClock(), settings=settings)
        with pytest.raises(AdapterError) as late:
            await breaker.call(asyncio.Event().wait)
        assert late.value.code == "dependency.timeout"
        assert state_of(breaker) == "open"

    asyncio.run(work())


def test_changes_are_told_in_order_with_their_time() -> None:
    """Whoever listens hears of every change once."""

    async def work(clock: VirtualClock) -> None:
        heard: list[BreakerChange] = []
        breaker = AsyncBreaker("store", clock=clock, settings=SETTINGS, tell=heard.append)
        await fail(breaker)
        await clock.sleep(5.0)
        await breaker.call(well)
        assert [(change.before, change.state) for change in heard] == [
            ("closed", "open"),
            ("open", "half-open"),
            ("half-open", "closed"),
        ]
        assert [(change.at - heard[0].at).total_seconds() for change in heard] == [0, 5, 5]
        assert breaker.changes == 3

    virtually(work)


def test_processors_wait_only_for_what_they_need() -> None:
    """A required dependency blocks its processors until it may be tried; an optional one blocks nobody."""

    async def work(clock: VirtualClock) -> None:
        breakers = ProcessBreakers(
            clock=clock, needs={"features": ("store",)}, settings={"store": SETTINGS, "cache": SETTINGS}
        )
        port: Breakers = breakers
        assert port.blocking("features") is None
        await fail(breakers.breaker("cache"))
        assert port.blocking("features") is None
        await fail(breakers.breaker("store"))
        assert port.blocking("features") == "store"
        assert port.blocking("coordinator") is None
        await port.wait_until_clear("coordinator")
        before_s = clock.monotonic_s()
        await port.wait_until_clear("features")
        assert clock.monotonic_s() - before_s == 5.0
        assert port.states() == {"store": "open", "cache": "open"}

    virtually(work)


def test_waiting_ends_when_somebody_else_has_found_out() -> None:
    """Those who wait while one tries go on as soon as it has succeeded, and wait again when it has failed."""

    async def work(clock: VirtualClock) -> None:
        breakers = ProcessBreakers(clock=clock, needs={"features": ("store",)}, settings={"store": SETTINGS})
        store = breakers.breaker("store")
        await fail(store)
        await clock.sleep(5.0)

        async def fails_late() -> str:
            await clock.sleep(2.0)
            raise UnavailableError("away")

        trial = asyncio.ensure_future(store.call(fails_late))
        await clock.sleep(0)
        began_s = clock.monotonic_s()
        await breakers.wait_until_clear("features")
        assert clock.monotonic_s() - began_s == 7.0
        with pytest.raises(UnavailableError):
            await trial

    virtually(work)


def test_attempts_are_excused_while_a_needed_dependency_is_away() -> None:
    """What failed on the dependency does not count; what the event itself failed with does."""

    async def work(clock: VirtualClock) -> None:
        breakers = ProcessBreakers(clock=clock, needs={"features": ("store",)}, settings={"store": SETTINGS})
        away = UnavailableError("away")
        assert not breakers.excuses("features", away)
        await fail(breakers.breaker("store"))
        assert breakers.excuses("features", away)
        assert breakers.excuses("coordinator", BreakerOpenError("open"))
        assert not breakers.excuses("coordinator", away)
        assert not breakers.excuses("features", ContractError("theirs"))
        assert not breakers.excuses("features", ValueError("bug"))

    virtually(work)


def test_without_breakers_nobody_waits() -> None:
    """The stand-in for parts without dependencies lets everything pass."""

    async def work(clock: VirtualClock) -> None:
        del clock
        none: Breakers = NoBreakers()
        await fail(none.breaker("store"), 20)
        assert none.breaker("store").state == "closed"
        assert none.blocking("features") is None
        await none.wait_until_clear("features")
        assert none.excuses("features", BreakerOpenError("open"))

    virtually(work)


def test_states_are_numbers_on_the_wire() -> None:
    """Metrics tell state, changes, failures and rejections by dependency."""

    async def work(clock: VirtualClock) -> None:
        breakers = ProcessBreakers(clock=clock, settings={"store": SETTINGS})
        await fail(breakers.breaker("store"))
        with pytest.raises(BreakerOpenError):
            await breakers.breaker("store").call(well)
        told = {(sample.name, sample.of): sample.value for sample in breakers.samples()}
        assert told == {
            ("breaker_state", "store"): 2,
            ("breaker_changes", "store"): 1,
            ("breaker_failures", "store"): 3,
            ("breaker_rejections", "store"): 1,
        }

    virtually(work)


STEPS = st.lists(st.sampled_from(["ok", "fail", "neutral", "wait"]), max_size=60)


@given(steps=STEPS)
def test_state_follows_the_rules_whatever_happens(steps: list[str]) -> None:
    """Against a model of a dozen lines: the state, and whether the call was made, agree after every step."""

    async def work(clock: VirtualClock) -> None:
        breaker = AsyncBreaker("store", clock=clock, settings=SETTINGS)
        state: BreakerState = "closed"
        failures, open_for_s = 0, 0.0
        for step in steps:
            if step == "wait":
                await clock.sleep(2.0)
                open_for_s += 2.0
                continue
            if state == "open" and open_for_s >= 5.0:
                state = "half-open"
            expected_made = state != "open"
            made = await _step(breaker, step)
            if expected_made and step == "ok":
                state, failures = "closed", 0
            if expected_made and step == "fail":
                failures += 1
                if state == "half-open" or failures >= 3:
                    state, open_for_s = "open", 0.0
            assert (made, breaker.state) == (expected_made, state)

    virtually(work)


async def _step(breaker: AsyncBreaker, step: str) -> bool:
    calls = {"ok": well, "fail": failing(UnavailableError("away")), "neutral": failing(ContractError("theirs"))}
    made = False

    async def noted() -> str:
        nonlocal made
        made = True
        return await calls[step]()

    with contextlib.suppress(BreakerOpenError, UnavailableError, ContractError):
        await breaker.call(noted)
    return made
