"""The learning processor: exposures, opinions and proposals, one lane, no guesses."""

from typing import Any

import pytest

from grym.errors import ContractError, InvalidRequestError
from grym.ports.effects import KeepEntry
from schemas.body import Body
from schemas.commands import ProposeParameters
from schemas.envelope import Envelope
from schemas.events import FeedbackFolded, FeedbackGiven, OpinionCredited, ParametersExposed, ParametersProposed
from streams.learning import LearnerState, Learning
from streams.processor import Decision, envelopes_of

DEFAULTS = {"brightness": 0.5, "density": 0.5}


class Lane:
    """The feedback lane in memory: folds events in order, feeding the learner's own outputs back to it."""

    def __init__(self) -> None:
        self.states: dict[str, LearnerState] = {}
        self.said: list[Body] = []

    async def take(self, envelope: Envelope) -> Decision[LearnerState]:
        """Fold one event and whatever the learner sends to its own topic."""
        learning = Learning()
        key = learning.state_key(envelope)
        decision = await learning.process(envelope, self.states.get(key))
        if decision.state is not None:
            self.states[key] = decision.state
        for output, _ in envelopes_of("learning", envelope, decision.outputs):
            self.said.append(output.body)
            if isinstance(output.body, learning.accepts):
                await self.take(output)
        return decision

    async def folded(self, envelope: Envelope) -> Decision[LearnerState]:
        """Return what is decided about the opinion that an event is credited as."""
        learning = Learning()
        credited = await learning.process(envelope, self.states.get(learning.state_key(envelope)))
        await self.take(envelope)
        [(output, _)] = envelopes_of("learning", envelope, credited.outputs)
        return await learning.process(output, None)

    def last(self, kind: type[Body]) -> Any:
        """Return the last output of a kind."""
        return next(body for body in reversed(self.said) if isinstance(body, kind))


def exposed(parameters: dict[str, float] = DEFAULTS) -> ParametersExposed:
    """Return the exposure of a nocturne."""
    return ParametersExposed(
        user="ann", style="nocturne", parameters=parameters, quality_passed=True, quality_share=1.0
    )


async def test_without_ratings_nothing_is_proposed(event: Any) -> None:
    """The composer's defaults stand until somebody has an opinion."""
    lane = Lane()
    await lane.take(event(ProposeParameters(user="ann", style="nocturne")))
    assert lane.last(ParametersProposed) == ParametersProposed(
        parameters={}, sources={}, learner="kernel-ucb/1", ratings=0
    )


async def test_one_star_changes_the_next_proposal(event: Any) -> None:
    """A rating of 1 for a style changes that user's next piece of that style, and says it was learned."""
    lane = Lane()
    await lane.take(event(exposed()))
    await lane.take(event(FeedbackGiven(user="ann", stars=1)))
    folded = lane.last(FeedbackFolded)
    assert folded.accepted
    assert folded.style == "nocturne"
    await lane.take(event(ProposeParameters(user="ann", style="nocturne"), subject="r2"))
    proposed = lane.last(ParametersProposed)
    assert proposed.ratings == 1
    assert proposed.parameters == folded.parameters != DEFAULTS
    assert set(proposed.sources.values()) == {"learned"}


async def test_users_and_styles_are_apart(event: Any) -> None:
    """What ann thinks of nocturnes says nothing about bob, nor about waltzes."""
    lane = Lane()
    await lane.take(event(exposed()))
    await lane.take(event(FeedbackGiven(user="ann", stars=1)))
    await lane.take(event(ProposeParameters(user="bob", style="nocturne")))
    assert lane.last(ParametersProposed).parameters == {}
    await lane.take(event(ProposeParameters(user="ann", style="waltz")))
    assert lane.last(ParametersProposed).parameters == {}


async def test_an_unknown_piece_is_answered_not_guessed(event: Any) -> None:
    """Feedback about a request that was never completed has no effect and says so."""
    lane = Lane()
    await lane.take(event(FeedbackGiven(user="ann", stars=5), subject="nobody-knows"))
    folded = lane.last(FeedbackFolded)
    assert not folded.accepted
    assert "no completed composition" in folded.reason
    assert lane.states == {}


async def test_rating_again_replaces_the_first_rating(event: Any) -> None:
    """One opinion per user and piece: the last one."""
    lane = Lane()
    await lane.take(event(exposed()))
    await lane.take(event(FeedbackGiven(user="ann", stars=1)))
    await lane.take(event(FeedbackGiven(user="ann", stars=5)))
    told = lane.states["user:ann"].tastes["nocturne"]
    assert [(opinion.piece_id, opinion.stars) for opinion in told] == [("r1", 5.0)]


async def test_a_preference_credits_both_pieces(event: Any) -> None:
    """The preferred piece gets four stars, the other two."""
    lane = Lane()
    await lane.take(event(exposed(), subject="r1"))
    await lane.take(event(exposed({"brightness": 0.9, "density": 0.9}), subject="r2"))
    await lane.take(event(FeedbackGiven(user="ann", preferred_over="r2"), subject="r1"))
    told = lane.states["user:ann"].tastes["nocturne"]
    assert {opinion.piece_id: opinion.stars for opinion in told} == {"r1": 4.0, "r2": 2.0}


async def test_aspects_count_three_tenths(event: Any) -> None:
    """Five stars with a one for melody are 3.8."""
    lane = Lane()
    await lane.take(event(exposed()))
    await lane.take(event(FeedbackGiven(user="ann", stars=5, aspects={"melody": 1})))
    assert lane.last(OpinionCredited).stars == pytest.approx(3.8)


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


@pytest.mark.parametrize(("value", "accepted"), [(0.0, True), (1.0, True), (-0.01, False), (1.01, False)])
async def test_credited_parameters_lie_between_nothing_and_all(event: Any, value: float, accepted: bool) -> None:
    """The bounds themselves are settings like any other."""
    credited = OpinionCredited(user="ann", style="waltz", stars=3.0, parameters={"density": value}, feedback_id="f")
    folding = Learning().process(event(credited), LearnerState())
    if accepted:
        assert (await folding).state is not None
        return
    with pytest.raises(ContractError):
        await folding


async def test_what_was_learned_can_be_read_by_others(event: Any) -> None:
    """Each opinion leaves the newest proposal as an entry of its user and style, dated by the log."""
    lane = Lane()
    await lane.take(event(exposed({"density": 0.2})))
    kept = [
        effect.entry
        for envelope in (event(FeedbackGiven(user="ann", stars=5)),)
        for effect in (await lane.folded(envelope)).effects
        if isinstance(effect, KeepEntry)
    ]
    assert [(entry.owner, entry.key, entry.value["ratings"]) for entry in kept] == [("ann", "parameters/nocturne", 1)]
    assert kept[0].value["parameters"] == lane.last(FeedbackFolded).parameters
    assert kept[0].updated_at is not None
