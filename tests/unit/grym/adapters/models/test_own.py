"""The embedding of the analysis behind the port of the others."""

import numpy as np
import pytest

from grym.adapters.models.serving import opened_extractor
from grym.domain.signal import Signal
from grym.errors import InvalidAudioError, InvalidVectorError

RATE_HZ = 22_050


def noise(seconds: float) -> Signal:
    """Return seeded noise that swells twice a second."""
    count = round(seconds * RATE_HZ)
    swell = 1.0 - (np.arange(count) / RATE_HZ * 2.0) % 1.0
    samples = 0.3 * swell * np.random.default_rng(7).standard_normal(count)
    return Signal(samples=samples[None].astype(np.float32), sample_rate_hz=RATE_HZ)


def test_windows_overlap_by_half_and_end_with_the_sound() -> None:
    """Twelve seconds are two windows of ten; nothing here was learned."""
    found = opened_extractor(None, "dsp").extract(noise(12.0))
    assert found.frames.shape == (2, 96)
    assert found.times_s == pytest.approx([5.0, 7.0])
    assert np.linalg.norm(found.pooled) == pytest.approx(1.0, abs=1e-5)
    assert (found.name, found.pretrained, found.dim) == ("dsp", False, 96)


def test_silence_and_a_blink_are_refused_by_name() -> None:
    """A vector of zeros is no success, and less than a window of analysis is too short."""
    with pytest.raises(InvalidVectorError, match="zeros"):
        opened_extractor(None, "dsp").extract(
            Signal(samples=np.zeros((1, 2 * RATE_HZ), dtype=np.float32), sample_rate_hz=RATE_HZ)
        )
    with pytest.raises(InvalidAudioError, match="too short"):
        opened_extractor(None, "dsp").extract(noise(0.01))
