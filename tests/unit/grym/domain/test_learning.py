"""The learner's fold: bounded, deterministic, and moved by opinions in the right direction."""

import pytest

from grym.domain.learning import KEPT_OPINIONS, Opinion, overall_stars, propose, with_opinion

DEFAULTS = {"brightness": 0.5, "complexity": 0.4, "density": 0.5}


def opinion(piece: str, stars: float, **parameters: float) -> Opinion:
    """Return an opinion about a piece with the default parameters, some of them changed."""
    return Opinion(piece_id=piece, parameters={**DEFAULTS, **parameters}, stars=stars)


def distance(a: dict[str, float], b: dict[str, float]) -> float:
    """Return the mean absolute difference of two settings."""
    return sum(abs(a[name] - b[name]) for name in a) / len(a)


def test_nobody_has_said_anything_yet() -> None:
    """Without opinions the composer's defaults stand."""
    assert propose(()) == {}


def test_one_star_moves_away_audibly() -> None:
    """A piece with one star is not offered again: every step is at least a tenth of the range on average."""
    proposal = propose((opinion("p1", 1),))
    assert set(proposal) == set(DEFAULTS)
    assert distance(proposal, DEFAULTS) > 0.1


def test_five_stars_stay_near() -> None:
    """What was loved is changed less than what was hated."""
    loved, hated = propose((opinion("p1", 5),)), propose((opinion("p1", 1),))
    assert distance(loved, DEFAULTS) < distance(hated, DEFAULTS)


def test_proposals_follow_the_better_piece() -> None:
    """Of two pieces, the liked one is the centre of the next try."""
    opinions = (opinion("bad", 1, density=0.2), opinion("good", 5, density=0.9))
    assert propose(opinions)["density"] > 0.6


@pytest.mark.parametrize("stars", [1, 2, 3, 4, 5])
def test_proposals_stay_in_bounds(stars: int) -> None:
    """Even from a corner of the space no proposal leaves 0–1."""
    corner = opinion("p", stars, brightness=0.0, complexity=1.0, density=1.0)
    assert all(0.0 <= value <= 1.0 for value in propose((corner,)).values())


def test_what_a_style_switches_off_stays_off() -> None:
    """A nocturne that was disliked does not begin to swing."""
    proposal = propose((opinion("p", 1, swing=0.0),))
    assert proposal["swing"] == 0.0
    assert proposal["density"] != DEFAULTS["density"]


def test_the_same_opinions_give_the_same_proposal() -> None:
    """The seed is in the opinions."""
    opinions = (opinion("a", 2), opinion("b", 4, density=0.7))
    assert propose(opinions) == propose(opinions)


def test_only_the_last_opinion_of_a_piece_counts() -> None:
    """Rating twice replaces the first rating and moves to the end."""
    opinions = with_opinion((opinion("a", 1), opinion("b", 3)), opinion("a", 5))
    assert [(known.piece_id, known.stars) for known in opinions] == [("b", 3), ("a", 5)]


def test_old_opinions_are_forgotten() -> None:
    """The state is bounded."""
    opinions: tuple[Opinion, ...] = ()
    for number in range(KEPT_OPINIONS + 5):
        opinions = with_opinion(opinions, opinion(f"p{number}", 3))
    assert len(opinions) == KEPT_OPINIONS
    assert opinions[0].piece_id == "p5"


def test_a_listener_is_led_to_what_she_likes() -> None:
    """A simulated listener who wants dense and dark music gets it within twenty pieces, and better than the default."""

    def stars(parameters: dict[str, float]) -> float:
        miss = abs(parameters["density"] - 0.85) + abs(parameters["brightness"] - 0.2)
        return max(1.0, 5.0 - 6.0 * miss)

    opinions: tuple[Opinion, ...] = ()
    current = dict(DEFAULTS)
    for number in range(20):
        opinions = with_opinion(opinions, Opinion(piece_id=f"p{number}", parameters=current, stars=stars(current)))
        current = propose(opinions)
    late = [known.stars for known in opinions[-5:]]
    assert sum(late) / 5 > stars(DEFAULTS) + 1.0


@pytest.mark.parametrize(
    ("stars", "aspects", "expected"),
    [(None, {}, None), (4, {}, 4.0), (None, {"melody": 2, "rhythm": 4}, 3.0), (5, {"melody": 1}, 3.8)],
)
def test_stars_and_aspects_become_one_number(
    stars: int | None, aspects: dict[str, int], expected: float | None
) -> None:
    """Seven parts stars, three parts aspects."""
    result = overall_stars(stars, aspects)
    assert result == (None if expected is None else pytest.approx(expected))


@pytest.mark.parametrize(("stars", "step"), [(1, 0.2775), (3, 0.205), (5, 0.1325)])
def test_every_parameter_moves_half_to_a_whole_step(stars: int, step: float) -> None:
    """One opinion counts as much as one neutral one: 0.06 plus 0.29 times how far the mean is from five stars."""
    proposal = propose((opinion("p", stars),))
    for name, default in DEFAULTS.items():
        assert step / 2 - 0.001 <= abs(proposal[name] - default) <= step + 0.001
