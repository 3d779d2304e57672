"""Pictures: what is drawn where."""

from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread

from grym.adapters.plots import _log_spectrogram, plot_analysis, plot_sound
from grym.domain.composing.score import Score
from grym.domain.signal import Signal

RATE_HZ = 44_100


def tone(*, hertz: float = 440.0, seconds: float = 2.0) -> Signal:
    """Return a sine that starts in the second half."""
    times_s = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    samples = 0.5 * np.sin(2 * np.pi * hertz * times_s) * (times_s >= seconds / 2)
    return Signal(samples=samples.astype(np.float32)[None], sample_rate_hz=RATE_HZ)


@pytest.mark.parametrize("hertz", [55.0, 440.0, 7_040.0])
def test_the_spectrogram_shows_a_tone_where_it_is(hertz: float) -> None:
    """The loudest band contains the tone, at 0 dB, in the second half only."""
    edges_hz, levels_db = _log_spectrogram(tone(hertz=hertz))
    band, column = np.unravel_index(int(np.argmax(levels_db)), levels_db.shape)
    assert edges_hz[band] * 0.97 <= hertz <= edges_hz[band + 1] * 1.03
    assert column > levels_db.shape[1] // 2
    assert levels_db.max() == pytest.approx(0.0, abs=1e-6)
    assert levels_db[:, : levels_db.shape[1] // 3].max() == pytest.approx(-80.0)


def test_a_score_adds_a_piano_roll(score: Score, tmp_path: Path) -> None:
    """With a score the picture is taller, and the colours of its parts are in it."""
    plot_sound(tone(), tmp_path / "plain.png")
    plot_sound(tone(), tmp_path / "roll.png", score=score)
    plain, roll = imread(tmp_path / "plain.png"), imread(tmp_path / "roll.png")
    assert roll.shape[0] > 1.2 * plain.shape[0]
    for colour in ((0x00, 0x72, 0xB2), (0xD5, 0x5E, 0x00), (0x00, 0x9E, 0x73)):
        distance = np.abs(roll[..., :3] - np.array(colour) / 255).max(axis=2)
        assert (distance < 0.02).sum() > 50


def test_an_analysis_marks_its_moments(tmp_path: Path) -> None:
    """Beats, downbeats, onsets and sections change the picture."""
    plot_analysis(tone(), tmp_path / "bare.png")
    plot_analysis(
        tone(),
        tmp_path / "marked.png",
        beats_s=[0.5, 1.0, 1.5],
        downbeats_s=[0.5],
        onsets_s=[1.0],
        sections=[(0.0, 1.0, "A"), (1.0, 2.0, "B")],
        title="tone.wav",
        subtitle="A major",
    )
    marked = imread(tmp_path / "marked.png")
    orange = np.abs(marked[..., :3] - np.array((0xD5, 0x5E, 0x00)) / 255).max(axis=2) < 0.02
    assert orange.sum() > 50
    assert marked.shape[1] == imread(tmp_path / "bare.png").shape[1]


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
