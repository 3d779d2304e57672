"""Memory lets work in, slows it down, or keeps it waiting."""

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.admission import (
    AdmissionSettings,
    AdmittedPublisher,
    Level,
    MemoryAdmission,
    delay_s,
    level_of,
)
from consumers.telemetry import Telemetry
from grym.adapters.clock import VirtualClock
from grym.errors import SaturatedError
from schemas.records import Message

SETTINGS = AdmissionSettings()


class FixedMemory:
    """A memory of 1,000 bytes whose use is set by the test."""

    limit_bytes = 1000

    def __init__(self, used_bytes: int = 0) -> None:
        self.used = used_bytes
        self.looks = 0

    def used_bytes(self) -> int:
        """Return what was set."""
        self.looks += 1
        return self.used


@pytest.mark.parametrize(
    ("used", "level"),
    [
        (0, Level.NORMAL),
        (800, Level.NORMAL),
        (801, Level.SLOW),
        (900, Level.SLOW),
        (901, Level.SATURATED),
        (2000, Level.SATURATED),
    ],
)
def test_levels_begin_past_their_share(used: int, level: Level) -> None:
    """Past 80 % slow, past 90 % saturated."""
    assert level_of(used, 1000, SETTINGS) is level


@given(used=st.integers(0, 3000), more=st.integers(0, 500))
def test_more_memory_never_means_less_patience(used: int, more: int) -> None:
    """Level and delay rise together, from nothing to the most."""
    assert level_of(used, 1000, SETTINGS) <= level_of(used + more, 1000, SETTINGS)
    assert delay_s(used, 1000, SETTINGS) <= delay_s(used + more, 1000, SETTINGS)
    assert 0 <= delay_s(used, 1000, SETTINGS) <= SETTINGS.max_delay_s
    assert (delay_s(used, 1000, SETTINGS) > 0) == (level_of(used, 1000, SETTINGS) > Level.NORMAL)


def test_batches_wait_as_memory_asks_for() -> None:
    """Not at all, half the most half way, and as long as it is saturated."""

    async def work(clock: VirtualClock) -> None:
        memory, telemetry = FixedMemory(800), Telemetry()
        admission = MemoryAdmission(memory, clock, telemetry)
        await admission.admit()
        assert clock.monotonic_s() == 0
        memory.used = 850
        await clock.sleep(1)
        await admission.admit()
        assert clock.monotonic_s() == pytest.approx(1.25)
        memory.used = 950
        await clock.sleep(0.75)
        waiting = asyncio.ensure_future(admission.admit())
        await clock.sleep(60)
        assert not waiting.done()
        memory.used = 100
        await waiting
        assert clock.monotonic_s() < 63
        assert telemetry.counts["memory_waits"] > 100

    clock = VirtualClock()
    asyncio.run(clock.run(work(clock)))


def test_memory_is_looked_at_now_and_then_only() -> None:
    """A thousand batches at one instant look once."""

    async def work() -> None:
        memory = FixedMemory()
        admission = MemoryAdmission(memory, VirtualClock())
        for _ in range(1000):
            await admission.admit()
        assert memory.looks == 1

    asyncio.run(work())


class Kept:
    """A publisher that keeps what it is given."""

    def __init__(self) -> None:
        self.messages: list[Message] = []

    async def publish(self, messages: Sequence[Message]) -> None:
        """Keep them."""
        self.messages += messages


def test_producers_are_refused_while_saturated() -> None:
    """Nothing is stored, and the error says when to come back."""

    async def work() -> None:
        memory, clock, telemetry, kept = FixedMemory(901), VirtualClock(), Telemetry(), Kept()
        publisher = AdmittedPublisher(kept, MemoryAdmission(memory, clock, telemetry))
        message = Message(topic="grym.requests.v1", key=b"r1", value=b"{}", headers=())
        with pytest.raises(SaturatedError) as refused:
            await publisher.publish([message])
        assert refused.value.code == "memory.saturated"
        assert refused.value.retry_after_s is not None
        assert kept.messages == []
        assert telemetry.counts["publishes_refused"] == 1
        memory.used = 900
        await clock.advance(1)
        await publisher.publish([message])
        assert kept.messages == [message]

    asyncio.run(work())


def test_use_limit_and_level_are_told() -> None:
    """Metrics of a memory that is short; none where there is nothing to watch."""
    admission = MemoryAdmission(FixedMemory(850), VirtualClock())
    told = {sample.name: sample.value for sample in admission.samples()}
    assert told == {"memory_used_bytes": 850, "memory_limit_bytes": 1000, "memory_level": 1}
    assert list(MemoryAdmission().samples()) == []
    assert MemoryAdmission().level is Level.NORMAL
