"""Verdicts as part of what is known: bounded, weighed by person, and gone without a trace when they are taken back."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grym.domain.patterns.checking import checked
from grym.domain.patterns.folding import Projection
from grym.domain.patterns.judging import enter
from grym.domain.patterns.values import PatternChange, PatternFacts, Verdict
from grym.domain.patterns.verdicts import (
    ADOPTED,
    MOST_OF_ONE,
    MOST_VERDICTS,
    WEIGHT_OF_ONE,
    category_of,
    weighed,
    who_is,
)
from grym.errors import InvalidPatternError
from tests.contract.pattern_changes import change, stored
from tests.unit.grym.domain.patterns.histories import allowed, wishes


def said(event_id: str, name: str = "a", **data: Any) -> PatternChange:
    """Return a verdict on a pattern."""
    return change("judged", name, event_id, data={"verdict": "wrong", "who": "rosa"} | data)


def taken_back(of: str, name: str = "a") -> PatternChange:
    """Return the change that takes a verdict back."""
    return change("withdrawn", name, f"no {of}", data={"of": of})


def facts_after(*changes: PatternChange, name: str = "a") -> PatternFacts:
    """Return what is known of a pattern after changes."""
    entry = enter([checked(one) for one in changes], head=0, known=(), around=())
    return {standing.facts.pattern_id: standing.facts for standing in entry.standings}[name]


def verdict(number: int, **fields: Any) -> Verdict:
    """Return a verdict that came in this place."""
    given: dict[str, Any] = {"event_id": f"v{number}", "seq": number, "who": "rosa", "right": True} | fields
    return Verdict(**given)


@given(wanted=wishes, place=st.integers(0, 25), category=st.sampled_from(["", "k"]))
def test_a_verdict_that_is_taken_back_has_never_been(wanted: list[PatternChange], place: int, category: str) -> None:
    """Whatever happened between; only the numbers of the last events differ."""
    before, after = wanted[:place], [one for one in wanted[place:] if one.kind not in {"merged", "retired"}]
    extra = replace(said("extra", category=category), data={"verdict": "wrong", "who": "x", "category": category})
    events = allowed([*before, *after])
    first = len(allowed(before))
    with_it, without = Projection(), Projection()
    for event in events[:first]:
        with_it.apply(event)
        without.apply(event)
    standing = with_it.get("a")
    if standing is None or not standing.is_live:
        return
    with_it.apply(replace(events[0], seq=first + 1, change=extra))
    for event in events[first:]:
        with_it.apply(event)
        without.apply(event)
    with_it.apply(replace(events[0], seq=len(events) + 2, change=taken_back("extra")))
    told, wanted_facts = with_it.get("a"), without.get("a")
    assert told is not None
    assert wanted_facts is not None
    assert replace(told.facts, last_seq=0) == replace(wanted_facts.facts, last_seq=0)


def test_what_somebody_said_is_kept_with_the_pattern() -> None:
    """By a digest, with its weight and its place in the order."""
    facts = facts_after(stored("a"), said("v1", weight=0.5, odds=1.25, context="moved", start_s=2, end_s=4.5, told_s=9))
    [one] = facts.verdicts
    assert (one.event_id, one.seq, one.who, one.right, one.weight) == ("v1", 2, "rosa", False, 0.5)
    assert (one.odds, one.context, one.start_s, one.end_s, one.told_s) == (1.25, "moved", 2.0, 4.5, 9.0)
    assert (facts.confirmed, facts.denied, facts.count) == (0, 0, 1)


def test_the_last_verdict_names_the_category_and_taking_it_back_brings_the_former() -> None:
    """In whatever order they are taken back."""
    begin = [stored("a", data={"category": "harmonic"}), said("v1", category="rhythmic"), said("v2", category="noise")]
    assert facts_after(*begin).category == "noise"
    assert facts_after(*begin, taken_back("v1")).category == "noise"
    assert facts_after(*begin, taken_back("v2")).category == "rhythmic"
    assert facts_after(*begin, taken_back("v1"), taken_back("v2")).category == "harmonic"
    assert facts_after(*begin, change("corrected", "a", data={"category": "mine"})).category == "mine"
    assert facts_after(*begin, change("corrected", "a", data={"category": "mine"}), taken_back("v2")).category == "mine"


def test_a_category_that_spreads_is_taken_over_when_enough_spread() -> None:
    """One similar pattern is not enough, and what somebody said of this very one goes before."""
    spread = [verdict(n, category="rhythmic", spread_from=f"o{n}", weight=0.3) for n in range(2)]
    assert sum(one.weight for one in spread) >= ADOPTED
    assert category_of("harmonic", spread[:1]) == "harmonic"
    assert category_of("harmonic", spread) == "rhythmic"
    assert category_of("harmonic", [verdict(9, category="noise"), *spread]) == "noise"


@given(weights=st.lists(st.floats(0.01, 1.0), max_size=MOST_OF_ONE), others=st.integers(0, 5))
def test_one_person_weighs_no_more_than_a_person(weights: list[float], others: int) -> None:
    """However often they say it; others add to it."""
    mine = [verdict(n, right=False, weight=weight) for n, weight in enumerate(weights)]
    theirs = [verdict(100 + n, right=False, who=f"other {n}") for n in range(others)]
    right, wrong = weighed([*mine, *theirs])
    assert right == 0.0
    assert wrong == pytest.approx(min(0.5 * sum(weights), WEIGHT_OF_ONE) + 0.5 * others)


def test_what_was_to_be_expected_weighs_little() -> None:
    """That a sure match is right, or an unsure one wrong; the other way round it weighs nearly all."""
    sure, unsure = 4.0, -4.0
    assert weighed([verdict(1, odds=sure)])[0] < 0.02
    assert weighed([verdict(1, odds=sure, right=False)])[1] > 0.98
    assert weighed([verdict(1, odds=unsure)])[0] > 0.98
    assert weighed([verdict(1, odds=unsure, right=False)])[1] < 0.02
    assert weighed([]) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"verdict": "perhaps"}, "right or wrong"),
        ({"who": ""}, "whose"),
        ({"weight": 0.0}, "weighs"),
        ({"weight": 1.5}, "weighs"),
        ({"weight": True}, "weighs"),
        ({"odds": 1e6}, "odds"),
        ({"start_s": 1.0}, "beginning and an end"),
        ({"start_s": 3.0, "end_s": 2.0}, "ends before"),
        ({"start_s": -3.0, "end_s": 2.0}, "range"),
        ({"told_s": "soon"}, "place"),
        ({"category": 7}, "no text"),
        ({"evidence": {"margin": float("inf")}}, "plain value"),
        ({"evidence": {"other": 1.0}}, "evidence"),
        ({"to": [str(n) for n in range(21)]}, "spreads"),
    ],
)
def test_what_makes_no_sense_is_refused(data: dict[str, Any], words: str) -> None:
    """With a word that says why."""
    with pytest.raises(InvalidPatternError, match=words) as raised:
        checked(said("v", **data))
    assert raised.value.code in {"pattern.verdict", "pattern.field"}


def test_too_much_is_refused_and_what_nobody_said_cannot_be_taken_back() -> None:
    """Of one person, of all together; what spreads is not counted as said by somebody."""
    flood = [said(f"v{n}") for n in range(MOST_OF_ONE)]
    with pytest.raises(InvalidPatternError) as raised:
        facts_after(stored("a"), *flood, said("more"))
    assert raised.value.code == "pattern.verdicts_of_one"
    assert len(facts_after(stored("a"), *flood, said("more", who="paul")).verdicts) == MOST_OF_ONE + 1
    many = [said(f"s{n}", **{"from": "v0"}) for n in range(MOST_VERDICTS)]
    with pytest.raises(InvalidPatternError) as raised:
        facts_after(stored("a"), *many, said("more", who="paul"))
    assert raised.value.code == "pattern.verdicts"
    with pytest.raises(InvalidPatternError) as raised:
        facts_after(stored("a"), taken_back("v7"))
    assert raised.value.code == "pattern.no_verdict"


def test_people_are_told_apart_without_being_named() -> None:
    """The same name gives the same digest, which is not the name."""
    assert who_is("rosa") == who_is("rosa") != who_is("paul")
    assert len(who_is("rosa")) == 16
    assert "rosa" not in who_is("rosa")
