"""`grym compare`: files against a reference, and sets against a folder."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from grym.cli.compare import sets_compared, versions_compared
from grym.errors import InvalidRequestError

RATE_HZ = 22_050


def written(folder: Path, name: str, *, seed: int, gain: float = 1.0) -> Path:
    """Write two seconds of a few decaying tones over a little noise, and return the path."""
    rng = np.random.default_rng(seed)
    time = np.arange(2 * RATE_HZ) / RATE_HZ
    tones = [np.sin(2.0 * np.pi * hz * time) * np.exp(-3.0 * (time % 0.5)) for hz in rng.uniform(150.0, 900.0, 3)]
    samples = gain * (0.1 * np.sum(tones, axis=0) + 0.001 * rng.standard_normal(len(time)))
    path = folder / name
    soundfile.write(path, samples, RATE_HZ, subtype="PCM_24")
    return path


def test_a_version_is_set_beside_its_reference(tmp_path: Path) -> None:
    """Half as loud: the same sound at another level."""
    found = versions_compared(written(tmp_path, "a.wav", seed=1), written(tmp_path, "b.wav", seed=1, gain=0.5), 60.0)
    assert found["gain_db"] == pytest.approx(-6.02, abs=0.01)
    assert found["si_sdr_db"] > 60.0
    assert found["flipped"] is False


def test_sets_of_sounds_have_a_distance(tmp_path: Path) -> None:
    """Its interval, its embedding and how many sounds it rests on are told."""
    ours, theirs = ([written(tmp_path, f"{side}{n}.wav", seed=side * 10 + n) for n in range(4)] for side in (1, 2))
    found = sets_compared(ours, theirs, 60.0)["kernel_distance"]
    assert found["counts"] == (4, 4)
    assert found["embedding"] == "dsp"
    assert found["low"] <= found["value"] <= found["high"]


def test_too_few_sounds_are_refused_before_any_is_read() -> None:
    """Three are too few, whether or not they exist."""
    with pytest.raises(InvalidRequestError) as refused:
        sets_compared([Path("nowhere.wav")] * 3, [Path("nowhere.wav")] * 9, 60.0)
    assert refused.value.code == "quality.too_few"
