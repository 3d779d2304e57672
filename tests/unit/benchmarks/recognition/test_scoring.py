"""What answers are worth, where the worth is known by hand."""

import numpy as np
import pytest

from benchmarks.recognition.asking import Answered
from benchmarks.recognition.scoring import auroc, calibration_error, confidences_of, named, open_set, wilson


def answered(*, answer: str | None, rank: int, confidence: float | None = None, away_s: float = 0.0) -> Answered:
    """Return an answer about which only this matters."""
    return Answered(
        tune=answer or "stranger",
        condition="clean",
        length_s=5.0,
        answer=answer,
        guess="a",
        rank=rank,
        away_s=away_s,
        evidence=(),
        confidence=confidence,
        cpu_ms=1.0,
    )


def test_naming_counts_first_places_and_places_of_the_right_ones() -> None:
    """Half are right; one of the right ones lies 0.3 s away; the second place counts half in the mean rank."""
    answers = [
        answered(answer="a", rank=1),
        answered(answer="a", rank=1, away_s=0.3),
        answered(answer="b", rank=2),
        answered(answer="b", rank=0),
        answered(answer=None, rank=0),
    ]
    found = named(answers)
    assert (found.many, found.top1, found.near_tenth, found.near_half) == (4, 0.5, 0.5, 1.0)
    assert found.mrr == pytest.approx(2.5 / 4)


def test_wilsons_interval_is_the_published_one() -> None:
    """81 of 263 is Newcombe's example (1998): 0.2553 to 0.3662."""
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)


def test_every_pair_counts_in_the_area_under_the_curve() -> None:
    """Of four pairs, two are in order, one is not, one is even."""
    assert auroc(np.array([0.9, 0.5]), np.array([0.5, 0.7])) == pytest.approx((2 + 0.5) / 4)


def test_confidence_that_is_always_right_has_no_calibration_error() -> None:
    """Nine of ten at 0.9 are right: no error; said at 0.5, it would be 0.4."""
    right = np.array([True] * 9 + [False])
    weights = np.ones(10)
    assert calibration_error(np.full(10, 0.9), right, weights) == pytest.approx(0.0)
    assert calibration_error(np.full(10, 0.5), right, weights) == pytest.approx(0.4)


def test_the_threshold_lets_one_stranger_in_a_hundred_pass() -> None:
    """Of 200 strangers, two may exceed the threshold; a known tune that is sure but wrong is told, not told rightly."""
    strangers = [answered(answer=None, rank=0, confidence=place / 1_000) for place in range(200)]
    known = [
        answered(answer="a", rank=1, confidence=0.9),
        answered(answer="a", rank=2, confidence=0.9),
        answered(answer="a", rank=1, confidence=0.1),
        answered(answer="a", rank=1, confidence=0.9),
    ]
    answers = [*strangers, *known]
    found = open_set(answers, confidences_of(answers))
    assert sum((one.confidence or 0) > found.threshold for one in strangers) <= 2
    assert (found.told, found.told_rightly) == (0.75, 0.5)


def test_nothing_to_say_is_worth_a_coin() -> None:
    """Equal confidence for all has an area of a half and tells nobody."""
    answers = [answered(answer="a", rank=1, confidence=0.5), answered(answer=None, rank=0, confidence=0.5)]
    found = open_set(answers, confidences_of(answers))
    assert (found.auroc, found.told) == (0.5, 0.0)
