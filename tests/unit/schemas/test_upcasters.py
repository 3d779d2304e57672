"""Tests of schemas.upcasters: old bodies become new ones, purely."""

from typing import Any

import pytest

from schemas.upcasters import UPCASTERS, feedback_given_v0


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"user": "u", "rating": 4}, {"user": "u", "stars": 4}),
        ({"user": "u"}, {"user": "u"}),
        ({"user": "u", "rating": 4, "stars": 2}, {"user": "u", "stars": 2}),
        ({"user": "u", "rating": None}, {"user": "u", "stars": None}),
        ({"rating": "odd", "more": [1]}, {"more": [1], "stars": "odd"}),
    ],
)
def test_feedback_v0_calls_its_stars_rating(old: dict[str, Any], new: dict[str, Any]) -> None:
    """`rating` becomes `stars`, what says `stars` already is kept, everything else is untouched."""
    before = dict(old)
    assert feedback_given_v0(old) == new
    assert old == before


def test_each_step_leads_one_major_up() -> None:
    """An upcaster leads from one major of a type to the next of the same type."""
    for old, (new, _) in UPCASTERS.items():
        noun, _, major = old.rpartition(".v")
        assert new == f"{noun}.v{int(major) + 1}"
