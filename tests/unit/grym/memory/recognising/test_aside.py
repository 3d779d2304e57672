"""What is remembered and not recognised: who stands for whom, and what waits for a readable imprint."""

from hypothesis import given
from hypothesis import strategies as st

from grym.memory.recognising.aside import Aside
from grym.memory.recognising.contents import Holding

PATTERNS = st.sampled_from("abcdef")


def test_what_was_merged_follows_when_that_is_merged_on() -> None:
    """And all of it is new once the last one was given up."""
    aside = Aside()
    aside.merge("a", "b")
    aside.merge("b", "c")
    assert [aside.standing_for(name) for name in "abcd"] == ["c", "c", "c", "d"]
    aside.forget("c")
    assert [aside.standing_for(name) for name in "abc"] == ["a", "b", "c"]


@given(st.lists(st.tuples(PATTERNS, PATTERNS)))
def test_nobody_stands_for_one_that_another_stands_for(steps: list[tuple[str, str]]) -> None:
    """Whatever is merged and forgotten, as the journal allows; and notes say all of it."""
    aside = Aside()
    for name, into in steps:
        if name == into:
            aside.forget(name)
        elif {name, into} == {aside.standing_for(name), aside.standing_for(into)}:
            aside.merge(name, into)
    again = Aside(aside.notes())
    for name in "abcdef":
        assert aside.standing_for(aside.standing_for(name)) == aside.standing_for(name)
        assert again.standing_for(name) == aside.standing_for(name)


def test_what_waits_is_described_and_taken_once() -> None:
    """With the reason why it could not be read."""
    aside = Aside()
    aside.waiting["a"] = Holding(pattern_id="a", name="A")
    aside.unreadable["a"] = "pattern.damaged"
    aside.describe("a", lambda _: Holding(pattern_id="a", name="B"))
    aside.describe("b", lambda known: known)
    restored = Aside(aside.notes())
    assert restored.unreadable == {"a": "pattern.damaged"}
    assert restored.take("a") == Holding(pattern_id="a", name="B")
    assert (restored.take("a"), restored.unreadable) == (None, {})
