"""A queue of compositions by two users on the embedded runtime: everything ends, and nobody is starved.

Both are users of one tenant. The first asks for three quarters of all pieces before the second asks for any. A queue
that is fair serves both in turns, so that when the second user's last piece is done about as many of the first one's
are; a queue by arrival would have done all of them. *Unfairness* is the number of the first user's pieces done at that
moment over the second user's: 1 is fair, 3 is first come, first served.
"""

import asyncio
import tempfile
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from grym.runtime import open_runtime
from grym.settings import Settings
from schemas.commands import RequestComposition

SECONDS = 8.0
FIRST_SHARE = 0.75
PROMPTS = ("a waltz in G", "a folk song in D", "a chorale in F", "a nocturne in A minor", "a march in C")


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    """What became of the pieces: how many of each user's ended well, seconds until the last, unfairness."""

    asked: int
    completed: int
    states: dict[str, int]
    wall_s: float
    unfairness: float


async def queued(count: int, *, backend: str = "auto", patience_s: float = 600.0) -> Queued:
    """Ask for so many pieces of eight seconds and wait for all."""
    first = int(count * FIRST_SHARE)
    users = ["first"] * first + ["second"] * (count - first)
    with tempfile.TemporaryDirectory(prefix="grym-bench-") as home:
        async with open_runtime(Settings(home=Path(home) / "home")) as runtime:
            began = time.perf_counter()
            tickets = [
                await runtime.client.compose(
                    RequestComposition(prompt=PROMPTS[at % 5], seconds=SECONDS, seed=at, backend=backend, user=user),
                    request_id=f"piece-{at}",
                )
                for at, user in enumerate(users)
            ]
            async with runtime.working():
                waits = [runtime.client.wait(ticket.request_id, timeout_s=patience_s) for ticket in tickets]
                found = await asyncio.gather(*waits)
            wall_s = time.perf_counter() - began
    states = [one.state for one in found]
    ends = [(user, one.ended_at) for user, one in zip(users, found, strict=True) if one.ended_at is not None]
    return Queued(
        asked=count,
        completed=states.count("completed"),
        states={state: states.count(state) for state in dict.fromkeys(states)},
        wall_s=wall_s,
        unfairness=unfairness(ends),
    )


def unfairness(ends: list[tuple[str, datetime]]) -> float:
    """Return how many of the first user's pieces were done with the second one's last, for each of the second's."""
    seconds = [at for user, at in ends if user == "second"]
    if not seconds:
        return float("inf")
    return sum(at <= max(seconds) for user, at in ends if user == "first") / len(seconds)
