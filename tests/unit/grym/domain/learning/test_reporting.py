"""The report: what was served, what it was worth, and what is known now."""

import pytest

from grym.domain.learning.folding import with_opinion, with_piece
from grym.domain.learning.reporting import report
from grym.domain.learning.values import Opinion, Taste
from tests.unit.grym.domain.learning.tastes import lived, piece, rated, slow_and_minor, stamp


def test_of_nobody_there_is_nothing_to_tell() -> None:
    """No piece, no utility, no regret."""
    found = report(Taste())
    assert (found.whole.pieces, found.whole.regret, found.styles) == (0, None, ())
    assert not found.whole.verdict.serving


def test_arms_coverage_and_utilities_by_hand() -> None:
    """One learned piece of five stars, one held out of three, one nobody rated, and one opinion that waits."""
    taste = rated(rated(Taste(), piece(0, arm="learned"), 5.0), piece(1, arm="holdout"), 3.0)
    taste = with_piece(taste, piece(2, arm="fallback"))
    taste = with_opinion(taste, Opinion(piece_id="none", stars=1.0, stamp=stamp(50)))
    found = report(taste)
    assert (found.whole.pieces, found.whole.ratings, found.held) == (3, 2, 1)
    assert found.whole.coverage == pytest.approx(2 / 3)
    assert found.whole.fallback == pytest.approx(1 / 3)
    assert (found.whole.utility.value, found.whole.holdout.value) == pytest.approx((1.0, 0.55))
    assert found.whole.gain.value == pytest.approx(0.45)
    assert found.whole.gain.low < 0.0 < found.whole.gain.high


def test_what_was_learned_is_told_by_style_with_its_regret() -> None:
    """After a life of ratings there is a gain, a verdict, and regret that is less than a default's would be."""
    taste = lived(slow_and_minor, 60)
    [style] = report(taste).styles
    assert style.style == "waltz"
    assert style.verdict.serving
    assert style.parameters["pace"] < 0.35
    assert style.regret is not None
    assert 0.0 <= style.regret < 60 * 0.3
    assert style.utility.value > style.holdout.value
