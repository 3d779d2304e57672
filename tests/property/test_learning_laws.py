"""The learner's fold: neither order nor repetition makes a difference, and half of it goes on as the whole."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grym.domain.learning.folding import HELD_OPINIONS, KEPT_PIECES, KEPT_PREFERENCES
from grym.errors import ContractError
from schemas.body import Body
from schemas.commands import ProposeParameters
from schemas.envelope import Envelope
from schemas.events import FeedbackGiven, ParametersExposed
from streams.learning.answering import proposed
from streams.learning.processor import decide
from streams.learning.snapshots import restored, snapshot
from streams.learning.state import LearnerState

QUICK = settings(deadline=None, max_examples=25, derandomize=True, suppress_health_check=list(HealthCheck))
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
NAMES = ("density", "pace")
SHARES = st.integers(0, 10).map(lambda tenths: tenths / 10)
QUESTION = ProposeParameters(user="ann", style="waltz", defaults=dict.fromkeys(NAMES, 0.5))


@st.composite
def stories(draw: Any) -> list[Envelope]:
    """Return what happened to a listener: pieces, opinions of them and of others, preferences, in any order of time."""
    events: list[Envelope] = []
    for number in range(draw(st.integers(2, 14))):
        piece = f"r{draw(st.integers(0, 6))}"
        body: Body = draw(
            st.one_of(
                st.builds(
                    ParametersExposed,
                    user=st.just("ann"),
                    style=st.sampled_from(("waltz", "tango")),
                    parameters=st.fixed_dictionaries(dict.fromkeys(NAMES, SHARES)),
                    quality_passed=st.booleans(),
                    quality_share=SHARES,
                    mood=st.sampled_from(("", "calm")),
                    arm=st.sampled_from(("", "learned", "holdout")),
                    propensity=st.just(0.5),
                ),
                st.builds(FeedbackGiven, user=st.just("ann"), stars=st.integers(1, 5)),
                st.builds(
                    FeedbackGiven,
                    user=st.just("ann"),
                    preferred_over=st.sampled_from(("r7", "r8", "r0") if piece != "r0" else ("r7",)),
                ),
            )
        )
        instant = BEGIN + timedelta(seconds=draw(st.integers(0, 3)))
        events.append(
            Envelope(
                id=f"e{number}",
                source="test",
                type=type(body).TYPE,
                subject=piece,
                time=instant,
                body=body,
                correlation_id=piece,
                logged_at=instant,
            )
        )
    return events


def folded(events: list[Envelope], state: LearnerState | None = None) -> LearnerState:
    """Return the state after events."""
    for event in events:
        state = decide(event, state).state
    assert state is not None
    return state


@QUICK
@given(stories(), st.randoms(use_true_random=False))
def test_neither_order_nor_repetition_makes_a_difference(events: list[Envelope], chance: Any) -> None:
    """Shuffled, with some events twice, a story leaves the same state to the byte, and the same next proposal."""
    whole = folded(events)
    shuffled = [*events, *chance.sample(events, len(events) // 2)]
    chance.shuffle(shuffled)
    other = folded(shuffled)
    assert msgspec.json.encode(other) == msgspec.json.encode(whole)
    assert proposed("next", QUESTION, other) == proposed("next", QUESTION, whole)


@QUICK
@given(stories(), st.integers(0, 14))
def test_a_snapshot_and_the_rest_are_the_whole(events: list[Envelope], at: int) -> None:
    """Going on from what was saved leads where going through does."""
    at = min(at, len(events) - 1)
    saved = folded(events[:at]) if at else LearnerState()
    assert folded(events[at:], restored(snapshot(saved))) == folded(events)


@QUICK
@given(stories())
def test_the_state_is_bounded_and_proposals_are_in_range(events: list[Envelope]) -> None:
    """Whatever was folded, every bound holds and every value lies in 0–1."""
    state = folded(events)
    assert len(state.pieces) <= KEPT_PIECES
    assert len(state.opinions) <= len(state.pieces) + HELD_OPINIONS
    assert len(state.preferences) <= KEPT_PREFERENCES
    found = proposed("next", QUESTION, state)
    assert all(0.0 <= value <= 1.0 for value in found.parameters.values())
    assert 0.0 < found.propensity <= 1.0


@QUICK
@given(stories(), st.floats(), st.floats())
def test_what_is_no_number_never_reaches_a_state(events: list[Envelope], setting: float, share: float) -> None:
    """A piece with a number out of range, or none, is refused by a typed error."""
    state = folded(events)
    hostile = ParametersExposed(
        user="ann", style="waltz", parameters={"pace": setting}, quality_passed=True, quality_share=share
    )
    envelope = msgspec.structs.replace(events[0], id="hostile", body=hostile, type=ParametersExposed.TYPE)
    if 0.0 <= setting <= 1.0 and 0.0 <= share <= 1.0:
        assert decide(envelope, state).state is not None
        return
    with pytest.raises(ContractError) as caught:
        decide(envelope, state)
    assert caught.value.code == "feedback.range"


@QUICK
@given(stories(), st.randoms(use_true_random=False))
def test_what_is_forgotten_does_not_depend_on_the_order(events: list[Envelope], chance: Any) -> None:
    """With room for three pieces most are pushed out, and the same ones whatever comes first."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("grym.domain.learning.folding.KEPT_PIECES", 3)
        whole = folded(events)
        shuffled = [*events, *events[::2]]
        chance.shuffle(shuffled)
        other = folded(shuffled)
    assert len(whole.pieces) <= 3
    assert msgspec.json.encode(other) == msgspec.json.encode(whole)
