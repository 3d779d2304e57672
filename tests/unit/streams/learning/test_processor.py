"""The learning processor: exposures, opinions and proposals, one lane, one state a listener, no guesses."""

from typing import Any

import msgspec
import pytest

from grym.errors import ContractError, InvalidRequestError
from grym.ports.effects import KeepEntry
from schemas.body import Body
from schemas.commands import ProposeParameters
from schemas.events import FeedbackFolded, FeedbackGiven, OpinionCredited, ParametersProposed
from schemas.sessions import ErasePerson, PersonForgotten
from streams.learning import LearnerState, Learning
from streams.learning.state import Told, taste_of
from tests.unit.streams.learning.lane import DEFAULTS, Lane, exposed


async def test_without_ratings_nothing_is_proposed(event: Any) -> None:
    """The composer's defaults stand until somebody has an opinion, and the answer says so."""
    lane = Lane()
    await lane.take(event(ProposeParameters(user="ann", style="nocturne", defaults=DEFAULTS)))
    proposed = lane.last(ParametersProposed)
    assert (proposed.parameters, proposed.arm, proposed.ratings) == ({}, "default", 0)
    assert proposed.sources == {"brightness": "default", "density": "default"}
    assert proposed.position == 0


async def test_users_and_tenants_are_apart(event: Any) -> None:
    """What ann thinks says nothing about bob, nor about an ann of another tenant, however the names are spelt."""
    learning = Learning()
    keys = {
        learning.state_key(msgspec.structs.replace(event(FeedbackGiven(user=user, stars=3)), tenant=tenant))
        for user in ("ann", "bob", "acme/ann", "acme%2Fann")
        for tenant in ("default", "acme")
    }
    assert len(keys) == 8


async def test_an_unknown_piece_is_answered_not_guessed(event: Any) -> None:
    """Feedback about a request that was never completed has no effect yet and says so by a code."""
    lane = Lane()
    await lane.take(event(FeedbackGiven(user="ann", stars=5), subject="nobody-knows"))
    folded = lane.last(FeedbackFolded)
    assert (folded.accepted, folded.held, folded.code) == (False, True, "feedback.unknown")
    assert "no completed composition" in folded.reason


async def test_an_opinion_before_its_piece_counts_from_when_it_is_there(event: Any) -> None:
    """It is told again as accepted, under the id of the opinion."""
    lane = Lane()
    given = event(FeedbackGiven(user="ann", stars=5))
    await lane.take(given)
    await lane.take(event(exposed()))
    folded = lane.last(FeedbackFolded)
    assert (folded.accepted, folded.feedback_id, folded.style) == (True, given.id, "nocturne")


async def test_rating_again_replaces_the_first_rating(event: Any) -> None:
    """One opinion per user and piece: the last one."""
    lane = Lane()
    await lane.take(event(exposed()))
    await lane.take(event(FeedbackGiven(user="ann", stars=1)))
    await lane.take(event(FeedbackGiven(user="ann", stars=5)))
    assert [(one.piece_id, one.stars) for one in lane.state("ann").opinions] == [("r1", 5.0)]


async def test_an_older_opinion_that_comes_late_changes_nothing(event: Any) -> None:
    """It is answered as outdated."""
    lane = Lane()
    older, newer = event(FeedbackGiven(user="ann", stars=1)), event(FeedbackGiven(user="ann", stars=5))
    await lane.take(event(exposed()))
    await lane.take(newer)
    before = lane.state("ann")
    await lane.take(older)
    assert lane.state("ann") == before
    assert (lane.last(FeedbackFolded).accepted, lane.last(FeedbackFolded).code) == (False, "feedback.outdated")


async def test_another_listener_cannot_rate_somebodys_piece(event: Any) -> None:
    """Bob's opinion of ann's piece waits in his own state and moves nobody."""
    lane = Lane()
    await lane.take(event(exposed()))
    before = lane.state("ann")
    await lane.take(event(FeedbackGiven(user="bob", stars=1)))
    assert lane.last(FeedbackFolded).code == "feedback.unknown"
    assert lane.state("ann") == before


async def test_a_preference_counts_once_both_pieces_are_there(event: Any) -> None:
    """It says which, so that both pieces must be known."""
    lane = Lane()
    await lane.take(event(exposed(), subject="r1"))
    await lane.take(event(FeedbackGiven(user="ann", preferred_over="r2"), subject="r1"))
    assert lane.last(FeedbackFolded).held
    await lane.take(event(exposed({"brightness": 0.9, "density": 0.9}), subject="r2"))
    assert lane.last(FeedbackFolded).accepted


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (FeedbackGiven(user="ann"), "feedback.empty"),
        (FeedbackGiven(user="ann", stars=0), "feedback.range"),
        (FeedbackGiven(user="ann", stars=6), "feedback.range"),
        (FeedbackGiven(user="ann", aspects={"melody": 9}), "feedback.range"),
        (FeedbackGiven(user="ann", aspects={"taste": 4}), "feedback.aspect"),
        (FeedbackGiven(user="ann", preferred_over="r1"), "feedback.preference"),
    ],
)
async def test_impossible_opinions_are_refused(event: Any, given: FeedbackGiven, code: str) -> None:
    """Stars go from 1 to 5, and something must be said."""
    with pytest.raises(InvalidRequestError) as caught:
        await Learning().process(event(given), LearnerState())
    assert caught.value.code == code


