"""What follows from events: the same however they are cut, and nothing that contradicts itself."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grym.domain.patterns.folding import Projection, Standing
from grym.domain.patterns.judging import concerned, enter
from grym.domain.patterns.values import PatternChange, PatternEvent
from grym.errors import InvariantError
from tests.contract.pattern_changes import change, stored
from tests.unit.grym.domain.patterns.histories import allowed, wishes


def folded(events: list[PatternEvent]) -> Projection:
    """Return what follows from events, one after the other."""
    projection = Projection()
    for event in events:
        projection.apply(event)
    return projection


def known(projection: Projection) -> dict[str, Standing]:
    """Return everything that is known."""
    return {standing.facts.pattern_id: standing for standing in projection}


@given(wanted=wishes, cuts=st.sets(st.integers(0, 25)))
def test_batches_change_nothing(wanted: list[PatternChange], cuts: set[int]) -> None:
    """Writing in batches, with what is around each, gives what one replay gives."""
    events = allowed(wanted)
    written = Projection()
    edges = sorted({0, len(events)} | {cut for cut in cuts if cut < len(events)})
    for begin, end in pairwise(edges):
        batch = [event.change for event in events[begin:end]]
        entry = enter(batch, head=begin, known=(), around=written.around(concerned(batch)))
        assert [event.seq for event in entry.events] == [event.seq for event in events[begin:end]]
        for standing in entry.standings:
            written.put(standing)
    assert known(written) == known(folded(events))


@given(wanted=wishes)
def test_writing_everything_twice_changes_nothing(wanted: list[PatternChange]) -> None:
    """Known ids are left out."""
    events = allowed(wanted)
    changes = [event.change for event in events]
    once = enter(changes, head=0, known=(), around=())
    twice = enter([*changes, *changes], head=0, known=(), around=())
    assert twice.standings == once.standings
    again = enter(changes, head=len(events), known={one.event_id for one in changes}, around=once.standings)
    assert (again.events, again.standings) == ((), ())


@given(wanted=wishes)
def test_what_is_merged_leads_to_what_stands_for_itself(wanted: list[PatternChange]) -> None:
    """In one step, never to itself; the events that carry numbers are there."""
    events = allowed(wanted)
    patterns = known(folded(events))
    for standing in patterns.values():
        facts = standing.facts
        if facts.merged_into:
            target = patterns[facts.merged_into]
            assert target.is_live
            assert (target.facts.kind, target.facts.collection) == (facts.kind, facts.collection)
        carrier = events[standing.content_seq - 1].change
        assert (carrier.pattern_id, carrier.data["content"]) == (facts.pattern_id, standing.content)
        assert 1 <= facts.first_seq <= facts.last_seq <= len(events)


@given(wanted=wishes)
def test_nothing_that_was_heard_is_forgotten_by_merging(wanted: list[PatternChange]) -> None:
    """While nothing is given up, the counts of what stands for itself are all that was ever heard and judged."""
    events = allowed([wish for wish in wanted if wish.kind != "retired"])
    live = [standing.facts for standing in folded(events) if standing.is_live]
    heard = [event for event in events if event.change.kind in {"stored", "reinforced"}]
    verdicts = [event.change.data.get("verdict") for event in heard]
    assert sum(facts.count for facts in live) == len(heard) - verdicts.count("wrong")
    assert sum(facts.confirmed for facts in live) == verdicts.count("right")
    assert sum(facts.denied for facts in live) == verdicts.count("wrong")


@given(wanted=wishes)
def test_no_verdict_is_lost_or_counted_twice(wanted: list[PatternChange]) -> None:
    """While nothing is given up, what stands for itself has every verdict that was not taken back, once."""
    events = allowed([wish for wish in wanted if wish.kind != "retired"])
    said = {event.change.event_id for event in events if event.change.kind == "judged"}
    back = {event.change.data["of"] for event in events if event.change.kind == "withdrawn"}
    live = [standing.facts for standing in folded(events) if standing.is_live]
    assert sorted(one.event_id for facts in live for one in facts.verdicts) == sorted(said - back)


def test_an_event_of_a_pattern_that_nobody_stored_is_our_fault() -> None:
    """The journal is judged before it is written."""
    event = PatternEvent(seq=7, change=change("retired", "nobody"))
    with pytest.raises(InvariantError) as raised:
        Projection().apply(event)
    assert (raised.value.code, raised.value.details) == ("pattern.journal", {"seq": 7, "pattern_id": "nobody"})


def test_events_of_carried_patterns_need_no_digest() -> None:
    """An older journal may not have one."""
    bare = replace(stored("a"), imprint=b"", vectors=b"", dim=0)
    [standing] = known(folded([PatternEvent(seq=1, change=bare)])).values()
    assert (standing.content, standing.content_seq) == ("", 1)
