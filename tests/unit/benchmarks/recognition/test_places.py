"""Where excerpts are cut, and where else the same notes are."""

import numpy as np
import pytest

from benchmarks.recognition.places import excerpt_start, same_places
from benchmarks.recognition.playing import Performance, dice


def performance(starts_s: np.ndarray, pitches: np.ndarray) -> Performance:
    """Return notes of a tenth of a second by one player."""
    return Performance(
        starts_s=starts_s,
        ends_s=starts_s + 0.1,
        pitches=pitches,
        velocities=np.full(len(pitches), 80),
        parts=np.zeros(len(pitches), dtype=np.int64),
        players="piano",
        other_players="flute",
    )


def test_a_repeated_phrase_is_right_at_each_repeat() -> None:
    """A phrase of ten seconds played three times is right at three places, another one at its own only."""
    phrase = 60 + np.random.default_rng(1).integers(0, 20, 40)
    other = 60 + np.random.default_rng(2).integers(0, 20, 40)
    notes = performance(np.arange(160) * 0.25, np.concatenate((phrase, other, phrase, phrase)))
    assert sorted(same_places(notes, start_s=1.05, length_s=5.0)) == pytest.approx([1.05, 21.05, 31.05])
    assert same_places(notes, start_s=11.05, length_s=5.0) == (11.05,)


def test_an_excerpt_lies_within_the_tune_and_has_notes() -> None:
    """Silence for half a minute, then music: excerpts begin where five notes sound within three seconds."""
    notes = performance(np.concatenate(([0.0], 30 + np.arange(120) * 0.25)), np.full(121, 60))
    for seed in range(20):
        start_s = excerpt_start(notes, dice(seed))
        assert start_s + 3.0 > 30.0 + 4 * 0.25
        assert start_s + 10.4 * 1.2 <= notes.duration_s
