"""Caches that work for long do not grow."""

import pytest

from benchmarks.caching.soak import MOST_MB_PER_MILLION, soak


@pytest.mark.parametrize("operations", [pytest.param(1_500_000, marks=pytest.mark.slow)])
async def test_a_million_operations_leave_nothing_behind(operations: int) -> None:
    """Reads, writes, deletions, guesses, answers and faults: memory and files stay as they were after warming up."""
    grown_mb, opened = await soak(operations)
    assert grown_mb < MOST_MB_PER_MILLION
    assert opened == 0
