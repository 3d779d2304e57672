"""Work that several streams share."""

from collections.abc import Iterator, Sequence

import numpy as np
import pytest

from grym.domain.live.company import MOST, Company, Working, at_once, by_kind, side_by_side, stacked


class Doubling:
    """Doubles numbers, and remembers how many it was asked for at once; a negative one spoils it."""

    def __init__(self) -> None:
        self.asked: list[int] = []

    def __call__(self, numbers: Sequence[int]) -> list[int]:
        """Double them."""
        self.asked.append(len(numbers))
        if min(numbers) < 0:
            raise ValueError
        return [2 * number for number in numbers]


def test_the_first_who_wants_an_answer_has_all_answered() -> None:
    """Three questions, one call; each gets its own answer, also when it is wanted again."""
    company, doubling = Company(), Doubling()
    answers = [company.ask(doubling, number) for number in (1, 2, 3)]
    assert [answer.get() for answer in reversed(answers)] == [6, 4, 2]
    assert answers[0].get() == 2
    assert doubling.asked == [3]


def test_questions_do_not_gather_without_end() -> None:
    """As many as a call takes are answered at once, also where nobody wants the answers any more."""
    company, doubling = Company(), Doubling()
    answers = [company.ask(doubling, number) for number in range(MOST + 1)]
    assert doubling.asked == [MOST]
    assert answers[-1].get() == 2 * MOST


def test_a_question_that_cannot_be_answered_spoils_no_other() -> None:
    """Where a call fails each is answered alone, and only whoever asked for it gets the error."""
    company, doubling = Company(), Doubling()
    good, bad, other = (company.ask(doubling, number) for number in (1, -1, 2))
    assert good.get() == 2
    with pytest.raises(ValueError):  # noqa: PT011 (it has no words)
        bad.get()
    assert other.get() == 4


def test_kinds_of_work_are_answered_apart() -> None:
    """Wanting one answer leaves questions of other kinds open."""
    company, one, other = Company(), Doubling(), Doubling()
    answer, left = company.ask(one, 1), company.ask(other, 2)
    assert answer.get() == 2
    assert other.asked == []
    assert left.get() == 4


def _counting(to: int) -> Working[int]:
    """Pause so often, and return how often."""
    for _ in range(to):
        yield
    return to


def test_side_by_side_pauses_as_often_as_the_longest() -> None:
    """Pieces of work take their turns together."""
    working: Iterator[None] = side_by_side(_counting(1), _counting(3), _counting(0))
    assert len(list(working)) == 3
    assert at_once(side_by_side(_counting(1), _counting(3), _counting(0))) == [1, 3, 0]


def test_by_kind_keeps_the_order() -> None:
    """Odd and even numbers are done apart, and come back in their places."""
    done: list[Sequence[int]] = []

    def work(numbers: Sequence[int]) -> list[str]:
        done.append(numbers)
        return [str(number) for number in numbers]

    assert by_kind([3, 4, 5, 6], lambda number: number % 2, work) == ["3", "4", "5", "6"]
    assert done == [[3, 5], [4, 6]]


@pytest.mark.parametrize("count", [1, 3])
def test_stacked_is_stack(count: int) -> None:
    """Also of one array."""
    arrays = [np.full((2, 3), number, dtype=np.float32) for number in range(count)]
    np.testing.assert_array_equal(stacked(arrays), np.stack(arrays))
