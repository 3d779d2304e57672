"""Adapting plans."""

import pytest

from grym.domain.composing.adapt import RULES, adapt
from grym.domain.composing.plan import Plan
from grym.domain.quality.check import Check


def _failed(name: str, value: float | None = 0.0) -> Check:
    return Check(name=name, value=value, required="", unit="", passed=False, advice="…")


@pytest.mark.parametrize("name", sorted(RULES))
def test_every_rule_moves_parameters_as_written(scale_plan: Plan, name: str) -> None:
    """Parameters move by what the table says, inside 0 to 1, and the notes tell it."""
    changed = adapt(scale_plan, [_failed(name)])
    for parameter, shift in RULES[name].items():
        assert changed.parameters[parameter] == pytest.approx(min(1.0, max(0.0, 0.5 + shift)))
    assert name in changed.notes[-1]


def test_parameters_stay_bounded(scale_plan: Plan) -> None:
    """Ten failures in a row do not leave the range."""
    plan = scale_plan
    for _ in range(10):
        plan = adapt(plan, [_failed("music.in_key"), _failed("music.not_monotonous"), _failed("signal.true_peak")])
    assert all(0 <= value <= 1 for value in plan.parameters.values())


def test_density_moves_the_right_way(scale_plan: Plan) -> None:
    """Too few notes ask for more, too many for fewer."""
    assert adapt(scale_plan, [_failed("music.density", 0.1)]).parameters["density"] == pytest.approx(0.7)
    assert adapt(scale_plan, [_failed("music.density", 12.0)]).parameters["density"] == pytest.approx(0.3)


def test_length_is_laid_out_anew(scale_plan: Plan) -> None:
    """Two seconds a bar and four seconds are two bars."""
    assert sum(section.bars for section in adapt(scale_plan, [_failed("music.length")]).sections) == 2


def test_range_returns_to_the_middle(scale_plan: Plan) -> None:
    """A melody out of range is brought to the middle register."""
    bright = adapt(scale_plan, [_failed("music.range")])
    assert bright.parameters["brightness"] == 0.5


def test_what_cannot_be_mended_is_said(scale_plan: Plan) -> None:
    """A check without a rule changes nothing but the notes."""
    changed = adapt(scale_plan, [_failed("signal.dc_offset")])
    assert changed.parameters == scale_plan.parameters
    assert changed.notes[-1] == "signal.dc_offset did not pass; composed anew from another seed."


def test_order_of_checks_does_not_matter(scale_plan: Plan) -> None:
    """The same failures give the same plan in any order, and the old plan is untouched."""
    checks = [_failed("music.in_key"), _failed("signal.clipping"), _failed("music.no_gaps")]
    before = dict(scale_plan.parameters)
    assert adapt(scale_plan, checks) == adapt(scale_plan, checks[::-1])
    assert scale_plan.parameters == before
