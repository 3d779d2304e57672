"""Budgets grow while it pays, shrink when memory is short, and otherwise stay."""

from hypothesis import given
from hypothesis import strategies as st

from grym.memory.caching.miniatures import Curve
from grym.memory.caching.sizing import MIB, SizingSettings, next_budget, per_mib

SETTINGS = SizingSettings()


def curve(*, half: float, whole: float, double: float) -> Curve:
    """Return shares of hits as a curve of enough requests."""
    return Curve(requests=10_000, half=half * 10_000, whole=whole * 10_000, double=double * 10_000)


def test_hits_are_counted_per_thousand_requests_and_mib() -> None:
    """From 8 to 16 MiB 80 more of 1,000 hit: 10 a MiB; from 4 to 8 MiB 100 more: 25 a MiB."""
    gain, loss = per_mib(curve(half=0.5, whole=0.6, double=0.68), 8 * MIB)
    assert round(gain, 6) == 10
    assert round(loss, 6) == 25


def test_bytes_that_pay_are_given() -> None:
    """One step at once."""
    rising = curve(half=0.5, whole=0.6, double=0.68)
    assert next_budget(8 * MIB, rising, used_share=0.2) == 9 * MIB


def test_bytes_that_do_not_pay_are_given_back() -> None:
    """Half a hit of 1,000 is not worth a MiB."""
    flat = curve(half=0.599, whole=0.6, double=0.6)
    assert next_budget(8 * MIB, flat, used_share=0.2) == 7 * MIB


def test_in_between_nothing_changes() -> None:
    """A budget that the last step made neither pays for more nor is worth less."""
    steady = curve(half=0.597, whole=0.6, double=0.603)
    assert next_budget(8 * MIB, steady, used_share=0.2) == 8 * MIB


def test_short_memory_takes_bytes_that_pay() -> None:
    """Above 85 % of the limit they are given back, whatever they bring, and also when nobody knows."""
    rising = curve(half=0.1, whole=0.6, double=0.9)
    assert next_budget(8 * MIB, rising, used_share=0.9) == 7 * MIB
    assert next_budget(8 * MIB, None, used_share=0.9) == 7 * MIB
    assert next_budget(8 * MIB, rising, used_share=0.8) == 8 * MIB


def test_too_few_requests_say_nothing() -> None:
    """The first hundred requests of a process decide nothing."""
    early = Curve(requests=100, half=0, whole=50, double=100)
    assert next_budget(8 * MIB, early, used_share=0.0) == 8 * MIB


@given(
    budget=st.integers(SETTINGS.least_bytes, SETTINGS.most_bytes),
    shares=st.tuples(*[st.floats(0, 1)] * 3).map(sorted),
    used_share=st.floats(0, 2),
)
def test_steps_are_bounded(budget: int, shares: list[float], used_share: float) -> None:
    """Whatever is seen, a budget changes by an eighth at most and stays within its ends."""
    half, whole, double = shares
    after = next_budget(budget, curve(half=half, whole=whole, double=double), used_share=used_share)
    assert SETTINGS.least_bytes <= after <= SETTINGS.most_bytes
    assert abs(after - budget) <= budget / 8
