"""The loop of changing a plan stops where nothing moves, and pulls less where it swings."""

from hypothesis import given
from hypothesis import strategies as st

from grym.domain.composing.steering import damped, settled
from grym.domain.quality.check import Check

SHARES = st.dictionaries(st.sampled_from(["density", "swing", "dynamics"]), st.floats(0.0, 1.0), min_size=1)


def failed(name: str, value: float | None) -> Check:
    """Return a failed check."""
    return Check(name=name, value=value, required="more", unit="", passed=False, advice="more")


def test_the_same_failure_twice_is_settled() -> None:
    """Within 5 %, in any order; what cannot be measured twice is the same too."""
    first = [failed("signal.bandwidth", 8_000.0), failed("signal.loudness", None)]
    assert settled(first, [failed("signal.loudness", None), failed("signal.bandwidth", 8_100.0)])


def test_what_moves_is_not_settled() -> None:
    """Another value, another check, one more or one fewer: the change did something."""
    first = [failed("signal.bandwidth", 8_000.0)]
    assert not settled(first, [failed("signal.bandwidth", 9_000.0)])
    assert not settled(first, [failed("signal.bandwidth", None)])
    assert not settled(first, [failed("music.range", 8_000.0)])
    assert not settled(first, [*first, failed("music.range", 0.5)])
    assert not settled([*first, failed("music.range", 0.5)], first)


@given(SHARES, SHARES, SHARES)
def test_no_change_grows(before: dict[str, float], now: dict[str, float], wanted: dict[str, float]) -> None:
    """Every parameter ends between now and what was wanted; one that goes on the same way is taken whole."""
    for name, value in damped(before, now, wanted).items():
        here = now.get(name, wanted[name])
        assert min(here, wanted[name]) - 1e-4 <= value <= max(here, wanted[name]) + 1e-4
        if name not in now or name not in before or (wanted[name] - here) * (here - before[name]) >= 0:
            assert value == wanted[name]
