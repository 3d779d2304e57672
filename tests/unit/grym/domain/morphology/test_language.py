"""The two indices and the parts they are made of."""

import numpy as np
import pytest

from grym.domain.morphology.language import language_of, on_grid, recurrence
from grym.domain.morphology.values import Matter
from grym.domain.structure import Section

BEATS = np.arange(0.5, 20.0, 0.5, dtype=np.float32)


def form(*labels: str) -> tuple[Section, ...]:
    """Sections of ten seconds each."""
    return tuple(Section(start_s=10.0 * n, end_s=10.0 * n + 10.0, label=label) for n, label in enumerate(labels))


def test_onsets_on_beats_and_their_parts_are_on_the_grid() -> None:
    """Sixteenths are on the grid of quarters; random instants are not more so than by chance."""
    assert on_grid(np.arange(1.0, 19.0, 0.125, dtype=np.float32), BEATS) == pytest.approx(1.0)
    anywhere = np.sort(np.random.default_rng(0).uniform(0.5, 19.5, 4_000)).astype(np.float32)
    assert on_grid(anywhere, BEATS) < 0.05


def test_no_beats_no_grid() -> None:
    """Without beats, or onsets between them, nothing is on a grid."""
    assert on_grid(np.array([1.0, 2.0], dtype=np.float32), BEATS[:1]) == 0.0
    assert on_grid(np.array([], dtype=np.float32), BEATS) == 0.0
    assert on_grid(np.array([30.0], dtype=np.float32), BEATS) == 0.0


def test_recurrence_is_the_share_of_what_returns() -> None:
    """A B A: two of three parts; A B C: none."""
    assert recurrence(form("A", "B", "A")) == pytest.approx(2 / 3)
    assert recurrence(form("A", "B", "C")) == 0.0
    assert recurrence(()) == 0.0


def test_indices_are_means_of_their_parts() -> None:
    """Notes with pulse and key are aural and abstract; noise without any is neither."""
    notes = Matter(note=1.0, node=0.0, noise=0.0, dominant="note")
    song = language_of(
        matter=notes, pulse=1.0, tonality=1.0, onsets_s=BEATS, beats_s=BEATS, sections=form("A", "B", "A", "B")
    )
    assert song.aural == pytest.approx(1.0)
    assert song.abstract == pytest.approx(1.0)
    empty = np.empty(0, dtype=np.float32)
    storm = language_of(matter=None, pulse=0.0, tonality=0.0, onsets_s=empty, beats_s=empty, sections=form("A"))
    assert storm.aural == storm.abstract == 0.0
    half = language_of(matter=notes, pulse=0.5, tonality=0.0, onsets_s=empty, beats_s=empty, sections=form("A"))
    assert half.aural == pytest.approx(0.5)
    assert half.aural_parts == {"pitch": 1.0, "pulse": 0.5, "tonality": 0.0}
