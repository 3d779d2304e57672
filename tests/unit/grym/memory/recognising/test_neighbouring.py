"""Which recordings are like another: by their windows, only those that stand for themselves."""

from grym.memory.recognising.recogniser import recogniser_in_memory
from grym.ports.patterns import Neighbour
from tests.unit.grym.memory.recognising.test_recogniser import Journal, tune


def learned(*seeds: tuple[str, int]) -> Journal:
    """Return a journal in which patterns were stored, by name and tune."""
    journal = Journal()
    for name, seed in seeds:
        journal.write("stored", name, tune(seed), name=name, pattern_kind="recording")
    return journal


async def near(journal: Journal, name: str, *, top: int = 5) -> list[Neighbour]:
    """Return what is like a pattern."""
    return await recogniser_in_memory(journal).neighbours(name, collection="default", top=top)


async def test_the_same_sound_is_nearest_and_others_are_far() -> None:
    """Similarity 1 for what is the same, less for what is not; never itself."""
    found = await near(learned(("a", 1), ("b", 1), ("c", 2)), "a")
    assert [one.pattern_id for one in found] == ["b", "c"]
    assert found[0].similarity > 0.98
    assert found[1].similarity < 0.6
    assert await near(learned(("a", 1), ("b", 1), ("c", 2)), "a", top=1) == found[:1]


async def test_who_was_merged_or_forgotten_is_no_neighbour() -> None:
    """The pattern that stands for another is named in its place; a pattern and its alias are one."""
    journal = learned(("a", 1), ("b", 1), ("c", 2), ("d", 1))
    journal.write("merged", "b", into="c")
    journal.write("retired", "d")
    assert [one.pattern_id for one in await near(journal, "a")] == ["c"]
    journal.write("merged", "a", into="c")
    assert await near(journal, "c") == []


async def test_what_nobody_knows_is_like_nothing() -> None:
    """Nor is what is alone."""
    assert await near(learned(("a", 1)), "nobody") == []
    assert await near(learned(("a", 1)), "a") == []
