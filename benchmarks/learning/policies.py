"""Who may decide what a piece is asked with: nobody, chance, the real learner."""

from collections.abc import Mapping
from typing import Protocol

import numpy as np

from benchmarks.learning.lane import Lane, opinion
from benchmarks.learning.world import PARAMETERS, Request, Values


class Policy(Protocol):
    """Proposes values, is told what became of them and what was thought of it."""

    async def propose(self, request: Request) -> Values:
        """Return values 0–1 by name; what is missing stays as the style has it."""
        ...

    async def expose(self, request: Request, values: Values) -> None:
        """Hear what the piece really was."""
        ...

    async def rate(self, request: Request, stars: int) -> None:
        """Hear what its listener thought of it, 1–5."""
        ...


class Fixed:
    """Proposes nothing, so every piece is as its style has it."""

    async def propose(self, request: Request) -> Values:
        """Return nothing."""
        del request
        return {}

    async def expose(self, request: Request, values: Values) -> None:
        """Take no notice."""

    async def rate(self, request: Request, stars: int) -> None:
        """Take no notice."""


class Random(Fixed):
    """Proposes any values."""

    def __init__(self, seed: int) -> None:
        self._seed = seed

    async def propose(self, request: Request) -> Values:
        """Return uniform values."""
        chance = np.random.default_rng([self._seed, 8, request.number])
        return dict(zip(PARAMETERS, chance.random(len(PARAMETERS)).tolist(), strict=True))


class Best(Fixed):
    """Knows what pleases most: what regret is measured from."""

    def __init__(self, points: Mapping[int, Values]) -> None:
        self._points = points

    async def propose(self, request: Request) -> Values:
        """Return the best values."""
        return self._points[request.number]


class Learner:
    """The real learner."""

    def __init__(self, lane: Lane) -> None:
        self.lane = lane

    async def propose(self, request: Request) -> Values:
        """Return what it proposes."""
        return (await self.lane.propose(request)).parameters

    async def expose(self, request: Request, values: Values) -> None:
        """Tell it what the piece really was."""
        await self.lane.expose(request, values)

    async def rate(self, request: Request, stars: int) -> None:
        """Tell it an opinion."""
        await self.lane.send([opinion(request, stars)])
