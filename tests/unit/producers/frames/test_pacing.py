"""Pace: frames are due when their last sample would have been recorded, and lateness does not add up."""

import pytest

from grym.adapters.clock import VirtualClock
from grym.errors import InvalidRequestError
from producers.frames.pacing import Pace


@pytest.mark.parametrize(("speed", "took_s"), [(1.0, 3_600.0), (4.0, 900.0), (0.5, 7_200.0)])
async def test_an_hour_takes_an_hour(speed: float, took_s: float) -> None:
    """The last of 36,000 frames is due to the microsecond, whatever was added up on the way."""
    clock = VirtualClock()
    pace = Pace(clock, sample_rate_hz=44_100, speed=speed)
    pace.due_s(0)

    async def play() -> None:
        for number in range(1, 36_001):
            await pace.until(number * 4_410)

    # One sleep to the end is as good as all of them: every frame is due by the first instant alone.
    await clock.advance(took_s / 2)
    assert pace.due_s(36_000 * 4_410) == pytest.approx(took_s, abs=1e-6)
    waiting = pace.until(36_000 * 4_410)
    await clock.run(waiting)
    assert clock.monotonic_s() == pytest.approx(took_s, abs=1e-6)
    await play()
    assert clock.monotonic_s() == pytest.approx(took_s, abs=1e-6)


async def test_who_was_held_up_catches_up_at_once() -> None:
    """After a stop of a second, what was due meanwhile is not waited for."""
    clock = VirtualClock()
    pace = Pace(clock, sample_rate_hz=1_000)
    await clock.run(pace.until(100))
    await clock.advance(1.0)
    at_s = clock.monotonic_s()
    for number in range(2, 11):
        await pace.until(number * 100)
    assert clock.monotonic_s() == at_s


async def test_infinite_speed_waits_for_nothing() -> None:
    """As fast as it is taken."""
    clock = VirtualClock()
    await Pace(clock, sample_rate_hz=8_000, speed=float("inf")).until(10**9)
    assert clock.monotonic_s() == 0.0


async def test_a_stream_taken_up_again_counts_from_there() -> None:
    """The first frame after a restart is due after its own length."""
    clock = VirtualClock()
    assert Pace(clock, sample_rate_hz=1_000, first_sample=50_000).due_s(50_100) == pytest.approx(0.1)


@pytest.mark.parametrize("speed", [0.0, -1.0, float("nan")])
def test_a_speed_that_plays_nothing_is_refused(speed: float) -> None:
    """By name, with a hint."""
    with pytest.raises(InvalidRequestError) as caught:
        Pace(VirtualClock(), sample_rate_hz=8_000, speed=speed)
    assert caught.value.code == "stream.speed"
