"""Stretches between beats."""

import numpy as np
import pytest

from grym.domain.chroma import chroma_of_notes
from grym.domain.harmony.partials import LOWEST_NOTE, NOTES
from grym.domain.harmony.stretches import averages, edges_of


def test_without_beats_the_grid_is_even() -> None:
    """Stretches of about 0.2 s from 0 to the end."""
    edges = edges_of(3.1, None)
    assert edges[0] == 0.0
    assert edges[-1] == 3.1
    assert np.ptp(np.diff(edges)) < 1e-9
    assert np.diff(edges)[0] == pytest.approx(0.2, abs=0.02)


def test_beats_are_halved_and_carried_on_to_both_ends() -> None:
    """Beats of half a second from 1.1 to 3.1 s: borders every quarter second over the whole sound."""
    edges = edges_of(5.0, np.array([1.1, 1.6, 2.1, 2.6, 3.1], dtype=np.float32))
    np.testing.assert_allclose(edges, [0.0, *np.arange(0.1, 4.9, 0.25), 5.0], atol=1e-6)


def test_too_few_beats_are_none() -> None:
    """Three beats are no pulse."""
    np.testing.assert_array_equal(edges_of(2.0, np.array([0.5, 1.0, 1.5], dtype=np.float32)), edges_of(2.0, None))


def test_averages_follow_the_time_of_frames() -> None:
    """C3 for the first half, G5 for the second: each half has its own pitch class, only the first a bass."""
    notes = np.zeros((20, NOTES), dtype=np.float32)
    notes[:10, 48 - LOWEST_NOTE] = 1.0
    notes[10:, 79 - LOWEST_NOTE] = 1.0
    pitch = chroma_of_notes(notes, tuning_cents=0.0, frame_rate_hz=10.0)
    found = averages(pitch, np.array([0.0, 0.95, 1.95]))
    np.testing.assert_allclose(found.treble, np.eye(12)[[0, 7]], atol=1e-9)
    np.testing.assert_allclose(found.bass, [np.eye(12)[0], np.zeros(12)], atol=1e-9)
    np.testing.assert_allclose(found.level, 1.0)
