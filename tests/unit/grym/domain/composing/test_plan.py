"""Plans as values."""

import dataclasses

import pytest

from grym.domain.composing.plan import MAX_SECONDS, MIN_SECONDS, USUAL_SECONDS, Motif, Plan, Wish


def test_plans_are_frozen(scale_plan: Plan) -> None:
    """A plan cannot be changed in place."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        scale_plan.tempo_bpm = 1.0  # type: ignore[misc]


def test_motifs_are_values() -> None:
    """Equal motifs are one value, so they can be counted."""
    assert len({Motif(intervals=(1,), durations_beats=(1.0, 1.0)) for _ in range(3)}) == 1


def test_a_wish_leaves_its_length_open() -> None:
    """What is usual lies inside the limits."""
    assert Wish(prompt="a").seconds is None
    assert MIN_SECONDS <= USUAL_SECONDS == 30.0 <= MAX_SECONDS
