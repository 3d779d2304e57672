"""Proposals: nothing out of nothing, what is liked where it is liked, and the same for the same."""

import pytest

from grym.domain.learning.lots import HOLDOUT_SHARE
from grym.domain.learning.proposing import best_known, propose
from grym.domain.learning.values import Question, Taste
from tests.unit.grym.domain.learning.tastes import (
    DEFAULTS,
    NAMES,
    by_chance,
    lived,
    piece,
    question,
    rated,
    slow_and_minor,
)

LIVED = lived(slow_and_minor, 60)


def test_nobody_has_said_anything_yet() -> None:
    """Without opinions the default stands, and nothing was compared."""
    proposal = propose(Taste(), question(1))
    assert (proposal.parameters, proposal.arm, proposal.propensity) == ({}, "default", 1.0)
    assert proposal.candidates_sha256 == ""
    assert set(proposal.sources.values()) == {"default"}


def test_a_listener_is_led_to_what_she_likes() -> None:
    """After sixty rated pieces the best known is slow and in minor, and worth a star more than the default."""
    best, verdict = best_known(LIVED, question(1))
    assert verdict.serving
    assert best["pace"] < 0.35
    assert best["minor"] > 0.65
    assert slow_and_minor(best) > slow_and_minor(DEFAULTS) + 1.0


def test_what_was_learned_carries_over_to_a_style_never_heard() -> None:
    """A waltz lover's distance from the default leads in tangos, too, by less."""
    best, _ = best_known(LIVED, question(1, style="tango"))
    assert best["pace"] < 0.45
    assert best["minor"] > 0.55


@pytest.mark.parametrize("seed", range(4))
def test_stars_by_chance_are_not_served(seed: int) -> None:
    """However many there are, the guard finds no taste in them, and trials stay few."""
    taste = by_chance(80, seed=seed)
    arms = [propose(taste, question(number)).arm for number in range(60)]
    assert arms.count("learned") == 0
    assert arms.count("trial") < 20
    assert arms.count("fallback") > 30


@pytest.mark.parametrize("stars", [1.0, 2.0])
def test_one_bad_rating_changes_the_next_piece_whatever_its_name(stars: float) -> None:
    """The first piece of a listener is disliked: no lot brings it back."""
    taste = rated(Taste(), piece(0, arm="default"), stars)
    for number in range(40):
        proposal = propose(taste, question(number))
        assert (proposal.arm, proposal.propensity) == ("trial", 1.0)
        assert max(abs(proposal.parameters[name] - DEFAULTS[name]) for name in NAMES) > 0.05


def test_a_share_of_all_requests_is_held_out() -> None:
    """By lot, with its chance written down; the default is served then."""
    proposals = [propose(LIVED, question(number)) for number in range(300)]
    held_out = [one for one in proposals if one.arm == "holdout"]
    assert 0.05 < len(held_out) / len(proposals) < 0.16
    assert {(tuple(one.parameters), one.propensity) for one in held_out} == {((), HOLDOUT_SHARE)}
    assert {source for one in held_out for source in one.sources.values()} == {"holdout"}


def test_propensities_of_what_may_happen_add_up() -> None:
    """Holdout and learned, or holdout, trial and fallback, make one."""
    for taste in (LIVED, by_chance(40, seed=1)):
        chances = {one.arm: one.propensity for one in (propose(taste, question(n)) for n in range(80))}
        assert sum(chances.values()) == pytest.approx(1.0)


def test_proposals_stay_in_bounds_and_name_what_was_heard() -> None:
    """Every value lies in 0–1, whatever was heard at the border."""
    taste = Taste()
    for number in range(12):
        corner = piece(number, density=float(number % 2), minor=0.0, pace=1.0, strings=float(number % 2))
        taste = rated(taste, corner, 5.0 if number % 2 else 1.0)
    for number in range(40):
        proposal = propose(taste, question(number))
        assert set(proposal.parameters) <= set(NAMES)
        assert all(0.0 <= value <= 1.0 for value in proposal.parameters.values())


def test_what_the_wish_decides_is_not_proposed() -> None:
    """A fixed value has the source request, and nothing else is served for it."""
    for number in range(20):
        proposal = propose(LIVED, question(number, pace=0.9))
        assert "pace" not in proposal.parameters
        assert proposal.sources["pace"] == "request"
    everything = propose(LIVED, question(1, density=0.5, minor=0.5, pace=0.5, strings=0.5))
    assert (everything.arm, everything.parameters) == ("default", {})


def test_the_same_taste_and_request_give_the_same_proposal() -> None:
    """The seed is in the request; another request gets other candidates."""
    assert propose(LIVED, question(7)) == propose(LIVED, question(7))
    assert propose(LIVED, question(7)).candidates_sha256 != propose(LIVED, question(8)).candidates_sha256


def test_defaults_that_nobody_told_are_those_that_were_seen() -> None:
    """An old question without defaults is answered beside what default pieces of the style had."""
    taste = Taste()
    for number in range(10):
        taste = rated(taste, piece(number, arm="holdout", pace=0.3), 3.0)
    told = best_known(taste, Question(request_id="q", style="waltz"))
    assert set(told[0]) == set(NAMES)


def test_a_change_of_taste_is_followed() -> None:
    """Who turns to fast music in major is no longer served slow music in minor after as many pieces again."""

    def turned(settings: dict[str, float]) -> float:
        return slow_and_minor({**settings, "pace": 1.0 - settings["pace"], "minor": 1.0 - settings["minor"]})

    taste = lived(turned, 90, taste=LIVED)  # type: ignore[arg-type]  # a mapping is all that is read
    best, _ = best_known(taste, question(1))
    assert turned(best) > turned(dict(DEFAULTS))
