"""CLAP, tiny, from a saved folder: sounds and sentences in one space."""

from pathlib import Path

import numpy as np
import pytest

from grym.adapters.models.clap import ClapExtractor
from grym.adapters.models.folders import saved_model
from grym.adapters.models.serving import opened_extractor
from grym.domain.signal import Signal


def test_sounds_become_windows_and_one_unit_vector(shelf: Path, tune: Signal) -> None:
    """Windows that overlap by half, the last ending with the sound, and the whole as one unit vector."""
    found = opened_extractor(shelf, "clap").extract(tune)
    assert found.frames.shape == (3, 16)
    assert found.times_s == pytest.approx([2.5, 5.0, 6.5])
    assert np.linalg.norm(found.pooled) == pytest.approx(1.0, abs=1e-5)
    assert not found.pretrained


def test_asking_twice_gives_the_same(shelf: Path, tune: Signal) -> None:
    """Nothing is cut at random: the same sound is the same point."""
    extractor = opened_extractor(shelf, "clap")
    assert np.array_equal(extractor.extract(tune).pooled, extractor.extract(tune).pooled)


def test_sentences_are_points_of_the_same_space(shelf: Path) -> None:
    """Sentences become unit vectors as wide as those of sounds; different ones differ, alone or together."""
    extractor = ClapExtractor(saved_model(shelf, "clap"))
    pair = extractor.embed_texts(["a calm piano", "drums"])
    assert pair.shape == (2, extractor.dim)
    assert np.linalg.norm(pair, axis=1) == pytest.approx(1.0, abs=1e-5)
    assert not np.allclose(pair[0], pair[1])
    assert extractor.embed_texts(["drums"])[0] == pytest.approx(pair[1], abs=2e-2)
