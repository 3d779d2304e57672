"""Pictures: what is drawn where."""

from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread

from grym.adapters.plots.pieces import plot_sound
from grym.domain.composing.score import Score
from grym.domain.signal import Signal

RATE_HZ = 44_100


def tone(*, hertz: float = 440.0, seconds: float = 2.0) -> Signal:
    """Return a sine that starts in the second half."""
    times_s = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    samples = 0.5 * np.sin(2 * np.pi * hertz * times_s) * (times_s >= seconds / 2)
    return Signal(samples=samples.astype(np.float32)[None], sample_rate_hz=RATE_HZ)


def test_a_score_adds_a_piano_roll(score: Score, tmp_path: Path) -> None:
    """With a score the picture is taller, and the colours of its parts are in it."""
    plot_sound(tone(), tmp_path / "plain.png")
    plot_sound(tone(), tmp_path / "roll.png", score=score)
    plain, roll = imread(tmp_path / "plain.png"), imread(tmp_path / "roll.png")
    assert roll.shape[0] > 1.2 * plain.shape[0]
    for colour in ((0x00, 0x72, 0xB2), (0xD5, 0x5E, 0x00), (0x00, 0x9E, 0x73)):
        distance = np.abs(roll[..., :3] - np.array(colour) / 255).max(axis=2)
        assert (distance < 0.02).sum() > 50


def test_pictures_repeat_exactly(score: Score, tmp_path: Path) -> None:
    """One input, one set of bytes."""
    for name in ("a.png", "b.png"):
        plot_sound(tone(), tmp_path / name, score=score)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


@pytest.mark.parametrize("samples", [np.zeros((2, RATE_HZ)), np.zeros((1, 1)), np.ones((1, 50))])
def test_silence_and_shreds_can_be_drawn(samples: np.ndarray, tmp_path: Path) -> None:
    """Silence, one sample and a few samples draw without complaint."""
    plot_sound(Signal(samples=samples.astype(np.float32), sample_rate_hz=RATE_HZ), tmp_path / "a.png")
    assert (tmp_path / "a.png").stat().st_size > 1_000
