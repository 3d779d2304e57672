"""What a result tells of its parameters."""

import pytest

from schemas.commands import RequestComposition
from schemas.events import ParametersProposed
from schemas.music import InstrumentData, MetreData, PlanData, SectionPlanData, TonalityData
from streams.coordinator.parameters import learning_facts, parameter_facts, served
from streams.coordinator.run import Answers, Run

PLAN = PlanData(
    title="Waltz",
    style="waltz",
    mood="calm",
    tempo_bpm=162.0,
    metre=MetreData(beats=3, unit=4),
    tonality=TonalityData(tonic=0, mode="major"),
    seconds=30.0,
    sections=(SectionPlanData(name="A", bars=8, intensity=0.4),),
    instruments=(
        InstrumentData(role="melody", name="violin", program=40),
        InstrumentData(role="chords", name="piano", program=0),
    ),
    parameters={"density": 0.4},
    asked=("minor",),
)
LEARNED = ParametersProposed(
    parameters={"strings": 0.6},
    sources={"strings": "learned"},
    learner="x/2",
    ratings=12,
    arm="learned",
    propensity=0.85,
    verdict="beats the default",
    expected=0.75,
    expected_default=0.5,
)


def test_a_learned_value_says_why() -> None:
    """By whom, on how many ratings, with what gain, and what the guard said; what was wished is told beside."""
    assert parameter_facts(PLAN, LEARNED)["strings"] == {
        "value": 0.5,
        "source": "learned",
        "why": "x/2 on 12 ratings, expected gain +0.25; beats the default",
        "wished": 0.6,
    }


def test_what_the_wish_decides_is_its_own() -> None:
    """Even where the learner proposed it."""
    eager = ParametersProposed(parameters={"minor": 1.0}, sources={}, learner="x/2", ratings=1)
    fact = parameter_facts(PLAN, eager)["minor"]
    assert (fact["value"], fact["source"]) == (0.0, "request")


@pytest.mark.parametrize(
    ("proposed", "source", "why"),
    [
        (None, "default", "nothing was learned yet"),
        (ParametersProposed(parameters={}, sources={}, learner="x", ratings=0), "default", "nothing was learned yet"),
        (
            ParametersProposed(parameters={}, sources={}, learner="x", ratings=9, verdict="no gain to be seen"),
            "default",
            "no gain to be seen",
        ),
        (
            ParametersProposed(parameters={}, sources={}, learner="x", ratings=9, holdout=True, verdict="serving"),
            "holdout",
            "the default by lot, to compare with what was learned",
        ),
    ],
)
def test_defaults_say_why(proposed: ParametersProposed | None, source: str, why: str) -> None:
    """Nothing learned, the guard, or the lot."""
    assert parameter_facts(PLAN, proposed)["pace"] == {"value": 0.5, "source": source, "why": why}


def test_what_the_learner_did_is_told() -> None:
    """With the gain as a number; nothing where there was no learner."""
    told = learning_facts(LEARNED)
    assert told is not None
    assert (told["arm"], told["ratings"], told["expected_gain"]) == ("learned", 12, 0.25)
    assert learning_facts(None) is None


@pytest.mark.parametrize("taste", [True, False])
def test_a_piece_without_taste_has_the_default(taste: bool) -> None:
    """What the learner proposed is heard and not served, and is told to have been the default."""
    run = Run(
        request_id="r1",
        status="running",
        composition=RequestComposition(prompt="", taste=taste),
        answers=Answers(parameters=LEARNED),
    )
    told = served(run)
    assert told is not None
    assert (told == LEARNED) is taste
    if not taste:
        assert (told.parameters, told.arm, told.expected) == ({}, "default", LEARNED.expected_default)
