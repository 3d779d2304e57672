"""What a load of live streams came to."""

import math

import pytest

from benchmarks.live.load import Heard, quantile, result_of
from schemas.live import FeaturesHeard, StreamEnded


def features(window: int) -> FeaturesHeard:
    """A window of features."""
    return FeaturesHeard(
        window=window,
        at_s=window / 10,
        end_s=(window + 1) / 10,
        rms_db=-20.0,
        centroid_hz=0.0,
        bandwidth_hz=0.0,
        rolloff_hz=0.0,
        flatness=1.0,
        flux=0.0,
        frames_folded=1,
    )


def test_a_stream_is_over_when_its_end_and_every_window_were_heard() -> None:
    """The end may come first: it lies in another topic."""
    heard = Heard()
    heard.take("features", "a", features(0), None)
    heard.take("ended", "b", StreamEnded(reason="ended", duration_s=0.2, windows=2), None)
    assert not heard.over
    heard.take("features", "c", features(1), None)
    assert heard.over


def test_lost_and_doubled_windows_are_counted() -> None:
    """A window that never came is lost; one under two ids was told in two versions."""
    heard = Heard()
    for event_id, window in (("a", 0), ("b", 0), ("a", 0), ("c", 2)):
        heard.take("features", event_id, features(window), None)
    found = result_of({"s": heard}, seconds=0.3, frames_lost=0)
    assert (found.lost, found.doubled) == (1, 1)


def test_quantiles() -> None:
    """Of values in any order; of none, no number."""
    assert quantile([3.0, 1.0, 2.0], 0.5) == 2.0
    assert math.isnan(quantile([], 0.5))
    assert quantile([1.0], 0.99) == pytest.approx(1.0)
