"""The alerts that are not about sound: what else may be wrong with a stream, in words."""

from schemas.live import AlertRaised
from streams.live.telling import TIME_DIGITS

SAID = {
    "second_source": "another sender uses the id of this stream; what it sends is not heard",
    "reused": "the id of this stream was used before; choose a new one for each stream",
    "after_end": "sound came after the stream had ended; it is not heard",
    "unrecognised": "pattern memory does not answer; the stream is heard without it",
    "recognition_behind": "pattern memory cannot be asked about every second of this stream",
    "broken_frame": "a record could not be read; it is a dead letter",
}
"""A sentence for each name; those about sound are in `grym.domain.live.alerts`."""


def alert(name: str, at_s: float, *, count: int = 1, over: bool = False) -> AlertRaised:
    """Return an alert at an instant of the stream."""
    return AlertRaised(name=name, at_s=round(at_s, TIME_DIGITS), count=count, over=over, message=SAID[name])


def is_told(count: int) -> bool:
    """Return whether the count-th time of something is told of: the first, and whenever the count has doubled."""
    return not count & (count - 1)
