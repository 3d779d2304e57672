"""The bounds of a plan."""

from dataclasses import replace

import pytest

from grym.domain.composing.bounds import require_playable
from grym.domain.composing.plan import Plan, SectionPlan
from grym.domain.composing.score import Metre, Tonality
from grym.errors import InvalidRequestError


def test_a_plan_of_ours_is_playable(scale_plan: Plan) -> None:
    """What the planner makes passes."""
    require_playable(scale_plan)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("tempo_bpm", 0.0),
        ("tempo_bpm", float("nan")),
        ("metre", Metre(beats=4, unit=0)),
        ("metre", Metre(beats=0, unit=4)),
        ("tonality", Tonality(tonic=12, mode="major")),
        ("tonality", Tonality(tonic=0, mode="klingon")),
        ("seconds", float("inf")),
        ("sections", ()),
        ("sections", (SectionPlan(name="A", bars=0, intensity=0.5),)),
        ("sections", (SectionPlan(name="A", bars=10**9, intensity=0.5),)),
        ("instruments", ()),
    ],
)
def test_a_plan_out_of_bounds_is_refused(scale_plan: Plan, field: str, value: object) -> None:
    """Every number that would break the composer is refused by name."""
    with pytest.raises(InvalidRequestError) as refusal:
        require_playable(replace(scale_plan, **{field: value}))  # type: ignore[arg-type]  # fields by name
    assert refusal.value.code == "plan.invalid"
    assert refusal.value.details["field"] == field
