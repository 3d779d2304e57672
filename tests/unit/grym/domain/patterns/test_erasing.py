"""Events of pattern memory without their person: what was said goes, what happened stays."""

from grym.domain.patterns.checking import content_of
from grym.domain.patterns.erasing import erased_events, without_numbers, without_words
from grym.domain.patterns.values import PatternEvent
from tests.contract.pattern_changes import change, motif, stored


def test_words_go_and_facts_stay() -> None:
    """Name, tags and category; not the kind, nor how long it lasts."""
    said = stored("p", data={"tags": {"where": "home"}, "category": "mine"})
    bare = without_words(said)
    assert (bare.data["name"], bare.data["tags"], bare.data["category"]) == ("", {}, "")
    assert (bare.data["pattern_kind"], bare.data["duration_s"]) == ("recording", 12.5)
    assert bare.imprint == said.imprint


def test_a_correction_that_left_a_name_alone_still_does() -> None:
    """What was not said is not turned into an empty saying."""
    corrected = change("corrected", "p", data={"name": None, "tags": {"a": "b"}})
    assert without_words(corrected).data == {"name": None, "tags": {}}


def test_a_verdict_stays_and_is_nobodys() -> None:
    """What follows from it for the pattern was withdrawn before."""
    judged = change("judged", "p", data={"who": "0123456789abcdef", "verdict": "right", "category": "waltz"})
    assert without_words(judged).data == {"who": "erased", "verdict": "right", "category": "waltz"}


def test_a_change_without_numbers_has_the_digest_of_nothing() -> None:
    """So that a check of the journal finds it whole."""
    bare = without_numbers(motif("p"))
    assert (bare.motif, bare.vectors, bare.imprint, bare.dim) == (b"", b"", b"", 0)
    assert bare.data["content"] == content_of(bare)
    retired = change("retired", "p")
    assert without_numbers(retired) is retired


def test_only_what_changes_is_told() -> None:
    """Erasing twice is erasing once."""
    events = [PatternEvent(seq=1, change=stored("p")), PatternEvent(seq=2, change=change("reinforced", "p"))]
    changed = erased_events(events, {"p"})
    assert [event.seq for event in changed] == [1]
    assert erased_events(changed, {"p"}) == []
