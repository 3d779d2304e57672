"""The memory of gaps."""

from grym.domain.live.gaps import MOST_GAPS, Gaps


def test_a_gap_is_filled_once() -> None:
    """What fills a gap is late; the same again is not."""
    gaps = Gaps()
    gaps.add(100, 200)
    assert gaps.filled(150, 260) == [(150, 200)]
    assert gaps.filled(150, 260) == []
    assert gaps.filled(0, 1_000) == [(100, 150)]


def test_one_frame_may_fill_several_gaps() -> None:
    """Every part is named, and the hole it leaves in one gap makes two."""
    gaps = Gaps()
    gaps.add(0, 10)
    gaps.add(20, 50)
    assert gaps.filled(30, 40) == [(30, 40)]
    assert gaps.filled(5, 45) == [(5, 10), (20, 30), (40, 45)]


def test_the_oldest_are_forgotten() -> None:
    """Only the last gaps are kept; where nothing is known any more is said."""
    gaps = Gaps()
    for number in range(MOST_GAPS + 2):
        gaps.add(10 * number, 10 * number + 5)
    assert gaps.filled(0, 15) == []
    assert gaps.forgotten_before == 15
    assert gaps.filled(20, 25) == [(20, 25)]


def test_a_jump_forgets_everything_before() -> None:
    """After a jump nothing before it is known."""
    gaps = Gaps()
    gaps.add(0, 10)
    gaps.forget(1_000)
    assert gaps.filled(0, 10) == []
    assert gaps.forgotten_before == 1_000


def test_gaps_are_restored() -> None:
    """The state holds all of it."""
    gaps = Gaps()
    gaps.add(3, 9)
    assert Gaps.restored(gaps.state()).filled(0, 10) == [(3, 9)]
