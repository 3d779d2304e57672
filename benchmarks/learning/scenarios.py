"""What a learner is put through: a listener as ever, one who rates by chance, one who changes, one of five who lies.

Ratings come up to three requests late. What is sent again, shuffled and doubled: `benchmarks.learning.relays`.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.learning.held_out import PlateauListener
from benchmarks.learning.lane import Lane, opened, opinion, preference, proposals_sha256, request_id
from benchmarks.learning.listener import BellListener, Listener
from benchmarks.learning.policies import Learner, Policy
from benchmarks.learning.world import FloatArray, Request, Values, realised, requests_of
from schemas.events import ParametersProposed
from schemas.records import Message
from tests.simulation.loop import run_simulated

LISTENERS: Mapping[str, Callable[..., Listener]] = {"bell": BellListener, "plateau": PlateauListener}
LATEST = 3
"""Requests after which a rating has come at the latest."""

HONEST = ("ann", "bob", "eve", "ivy")
LIAR = "mal"
FLOOD = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """One piece as it reached its listener.

    Parameters
    ----------
    utility, best
        How much it pleases 0–1, and how much the piece would that pleases most.
    stars
        What its listener gives for it, if anything.
    """

    request: Request
    values: Values
    utility: float
    best: float
    stars: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ByChance:
    """Somebody whose stars say nothing about what they like."""

    listener: Listener
    seed: int

    def utility(self, request: Request, values: Values) -> float:
        """Return how much the piece pleases, 0–1."""
        return self.listener.utility(request, values)

    def best(self, request: Request) -> dict[str, float]:
        """Return the values that please most."""
        return self.listener.best(request)

    def stars(self, request: Request, values: Values) -> int | None:
        """Return any stars, where the listener would give some."""
        chance = np.random.default_rng([self.seed, 10, request.number])
        return None if self.listener.stars(request, values) is None else int(chance.integers(1, 6))


@dataclass(frozen=True, slots=True, kw_only=True)
class Changing:
    """Somebody who is another person from one request on."""

    before: Listener
    after: Listener
    at: int

    def utility(self, request: Request, values: Values) -> float:
        """Return how much the piece pleases, 0–1."""
        return self._now(request).utility(request, values)

    def best(self, request: Request) -> dict[str, float]:
        """Return the values that please most."""
        return self._now(request).best(request)

    def stars(self, request: Request, values: Values) -> int | None:
        """Return the stars given now."""
        return self._now(request).stars(request, values)

    def _now(self, request: Request) -> Listener:
        return self.before if request.number < self.at else self.after


@dataclass(frozen=True, slots=True, kw_only=True)
class Lying:
    """Somebody who praises what they hate."""

    listener: Listener

    def utility(self, request: Request, values: Values) -> float:
        """Return how much the piece pleases, 0–1."""
        return self.listener.utility(request, values)

    def best(self, request: Request) -> dict[str, float]:
        """Return the values that please most."""
        return self.listener.best(request)

    def stars(self, request: Request, values: Values) -> int | None:
        """Return the opposite of what is thought."""
        thought = self.listener.stars(request, values)
        return None if thought is None else 6 - thought


async def serve(policy: Policy, listener: Listener, requests: Sequence[Request], *, seed: int) -> list[Served]:
    """Let one user ask, hear and rate, in order."""
    served: list[Served] = []
    coming: list[tuple[int, Request, int]] = []
    for request in requests:
        due = [entry for entry in coming if entry[0] <= request.number]
        coming = [entry for entry in coming if entry[0] > request.number]
        for _, rated, stars in due:
            await policy.rate(rated, stars)
        piece = await _piece(policy, listener, request, seed=seed)
        served.append(piece)
        if piece.stars is not None:
            coming.append((request.number + 1 + _lateness(request, seed=seed), request, piece.stars))
    return served


async def serve_five(lane: Lane, listeners: Mapping[str, Listener], *, count: int, seed: int) -> list[Served]:
    """Let several users ask in turn, `count` times together; whoever lies also floods and judges others' pieces."""
    learner, served = Learner(lane), list[Served]()
    asked = {name: iter(requests_of(name, count=count, seed=seed)) for name in listeners}
    before: dict[str, Request] = {}
    for turn in range(count):
        name = sorted(listeners)[turn % len(listeners)]
        request, listener = next(asked[name]), listeners[name]
        piece = await _piece(learner, listener, request, seed=seed)
        served.append(piece)
        if isinstance(listener, Lying):
            await lane.send(_mischief(request, piece.stars or 5, before))
        elif piece.stars is not None:
            await learner.rate(request, piece.stars)
        before[name] = request
    return served


