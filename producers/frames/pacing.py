"""When a frame is due: as if it was recorded right now, or faster, by a clock that never goes back.

Every instant is counted from the first one, so nothing adds up: after an hour a frame is as late as its own wait.
A sender that was held up catches up at once, as a recorder with a buffer would.
"""

from grym.errors import InvalidRequestError
from grym.ports.clock import Clock


class Pace:
    """Holds the sound of one stream back to its speed.

    Parameters
    ----------
    sample_rate_hz
        Samples per second and channel.
    speed
        Seconds of sound per second of time; infinity holds nothing back.
    """

    def __init__(self, clock: Clock, *, sample_rate_hz: int, speed: float = 1.0, first_sample: int = 0) -> None:
        self._clock = clock
        self._per_s = sample_rate_hz * checked_speed(speed)
        self._first_sample = first_sample
        self._began_s: float | None = None

    def due_s(self, end_sample: int) -> float:
        """Return the instant at which sound up to `end_sample` is there; the first call begins the recording."""
        if self._began_s is None:
            self._began_s = self._clock.monotonic_s()
        return self._began_s + (end_sample - self._first_sample) / self._per_s

    async def until(self, end_sample: int) -> None:
        """Wait until sound up to `end_sample` is there."""
        left_s = self.due_s(end_sample) - self._clock.monotonic_s()
        if left_s > 0:
            await self._clock.sleep(left_s)


def checked_speed(speed: float) -> float:
    """Return a speed, refusing what is none.

    Raises
    ------
    InvalidRequestError
        ``stream.speed``.
    """
    if not speed > 0:
        raise InvalidRequestError(
            f"a speed of {speed:g} plays nothing",
            code="stream.speed",
            hint="1 is real time, 4 four times as fast, inf as fast as it is taken.",
        )
    return speed
