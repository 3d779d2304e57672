"""Requests and pieces are drawn from seed and number alone; a studio plays what can be played."""

from hypothesis import given
from hypothesis import strategies as st

from benchmarks.learning.world import MIDDLE, PARAMETERS, PLAYERS, STYLES, Request, default_of, realised, requests_of

REQUESTS = requests_of("ann", count=200, seed=3)


def test_two_draws_of_one_seed_are_one() -> None:
    """The first requests of a longer run are those of a shorter one; another user asks otherwise."""
    assert requests_of("ann", count=50, seed=3) == REQUESTS[:50]
    assert requests_of("bob", count=50, seed=3) != REQUESTS[:50]


def test_every_style_has_a_default_for_every_value() -> None:
    """Defaults are complete and lie between 0 and 1."""
    for style in STYLES:
        assert set(default_of(style)) == set(PARAMETERS) == set(MIDDLE)
        assert all(0.0 <= value <= 1.0 for value in default_of(style).values())


@given(st.sampled_from(REQUESTS), st.dictionaries(st.sampled_from([*PARAMETERS, "loudness"]), st.floats(0, 1)))
def test_pieces_are_playable(request: Request, proposed: dict[str, float]) -> None:
    """Whatever is proposed, a piece has every value 0–1, one mode, whole players, and what its words say."""
    piece = realised(request, proposed, seed=1)
    assert set(piece) == set(PARAMETERS)
    assert all(0.0 <= value <= 1.0 for value in piece.values())
    assert piece["minor"] in {0.0, 1.0}
    assert piece["strings"] * PLAYERS == round(piece["strings"] * PLAYERS)
    assert all(piece[name] == value for name, value in request.worded.items() if name in {"density", "brightness"})


def test_who_proposes_the_default_gets_the_default() -> None:
    """The same chance befalls everybody, so serving the default is the default to the last digit."""
    assert all(
        realised(request, {}, seed=5) == realised(request, default_of(request.style), seed=5) for request in REQUESTS
    )
