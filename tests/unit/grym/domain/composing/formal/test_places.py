"""Places as laws give them."""

from grym.domain.composing.formal.choice import FormalChoice
from grym.domain.composing.formal.places import places_of
from grym.domain.composing.score import Score
from grym.domain.composing.seeds import stream

_HELD = (0.2,) * 16 + (0.9,) * 16


def test_sieves_open_their_members(scale_score: Score) -> None:
    """The next place is the next member; beyond the piece there is none."""
    places = places_of(
        FormalChoice(generator="sieve", law="5@1", target="rhythm"), scale_score, rng=stream(1, "x"), held=_HELD
    )
    assert [places(first, first + 5) for first in (0, 1, 2, 31)] == [1, 1, 6, 31]
    assert places(2, 6) is None


def test_a_bar_without_a_place_stays_as_it_was(scale_score: Score) -> None:
    """An automaton that died closes nothing."""
    places = places_of(
        FormalChoice(generator="cellular", law="rule 0", target="rhythm"), scale_score, rng=stream(1, "x"), held=_HELD
    )
    assert places.steps[16:] == (True,) * 16
    assert not all(places.steps[:16])


def test_values_say_when_and_how_many_play(scale_score: Score) -> None:
    """Below a half nothing opens, so the bar stays; at nine tenths nearly everybody plays."""
    choice = FormalChoice(generator="stochastic", law="uniform", target="players")
    played = [places_of(choice, scale_score, rng=stream(seed, "x"), held=_HELD).players for seed in range(300)]
    assert sum(bool(one[1].all()) for one in played) / 300 > 0.7
    assert all(one.any(axis=1).all() for one in played)
