"""Chords as players write them in a key."""

import pytest

from grym.domain.harmony.spelling import spelled
from grym.domain.harmony.values import ChordSpan, KeySpan
from grym.domain.tonality import Key


def chord(root: int | None, quality: str, start_s: float = 0.0) -> ChordSpan:
    """A chord of one second."""
    return ChordSpan(start_s=start_s, end_s=start_s + 1.0, root=root, quality=quality, confidence=0.5)


def in_key(tonic: int, mode: str, start_s: float = 0.0) -> KeySpan:
    """A key for ten seconds."""
    return KeySpan(start_s=start_s, end_s=start_s + 10.0, key=Key(tonic=tonic, mode=mode, confidence=1.0))


@pytest.mark.parametrize(
    ("tonic", "mode", "root", "quality", "name"),
    [
        (6, "minor", 1, "7", "C#7"),
        (4, "major", 8, "min", "G#m"),
        (11, "major", 3, "min", "D#m"),
        (11, "major", 6, "7", "F#7"),
        (9, "minor", 8, "dim", "G#dim"),
        (0, "major", 8, "maj", "Ab"),
        (1, "major", 6, "maj", "Gb"),
        (5, "minor", 1, "maj", "Db"),
    ],
)
def test_roots_are_spelled_in_the_key(tonic: int, mode: str, root: int, quality: str, name: str) -> None:
    """Dominants, mediants, leading tones and borrowed chords."""
    (found,) = spelled([chord(root, quality)], [in_key(tonic, mode)])
    assert found.name == name
    assert found.label == chord(root, quality).label


def test_each_passage_spells_its_own() -> None:
    """The same root before and after a modulation."""
    found = spelled([chord(1, "maj"), chord(1, "maj", 12.0)], [in_key(5, "minor"), in_key(6, "minor", 10.0)])
    assert [one.name for one in found] == ["Db", "C#"]


def test_without_key_or_chord_nothing_changes() -> None:
    """Silence has no root, and a chord outside every passage keeps its plain name."""
    plain = [chord(None, "N"), chord(1, "min", 20.0)]
    assert list(spelled(plain, [in_key(0, "major")])) == plain
