"""Lots: drawn from names, evenly, and each purpose by itself."""

import numpy as np

from grym.domain.learning.lots import generator, lot


def test_lots_are_even_and_repeatable() -> None:
    """A thousand requests fill the range; the same request draws the same."""
    drawn = np.array([lot(f"r{number}", "holdout") for number in range(1000)])
    assert lot("r7", "holdout") == drawn[7]
    assert drawn.min() >= 0.0
    assert drawn.max() < 1.0
    assert abs(drawn.mean() - 0.5) < 0.03


def test_purposes_are_independent() -> None:
    """Who is held out says nothing about who is tried."""
    pairs = np.array([(lot(f"r{n}", "holdout"), lot(f"r{n}", "trial")) for n in range(1000)])
    assert abs(np.corrcoef(pairs.T)[0, 1]) < 0.1


def test_any_name_has_a_source_of_chance() -> None:
    """Names that are no text for other programs are names here."""
    assert generator("\ud800", "candidates").random() == generator("\ud800", "candidates").random()