@pytest.mark.parametrize(
    "broken",
    [
        {"parameters": {"density": -0.01}},
        {"parameters": {"density": 1.01}},
        {"parameters": {"density": float("nan")}},
        {"defaults": {"density": float("inf")}},
        {"quality_share": float("nan")},
        {"quality_share": 1.5},
        {"propensity": 0.0},
        {"propensity": float("nan")},
        {"expected": float("inf")},
    ],
)
async def test_pieces_that_cannot_be_are_refused(event: Any, broken: dict[str, Any]) -> None:
    """Numbers out of range, and what is no number, never reach a state."""
    with pytest.raises(ContractError) as caught:
        await Learning().process(event(msgspec.structs.replace(exposed(), **broken)), LearnerState())
    assert caught.value.code == "feedback.range"


@pytest.mark.parametrize(("value", "accepted"), [(0.0, True), (1.0, True), (-0.01, False), (1.01, False)])
async def test_opinions_of_the_first_learner_still_fold(event: Any, value: float, accepted: bool) -> None:
    """They bring their piece along; the bounds themselves are settings like any other."""
    credited = OpinionCredited(user="ann", style="waltz", stars=3.0, parameters={"density": value}, feedback_id="f")
    folding = Learning().process(event(credited), None)
    if not accepted:
        with pytest.raises(ContractError):
            await folding
        return
    state = (await folding).state
    assert state is not None
    assert [(one.piece_id, one.stars) for one in state.opinions] == [("r1", 3.0)]


def test_a_state_of_the_first_learner_is_lifted() -> None:
    """Its opinions count, older than everything else and in their order."""
    stored = msgspec.json.encode(
        {"tastes": {"waltz": [{"piece_id": "p", "parameters": {"density": 0.2}, "stars": 4.0}]}}
    )
    taste = taste_of(msgspec.json.decode(stored, type=LearnerState))
    assert [(piece.piece_id, piece.style, piece.parameters) for piece in taste.pieces] == [
        ("p", "waltz", {"density": 0.2})
    ]
    assert [opinion.stars for opinion in taste.opinions] == [4.0]
    assert taste_of(LearnerState(tastes={"waltz": (Told(piece_id="p", parameters={}, stars=1.0),)})).pieces


async def test_what_was_learned_can_be_read_by_others(event: Any) -> None:
    """Each opinion leaves what pleases most as an entry of its user and style, dated by the log."""
    lane = Lane()
    await lane.take(event(exposed({"density": 0.2})))
    decision = await lane.take(event(FeedbackGiven(user="ann", stars=5)))
    [kept] = [effect.entry for effect in decision.effects if isinstance(effect, KeepEntry)]
    assert (kept.owner, kept.key, kept.value["ratings"]) == ("ann", "parameters/nocturne", 1)
    assert kept.value["parameters"] == lane.last(FeedbackFolded).parameters
    assert kept.updated_at is not None


async def test_an_erased_person_is_forgotten(event: Any) -> None:
    """Nothing is left, and the answer says how much there was."""
    lane = Lane()
    await lane.take(event(exposed()))
    await lane.take(event(FeedbackGiven(user="ann", stars=1)))
    await lane.take(event(ErasePerson(user="ann"), subject="erasure"))
    assert lane.state("ann") == LearnerState()
    assert lane.last(PersonForgotten) == PersonForgotten(by="learning", forgotten={"pieces": 1, "opinions": 1})


async def test_a_question_changes_nothing_and_names_its_state(event: Any) -> None:
    """The proposal says from which state it was made, how far that is, and by which event."""
    lane = Lane()
    await lane.take(event(exposed()))
    given: Body = FeedbackGiven(user="ann", stars=4)
    rating = event(given)
    await lane.take(rating)
    before = lane.state("ann")
    decision = await lane.take(event(ProposeParameters(user="ann", style="nocturne", defaults=DEFAULTS), subject="r2"))
    proposed = lane.last(ParametersProposed)
    assert decision.state is None
    assert (proposed.position, proposed.as_of, proposed.state_sha256) == (2, rating.id, before.sha256())
    assert proposed.ratings == 1
    assert 0.0 < proposed.propensity <= 1.0
    assert proposed.candidates_sha256
