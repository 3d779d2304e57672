"""Features of what came too late."""

import numpy as np
import pytest

from grym.domain.live.facts import Features
from grym.domain.live.frame import Frame
from grym.domain.live.late import late_features
from grym.domain.live.stream import LiveStream
from tests.support.live import MONO, even, frames_of, heard, music, of

SOUND = music(MONO, seconds=1.2)


def late(frame: Frame, *parts: tuple[int, int]) -> list[Features]:
    """What is told of the parts of a frame."""
    return [features for features, _ in late_features(frame, parts, MONO)]


def test_every_window_the_frame_lies_in_is_told_once() -> None:
    """A frame from 0.45 s to 0.65 s lies in windows 4, 5 and 6."""
    frame = frames_of(SOUND[:, 19_845:28_665], [8_820], first_sample=19_845)[0]
    told = late(frame, (19_845, 28_665))
    assert [fact.window for fact in told] == [4, 5, 6]
    assert {(fact.late, fact.late_sequence) for fact in told} == {(True, 0)}
    assert [fact.missing_share for fact in told] == pytest.approx([0.5, 0.0, 0.5])


def test_a_window_that_came_whole_sounds_as_it_would_have() -> None:
    """With the frame before also in it, a late window has the features it would have had in time."""
    frames = even(SOUND)
    in_time = of(Features, heard(frames, LiveStream(MONO)))[5]
    wide = frames_of(SOUND[:, 2 * 4_410 : 6 * 4_410], [4 * 4_410], first_sample=2 * 4_410)[0]
    fact = next(fact for fact in late(wide, (2 * 4_410, 6 * 4_410)) if fact.window == 5)
    assert fact.rms_db == pytest.approx(in_time.rms_db)
    assert fact.centroid_hz == pytest.approx(in_time.centroid_hz, rel=1e-5)
    assert fact.true_peak_dbtp == pytest.approx(in_time.true_peak_dbtp, abs=1e-4)
    np.testing.assert_allclose(fact.mfcc, in_time.mfcc, atol=1e-3)
    assert fact.frames_folded == in_time.frames_folded


def test_only_the_parts_that_fill_gaps_are_heard() -> None:
    """What lies in a late frame but was heard before is silence here."""
    frame = frames_of(np.full((1, 4_410), 0.5, dtype=np.float32), [4_410])[0]
    (fact,) = late(frame, (0, 441), (3_969, 4_410))
    assert fact.missing_share == pytest.approx(0.8)
    assert fact.rms_db == pytest.approx(20.0 * np.log10(0.5) + 10.0 * np.log10(0.2), abs=0.01)


def test_peaks_come_along() -> None:
    """The true peak of each late window is given as a magnitude."""
    frame = even(SOUND)[3]
    ((_, peak),) = late_features(frame, ((frame.first_sample, frame.end_sample),), MONO)
    assert peak >= float(np.abs(frame.samples).max())
