"""Chains of beats, on evidence that is put where beats are."""

import numpy as np
import pytest

from grym.domain.rhythm.chains import best_chain


def evidence_at(frames: np.ndarray, length: int) -> np.ndarray:
    """Log odds that are high on some frames and low on all others."""
    salience = np.full(length, -4.0)
    salience[frames] = 1.0
    return salience


def test_even_beats_are_found_exactly() -> None:
    """Every clear frame is a beat, also from a period that is 10 % off."""
    beats = np.arange(30, 2_000, 40)
    chain = best_chain(evidence_at(beats, 2_020), 44.0)
    assert chain is not None
    np.testing.assert_array_equal(chain.frames, beats)


def test_a_missing_beat_is_bridged() -> None:
    """Where nothing marks a beat it falls where it is due."""
    beats = np.arange(30, 2_000, 40)
    chain = best_chain(evidence_at(np.delete(beats, [10, 20, 21]), 2_020), 40.0)
    assert chain is not None
    np.testing.assert_array_equal(chain.frames, beats)


def test_beats_follow_a_tempo_that_drifts() -> None:
    """From 36 to 46 frames a beat within fifty beats: all are found."""
    beats = 20 + np.cumsum(np.round(np.linspace(36, 46, 50)).astype(int))
    chain = best_chain(evidence_at(beats, int(beats[-1]) + 20), 41.0)
    assert chain is not None
    assert np.isin(beats, chain.frames).mean() == pytest.approx(1.0)


def test_stray_events_do_not_bend_the_chain() -> None:
    """Single clear frames between the beats stay between them."""
    beats = np.arange(30, 2_000, 40)
    chain = best_chain(evidence_at(np.concatenate([beats, [115, 522, 1_319]]), 2_020), 40.0)
    assert chain is not None
    np.testing.assert_array_equal(chain.frames, beats)


def test_nothing_to_chain() -> None:
    """Where no frame is likelier than the base rate there are no beats."""
    assert best_chain(np.full(500, -8.0), 40.0) is None
