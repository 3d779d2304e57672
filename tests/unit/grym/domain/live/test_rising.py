"""The raw curves of a stream: the same for blocks of any size, and blind to level."""

import numpy as np
import pytest

from grym.domain.live.rising import CURVES, Rising
from grym.domain.spectral import describe
from grym.domain.stft import framing_for
from tests.unit.grym.domain.laboratory import Laboratory

FRAMING = framing_for(44_100)


def curves_of(mel: np.ndarray, block: int) -> np.ndarray:
    """Curves of frames that come in blocks of a size."""
    rising = Rising(FRAMING)
    return np.concatenate([rising.push(mel[start : start + block]) for start in range(0, len(mel), block)])


@pytest.mark.parametrize("block", [1, 7, 64])
def test_blocks_of_any_size_give_the_same_curves(lab: Laboratory, block: int) -> None:
    """One frame at a time, seven or sixty-four: as all at once."""
    mel = describe(lab.music(seconds=4.0), FRAMING).mel_power
    np.testing.assert_allclose(curves_of(mel, block), curves_of(mel, len(mel)), atol=1e-5)


def test_level_changes_the_magnitude_only(lab: Laboratory) -> None:
    """At a tenth of the level what begins is the same, and the magnitude a tenth."""
    mel = describe(lab.music(seconds=4.0), FRAMING).mel_power
    loud, soft = curves_of(mel, 9), curves_of(mel * np.float32(0.01), 9)
    np.testing.assert_allclose(soft[:, : len(CURVES)], loud[:, : len(CURVES)], atol=1e-3)
    np.testing.assert_allclose(soft[:, -1], 0.1 * loud[:, -1], rtol=1e-3)


def test_a_steady_tone_begins_once(lab: Laboratory) -> None:
    """After its start nothing begins in a sine; nothing begins in silence."""
    curves = curves_of(describe(lab.sine(440.0, seconds=3.0), FRAMING).mel_power, 9)
    assert curves[:6, 0].max() > 0.1
    assert curves[10:-6, 0].max() < 0.01
    assert not curves_of(np.zeros((50, 128), dtype=np.float32), 9).any()


def test_no_frames_give_no_curves() -> None:
    """An empty block changes nothing."""
    assert Rising(FRAMING).push(np.empty((0, 128), dtype=np.float32)).shape == (0, len(CURVES) + 1)
