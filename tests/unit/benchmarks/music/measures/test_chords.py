"""Chords are read from the notes of a beat."""

import pytest

from benchmarks.music.measures.chords import QUALITIES, chords
from benchmarks.music.pieces import Note


def _beat(*pitches: int, start: float = 0.0, length: float = 1.0) -> list[Note]:
    return [Note(start=start, length=length, pitch=pitch) for pitch in pitches]


@pytest.mark.parametrize("quality", [name for name in QUALITIES if name not in {"augmented", "diminished seventh"}])
@pytest.mark.parametrize("root", [0, 5, 10])
def test_every_chord_in_root_position_is_itself(quality: str, root: int) -> None:
    """All tones of a chord over its root are that chord (two are symmetric and have more than one root)."""
    [found] = chords(_beat(*(48 + root + step for step in QUALITIES[quality])), beat=1.0, count=1)
    assert found is not None
    assert (found.root, found.quality, found.bass) == (root, quality, root)
    assert found.foreign == 0


def test_an_inversion_keeps_its_root() -> None:
    """E, G, C is C major over E."""
    [found] = chords(_beat(52, 55, 60), beat=1.0, count=1)
    assert found is not None
    assert (found.root, found.quality, found.bass) == (0, "major", 4)


def test_a_third_is_a_triad_and_not_a_seventh() -> None:
    """Two tones are the simplest chord that holds them."""
    [found] = chords(_beat(48, 64), beat=1.0, count=1)
    assert found is not None
    assert (found.root, found.quality) == (0, "major")


def test_a_passing_tone_is_foreign() -> None:
    """A triad of a beat with an eighth between two of its tones stays a triad, with a part outside it."""
    notes = [*_beat(48, 55), *_beat(64, length=0.5), *_beat(65, start=0.5, length=0.5)]
    [found] = chords(notes, beat=1.0, count=1)
    assert found is not None
    assert (found.root, found.quality) == (0, "major")
    assert found.foreign == pytest.approx(1 / 6)


def test_silence_has_no_chord() -> None:
    """A beat without notes has none, one before it keeps its own."""
    first, second = chords(_beat(48, 52, 55), beat=1.0, count=2)
    assert first is not None
    assert second is None
