"""Tests of neural models: they run where torch is, which is the environment of `make test-ml`."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from grym.domain.signal import Signal
from tests.support import generators, models

HAS_TORCH = importlib.util.find_spec("torch") is not None
collect_ignore_glob = [] if HAS_TORCH else ["test_*.py"]


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of models: an encoder, one that writes words, a CLAP."""
    folder = tmp_path_factory.mktemp("models")
    models.save_speech(folder / "speech")
    models.save_speech(folder / "words", kind="Wav2Vec2ForCTC")
    models.save_clap(folder / "clap")
    return folder


@pytest.fixture(scope="session")
def generator_shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of generators, one of each kind, named after it."""
    folder = tmp_path_factory.mktemp("generators")
    for kind in generators.BUILDERS:
        generators.save_generator(folder / kind, kind)
        if kind in {"audioldm2", "audioldm", "stableaudio"}:
            generators.say(folder / kind, steps=8)
    return folder


@pytest.fixture
def tune() -> Signal:
    """Return nine seconds of changing tones with a little noise, stereo at 22,050 Hz."""
    dice, rate_hz = np.random.default_rng(3), 22_050
    time_s = np.arange(9 * rate_hz) / rate_hz
    pitch_hz = 220.0 * 2.0 ** (np.floor(time_s * 2) % 7 / 12.0)
    tone = 0.3 * np.sin(2 * np.pi * np.cumsum(pitch_hz) / rate_hz) + 0.02 * dice.standard_normal(len(time_s))
    return Signal(samples=np.stack([tone, 0.8 * tone]).astype(np.float32), sample_rate_hz=rate_hz)
