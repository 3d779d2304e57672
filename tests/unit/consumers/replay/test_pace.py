"""The pace of a replay: as slow as life, or half of the machine's time."""

from datetime import timedelta

import pytest

from consumers.replay.pace import BURST_S, EventClock, Pace
from grym.adapters.clock import VirtualClock
from tests.contract.fakes import EPOCH


async def test_ten_times_as_fast_as_life() -> None:
    """A minute of the span takes six seconds, however many events lie in it."""
    clock = VirtualClock()
    pace = Pace(clock, speed=10.0)

    async def follow() -> None:
        for second in (0, 1, 1, 30, 60):
            await pace.keep(EPOCH + timedelta(seconds=second))

    await clock.run(follow())
    assert clock.monotonic_s() == pytest.approx(6.0)


async def test_who_is_late_does_not_wait() -> None:
    """Events whose time has come are given at once."""
    clock = VirtualClock()
    pace = Pace(clock, speed=1.0)
    await pace.keep(EPOCH)
    await clock.advance(60.0)
    before_s = clock.monotonic_s()
    await clock.run(pace.keep(EPOCH + timedelta(seconds=30)))
    assert clock.monotonic_s() - before_s <= 60.0 + 1e-6


@pytest.mark.parametrize(("share", "rest"), [(0.5, 1.0), (0.25, 3.0)])
async def test_a_share_of_the_time_is_worked(share: float, rest: float) -> None:
    """After a burst it rests in proportion; shorter work goes on."""
    clock = VirtualClock()
    pace = Pace(clock, share=share)
    await clock.advance(BURST_S / 2)
    await clock.run(pace.keep(EPOCH))
    assert clock.monotonic_s() == pytest.approx(BURST_S / 2)
    await clock.advance(BURST_S)
    await clock.run(pace.keep(EPOCH))
    assert clock.monotonic_s() == pytest.approx(BURST_S * 1.5 * (1 + rest))


async def test_event_time_never_goes_back() -> None:
    """The clock of a shadow shows the latest instant it was shown; waiting passes at once."""
    clock = EventClock(EPOCH)
    clock.show(EPOCH + timedelta(seconds=5))
    clock.show(EPOCH)
    assert (clock.now(), clock.monotonic_s()) == (EPOCH + timedelta(seconds=5), 5.0)
    await clock.sleep(2.0)
    assert clock.now() == EPOCH + timedelta(seconds=7)
