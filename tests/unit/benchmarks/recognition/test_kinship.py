"""Which pieces are the same music."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.recognition.kinship import unrelated
from benchmarks.recognition.pieces import Piece


def tune(name: str, pitches: np.ndarray, *, group: str | None = None) -> Piece:
    """Return a tune of even quarters."""
    starts = np.arange(len(pitches), dtype=np.float64)
    return Piece(
        name=name,
        collection="test",
        group=group or name,
        pitches=pitches,
        parts=np.zeros(len(pitches), dtype=np.int64),
        starts=starts,
        ends=starts + 1,
    )


def melody(seed: int, notes: int = 60) -> np.ndarray:
    """Return a melody that no other seed gives."""
    return 60 + np.random.default_rng(seed).integers(0, 20, notes)


@given(semitones=st.integers(-12, 12), start=st.integers(0, 30))
def test_a_transposed_part_of_a_tune_is_kin(semitones: int, start: int) -> None:
    """The same notes in another key, or half of them, are one tune."""
    whole, part = tune("whole", melody(1)), tune("part", melody(1)[start : start + 30] + semitones)
    assert unrelated([whole, part]) == [whole]


def test_other_tunes_and_movements_of_other_works_stay() -> None:
    """Three melodies that share nothing all stay; of one work only the first does."""
    tunes = [tune(str(seed), melody(seed)) for seed in (1, 2, 3)]
    assert unrelated(tunes) == tunes
    movements = [tune(str(seed), melody(seed), group="mass") for seed in (1, 2)]
    assert unrelated(movements) == movements[:1]


def test_a_tune_too_short_to_tell_is_left_out() -> None:
    """Fewer than twenty notes have too few runs to say what they are kin to."""
    assert unrelated([tune("short", melody(1, 15))]) == []
