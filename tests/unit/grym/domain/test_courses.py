"""What the course of learning says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grym.domain.courses import (
    ARMS,
    Pair,
    Served,
    arms_of,
    coverage_of,
    regret_of,
    sides_of,
    steps_of,
    wins_of,
)
from grym.domain.learning import side_of

COURSE = (
    Served(piece_id="1", user="ann", style="waltz", arm="default", utility=0.5),
    Served(piece_id="2", user="ann", style="waltz", arm="learned", utility=1.0),
    Served(piece_id="3", user="ann", style="waltz", arm="holdout", utility=0.25),
    Served(piece_id="4", user="ann", style="waltz", arm="learned"),
    Served(piece_id="5", user="ann", style="waltz", arm="fallback", utility=0.0),
)


def test_silence_is_no_zero() -> None:
    """A piece that nobody rated counts as served, and in no mean and no regret."""
    learned = arms_of(COURSE)["learned"]
    assert (learned.pieces, learned.rated, learned.utility) == (2, 1, 1.0)
    assert regret_of(COURSE) == 0.5 + 0.0 + 0.75 + 1.0
    assert coverage_of(COURSE) == 0.4


def test_steps_tell_where_things_stood() -> None:
    """After each piece: means of the arms that were rated, regret, coverage and fallbacks so far."""
    steps = steps_of(COURSE)
    assert steps[0].utility == {"default": 0.5}
    assert [step.coverage for step in steps] == [0.0, 0.5, 1 / 3, 0.5, 0.4]
    assert [step.fallbacks for step in steps] == [0, 0, 0, 0, 1]
    assert steps[-1].regret == regret_of(COURSE)
    assert steps[-1].utility == {"default": 0.5, "learned": 1.0, "holdout": 0.25, "fallback": 0.0}


SERVED = st.builds(
    Served,
    piece_id=st.text(min_size=1, max_size=3),
    user=st.sampled_from(["ann", "bert", "eve"]),
    style=st.just("waltz"),
    arm=st.sampled_from(ARMS),
    utility=st.none() | st.floats(0.0, 1.0),
)


@given(st.lists(SERVED, max_size=30))
def test_the_last_step_is_the_whole(served: list[Served]) -> None:
    """Running sums come to what is counted at once, and regret never falls."""
    steps = steps_of(served)
    assert len(steps) == len(served)
    regrets = [step.regret for step in steps]
    assert regrets == sorted(regrets)
    if served:
        assert steps[-1].regret == pytest.approx(regret_of(served))
        assert steps[-1].coverage == coverage_of(served)
        for name, arm in arms_of(served).items():
            assert steps[-1].utility.get(name) == (None if arm.utility is None else pytest.approx(arm.utility))


def test_only_pairs_of_learned_and_default_compare_them() -> None:
    """Two defaults beside each other say nothing of what was learned."""
    pairs = (
        Pair(user="ann", better="learned", worse="default"),
        Pair(user="ann", better="holdout", worse="learned"),
        Pair(user="ann", better="holdout", worse="default"),
    )
    assert wins_of(pairs) == (True, False)


def test_sides_hold_what_was_rated() -> None:
    """Every rating on the side of its listener, none twice."""
    sides = sides_of(COURSE, "tempo")
    assert sides[side_of("ann", "tempo")] == (0.5, 1.0, 0.25, 0.0)
    assert sum(map(len, sides.values())) == 4
