"""Frames as values."""

import numpy as np
import pytest

from grym.domain.live.frame import Frame, StreamFormat
from grym.errors import InvalidAudioError

FRAME = Frame(
    sequence=3, first_sample=100, sample_rate_hz=8_000, samples=np.arange(20, dtype=np.float32).reshape(2, 10)
)


@pytest.mark.parametrize(("rate_hz", "channels"), [(7_999, 1), (192_001, 1), (8_000, 0), (8_000, 9)])
def test_formats_beyond_the_bounds_are_refused(rate_hz: int, channels: int) -> None:
    """Rates and channel counts that nothing takes are refused when the format is named."""
    with pytest.raises(InvalidAudioError):
        StreamFormat(sample_rate_hz=rate_hz, channels=channels)


def test_a_frame_knows_its_place_and_format() -> None:
    """Ten samples from 100 on end at 110; its format is its rate and its rows."""
    assert (FRAME.length_samples, FRAME.end_sample) == (10, 110)
    assert FRAME.format == StreamFormat(sample_rate_hz=8_000, channels=2)


def test_parts_join_to_the_frame() -> None:
    """Parts of at most 4 samples follow each other and carry the frame's number."""
    parts = list(FRAME.parts(most_samples=4))
    assert [(part.sequence, part.first_sample, part.length_samples) for part in parts] == [
        (3, 100, 4),
        (3, 104, 4),
        (3, 108, 2),
    ]
    np.testing.assert_array_equal(np.concatenate([part.samples for part in parts], axis=1), FRAME.samples)


@pytest.mark.parametrize(
    ("first", "end", "expected"),
    [(0, 1_000, (100, 110)), (105, 107, (105, 107)), (110, 120, (110, 110)), (0, 50, None)],
)
def test_between_cuts_to_the_clock(first: int, end: int, expected: tuple[int, int] | None) -> None:
    """What lies between two positions, and nothing where they do not meet."""
    part = FRAME.between(first, end)
    assert part.length_samples == (expected[1] - expected[0] if expected else 0)
    if expected:
        assert part.first_sample == expected[0]


def test_positions_become_seconds_and_windows_a_tenth() -> None:
    """44,100 samples are a second, and a window has 4,410 of them."""
    stream_format = StreamFormat(sample_rate_hz=44_100, channels=1)
    assert stream_format.seconds(44_100) == 1.0
    assert stream_format.window_samples == 4_410
