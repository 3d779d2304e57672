"""Each rival finds what pleases in a world with one style, or it would be no rival."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.learning.policies import Policy
from benchmarks.learning.rivals import LinearThompson, PlainGP
from benchmarks.learning.world import PARAMETERS, Request, Values, requests_of

REQUESTS = [replace(request, style="pop", mood="calm", worded={}) for request in requests_of("ann", count=200, seed=2)]


def pleasure(values: Values) -> float:
    """Return how near a piece is to one corner in two values; the others do not matter."""
    return 1.0 - 0.5 * (abs(values["density"] - 0.9) + abs(values["pace"] - 0.1))


async def mean_of_last(rival: Policy, requests: list[Request]) -> float:
    """Let a rival serve everything, rated each time, and return the pleasure in its last fifty."""
    pleased = []
    for request in requests:
        values = await rival.propose(request)
        assert set(values) == set(PARAMETERS)
        await rival.expose(request, values)
        pleased.append(pleasure(values))
        await rival.rate(request, 1 + round(4 * pleased[-1]))
    return float(np.mean(pleased[-50:]))


@pytest.mark.parametrize("kind", [LinearThompson, PlainGP])
def test_a_rival_learns(kind: Callable[[int], Policy]) -> None:
    """In the end it pleases clearly more than chance, which gives about 0.55."""
    assert asyncio.run(mean_of_last(kind(0), REQUESTS)) > 0.7
