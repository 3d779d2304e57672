"""The picture of a recording: what was found is on it."""

from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread

from grym.adapters.plots.recordings import plot_recording
from grym.domain.signal import Signal
from schemas.facts import ChordFact, KeySpanFact, NoteFact
from schemas.music import Analysis, SectionFact

RATE_HZ = 22_050


def sound(seconds: float) -> Signal:
    """Clicks on a tone."""
    times = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    samples = 0.3 * np.sin(2 * np.pi * 440.0 * times) * np.exp(-4.0 * (times % 0.5))
    return Signal(samples=samples.astype(np.float32)[None], sample_rate_hz=RATE_HZ)


def facts_of(seconds: float) -> Analysis:
    """As an analysis of clicks at 120 BPM might say."""
    beats = [0.5 * n for n in range(int(2 * seconds))]
    half = seconds / 2
    return Analysis(
        duration_s=seconds,
        sample_rate_hz=RATE_HZ,
        channels=1,
        beats_s=tuple(beats),
        downbeats_s=tuple(beats[::4]),
        onsets_s=tuple(beats),
        sections=(SectionFact(start_s=0.0, end_s=half, label="A"), SectionFact(start_s=half, end_s=seconds, label="B")),
        keys=(KeySpanFact(start_s=0.0, end_s=seconds, tonic="A", mode="minor", confidence=0.9),),
        chords=tuple(
            ChordFact(start_s=t, end_s=t + 2.0, name="Am7", root=9, quality="min7", confidence=0.5)
            for t in np.arange(0.0, seconds, 2.0).tolist()
        ),
        notes=(NoteFact(start_s=0.0, end_s=1.0, midi_pitch=69, velocity=80, confidence=0.9),),
    )


def drawn(path: Path, seconds: float, facts: Analysis) -> np.ndarray:
    """Draw and read back."""
    plot_recording(sound(seconds), path, facts, title="clicks.wav", about="120.0 bpm")
    picture: np.ndarray = imread(path)
    return picture


def count(picture: np.ndarray, colour: tuple[int, int, int]) -> int:
    """Return how many points have a colour."""
    return int((np.abs(picture[..., :3] - np.array(colour) / 255).max(axis=2) < 0.02).sum())


def test_findings_are_on_the_picture(tmp_path: Path) -> None:
    """Downbeats and notes in their colours; lanes make the picture taller; 1,600 dots wide or more."""
    bare = drawn(tmp_path / "bare.png", 10.0, Analysis(duration_s=10.0, sample_rate_hz=RATE_HZ, channels=1))
    full = drawn(tmp_path / "full.png", 10.0, facts_of(10.0))
    assert count(full, (0xD5, 0x5E, 0x00)) > count(bare, (0xD5, 0x5E, 0x00)) + 100
    assert full.shape[0] > bare.shape[0] + 50
    assert full.shape[1] == bare.shape[1] >= 1_600


def test_dense_marks_are_left_out(tmp_path: Path) -> None:
    """Twelve hundred beats in ten minutes would be a grey area; their colour is not on the picture."""
    beats = (0xE6, 0x9F, 0x00)
    assert count(drawn(tmp_path / "short.png", 10.0, facts_of(10.0)), beats) > 100
    assert count(drawn(tmp_path / "long.png", 600.0, facts_of(600.0)), beats) == 0


@pytest.mark.parametrize("samples", [np.zeros((2, RATE_HZ)), np.zeros((1, 1)), np.ones((1, 50))])
def test_silence_and_shreds_can_be_drawn(samples: np.ndarray, tmp_path: Path) -> None:
    """Silence, one sample and a few samples draw without complaint."""
    signal = Signal(samples=samples.astype(np.float32), sample_rate_hz=RATE_HZ)
    facts = Analysis(duration_s=signal.duration_s, sample_rate_hz=RATE_HZ, channels=signal.channels)
    plot_recording(signal, tmp_path / "a.png", facts, title="", about="")
    assert (tmp_path / "a.png").stat().st_size > 1_000
