"""Baselines are what they say: random, chained, shuffled."""

import numpy as np
import pytest

from benchmarks.music.baselines import BASELINES, markov, random_in_key, shuffled_bars
from benchmarks.music.pieces import Note, Window


def _window(shift: int = 0) -> Window:
    voices = tuple(
        tuple(Note(start=float(at), length=1.0, pitch=base + shift + (0, 2, 4, 2)[at % 4]) for at in range(64))
        for base in (72, 64, 60, 48)
    )
    return Window(name="x", group="x", voices=voices, bar=4.0, pulse=1.0)


@pytest.mark.parametrize("name", BASELINES)
def test_every_baseline_fills_its_windows(name: str) -> None:
    """As many windows and voices as the real ones, no note beyond the end, the same every time."""
    real = [_window(), _window(3)]
    found = BASELINES[name](real, real, np.random.default_rng(1))
    assert [len(window.voices) for window in found] == [4, 4]
    assert all(note.start >= 0 and note.end <= 64 + 1e-6 for window in found for note in window.notes)
    assert found == BASELINES[name](real, real, np.random.default_rng(1))


def test_random_notes_keep_a_scale() -> None:
    """At most seven pitch classes in a window, over many different pitches."""
    for window in random_in_key([_window()] * 5, [], np.random.default_rng(2)):
        assert len({note.pitch % 12 for note in window.notes}) <= 7
        assert len({note.pitch for note in window.notes}) > 20


def test_shuffled_bars_are_the_same_bars() -> None:
    """Every bar of the result is a bar of the piece, and the order is another."""
    notes = tuple(Note(start=float(at), length=1.0, pitch=40 + at // 4) for at in range(64))
    [window] = shuffled_bars(
        [Window(name="x", group="x", voices=(notes,), bar=4.0, pulse=1.0)], [], np.random.default_rng(3)
    )
    order = [window.voices[0][4 * bar].pitch - 40 for bar in range(16)]
    assert sorted(order) == list(range(16))
    assert order != list(range(16))


def test_a_chain_knows_only_what_it_has_heard() -> None:
    """Every sonority of the result is one of the chorales', moved to the window's key."""
    [window] = markov([_window(5)], [_window()], np.random.default_rng(4))
    steps = {
        tuple(voice[at].pitch - window.voices[3][at].pitch for voice in window.voices[:3])
        for at in range(min(map(len, window.voices)))
    }
    assert steps <= {(24, 16, 12)}
