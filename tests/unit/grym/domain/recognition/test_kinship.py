"""How two recordings stand to each other, on tunes whose notes are known."""

import numpy as np
import pytest

from grym.domain.recognition.imprint import Imprint
from grym.domain.recognition.kinship import Place, kinship, shared_peaks
from grym.domain.recognition.taking import take_imprint
from grym.domain.signal import Signal

RATE_HZ = 22_050
HERE = Place(offset_s=0.0, transposition_semitones=0, tempo_ratio=1.0)


def tune(*, notes: int = 32, semitones: int = 0, harmonics: int = 5, note_s: float = 0.25, seed: int = 1) -> np.ndarray:
    """Return a melody of plucked notes; fewer harmonics are another instrument."""
    rng = np.random.default_rng(seed)
    times_s = np.arange(round(RATE_HZ * note_s)) / RATE_HZ
    parts = []
    for _ in range(notes):
        pitch_hz = 330.0 * 2 ** ((rng.integers(0, 24) + semitones) / 12)
        tone = sum(np.sin(2 * np.pi * pitch_hz * k * times_s) / k for k in range(1, harmonics + 1))
        parts.append(0.2 * tone * np.exp(-3 * times_s))
    return np.concatenate(parts)


def imprint(samples: np.ndarray) -> Imprint:
    """Return the imprint of a sound."""
    return take_imprint(Signal(samples=samples.astype(np.float32)[np.newaxis], sample_rate_hz=RATE_HZ))


def cut(samples: np.ndarray, start_s: float, end_s: float) -> np.ndarray:
    """Return a part of a sound."""
    return samples[round(start_s * RATE_HZ) : round(end_s * RATE_HZ)]


@pytest.fixture(scope="module")
def whole() -> Imprint:
    """Return eight seconds of a tune."""
    return imprint(tune())


def at(offset_s: float) -> Place:
    """Return a place at the same key and tempo."""
    return Place(offset_s=offset_s, transposition_semitones=0, tempo_ratio=1.0)


def test_a_copy_is_the_same(whole: Imprint) -> None:
    """Quieter, with some noise, or with its end cut off a little."""
    noise = np.random.default_rng(2).normal(0.0, 0.002, len(tune()))
    assert kinship(imprint(0.5 * tune() + noise), whole, HERE) == "same"
    assert kinship(imprint(cut(tune(), 0.0, 7.8)), whole, HERE) == "same"


def test_a_part_and_its_whole(whole: Imprint) -> None:
    """Each from the other's side."""
    part = imprint(cut(tune(), 2.0, 6.0))
    assert kinship(part, whole, at(2.0)) == "contained"
    assert kinship(whole, part, at(-2.0)) == "contains"


def test_what_goes_on_where_another_ends(whole: Imprint) -> None:
    """They overlap by two seconds, in either order."""
    longer = tune(notes=56)
    following = imprint(cut(longer, 6.0, 14.0))
    assert kinship(following, whole, at(6.0)) == "sequential"
    assert kinship(whole, following, at(-6.0)) == "sequential"


def test_a_moment_in_common_is_similar(whole: Imprint) -> None:
    """Half a second is no sequence."""
    following = imprint(cut(tune(notes=56), 7.5, 14.0))
    assert kinship(following, whole, at(7.5)) == "similar"


def test_another_key_or_tempo_is_a_variant(whole: Imprint) -> None:
    """As long as the whole of it lies there; a passage in another key is similar."""
    higher = imprint(tune(semitones=3))
    assert kinship(higher, whole, Place(offset_s=0.0, transposition_semitones=3, tempo_ratio=1.0)) == "variant"
    faster = imprint(tune(note_s=0.2))
    assert kinship(faster, whole, Place(offset_s=0.0, transposition_semitones=0, tempo_ratio=1.25)) == "variant"
    assert kinship(higher, whole, Place(offset_s=6.0, transposition_semitones=3, tempo_ratio=1.0)) == "similar"


def test_other_instruments_are_a_variant(whole: Imprint) -> None:
    """The same notes, place by place, with few peaks in common."""
    rng = np.random.default_rng(3)
    other = imprint(tune(harmonics=1) + rng.normal(0.0, 0.02, len(tune())))
    assert shared_peaks(other, whole, offset_s=0.0) < 0.4
    assert kinship(other, whole, HERE) == "variant"


def test_shares_of_peaks(whole: Imprint) -> None:
    """All of a sound's own, none where nothing overlaps, few of a stranger's."""
    assert shared_peaks(whole, whole, offset_s=0.0) == 1.0
    assert shared_peaks(whole, whole, offset_s=100.0) == 0.0
    assert shared_peaks(imprint(tune(seed=9)), whole, offset_s=0.0) < 0.3
    assert shared_peaks(imprint(np.zeros(RATE_HZ)), whole, offset_s=0.0) == 0.0
