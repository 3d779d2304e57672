"""Plans of reworks: what is asked for wins, the source fills in the rest."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from grym.domain.composing.plan import Plan, Wish
from grym.domain.composing.reworking.planning import guided, require_fitting
from grym.domain.composing.reworking.source import Rework, Source
from grym.errors import InvalidRequestError

REFERENCE = Rework(verb="reference")


def test_a_source_fills_in_what_is_not_asked(waltz: Source) -> None:
    """Tempo, key, metre and style."""
    wish = guided(Wish(prompt="music"), waltz.facts, REFERENCE)
    assert (wish.tempo_bpm, wish.key, wish.metre, wish.style) == (150.0, "G minor", "3/4", "waltz")


def test_what_is_asked_wins(waltz: Source) -> None:
    """In numbers and, after a reference, in words."""
    wish = guided(Wish(prompt="a fast bossa in D major in 4/4", tempo_bpm=90.0), waltz.facts, REFERENCE)
    assert (wish.tempo_bpm, wish.key, wish.metre, wish.style) == (90.0, None, None, None)


@pytest.mark.parametrize(
    ("rework", "code"),
    [
        (Rework(verb="vary", first_bar=5, last_bar=999), "request.bars"),
        (Rework(verb="arrange", instruments=("kazoo",)), "request.instruments"),
    ],
)
def test_what_the_source_cannot_give_is_refused(waltz: Source, rework: Rework, code: str) -> None:
    """By code."""
    with pytest.raises(InvalidRequestError) as caught:
        require_fitting(waltz.facts, rework)
    assert caught.value.code == code


def test_only_a_reference_may_be_longer_than_a_plan(waltz: Source) -> None:
    """What is reworked must fit into one."""
    long = replace(waltz.facts, seconds=1200.0)
    require_fitting(long, REFERENCE)
    with pytest.raises(InvalidRequestError) as caught:
        require_fitting(long, Rework(verb="arrange"))
    assert caught.value.code == "score.too_long"


def test_a_plan_is_as_long_as_what_it_makes(waltz: Source, planned_for: Callable[..., Plan]) -> None:
    """So that quality can hold it to its word."""
    for rework, times in ((Rework(verb="arrange"), 1), (Rework(verb="vary"), 4)):
        plan = planned_for(waltz, rework)
        assert plan.seconds == pytest.approx(times * waltz.facts.seconds, rel=1e-3)
        assert sum(section.bars for section in plan.sections) == times * waltz.facts.bars
