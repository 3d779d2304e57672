"""The number of slots follows the age of the queue."""

from hypothesis import given
from hypothesis import strategies as st

from consumers.jobs.pool_size import PoolLimits, PoolSize
from grym.ports.jobs import Backlog

LIMITS = PoolLimits(smallest=1, largest=3, grow_age_s=2.0, quiet_s=30.0, look_s=1.0)
WAITING = Backlog(waiting=5, oldest_s=4.0, running=1)


def test_it_grows_by_one_while_jobs_grow_old() -> None:
    """Up to the largest, a look at a time, and only when every slot is taken."""
    size = PoolSize(LIMITS)
    assert size.look(WAITING, in_hand=0, now_s=0) == 1
    assert [size.look(WAITING, in_hand=n, now_s=n) for n in (1, 2, 3, 4)] == [2, 3, 3, 3]


def test_a_queue_that_moves_changes_nothing() -> None:
    """Jobs that wait shortly are nobody's harm."""
    size = PoolSize(LIMITS)
    assert size.look(Backlog(waiting=50, oldest_s=1.9, running=1), in_hand=1, now_s=0) == 1


def test_it_shrinks_by_one_per_quiet_time() -> None:
    """Only after nobody has waited for that long, and never below the smallest."""
    size, quiet = PoolSize(LIMITS), Backlog(running=1)
    for n in (1, 2):
        size.look(WAITING, in_hand=n, now_s=0)
    looks = [size.look(quiet, in_hand=1, now_s=now_s) for now_s in (10, 39, 40, 69, 70, 100, 130)]
    assert looks == [3, 3, 2, 2, 1, 1, 1]


def test_somebody_waiting_starts_the_quiet_time_anew() -> None:
    """However short the wait is."""
    size, quiet = PoolSize(LIMITS), Backlog()
    size.look(WAITING, in_hand=1, now_s=0)
    size.look(quiet, in_hand=1, now_s=1)
    size.look(Backlog(waiting=1, oldest_s=0.1), in_hand=1, now_s=30)
    assert [size.look(quiet, in_hand=1, now_s=now_s) for now_s in (31, 60, 61)] == [2, 2, 1]


@given(
    st.lists(
        st.tuples(st.integers(0, 9), st.floats(0, 100), st.integers(0, 9), st.floats(0, 100)), min_size=1, max_size=50
    )
)
def test_it_stays_within_its_limits_and_moves_by_one(looks: list[tuple[int, float, int, float]]) -> None:
    """Whatever the queue does."""
    size, now_s, before = PoolSize(LIMITS), 0.0, LIMITS.smallest
    for waiting, oldest_s, in_hand, passed_s in looks:
        now_s += passed_s
        slots = size.look(Backlog(waiting=waiting, oldest_s=oldest_s), in_hand=in_hand, now_s=now_s)
        assert LIMITS.smallest <= slots <= LIMITS.largest
        assert abs(slots - before) <= 1
        before = slots
