"""Embeddings: unit vectors, alike for sounds that are alike."""

import numpy as np
import pytest

from grym.domain.chroma import chroma
from grym.domain.embedding import EMBEDDING_DIM, embed
from grym.domain.onset import onset_envelope
from grym.domain.signal import FloatArray
from grym.domain.spectral import describe
from grym.domain.stft import framing_for
from tests.unit.grym.domain.laboratory import Laboratory

FRAMING = framing_for(44_100)


def views(sound: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """What an embedding is made of."""
    frames = describe(sound, FRAMING)
    envelope = onset_envelope(frames.mel_power, frame_rate_hz=FRAMING.frame_rate_hz)
    return frames.mfcc(), chroma(sound, 44_100).weights, envelope


def vector(sound: FloatArray) -> FloatArray:
    """The embedding of a mono sound."""
    return embed(*views(sound), duration_s=len(sound) / 44_100).vector


@pytest.fixture(scope="module")
def piece(lab: Laboratory) -> FloatArray:
    """Twenty seconds of music."""
    return lab.music(seconds=20.0)


def test_a_unit_vector_that_names_itself(piece: FloatArray) -> None:
    """Dimension, length, name, and the truth about learned weights."""
    found = embed(*views(piece), duration_s=20.0)
    assert found.vector.shape == (EMBEDDING_DIM,)
    assert found.vector.dtype == np.float32
    assert np.linalg.norm(found.vector) == pytest.approx(1.0, abs=1e-5)
    assert (found.name, found.dim, found.pretrained) == ("dsp", EMBEDDING_DIM, False)


def test_silence_is_harmless() -> None:
    """Silence has no harmony and no rhythm, and nothing that is not a number."""
    assert np.isfinite(vector(np.zeros(44_100, dtype=np.float32))).all()


def test_level_and_polarity_do_not_matter(piece: FloatArray) -> None:
    """A quieter or inverted copy is the same point."""
    assert float(vector(piece) @ vector(piece * np.float32(0.1))) > 0.99
    assert float(vector(piece) @ vector(-piece)) > 0.9999


def test_a_part_stays_close_and_another_piece_is_further(lab: Laboratory, piece: FloatArray) -> None:
    """Most of a piece is nearer to all of it than another piece is."""
    times = [0.33 * index for index in range(55)]
    other = lab.play([[42 + 5 * (i % 3), 61 + (i * 7) % 5] for i in range(55)], times, sustained=True)
    whole = vector(piece)
    assert float(whole @ vector(piece[round(2.5 * 44_100) :])) > float(whole @ vector(other)) + 0.15
