"""The nearest style."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from grym.domain.composing.compose import compose
from grym.domain.composing.plan import Wish
from grym.domain.composing.planner import plan
from grym.domain.composing.reworking.nearness import nearest_style, swing_of, titled
from grym.domain.composing.reworking.tune import tune_of
from grym.domain.composing.score import Score

Named = Callable[[str], Score]


@pytest.fixture(scope="module")
def named() -> Named:
    """Return how to compose in a style, without its title."""
    return lambda style: replace(compose(plan(Wish(prompt="music", style=style), seed=1), seed=1), title="")


@pytest.mark.parametrize("style", ["waltz", "chorale", "rock", "bossa", "techno", "ragtime", "folk dance", "ambient"])
def test_pieces_of_grym_are_of_their_style(named: Named, style: str) -> None:
    """By what sounds alone, with reasons."""
    score = named(style)
    found = nearest_style(score, tune_of(score))
    assert found.style == style
    assert found.reasons


def test_swing_is_measured(named: Named) -> None:
    """Late off-beats are heard as swing, straight ones as none."""
    assert swing_of(named("swing")) > 0.5
    assert swing_of(named("chorale")) == 0.0


def test_a_title_says_a_style() -> None:
    """Where it names one."""
    assert "waltz" in titled("Waltz No. 3")
    assert titled("") == ()