def _mischief(request: Request, stars: int, others: Mapping[str, Request]) -> list[Message]:
    """Return what somebody sends who wants to do harm: the same piece judged again and again, and others' pieces."""
    flood = [opinion(request, stars, name=f"flood{again}-") for again in range(FLOOD)]
    foreign = [
        opinion(other, 1, by=LIAR, name=f"foreign{request.number}-") for name, other in others.items() if name != LIAR
    ]
    slander = [
        preference(request, other, by=LIAR, name=f"slander-{name}-") for name, other in others.items() if name != LIAR
    ]
    return [*flood, *foreign, *slander]


async def _piece(policy: Policy, listener: Listener, request: Request, *, seed: int) -> Served:
    values = realised(request, await policy.propose(request), seed=seed)
    await policy.expose(request, values)
    best = realised(request, listener.best(request), seed=seed)
    # Chance may make another piece please more than the one that was meant to please most.
    utility = listener.utility(request, values)
    return Served(
        request=request,
        values=values,
        utility=utility,
        best=max(utility, listener.utility(request, best)),
        stars=listener.stars(request, values),
    )


def _lateness(request: Request, *, seed: int) -> int:
    return int(np.random.default_rng([seed, 11, request.number]).integers(0, LATEST + 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """A run of the real learner: what was served, what it proposed, what it cost.

    Parameters
    ----------
    arms
        How often each arm was served: learned, default by lot, default by the guard.
    decisions_s
        Processor seconds of each proposal.
    """

    served: list[Served]
    proposed: list[ParametersProposed]
    arms: dict[str, int]
    proposals_sha256: str
    state_sha256: str
    sent: list[Message]
    decisions_s: list[float]


def learned(listener: Listener, *, count: int, seed: int) -> Learned:
    """Let the real learner serve one user."""

    async def run() -> Learned:
        async with opened(seed=seed) as lane:
            served = await serve(Learner(lane), listener, requests_of("ann", count=count, seed=seed), seed=seed)
            return await _told(lane, served)

    return run_simulated(run())


def learned_by_five(listeners: Mapping[str, Listener], *, count: int, seed: int) -> Learned:
    """Let the real learner serve five users."""

    async def run() -> Learned:
        async with opened(seed=seed) as lane:
            return await _told(lane, await serve_five(lane, listeners, count=count, seed=seed))

    return run_simulated(run())


async def _told(lane: Lane, served: list[Served]) -> Learned:
    return Learned(
        served=served,
        proposed=[lane.by_request[request_id(piece.request)] for piece in served],
        arms=dict(Counter(proposal.arm for proposal in lane.proposals)),
        proposals_sha256=proposals_sha256(lane.proposals),
        state_sha256=await lane.state_sha256(),
        sent=lane.sent,
        decisions_s=lane.learner.decisions_s,
    )


def utilities(served: Sequence[Served]) -> FloatArray:
    """Return how much each piece pleases."""
    return np.array([piece.utility for piece in served])


def regrets(served: Sequence[Served]) -> FloatArray:
    """Return how much less each piece pleases than the best one would."""
    return np.array([piece.best - piece.utility for piece in served])


def played(policy: Policy, listener: Listener, *, count: int, seed: int) -> list[Served]:
    """Let a policy other than the learner serve one user."""
    return asyncio.run(serve(policy, listener, requests_of("ann", count=count, seed=seed), seed=seed))
