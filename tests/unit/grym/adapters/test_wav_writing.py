"""WAV files in blocks."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from grym.adapters.wav_writing import wav_writer
from grym.errors import AdapterError


def test_blocks_become_one_file(tmp_path: Path) -> None:
    """Two blocks come back as one sound of 24 bits."""
    samples = np.random.default_rng(1).uniform(-1, 1, (2, 900)).astype(np.float32)
    with wav_writer(tmp_path / "a.wav", sample_rate_hz=48_000) as writer:
        writer.write(samples[:, :400])
        writer.write(samples[:, 400:])
        assert not (tmp_path / "a.wav").exists()
    read, rate_hz = soundfile.read(tmp_path / "a.wav", dtype="float32")
    assert rate_hz == 48_000
    assert np.abs(read.T - samples).max() <= 2.0**-23


def test_an_interrupted_file_is_gone(tmp_path: Path) -> None:
    """Neither name nor part stays behind."""

    def work() -> None:
        with wav_writer(tmp_path / "a.wav", sample_rate_hz=44_100) as writer:
            writer.write(np.zeros((2, 10), dtype=np.float32))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        work()
    assert not [*tmp_path.iterdir()]


def test_a_missing_folder_is_a_typed_error(tmp_path: Path) -> None:
    """A place that is not there says so."""
    with pytest.raises(AdapterError) as raised, wav_writer(tmp_path / "none" / "a.wav", sample_rate_hz=44_100):
        pass
    assert raised.value.code == "audio.write_failed"
