"""What corrections are worth: errors on excerpts and tunes that nobody judged, before and after."""

import pytest

from benchmarks.recognition.pooled import measured, pool, total
from benchmarks.recognition.tunes import CONDITIONS


@pytest.mark.slow
def test_a_fifth_of_the_errors_goes_and_nothing_else_gets_worse() -> None:
    """On other windows and on other tunes, under every condition; a liar adds next to none, alone or among four."""
    told = measured(pool(8, 1200))
    for sums in told.values():
        before = sums["nobody"]
        assert total(sums["honest"]) < 0.8 * total(before)
        assert total(sums["four honest, one liar"]) < 0.8 * total(before)
        assert total(sums["liar"]) < 1.05 * total(before)
        for condition in CONDITIONS:
            name = f"in {condition.name}"
            assert sums["honest"][name] <= before[name]
