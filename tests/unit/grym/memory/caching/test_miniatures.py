"""What a sample of the keys says about balances and budgets."""

import numpy as np

from grym.memory.caching.miniatures import COMMONEST, RECORDS, Miniatures


def seen(miniatures: Miniatures, keys: list[str]) -> None:
    """Show requests for those keys that are in the sample."""
    for key in keys:
        if miniatures.sampled(key):
            miniatures.see(key, 1)


def zipf(count: int = 40_000, records: int = 5_000) -> list[str]:
    """Return independent requests by Zipf's law."""
    weights = 1.0 / np.arange(1, records + 1)
    drawn = np.random.default_rng(5).choice(records, size=count, p=weights / weights.sum())
    return [f"record {key}" for key in drawn]


def bursts(count: int = 40_000) -> list[str]:
    """Return requests that come four at once for each of ever new records, among others that never end."""
    return [f"record {at // 160 * 40 + at % 40}" for at in range(count)]


def test_independent_requests_ask_for_frequency() -> None:
    """Where the past of a record says all of its future, its count decides."""
    miniatures = Miniatures(budget_bytes=250, records=250)
    seen(miniatures, zipf())
    assert miniatures.favour == 3.0


def test_bursts_ask_for_age() -> None:
    """Where everything is asked for some times and then never again, a count is a thing of the past."""
    miniatures = Miniatures(budget_bytes=44, records=44)
    seen(miniatures, bursts())
    assert miniatures.favour == 0.25


def test_a_change_of_habit_is_followed() -> None:
    """What was best for long is left when something else is better."""
    miniatures = Miniatures(budget_bytes=44, records=44)
    seen(miniatures, zipf())
    assert miniatures.favour == 3.0
    seen(miniatures, bursts(80_000))
    assert miniatures.favour == 0.25


def test_equals_do_not_take_turns() -> None:
    """Where all balances hit alike, the one that was chosen stays: here all records fit, so each hits all the same."""
    miniatures = Miniatures(budget_bytes=1_000, records=1_000)
    keys = [f"record {at % 500}" for at in range(60_000)]
    seen(miniatures, keys)
    assert miniatures.favour == 1.0


def test_the_curve_rises_with_the_budget() -> None:
    """More bytes hit more, each further one less."""
    miniatures = Miniatures(budget_bytes=500, records=500)
    seen(miniatures, zipf())
    curve = miniatures.curve
    assert 0 < curve.half < curve.whole < curve.double < curve.requests


def test_the_sample_is_a_share_of_the_keys() -> None:
    """The larger the cache, the smaller the share, and always the same keys."""
    small, large = Miniatures(budget_bytes=100, records=10), Miniatures(budget_bytes=100, records=RECORDS * 1_000)
    assert small.every == COMMONEST
    assert large.every == 1_024
    keys = [f"record {at}" for at in range(50_000)]
    for miniatures in (small, large):
        share = sum(map(miniatures.sampled, keys)) / len(keys)
        assert 0.8 < share * miniatures.every < 1.2
    assert all(small.sampled(key) for key in keys if large.sampled(key))


def test_a_new_budget_is_followed() -> None:
    """Miniatures of a budget that shrank to a tenth hit less."""
    before, after = Miniatures(budget_bytes=500, records=500), Miniatures(budget_bytes=500, records=500)
    after.resize(50)
    for miniatures in (before, after):
        seen(miniatures, zipf())
    assert after.curve.whole < before.curve.whole
