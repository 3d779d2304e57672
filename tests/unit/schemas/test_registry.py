"""Tests of schemas.registry: which types exist, and the way from an old one to the newest."""

import re

import pytest

from grym.errors import ContractError
from schemas.events import FeedbackGiven
from schemas.registry import BODIES, BY_TYPE, UPCASTERS, body_class, lift


def test_type_names_follow_the_rule() -> None:
    """Every type is ``grym.<noun>.<verb>.v<major>``, once."""
    assert all(re.fullmatch(r"grym\.[a-z]+\.[a-z]+\.v[1-9][0-9]*", body.TYPE) for body in BODIES)
    assert len(BY_TYPE) == len(BODIES) >= 30
    assert [body.TYPE for body in BODIES] == sorted(body.TYPE for body in BODIES)


def test_newest_type_needs_no_step() -> None:
    """A current type is its own newest version."""
    assert body_class(FeedbackGiven.TYPE) == (FeedbackGiven, ())


def test_every_older_type_leads_to_a_body() -> None:
    """No upcaster ends nowhere."""
    for old in UPCASTERS:
        cls, steps = body_class(old)
        assert cls in BODIES
        assert steps


@pytest.mark.parametrize("name", ["", "grym.feedback.given", "grym.feedback.given.v2", "x" * 10_000])
def test_unknown_type_is_refused_in_few_words(name: str) -> None:
    """An unknown type is a contract error that quotes at most 200 characters of it."""
    with pytest.raises(ContractError) as caught:
        body_class(name)
    assert caught.value.code == "contract.type"
    assert len(caught.value.message) < 300
    assert caught.value.details == {"type": name[:200]}


def test_lift_runs_the_steps_in_order() -> None:
    """Each step sees what the one before made."""
    steps = (lambda body: {**body, "a": 1}, lambda body: {"b": body["a"] + 1})
    assert lift({}, steps) == {"b": 2}


@pytest.mark.parametrize("body", [[], None, "text", 3])
def test_lift_refuses_what_is_no_object(body: object) -> None:
    """An upcaster only ever sees a JSON object."""
    with pytest.raises(ContractError, match="not a JSON object"):
        lift(body, ())
