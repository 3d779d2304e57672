"""Learned efforts: few, fresh, worth it, and never in the way."""

import pytest

from grym.memory.index.learned import KEPT_S, MOST, LearnedEfforts


class Page:
    """A notebook in memory that counts how often it was written."""

    def __init__(self, content: bytes = b"") -> None:
        self.content = content
        self.writes = 0

    def read(self) -> bytes:
        """Return it."""
        return self.content

    def write(self, content: bytes) -> None:
        """Replace it."""
        self.content = content
        self.writes += 1


class Clock:
    """A clock set by hand."""

    now_s = 0.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now_s


def test_what_held_is_known_to_the_next() -> None:
    """Through the notebook."""
    page = Page()
    LearnedEfforts(page, now_s=Clock()).note("ivf/128/1265", effort=24, most=1265)
    assert LearnedEfforts(page, now_s=Clock()).effort_for("ivf/128/1265", otherwise=8) == 24
    assert LearnedEfforts(page, now_s=Clock()).effort_for("ivf/64/1265", otherwise=8) == 8


def test_what_is_older_than_thirty_days_is_not_used() -> None:
    """One second more is too old."""
    clock = Clock()
    efforts = LearnedEfforts(Page(), now_s=clock)
    efforts.note("a", effort=24, most=1000)
    clock.now_s = KEPT_S
    assert efforts.effort_for("a", otherwise=8) == 24
    clock.now_s = KEPT_S + 1
    assert efforts.effort_for("a", otherwise=8) == 8
    efforts.note("b", effort=24, most=1000)
    assert len(efforts) == 1


def test_what_saves_less_than_half_is_forgotten() -> None:
    """Half is enough, a little less is not."""
    efforts = LearnedEfforts(Page(), now_s=Clock())
    efforts.note("a", effort=500, most=1000)
    assert efforts.effort_for("a", otherwise=8) == 500
    efforts.note("a", effort=501, most=1000)
    assert efforts.effort_for("a", otherwise=8) == 8


def test_the_newest_five_hundred_stay() -> None:
    """The oldest goes for each that comes."""
    clock = Clock()
    efforts = LearnedEfforts(Page(), now_s=clock)
    for number in range(MOST + 3):
        clock.now_s = float(number)
        efforts.note(str(number), effort=1, most=100)
    assert len(efforts) == MOST
    assert [efforts.effort_for(str(number), otherwise=7) for number in (2, 3)] == [7, 1]


def test_the_same_again_is_not_written_again() -> None:
    """Not within ten minutes: a look comes every second."""
    clock, page = Clock(), Page()
    efforts = LearnedEfforts(page, now_s=clock)
    for second in range(600):
        clock.now_s = float(second)
        efforts.note("a", effort=24, most=1000)
    assert page.writes == 1
    clock.now_s = 600.0
    efforts.note("a", effort=24, most=1000)
    assert page.writes == 2


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"a": {"effort": "many"}}'])
def test_what_cannot_be_read_is_learned_again(content: bytes) -> None:
    """Nothing of it is lost that matters."""
    assert len(LearnedEfforts(Page(content), now_s=Clock())) == 0
