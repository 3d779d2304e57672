"""Tests of consumers.live.recent: the last seconds of a stream, in order and of one piece."""

import numpy as np
import pytest

from consumers.live.recent import Tail
from grym.domain.live.fresh import FreshSound

RATE_HZ = 11_025


def fresh(first_s: float, seconds: float, *, value: float = 0.5, missing_share: float = 0.0) -> FreshSound:
    """Return a stretch of equal samples."""
    samples = np.full(round(seconds * RATE_HZ), value, dtype=np.float32)
    return FreshSound(
        first_sample=round(first_s * RATE_HZ), rate_hz=RATE_HZ, samples=samples, missing_share=missing_share
    )


def test_nothing_is_asked_about_too_little() -> None:
    """A stretch must be long enough to be recognised."""
    tail = Tail(length_s=7.0)
    assert tail.recent(least_s=3.0) is None
    tail.add(fresh(0.0, 2.0))
    assert tail.recent(least_s=3.0) is None


def test_the_last_seconds_are_kept_and_no_more() -> None:
    """Their place on the stream's clock is told with them."""
    tail = Tail(length_s=7.0)
    for second in range(20):
        tail.add(fresh(float(second), 1.0, value=second / 20))
    recent = tail.recent(least_s=3.0)
    assert recent is not None
    assert (recent.stretch.start_s, recent.stretch.end_s) == pytest.approx((13.0, 20.0), abs=1e-3)
    assert recent.signal.duration_s == pytest.approx(7.0, abs=1e-3)
    assert (recent.signal.samples[0, 0], recent.signal.samples[0, -1]) == pytest.approx((13 / 20, 19 / 20), abs=1e-3)


def test_a_jump_begins_anew() -> None:
    """What lies before it is not one piece with what follows."""
    tail = Tail(length_s=7.0)
    tail.add(fresh(0.0, 5.0))
    tail.add(fresh(100.0, 4.0))
    recent = tail.recent(least_s=3.0)
    assert recent is not None
    assert recent.stretch.start_s == pytest.approx(100.0, abs=1e-3)


def test_silence_in_place_of_sound_is_not_asked_about() -> None:
    """A fifth may be missing, not more."""
    tail = Tail(length_s=7.0)
    tail.add(fresh(0.0, 4.0))
    tail.add(fresh(4.0, 1.0, missing_share=0.9))
    assert tail.recent(least_s=3.0) is not None
    tail.add(fresh(5.0, 1.0, missing_share=0.9))
    assert tail.recent(least_s=3.0) is None
