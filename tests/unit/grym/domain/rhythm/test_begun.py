"""What begins in each frame: the same whether a sound is walked in one block or many."""

from dataclasses import fields

import numpy as np
import pytest

from grym.domain.rhythm import begun as module
from grym.domain.rhythm.begun import begun
from grym.domain.stft import framing_for

FRAMING = framing_for(44_100)


def strokes(frames: int) -> np.ndarray:
    """Return bands in which noise is struck every 43 frames, each third stroke louder, shape (frames, 128)."""
    rng = np.random.default_rng(3)
    decay = np.exp(-(np.arange(frames) % 43) / 8.0) * (1.0 + 2.0 * (np.arange(frames) // 43 % 3 == 0))
    noise = rng.uniform(0.5, 1.0, (frames, 128))
    return np.asarray(1e-3 * decay[:, None] ** 2 * noise + 1e-9, dtype=np.float32)


@pytest.mark.parametrize("block", [31, 64, 500])
def test_blocks_of_any_length_find_the_same(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory is bounded by blocks, and nothing that is found depends on where they end."""
    mel_power = strokes(1_000)
    whole = begun(mel_power, FRAMING)
    monkeypatch.setattr(module, "BLOCK_FRAMES", block)
    parts = begun(mel_power, FRAMING)
    for field in fields(whole):
        np.testing.assert_allclose(getattr(parts, field.name), getattr(whole, field.name), atol=1e-4)


def test_strokes_begin_where_they_are() -> None:
    """What begins is highest at strokes, and louder ones are stressed."""
    found = begun(strokes(1_000), FRAMING)
    at = np.arange(43, 1_000, 43)
    assert found.full[at].min() > found.full[at[:-1] + 20].max()
    assert found.stress[at[2::3]].mean() > found.stress[at[::3]].mean() + 0.5


def test_silence_begins_nothing() -> None:
    """Silence has curves of zeros."""
    found = begun(np.zeros((100, 128), dtype=np.float32), FRAMING)
    assert not any(np.any(getattr(found, field.name)) for field in fields(found))
