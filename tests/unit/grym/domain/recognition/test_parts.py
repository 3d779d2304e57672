"""Parts of imprints."""

import numpy as np
import pytest

from grym.domain.recognition.parts import PART_S, part_of, parts_of
from grym.domain.recognition.spectrum import FRAME_RATE_HZ
from grym.domain.recognition.taking import take_imprint
from tests.unit.grym.domain.recognition.sounds import signal, tune


def test_a_short_sound_is_its_only_part() -> None:
    """What is not much longer than a part stays whole."""
    imprint = take_imprint(signal(tune(1, seconds=25.0)))
    assert list(parts_of(imprint)) == [(0.0, imprint)]


@pytest.mark.parametrize("seconds", [31.0, 47.0, 90.0])
def test_parts_hold_everything_once(seconds: float) -> None:
    """The parts of a long sound hold all of its peaks, each once and where it was, and all of its tonal frames."""
    imprint = take_imprint(signal(tune(2, seconds=seconds)))
    parts = list(parts_of(imprint))
    assert len(parts) == round(seconds / PART_S)
    frames = np.concatenate([part.peaks.frames + round(begin_s * FRAME_RATE_HZ) for begin_s, part in parts])
    inside = imprint.peaks.frames < frames.max() + 1
    np.testing.assert_array_equal(np.unique(frames), np.unique(imprint.peaks.frames[inside]))
    assert sum(len(part.tonal.frames) for _, part in parts) >= len(imprint.tonal.frames) - 1
    assert sum(part.duration_s for _, part in parts) == pytest.approx(imprint.duration_s)


def test_a_part_is_what_it_would_leave_by_itself() -> None:
    """Peaks and windows of a part begin at its own beginning."""
    imprint = take_imprint(signal(tune(3, seconds=30.0)))
    begin_s, part = part_of(imprint, start_s=10.0, length_s=8.0)
    assert begin_s == pytest.approx(10.0, abs=0.05)
    assert 0 <= part.peaks.frames.min() <= part.peaks.frames.max() <= 8.0 * FRAME_RATE_HZ + 1
    assert part.windows.starts_s.max() <= 8.0 - 1.5
    first = round(begin_s * imprint.tonal.rate_hz)
    np.testing.assert_array_equal(part.tonal.frames, imprint.tonal.frames[first : first + len(part.tonal.frames)])
