"""Sections follow from the numbers of bars as they are played."""

from benchmarks.hearing.repeats import sections_of
from benchmarks.hearing.scores import Bar


def played(numbers: list[int]) -> list[Bar]:
    """Return bars of four quarters in the order of their numbers."""
    return [
        Bar(start=4.0 * place, length=4.0, numerator=4, denominator=4, number=number)
        for place, number in enumerate(numbers)
    ]


def form(numbers: list[int]) -> list[tuple[float, str]]:
    """Return where sections begin, in bars, with their labels."""
    return [(span.start / 4.0, span.label) for span in sections_of(played(numbers))]


def test_each_half_twice() -> None:
    """Bars 1–8 twice, then 9–16 twice, are A A B B."""
    numbers = [*range(1, 9), *range(1, 9), *range(9, 17), *range(9, 17)]
    assert form(numbers) == [(0, "A"), (8, "A"), (16, "B"), (24, "B")]


def test_from_the_beginning() -> None:
    """Bars 1–8, 9–16 and 1–8 again are A B A."""
    assert form([*range(1, 9), *range(9, 17), *range(1, 9)]) == [(0, "A"), (8, "B"), (16, "A")]


def test_without_repeats_there_is_one_section() -> None:
    """Nothing says where it would be divided."""
    assert form(list(range(1, 17))) == [(0, "A")]


def test_other_endings_belong_to_what_they_end() -> None:
    """A second ending of one bar is no section."""
    numbers = [*range(1, 9), *range(1, 8), 9, *range(10, 18)]
    assert [label for _, label in form(numbers)][:2] == ["A", "A"]
    assert [start for start, _ in form(numbers)] == [0, 8, 16]
