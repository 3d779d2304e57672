"""What may happen to a pattern; the contract suite tells the codes, here is what no backend shows."""

import pytest

from grym.domain.patterns.checking import checked
from grym.domain.patterns.judging import concerned, enter
from grym.errors import InvalidPatternError
from tests.contract.pattern_changes import change, stored


def test_a_batch_is_judged_by_what_it_does_itself() -> None:
    """A pattern of this batch can be merged in it, and not twice."""
    changes = [checked(stored(name)) for name in "abc"]
    changes.append(checked(change("merged", "a", data={"into": "b"})))
    entry = enter(changes, head=10, known=(), around=())
    assert [event.seq for event in entry.events] == [11, 12, 13, 14]
    with pytest.raises(InvalidPatternError) as raised:
        enter([*changes, checked(change("merged", "a", "x", data={"into": "c"}))], head=10, known=(), around=())
    assert raised.value.code == "pattern.merged"


def test_a_merge_concerns_both() -> None:
    """And everything else its own pattern."""
    merge = change("merged", "a", data={"into": "b"})
    assert concerned([merge, stored("c"), change("retired", "c")]) == {"a", "b", "c"}


def test_a_refusal_names_pattern_and_event() -> None:
    """So that whoever writes many finds it."""
    with pytest.raises(InvalidPatternError) as raised:
        enter([checked(change("retired", "nobody", "e7"))], head=0, known=(), around=())
    assert raised.value.details == {"pattern_id": "nobody", "event_id": "e7"}


def test_tags_do_not_pile_up_over_corrections() -> None:
    """Each correction alone has few enough; together they would be too many."""
    some, more = ({f"{part}{number}": "x" for number in range(40)} for part in "ab")
    changes = [checked(stored("a", data={"tags": some})), checked(change("corrected", "a", data={"tags": more}))]
    with pytest.raises(InvalidPatternError) as raised:
        enter(changes, head=0, known=(), around=())
    assert raised.value.code == "pattern.tags"


def test_merging_adds_no_more_tags_than_fit() -> None:
    """Those of the pattern that stays are all kept."""
    stays, gone = ({f"{part}{number:02}": "x" for number in range(40)} for part in "ab")
    changes = [checked(stored("a", data={"tags": gone})), checked(stored("b", data={"tags": stays}))]
    changes.append(checked(change("merged", "a", data={"into": "b"})))
    tags = {one.facts.pattern_id: one.facts.tags for one in enter(changes, head=0, known=(), around=()).standings}["b"]
    assert len(tags) == 64
    assert stays.keys() <= tags.keys()
