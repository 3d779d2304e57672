"""How much new vectors keep of old ones, on vectors whose answer is known."""

import numpy as np
import pytest

from grym.domain.patterns.resemblance import ACCEPTABLE, centre_of, kept

DICE = np.random.default_rng(3)
GROUPS = np.repeat(DICE.standard_normal((8, 24)), 12, axis=0)
VECTORS = (GROUPS + 0.5 * DICE.standard_normal((96, 24))).astype(np.float32)
VECTORS /= np.linalg.norm(VECTORS, axis=1, keepdims=True)


def test_the_same_vectors_keep_everything() -> None:
    """Both shares are whole."""
    same = kept(VECTORS, VECTORS)
    assert same is not None
    assert same.information == pytest.approx(1.0)
    assert (same.structure, same.patterns) == (1.0, 96)
    assert same.score == pytest.approx(1.0)


def test_turning_space_keeps_everything() -> None:
    """Also into a space of more dimensions."""
    turn, _ = np.linalg.qr(DICE.standard_normal((40, 24)))
    turned = kept(VECTORS, (VECTORS @ turn.T).astype(np.float32))
    assert turned is not None
    assert turned.score == pytest.approx(1.0, abs=1e-4)


def test_chance_keeps_nothing() -> None:
    """Its neighbours are those that chance gives: ten of 95."""
    strangers = kept(VECTORS, DICE.standard_normal((96, 24)).astype(np.float32))
    assert strangers is not None
    assert strangers.information < 0.02
    assert strangers.structure < 0.2
    assert strangers.score < ACCEPTABLE


def test_more_noise_keeps_less() -> None:
    """Little is acceptable, much is not."""
    noise = DICE.standard_normal(VECTORS.shape)
    found = [kept(VECTORS, (VECTORS + level * noise).astype(np.float32)) for level in (0.02, 0.1, 0.3, 1.0)]
    scores = [one.score for one in found if one is not None]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] > ACCEPTABLE > scores[-1]


def test_what_turns_likeness_around_keeps_no_information() -> None:
    """A correlation below zero is none."""
    ring = np.array([[1, 0], [0.8, 0.6], [0, 1]], dtype=np.float32)
    other = np.array([[1, 0], [-0.8, 0.6], [0.9, 0.43]], dtype=np.float32)
    turned = kept(ring, other)
    assert turned is not None
    assert turned.information == 0.0


def test_of_two_patterns_nothing_can_be_said() -> None:
    """Nor of none."""
    assert kept(VECTORS[:2], VECTORS[:2]) is None
    assert kept(VECTORS[:0], VECTORS[:0]) is None


def test_patterns_that_are_all_the_same_are_kept_where_they_stay_so() -> None:
    """There is no variance to explain."""
    same = np.ones((4, 3), dtype=np.float32)
    stays, parts = kept(same, same), kept(same, np.eye(4, dtype=np.float32))
    assert stays is not None
    assert parts is not None
    assert (stays.information, parts.information) == (1.0, 0.0)


def test_the_centre_has_unit_length() -> None:
    """Half way between two directions."""
    np.testing.assert_allclose(centre_of(np.eye(2, dtype=np.float32)), [0.70710678, 0.70710678])
