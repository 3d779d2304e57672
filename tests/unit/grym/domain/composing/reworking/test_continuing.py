"""Going on from where a source ends."""

from collections.abc import Callable

import pytest

from grym.domain.composing.plan import Plan
from grym.domain.composing.reworking.continuing import continued
from grym.domain.composing.reworking.source import Rework, Source

Planned = Callable[..., Plan]


@pytest.mark.parametrize("seconds", [12.0, 60.0])
def test_what_is_given_stays_and_what_follows_begins_at_once(
    waltz: Source, planned_for: Planned, seconds: float
) -> None:
    """The given bars to the tick, then music without an introduction, by players of the same names."""
    score, fresh = continued(waltz, planned_for(waltz, Rework(verb="continue"), seconds=seconds), seed=5, motifs=())
    at = waltz.score.length_ticks
    assert score.length_ticks == at + fresh.length_ticks
    assert "intro" not in {one.name for one in score.sections}
    for given, whole in zip(waltz.score.parts, score.parts, strict=False):
        assert tuple(note for note in whole.notes if note.start_ticks < at) == given.notes
    assert any(
        note.start_ticks < at + score.metre.bar_ticks
        for part in score.parts
        for note in part.notes
        if note.start_ticks >= at
    )


def test_the_new_part_alone(waltz: Source, planned_for: Planned) -> None:
    """Without the given bars the piece is what is new."""
    plan = planned_for(waltz, Rework(verb="continue", only_new=True), seconds=12.0)
    score, fresh = continued(waltz, plan, seed=5, motifs=())
    assert score == fresh
    assert score.duration_s == pytest.approx(12.0, rel=0.25)
