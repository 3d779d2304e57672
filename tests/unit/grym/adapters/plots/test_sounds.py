"""What pictures of sound share: the spectrogram."""

import numpy as np
import pytest

from grym.adapters.plots.sounds import log_spectrogram
from grym.domain.signal import Signal

RATE_HZ = 44_100


def tone(*, hertz: float, seconds: float = 2.0) -> Signal:
    """Return a sine that starts in the second half."""
    times_s = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    samples = 0.5 * np.sin(2 * np.pi * hertz * times_s) * (times_s >= seconds / 2)
    return Signal(samples=samples.astype(np.float32)[None], sample_rate_hz=RATE_HZ)


@pytest.mark.parametrize("hertz", [55.0, 440.0, 7_040.0])
def test_the_spectrogram_shows_a_tone_where_it_is(hertz: float) -> None:
    """The loudest band contains the tone, at 0 dB, in the second half only."""
    edges_hz, levels_db = log_spectrogram(tone(hertz=hertz))
    band, column = np.unravel_index(int(np.argmax(levels_db)), levels_db.shape)
    assert edges_hz[band] * 0.97 <= hertz <= edges_hz[band + 1] * 1.03
    assert column > levels_db.shape[1] // 2
    assert levels_db.max() == pytest.approx(0.0, abs=1e-6)
    assert levels_db[:, : levels_db.shape[1] // 3].max() == pytest.approx(-80.0)
